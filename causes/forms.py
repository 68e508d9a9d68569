from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes.models import Finding, Likelihood
from causes.models.editable import Grade


class LikelihoodForm(forms.ModelForm):  # type: ignore[type-arg]
    """Says beside the field what the table's constraints would refuse."""

    class Meta:
        model = Likelihood
        fields = [
            "cause",
            "finding",
            "option",
            "probability",
            "affected",
            "total",
            "is_used",
            "source",
            "grade",
            "design",
            "population",
            "note",
            "order",
        ]

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        finding = self.cleaned_data.get("finding")
        if finding is not None:
            self._check_option(finding)
            self._check_probability(finding)
        self._check_counts()
        self._check_source()
        self._check_is_used()
        return data

    def _refuse(self, field: str, message: str, code: str) -> None:
        self.add_error(field, ValidationError(message, code=code))

    def _check_option(self, finding: Finding) -> None:
        option = self.cleaned_data.get("option", "")
        if finding.kind == Finding.Kind.CHOICE:
            allowed = list(finding.options.values_list("value", flat=True))
        else:
            allowed = ["mean", "sd"] if finding.kind == Finding.Kind.NUMBER else [""]
        if option not in allowed:
            words = ", ".join(allowed) or _("nothing")
            self._refuse("option", _("For this finding: %(allowed)s.") % {"allowed": words}, "option")

    def _check_probability(self, finding: Finding) -> None:
        value = self.cleaned_data.get("probability")
        if value is None:
            return
        if finding.kind != Finding.Kind.NUMBER and not 0 <= value <= 1:
            self._refuse("probability", _("A probability is between 0 and 1."), "range")
        elif value < 0 or (self.cleaned_data.get("option") == "sd" and value == 0):
            self._refuse("probability", _("Neither a mean below 0 nor a standard deviation of 0."), "range")

    def _check_counts(self) -> None:
        affected, total = self.cleaned_data.get("affected"), self.cleaned_data.get("total")
        if affected is not None and total is None:
            self._refuse("total", _("Of how many?"), "total")
        elif affected is not None and total is not None and affected > total:
            self._refuse("affected", _("More patients affected than counted."), "affected")
        if total == 0:
            self._refuse("total", _("Nobody was counted: leave both empty."), "total")

    def _check_source(self) -> None:
        if self.cleaned_data.get("grade") not in (None, Grade.D) and not self.cleaned_data.get("source"):
            self._refuse("source", _("Without a source the grade can only be D."), "source")

    def _check_is_used(self) -> None:
        names = ("cause", "finding", "option")
        if not self.cleaned_data.get("is_used") or any(name not in self.cleaned_data for name in names):
            return
        cell = {name: self.cleaned_data[name] for name in names if self.cleaned_data[name] is not None}
        if "cause" not in cell:
            cell["cause__isnull"] = True
        if Likelihood.objects.filter(**cell, is_used=True).exclude(pk=self.instance.pk).exists():
            self._refuse("is_used", _("Another row of this cell is already used."), "used")


class PublishForm(forms.Form):
    """``sha256`` is the working copy that the editor looked at: what is published is what was reviewed."""

    notes = forms.CharField(
        label=gettext_lazy("What changed, and why"),
        widget=forms.Textarea(attrs={"rows": 4, "cols": 80}),
        max_length=4000,
    )
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, working_copy: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.working_copy = working_copy
        self.initial["sha256"] = working_copy

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if self.cleaned_data.get("sha256") != self.working_copy:
            # The hidden field must follow, or the second try would fail as well.
            self.data = {**self.data.dict(), "sha256": self.working_copy}  # type: ignore[attr-defined]
            raise ValidationError(
                _("Someone changed the working copy while you looked at it. Check the list again."), code="stale"
            )
        return data
