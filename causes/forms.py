from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from causes import words
from causes.models import Finding, Likelihood
from causes.models.editable import Grade
from causes.pooling import COUNTED_GRADES
from causes.validation import row_defects


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
            "is_pooled",
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
        if finding is not None and not self.errors:
            self._check_row(finding)
        self._check_source()
        self._check_is_used()
        self._check_is_pooled()
        return data

    def _refuse(self, field: str, message: str, code: str) -> None:
        self.add_error(field, ValidationError(message, code=code))

    def _check_option(self, finding: Finding) -> None:
        option = self.cleaned_data.get("option", "")
        if finding.kind == Finding.Kind.CHOICE:
            allowed = [each.value for each in finding.options.all()]
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

    def _check_row(self, finding: Finding) -> None:
        """By the rule of the whole catalogue, once each field can be read."""
        names = ("probability", "affected", "total", "grade", "population")
        row = SimpleNamespace(**{name: self.cleaned_data.get(name) for name in names})
        for defect in row_defects(row, finding.kind):
            self._refuse(defect.field, f"{words.capitalised(defect.message)}.", defect.field)

    def _check_source(self) -> None:
        # Without an entry of its own, the source was refused already.
        source = self.cleaned_data.get("source", True)
        if self.cleaned_data.get("grade") not in (None, Grade.D) and not source:
            self._refuse("source", _("Without a source the grade can only be D."), "source")

    def _check_is_pooled(self) -> None:
        if not self.cleaned_data.get("is_pooled"):
            return
        if self.cleaned_data.get("is_used"):
            self._refuse("is_pooled", _("The used row is not pooled with itself."), "pooled")
        elif self.cleaned_data.get("affected") is None:
            self._refuse("is_pooled", _("Only counted patients can be pooled: enter affected and total."), "pooled")
        elif (finding := self.cleaned_data.get("finding")) and finding.kind != Finding.Kind.BOOLEAN:
            self._refuse("is_pooled", _("Only the studies of a yes/no finding can be pooled."), "pooled")
        elif self.cleaned_data.get("grade") not in (None, *COUNTED_GRADES):
            self._refuse("is_pooled", _("Only grade A or B can be pooled: the others are estimates."), "pooled")

    def _check_is_used(self) -> None:
        names = ("cause", "finding", "option")
        if not self.cleaned_data.get("is_used") or any(name not in self.cleaned_data for name in names):
            return
        cell = {name: self.cleaned_data[name] for name in names if self.cleaned_data[name] is not None}
        if "cause" not in cell:
            cell["cause__isnull"] = True
        if Likelihood.objects.filter(**cell, is_used=True).exclude(pk=self.instance.pk).exists():
            self._refuse("is_used", _("Another row of this cell is already used."), "used")
