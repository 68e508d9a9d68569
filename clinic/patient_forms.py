"""Forms of the worklist, the patients and the invitations."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import BadRequest, ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from causes.catalogue import Catalogue
from causes.models.editable import Urgency
from intake.models import Patient

LONGEST_LIFE = 130  # years


class State(models.TextChoices):
    NEW = "new", _("New")
    FINDINGS = "findings", _("Findings added")
    CHANGED = "changed", _("Changed since signed")
    SIGNED = "signed", _("Signed off")


def _select() -> forms.Select:
    return forms.Select({"class": "form-select"})


@dataclass(frozen=True, slots=True)
class Filters:
    urgencies: tuple[str, ...] = ()
    state: str = ""
    complaint: str = ""
    text: str = ""
    page: int = 1


class FilterForm(forms.Form):
    """What an address may hold. A value outside these choices is an error, not an empty list."""

    urgency = forms.MultipleChoiceField(choices=Urgency.choices, required=False)
    state = forms.ChoiceField(
        label=_("State"), choices=[("", _("Any")), *State.choices], required=False, widget=_select()
    )
    complaint = forms.ChoiceField(label=_("Complaint"), required=False, widget=_select())
    page = forms.IntegerField(min_value=1, max_value=1_000_000, required=False)

    def __init__(self, data: Any, catalogue: Catalogue, is_clinician: bool) -> None:
        super().__init__(data)
        if not is_clinician:
            del self.fields["complaint"]
            return
        complaints = [(item.slug, item.name) for item in catalogue.presentations]
        self.fields["complaint"].choices = [("", _("Any")), *complaints]  # type: ignore[attr-defined]

    def filters(self) -> Filters:
        """Raises KeyError before ``is_valid``."""
        cleaned = self.cleaned_data
        return Filters(
            urgencies=tuple(cleaned["urgency"]),
            state=cleaned["state"],
            complaint=cleaned.get("complaint", ""),
            text=cleaned.get("q", ""),
            page=cleaned["page"] or 1,
        )

    def selects(self) -> list[forms.BoundField]:
        return [self[name] for name in ("state", "complaint") if name in self.fields]

    def unknown_keys(self) -> set[str]:
        return set(self.data) - set(self.fields)

    def query(self) -> str:
        """The filters as an address, without the search: a name never goes into one."""
        chosen = {name: value for name, value in self.cleaned_data.items() if value and name != "q"}
        if len(chosen.get("urgency", ())) == len(Urgency):
            del chosen["urgency"]
        return urlencode(chosen, doseq=True)


class SearchAndFilterForm(FilterForm):
    """The same with the search, which is only ever posted."""

    q = forms.CharField(max_length=200, required=False)


class PageForm(forms.Form):
    page = forms.IntegerField(min_value=1, max_value=1_000_000, required=False)

    def number(self) -> int:
        """Raises BadRequest for what is not the number of a page."""
        if not self.is_valid():
            raise BadRequest("A page or search outside what is possible.")
        return self.cleaned_data["page"] or 1


class PatientSearchForm(PageForm):
    q = forms.CharField(label=_("Search"), max_length=200, required=False)


class InviteForm(forms.Form):
    """A link for someone new; for a patient who is registered, only the days are asked."""

    name = forms.CharField(label=_("Full name"), max_length=200, widget=forms.TextInput({"autocomplete": "off"}))
    birth_date = forms.DateField(
        label=_("Date of birth"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("A patient with this name and date of birth who is already registered is not registered twice."),
    )
    days = forms.IntegerField(
        label=_("The link works for (days)"),
        min_value=1,
        max_value=60,
        initial=14,
        help_text=_("Between 1 and 60 days."),
    )

    def __init__(self, *args: Any, patient: Patient | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if patient is not None:
            del self.fields["name"], self.fields["birth_date"]

    def clean_birth_date(self) -> datetime.date:
        born: datetime.date = self.cleaned_data["birth_date"]
        today = timezone.localdate()
        if born > today:
            raise ValidationError(_("This date is in the future."), code="future")
        if born.year < today.year - LONGEST_LIFE:
            raise ValidationError(_("This date is too long ago. Check the year."), code="past")
        return born
