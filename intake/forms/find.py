from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from intake.codes import normalised
from intake.forms.profile import LONGEST_DATE, birth_date
from intake.models import REFERENCE_ALPHABET

CODE_LENGTH = 9  # with its dash


class BirthDateForm(forms.Form):
    """The date of birth alone: ``birth_date`` once it is valid."""

    day = forms.CharField(label=gettext_lazy("Day"), max_length=LONGEST_DATE, required=False)
    month = forms.CharField(label=gettext_lazy("Month"), max_length=LONGEST_DATE, required=False)
    year = forms.CharField(label=gettext_lazy("Year"), max_length=LONGEST_DATE, required=False)

    birth_date: datetime.date

    def clean(self) -> dict[str, Any]:
        parts = [str(self.cleaned_data.get(part) or "").strip() for part in ("day", "month", "year")]
        try:
            born = birth_date(parts)
        except ValueError as error:
            self.add_error("day", str(error))
            return self.cleaned_data
        if born is None:
            self.add_error("day", _("Enter the date of birth, for example 27 3 1958"))
        else:
            self.birth_date = born
        return self.cleaned_data

    def date_parts(self) -> list[forms.BoundField]:
        return [self["day"], self["month"], self["year"]]


class FindForm(BirthDateForm):
    """The code of a draft and the date of birth; ``code`` and ``birth_date`` once it is valid."""

    typed_code = forms.CharField(
        label=gettext_lazy("Your code"), max_length=40, error_messages={"required": gettext_lazy("Enter your code")}
    )

    code: str

    def clean_typed_code(self) -> str:
        self.code = normalised(self.cleaned_data["typed_code"])
        if len(self.code) != CODE_LENGTH or set(self.code) - set(REFERENCE_ALPHABET) != {"-"}:
            raise forms.ValidationError(_("Enter the eight letters and numbers of your code"), code="code")
        return self.code
