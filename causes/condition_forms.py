"""What a condition of a form names must be there: said beside the field, by the rule of the whole catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import cast

from django import forms
from django.core.exceptions import ValidationError

from causes import words
from causes.catalogue import Catalogue
from causes.conditions import Clause, parse
from causes.models import Cause, Finding
from causes.validation import clause_problems, diseases_told, told


def checked(condition: str) -> str:
    """An ``ask_if`` or its like. One that does not parse is refused by the field itself."""
    try:
        clauses = [clause for group in parse(condition) for clause in group]
    except ValueError:
        return condition
    _check(clauses)
    return condition


def _check(clauses: Iterable[Clause]) -> None:
    """Raises ValidationError with all that the clauses name and the findings have not."""
    clauses = list(clauses)
    found = Finding.objects.filter(slug__in={clause.slug for clause in clauses}).prefetch_related("options")
    known = {each.slug: SimpleNamespace(kind=each.kind, options=list(each.options.all())) for each in found}
    # The rule looks up findings and nothing else.
    catalogue = cast(Catalogue, SimpleNamespace(finding=known))
    faults = [each for clause in clauses for each in clause_problems("", SimpleNamespace(slug=""), clause, catalogue)]
    if faults:
        raise ValidationError([ValidationError(f"{words.capitalised(each.message)}.", "unknown") for each in faults])


class RedFlagForm(forms.ModelForm):  # type: ignore[type-arg]
    """Of the admin."""

    def clean_findings(self) -> str:
        text: str = self.cleaned_data["findings"]
        # Alternatives are refused by the field itself, as is what does not parse.
        return text if "|" in text else checked(text)

    def clean_advice_to_patient(self) -> str:
        return self._without_diseases("advice_to_patient")

    def clean_warning_sign(self) -> str:
        return self._without_diseases("warning_sign")

    def _without_diseases(self, field: str) -> str:
        text: str = self.cleaned_data[field]
        if names := diseases_told(text, Cause.objects.all()):
            raise ValidationError(f"{words.capitalised(told(names[0]))}.", code="disease")
        return text
