from __future__ import annotations

import datetime
import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from intake import derivation
from intake.derivation import Answers
from intake.forms.base import LONGEST_NAME, Cleaned, Control, Errors, a_choice

OLDEST_AGE = 125
SHORTEST_YEAR = 1000
LONGEST_DATE = 40  # a whole one may come in one box
# A radio needs a value of its own to tell "prefer not to say" from nothing chosen.
SEX_NOT_SAID = "not-said"


class Profile(Control):
    template = "intake/controls/profile.html"
    DATE_PARTS = ("birth-day", "birth-month", "birth-year")

    @cached_property
    def fields(self) -> dict[str, forms.Field]:
        born = self.initial(derivation.BIRTH_DATE)
        date = datetime.date.fromisoformat(born) if born else None
        parts = (date.day, date.month, date.year) if date else (None, None, None)
        labels = (_("Day"), _("Month"), _("Year"))
        name = forms.CharField(
            label=_("What is your full name?"),
            required=False,
            max_length=LONGEST_NAME,
            initial=self.initial(derivation.NAME),
            error_messages={"max_length": _("Enter a shorter name")},
        )
        return {
            derivation.NAME: name,
            **{
                key: forms.CharField(label=label, required=False, initial=part, max_length=LONGEST_DATE)
                for key, label, part in zip(self.DATE_PARTS, labels, parts, strict=True)
            },
            derivation.SEX: a_choice(self.sex_question, self.sexes, self.sex),
        }

    @property
    def sex_question(self) -> str:
        finding = self.catalogue.finding.get(derivation.SEX)
        return finding.question if finding and finding.question else _("What sex were you recorded as at birth?")

    @property
    def sexes(self) -> list[tuple[str, str]]:
        finding = self.catalogue.finding.get(derivation.SEX)
        options = [(option.value, option.label) for option in finding.options] if finding else []
        return [*options, (SEX_NOT_SAID, _("Prefer not to say"))]

    @property
    def sex(self) -> str | None:
        return (self.initial(derivation.SEX) or SEX_NOT_SAID) if derivation.SEX in self.answers else None

    def named(self, field: str) -> str:
        """In words that stand for whoever answers."""
        names = {derivation.NAME: _("Full name"), derivation.SEX: _("Sex")}
        return names.get(field, _("Date of birth"))

    def anchor(self, field: str) -> str:
        return f"id_{field}_0" if field == derivation.SEX else f"id_{field}"

    def read(self, cleaned: Cleaned, errors: Errors) -> dict[str, Any]:
        said: dict[str, Any] = {}
        name = " ".join((cleaned.get(derivation.NAME) or "").split())
        if name:
            said[derivation.NAME] = name
        sex = cleaned.get(derivation.SEX)
        if sex:
            said[derivation.SEX] = "" if sex == SEX_NOT_SAID else sex
        try:
            born = birth_date([str(cleaned.get(part) or "").strip() for part in self.DATE_PARTS])
        except ValueError as error:
            errors[self.DATE_PARTS[0]] = str(error)
            return said
        if born:
            said[derivation.BIRTH_DATE] = born.isoformat()
            said[derivation.AGE] = _age(born, timezone.localdate())
        return said

    def missing(self, answers: Answers) -> Errors:
        wanted = {
            derivation.NAME: (derivation.NAME, _("Enter the full name")),
            derivation.BIRTH_DATE: (self.DATE_PARTS[0], _("Enter the date of birth, for example 27 3 1958")),
            derivation.SEX: (derivation.SEX, _("Choose one answer, or prefer not to say")),
        }
        return dict(wanted[key] for key in wanted if key not in answers)

    def context(self, form: forms.Form) -> dict[str, Any]:
        age, sex = (self.catalogue.finding.get(slug) for slug in (derivation.AGE, derivation.SEX))
        return {
            "name": form[derivation.NAME],
            "date_parts": [form[part] for part in self.DATE_PARTS],
            "date_errors": [error for part in self.DATE_PARTS for error in form[part].errors],
            "date_why": age.why if age else "",
            "sex": form[derivation.SEX],
            "sex_hint": sex.help if sex else "",
            "sex_why": sex.why if sex else "",
        }


def birth_date(parts: list[str]) -> datetime.date | None:
    """None for three empty boxes. Raises ValueError with what to tell the patient."""
    if not any(parts):
        return None
    parts = _apart(parts)
    day, month, year = _number(parts[0]), _month(parts[1]), _number(parts[2])
    if not all((day, month, year)):
        raise ValueError(_("Enter the day, the month and the year in numbers, for example 27 3 1958"))
    today = timezone.localdate()
    if year < SHORTEST_YEAR:
        raise ValueError(_("Enter all four digits of the year, for example 1958"))
    if year < today.year - OLDEST_AGE:
        raise ValueError(_("Check the year. It must be %(first)d or later") % {"first": today.year - OLDEST_AGE})
    try:
        born = datetime.date(year, month, day)
    except (ValueError, OverflowError):
        raise ValueError(_("There is no such day. Enter the date of birth, for example 27 3 1958")) from None
    if born > today:
        raise ValueError(_("Enter a date of birth in the past"))
    return born


def _apart(parts: list[str]) -> list[str]:
    """Day, month and year, also of a date that was written as one: "5 March 1968", "March 5th, 1968", "1968-03-05"."""
    words = [
        word for word in re.findall(r"[^\W_]+", " ".join(parts)) if word.casefold() not in ("de", "del", "of", "the")
    ]
    if len(words) != 3:
        return parts
    if len(words[0]) == 4 and _number(words[0]):
        return words[::-1]
    return words if _number(words[0]) else [words[1], words[0], words[2]]


def _number(text: str) -> int:
    text = re.sub(r"(?<=\d)(?:st|nd|rd|th|º)$", "", text.casefold())
    return int(text) if text.isascii() and text.isdigit() else 0


def _month(text: str) -> int:
    """By its number, or by its name in the language of the page: in full or as it is shortened."""
    word = text.casefold().rstrip(".")
    named = (number for names in (MONTHS, MONTHS_3) for number, name in names.items() if word == str(name).casefold())
    return _number(text) or next(named, 0)


def _age(born: datetime.date, today: datetime.date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
