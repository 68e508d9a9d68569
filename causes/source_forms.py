"""What an editor enters of a source: identifiers in any spelling, each publication once, believable dates."""

from __future__ import annotations

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from causes.models import Source
from causes.source_lists import named, normalised
from causes.validation import IDENTIFIER

# The oldest articles on tremor are of the nineteenth century; Galen is cited by a translation.
FIRST_YEAR = 1600


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]
    """Of the admin."""

    def clean_identifier(self) -> str:
        text = written(self.cleaned_data["identifier"])
        if text and "identifier" in self.changed_data and (others := self._others(text)):
            message = _("This publication is among the sources already: %(source)s [%(slug)s].")
            raise ValidationError(message, "twice", {"source": others[0], "slug": others[0].pk})
        return text

    def clean_year(self) -> int | None:
        year: int | None = self.cleaned_data["year"]
        latest = timezone.localdate().year + 1
        if year is not None and not FIRST_YEAR <= year <= latest:
            message = _("A year from %(first)s to %(latest)s; what is to appear may be of the next.")
            raise ValidationError(message, "year", {"first": FIRST_YEAR, "latest": latest})
        return year

    def clean_reviewed_on(self) -> datetime.date | None:
        day: datetime.date | None = self.cleaned_data["reviewed_on"]
        if day is not None and not day.year >= FIRST_YEAR:
            raise ValidationError(_("Check the year."), code="day")
        if day is not None and day > timezone.localdate():
            raise ValidationError(_("Nobody has read it on a day to come."), code="day")
        return day

    def _others(self, identifier: str) -> list[Source]:
        sources = Source.objects.exclude(pk=self.instance.pk)
        slugs = named(sources).get(normalised(identifier), [])  # type: ignore[arg-type]
        return list(sources.filter(pk__in=slugs))


def written(text: str) -> str:
    """As the catalogue writes it: “pmid: 123” and “doi.org/10.1/x” become PMID:123 and DOI:10.1/x.

    Anything else stays as it was typed, for the field's own rule to judge.
    """
    text = text.strip()
    if IDENTIFIER.match(text):
        return text
    kind, _colon, rest = normalised(text).partition(":")
    if kind in ("pmid", "pmcid", "doi") and rest:
        return f"{kind.upper()}:{rest.upper() if kind == 'pmcid' else rest}"
    return text
