from __future__ import annotations

import datetime
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from causes.catalogue import OTHER, Catalogue, Finding
from causes.conditions import Value
from clinic.chart import Chart
from clinic.models import Assessment
from intake.derivation import UNSURE

PRESENT, ABSENT, UNKNOWN = "present", "absent", "unknown"
STATES: dict[str, Value] = {PRESENT: True, ABSENT: False, UNKNOWN: UNSURE}


class ContextForm(forms.Form):
    """What decides the starting point besides the patient's age and sex."""

    setting = forms.ChoiceField(label=_("Setting"))
    presentation = forms.ChoiceField(label=_("Presenting complaint"))

    def __init__(self, catalogue: Catalogue, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, items in (("setting", catalogue.settings), ("presentation", catalogue.presentations)):
            choices = [(item.slug, item.name) for item in items]
            # One that the release no longer has: the browser must not put the first of the list in its place.
            is_known = self.data.get(name) in {slug for slug, _name in choices}
            self.fields[name].choices = choices if is_known else [("", _("Choose")), *choices]  # type: ignore[attr-defined]


class FindingField(forms.Field):
    """Turns what a control of the evidence list sends into a finding's value: ``UNSURE`` for not known."""

    default_error_messages = {
        "state": _("Choose present, absent or not known."),
        "option": _("“%(value)s” is not one of the possible answers."),
        "number": _("“%(value)s” is not a number. Enter for example 6.5, or leave it empty."),
        "range": _("Enter a number from %(low)g to %(high)g."),
    }

    def __init__(self, catalogue: Catalogue, finding: Finding, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.finding = finding
        self.catalogue = catalogue

    def to_python(self, value: Any) -> Value:
        if self.finding.kind == "boolean":
            return self._state(value)
        if value in ("", UNKNOWN):
            return UNSURE
        return self._option(value) if self.finding.kind == "choice" else self._number(value)

    def _state(self, value: str) -> Value:
        if value not in STATES:
            raise ValidationError(self.error_messages["state"], code="state")
        return STATES[value]

    def _option(self, value: str) -> str:
        if value not in {option.value for option in self.finding.options}:
            raise ValidationError(self.error_messages["option"], code="option", params={"value": value})
        return value

    def _number(self, value: str) -> float:
        try:
            number = forms.FloatField().clean(value.replace(",", "."))
        except ValidationError as error:
            raise ValidationError(self.error_messages["number"], code="number", params={"value": value}) from error
        low, high = self.catalogue.limits(self.finding.slug)
        if not low <= number <= high:
            raise ValidationError(self.error_messages["range"], code="range", params={"low": low, "high": high})
        return float(number)


class EvidenceForm(forms.Form):
    """The controls that a clinician changed: one field for each, named by the finding's slug."""

    def __init__(self, catalogue: Catalogue, findings: list[Finding], data: Any) -> None:
        super().__init__(data)
        self.fields = {finding.slug: FindingField(catalogue, finding) for finding in findings}


class SignOffForm(forms.ModelForm):  # type: ignore[type-arg]
    # A resend of the same form carries the same key, so that it signs once.
    key = forms.UUIDField(widget=forms.HiddenInput)
    inputs = forms.CharField(widget=forms.HiddenInput)
    conclusion = forms.ChoiceField(label=_("Your own conclusion"))
    is_seen = forms.BooleanField(
        error_messages={"required": _("Confirm that you have seen the red flags and what is not yet excluded.")}
    )

    is_person_checked = forms.BooleanField(
        error_messages={"required": _("Confirm that you have checked whose answers these are.")}
    )

    class Meta:
        model = Assessment
        fields = ["conclusion", "certainty", "review_on", "reasons"]
        widgets = {
            "review_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "reasons": forms.Textarea({"rows": 4}),
        }

    def __init__(self, chart: Chart, data: Any = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4(), "certainty": Assessment.Certainty.WORKING})
        self.current_inputs = chart.inputs
        if not chart.other_person:
            del self.fields["is_person_checked"]
        causes = sorted((cause.name, cause.slug) for cause in chart.catalogue.causes)
        choices = [("", _("Choose a cause")), *((slug, name) for name, slug in causes), (OTHER, _("None of these"))]
        self.fields["conclusion"].choices = choices  # type: ignore[attr-defined]

    def clean_review_on(self) -> datetime.date | None:
        day: datetime.date | None = self.cleaned_data["review_on"]
        if day is not None and day < timezone.localdate():
            raise ValidationError(_("Choose a date that is not in the past."), code="past")
        return day

    def clean_inputs(self) -> str:
        inputs: str = self.cleaned_data["inputs"]
        if inputs != self.current_inputs:
            raise ValidationError(
                _("The evidence or the catalogue has changed since you opened this page. Look again, then sign."),
                code="changed",
            )
        return inputs
