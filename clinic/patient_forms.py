"""Forms of the worklist, the patients and the invitations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.core.exceptions import BadRequest, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils.translation import gettext_lazy as _

from causes.catalogue import Catalogue
from causes.models.editable import Urgency
from clinic.invitation_file import LONGEST_NAME, MOST_BYTES, Read, check_birth_date, read_file, read_lines
from clinic.invitations import UNDELIVERED, UNDELIVERED_LABEL, LinkState
from intake.models import Patient


class State(models.TextChoices):
    NEW = "new", _("New")
    FINDINGS = "findings", _("Findings added")
    CONFIRMED = "confirmed", _("Diagnosis confirmed, not signed")
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
            page=cleaned["page"] or 1,
        )

    def selects(self) -> list[forms.BoundField]:
        return [self[name] for name in ("state", "complaint") if name in self.fields]

    def unknown_keys(self) -> set[str]:
        return set(self.data) - set(self.fields)

    def query(self) -> str:
        """The filters as an address, without the search: a name never goes into one."""
        chosen = {name: value for name, value in self.cleaned_data.items() if value and name not in ("q", "clear")}
        if len(chosen.get("urgency", ())) == len(Urgency):
            del chosen["urgency"]
        return urlencode(chosen, doseq=True)


class SearchAndFilterForm(FilterForm):
    """The same with the search, which is only ever posted."""

    q = forms.CharField(max_length=200, required=False)
    clear = forms.BooleanField(required=False)

    def text(self) -> str:
        text: str = self.cleaned_data["q"]
        return "" if self.cleaned_data["clear"] else text


class PageForm(forms.Form):
    page = forms.IntegerField(min_value=1, max_value=1_000_000, required=False)

    def number(self) -> int:
        """Raises BadRequest for what is not the number of a page."""
        if not self.is_valid():
            raise BadRequest("A page or search outside what is possible.")
        return self.cleaned_data["page"] or 1


class PatientSearchForm(PageForm):
    q = forms.CharField(label=_("Search"), max_length=200, required=False)


class InvitationFilterForm(PageForm):
    """The list of invitations: what an address may hold."""

    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("Any")), *LinkState.choices, (UNDELIVERED, UNDELIVERED_LABEL)],
        required=False,
        widget=_select(),
    )

    def chosen(self) -> str:
        """Raises BadRequest for a state that there is not."""
        self.number()
        state: str = self.cleaned_data["state"]
        return state

    def query(self) -> str:
        return urlencode({"state": self.chosen()}) if self.chosen() else ""


class DaysForm(forms.Form):
    days = forms.IntegerField(
        label=_("The link works for (days)"),
        min_value=1,
        max_value=60,
        initial=14,
        help_text=_("Between 1 and 60 days."),
    )


class InviteForm(DaysForm):
    """A link for someone new; for a patient who is registered, name and date of birth are not asked."""

    name = forms.CharField(
        label=_("Full name"), max_length=LONGEST_NAME, widget=forms.TextInput({"autocomplete": "off"})
    )
    birth_date = forms.DateField(
        label=_("Date of birth"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("A patient with this name and date of birth who is already registered is not registered twice."),
        validators=[check_birth_date],
    )
    email = forms.EmailField(
        label=_("E-mail address (optional)"),
        required=False,
        widget=forms.EmailInput({"autocomplete": "off"}),
        help_text=_("The link is sent there at once. Without it, print the sheet or show the QR code."),
    )
    language = forms.ChoiceField(label=_("Language"), required=False, widget=_select())
    field_order = ("name", "birth_date", "email", "language", "days")

    def __init__(self, *args: Any, patient: Patient | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = language_choices()  # type: ignore[attr-defined]
        if patient is not None:
            del self.fields["name"], self.fields["birth_date"]
        if not settings.HAS_EMAIL:
            del self.fields["email"]


class EmailForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput({"autocomplete": "off"}))


class InviteManyForm(forms.Form):
    """A file, or lines that were typed: one of the two."""

    file = forms.FileField(
        label=_("CSV file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".csv,text/csv,text/plain"}),
        help_text=_(
            "Columns: name, date of birth, e-mail, language. The last two may be left out. Commas or semicolons."
        ),
    )
    lines = forms.CharField(
        label=_("Or write one patient a line"),
        required=False,
        max_length=MOST_BYTES,
        widget=forms.Textarea({"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Name; date of birth; e-mail; language. For example: Ada Quill; 1959-03-02; ada@example.org"),
    )

    def clean_file(self) -> UploadedFile[Any] | None:
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > MOST_BYTES:
            raise ValidationError(
                _("The file is too large: %(most)d kB at most. Is it the right one?") % {"most": MOST_BYTES // 1000},
                code="size",
            )
        return file

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if not self.errors and bool(cleaned["file"] is not None) == bool(cleaned["lines"].strip()):
            raise ValidationError(_("Choose a file, or write lines: one of the two."), code="one")
        return cleaned

    def read(self) -> Read:
        file = self.cleaned_data["file"]
        return read_lines(self.cleaned_data["lines"]) if file is None else read_file(file.read())


class ConfirmManyForm(DaysForm):
    rows = forms.CharField(widget=forms.HiddenInput)
    send = forms.BooleanField(label=_("E-mail the links at once"), required=False)


def language_choices() -> list[tuple[str, Any]]:
    return [("", _("The patient’s own choice")), *settings.LANGUAGES]
