"""Who is filling this in: the patient, with or without help, or somebody else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from intake.models import Intake

PATIENT, HELPED, CARER, STAFF = Intake.Respondent


class RespondentForm(forms.Form):
    respondent = forms.ChoiceField(
        choices=[
            (PATIENT, _("I am the patient")),
            (HELPED, _("I am the patient, and someone helps me")),
            (CARER, _("I answer for the patient")),
        ],
        initial=PATIENT,
        required=False,
        widget=forms.RadioSelect,
    )
    respondent_name = forms.CharField(label=_("Your name"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if cleaned.get("respondent") != CARER:
            cleaned["respondent_name"] = ""
        elif not cleaned.get("respondent_name") and "respondent_name" not in self.errors:
            self.add_error("respondent_name", ValidationError(_("Write your name."), code="required"))
        return cleaned

    def fields_of_intake(self) -> dict[str, Any]:
        """Raises KeyError before ``is_valid``."""
        return {
            "respondent": self.cleaned_data["respondent"] or PATIENT,
            "respondent_name": self.cleaned_data["respondent_name"],
        }


def respondent_of(request: HttpRequest, form: RespondentForm) -> dict[str, Any] | None:
    """As fields of an intake; None while the question is not answered. Someone who is signed in is not asked."""
    if request.user.is_authenticated:
        return {"respondent": STAFF, "entered_by": request.user}
    return form.fields_of_intake() if form.is_valid() else None
