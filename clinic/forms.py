from __future__ import annotations

import datetime
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from causes.catalogue import OTHER, Catalogue, Finding
from causes.conditions import Value
from clinic.benign import recheck_on
from clinic.chart import Chart
from clinic.confirmed import standing_row
from clinic.models import Assessment, ConfirmedDiagnosis, Membership, OwnList
from clinic.sheet_conditions import SheetConditions
from intake.derivation import UNSURE
from intake.models import Intake

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


def cause_choices(catalogue: Catalogue, empty: Any, other: Any) -> list[Any]:
    """Every cause by name, between the words for none chosen and for one that the catalogue lacks."""
    causes = sorted((cause.name, cause.slug) for cause in catalogue.causes)
    return [("", empty), *((slug, name) for name, slug in causes), (OTHER, other)]


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
    is_recheck = forms.BooleanField(required=False)

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
        # Worked out when it is sent: a date that was filled in with the page may be stale by then.
        self.recheck_on = recheck_on(chart)
        if not chart.other_person:
            del self.fields["is_person_checked"]
        choices = cause_choices(chart.catalogue, _("Choose a cause"), _("None of these"))
        self.fields["conclusion"].choices = choices  # type: ignore[attr-defined]

    def clean_review_on(self) -> datetime.date | None:
        day: datetime.date | None = self.cleaned_data["review_on"]
        if day is not None and day < timezone.localdate():
            raise ValidationError(_("Choose a date that is not in the past."), code="past")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("is_recheck"):
            return cleaned
        if self.recheck_on is None:
            self.add_error("is_recheck", ValidationError(_("No date is proposed any more: choose one."), code="gone"))
        elif cleaned.get("review_on"):
            message = _("Either the proposed date or one of your own: take one of the two away.")
            self.add_error("review_on", ValidationError(message, code="two"))
        return {**cleaned, "review_on": cleaned.get("review_on") or self.recheck_on}

    def clean_inputs(self) -> str:
        inputs: str = self.cleaned_data["inputs"]
        if inputs != self.current_inputs:
            raise ValidationError(
                _("The evidence or the catalogue has changed since you opened this page. Look again, then sign."),
                code="changed",
            )
        return inputs


class OwnListForm(forms.Form):
    """The clinician's own first causes, or why there are none this time."""

    SKIP = "skip"  # name of the button
    PLACES = (_("First"), _("Second"), _("Third"))
    skipped = forms.ChoiceField(
        label=_("Skip this time, because"),
        choices=[("", _("Choose a reason")), *OwnList.Skipped.choices],
        required=False,
    )

    def __init__(self, catalogue: Catalogue, data: Any = None) -> None:
        super().__init__(data)
        self.names = {cause.slug: cause.name for cause in catalogue.causes}
        choices = cause_choices(catalogue, "", _("Another cause: …"))
        for number, label in enumerate(self.PLACES, start=1):
            self.fields[f"cause_{number}"] = forms.ChoiceField(label=label, choices=choices, required=False)
            self.fields[f"text_{number}"] = forms.CharField(label=_("Another cause"), max_length=120, required=False)

    @property
    def places(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Select and text of each place."""
        return [(self[f"cause_{number}"], self[f"text_{number}"]) for number in range(1, len(self.PLACES) + 1)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.SKIP in self.data:
            if not cleaned.get("skipped"):
                self.add_error("skipped", ValidationError(_("Say why you skip it."), code="reason"))
            return {**cleaned, "causes": []}
        causes = [item for number in range(1, len(self.PLACES) + 1) if (item := self._item(cleaned, number))]
        named = [item["name"].casefold() for item in causes]
        if not causes and not self.errors:
            raise ValidationError(_("Write at least one cause, or skip with a reason."), code="empty")
        if len(set(named)) < len(named):
            raise ValidationError(_("Each cause once, please."), code="twice")
        return {**cleaned, "causes": causes, "skipped": ""}

    def is_of(self, own: OwnList) -> bool:
        """Whether this valid form says what was recorded."""
        return (self.cleaned_data["causes"], self.cleaned_data["skipped"]) == (own.causes, own.skipped)

    def typed(self) -> list[str]:
        """All that was chosen and typed, valid or not."""
        if self.SKIP in self.data:
            reasons = dict(OwnList.Skipped.choices)
            return [str(reasons.get(self.data.get("skipped", ""), ""))]
        chosen = ((self.names.get(cause.value() or "", ""), text.value() or "") for cause, text in self.places)
        return [part for pair in chosen for part in pair if part]

    def _item(self, cleaned: dict[str, Any], number: int) -> dict[str, str] | None:
        """A text alone counts too: without a script nobody needs to choose “another cause” first."""
        slug, text = cleaned.get(f"cause_{number}", ""), cleaned.get(f"text_{number}", "")
        if slug in self.names:
            return {"cause": slug, "name": self.names[slug]}
        if text:
            return {"cause": OTHER, "name": text}
        if slug == OTHER:
            self.add_error(f"text_{number}", ValidationError(_("Write the other cause."), code="text"))
        return None


class ConfirmedForm(forms.ModelForm):  # type: ignore[type-arg]
    # A resend of the same form carries the same key, so that it is recorded once.
    key = forms.UUIDField(widget=forms.HiddenInput)
    cause = forms.ChoiceField(label=_("Confirmed diagnosis"))
    name = forms.CharField(label=_("Another cause"), max_length=200, required=False)
    basis = forms.ChoiceField(label=_("It rests on"), choices=[("", _("Choose")), *ConfirmedDiagnosis.Basis.choices])
    confirmed_on = forms.DateField(label=_("Confirmed on"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    is_person_checked = forms.BooleanField(
        error_messages={"required": _("Confirm that the diagnosis is this patient’s.")}
    )

    class Meta:
        model = ConfirmedDiagnosis
        fields = ["cause", "name", "basis", "confirmed_on", "is_known_before", "note"]
        widgets = {"note": forms.Textarea({"rows": 3})}

    def __init__(self, catalogue: Catalogue, intake: Intake, data: Any = None) -> None:
        self.names = {cause.slug: cause.name for cause in catalogue.causes}
        self.standing = standing_row(intake)
        super().__init__(data, initial={**self._recorded(), "key": uuid.uuid4()})
        self.sent_at = intake.sent_at
        choices = cause_choices(catalogue, _("Choose a cause"), _("Another cause: …"))
        self.fields["cause"].choices = choices  # type: ignore[attr-defined]
        patient = intake.patient
        assert patient is not None
        born = formats.date_format(patient.birth_date, "j F Y") if patient.birth_date else gettext("not recorded")
        self.fields["is_person_checked"].label = _("This is the diagnosis of %(name)s, born %(date)s") % {
            "name": patient.name,
            "date": born,
        }

    def _recorded(self) -> dict[str, Any]:
        """What a correction starts from; a cause that the catalogue has lost since is another one by its name."""
        if self.standing is None:
            return {}
        recorded = {name: getattr(self.standing, name) for name in self.Meta.fields}
        if self.standing.cause in self.names:
            return recorded | {"name": ""}
        return recorded | {"cause": OTHER}

    def clean_confirmed_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["confirmed_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This date is in the future."), code="future")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        slug, day = cleaned.get("cause"), cleaned.get("confirmed_on")
        if slug in self.names:
            cleaned["name"] = self.names[slug]
        elif slug == OTHER and not cleaned.get("name"):
            self.add_error("name", ValidationError(_("Write the diagnosis."), code="text"))
        assert self.sent_at is not None
        if day is not None and day < timezone.localdate(self.sent_at) and not cleaned.get("is_known_before"):
            message = _("The answers were sent later, on %(day)s. Check the date, or tick that it was known before.")
            params = {"day": formats.date_format(timezone.localtime(self.sent_at), "j F Y")}
            self.add_error("confirmed_on", ValidationError(message, code="before", params=params))
        if self._is_unchanged(cleaned):
            raise ValidationError(_("This is what is recorded already. Change something, or go back."), code="same")
        return cleaned

    def _is_unchanged(self, cleaned: dict[str, Any]) -> bool:
        """Of the form as sent again after it was recorded, too: the view tells a resend by its key."""
        row = self.standing
        if row is None or row.key == cleaned.get("key"):
            return False
        return all(cleaned.get(name) == getattr(row, name) for name in self.Meta.fields)


class WithdrawForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why it is withdrawn"), max_length=500, widget=forms.Textarea({"rows": 2}))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})


class SheetOverruleForm(forms.Form):
    """Why a sheet that calls it harmless is given although the picture is not benign."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    marks = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why you give it all the same"),
        max_length=500,
        widget=forms.Textarea({"rows": 3, "class": "form-control"}),
    )
    is_overruled = forms.BooleanField(
        label=_("I have read what is not met, and I overrule it"),
        error_messages={"required": _("Confirm that you have read what is not met.")},
    )

    def __init__(self, conditions: SheetConditions, data: Any = None) -> None:
        self.current_marks = " ".join(conditions.marks)
        super().__init__(data, initial={"key": uuid.uuid4(), "marks": self.current_marks})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("marks") != self.current_marks:
            message = _("Something else stands in the way now than when you opened this page. Read it again.")
            raise ValidationError(message, code="changed")
        return cleaned


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Membership
        fields = ["own_list_first"]
        labels = {"own_list_first": _("Write your own list before you see the ranking")}
