"""The controls of the questionnaire, but for the base of all and the patient's own details."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from intake import derivation, topics
from intake.derivation import NO, UNSURE, YES, Answers
from intake.drawings import drawing
from intake.forms.base import LONGEST_NAME, Cleaned, Control, Errors, a_choice, a_whole_number
from intake.forms.body import drawn_views, listed_zones
from intake.forms.profile import OLDEST_AGE, Profile
from intake.forms.ticks import Ticks
from intake.medicines import read_text

MOST_MEDICINES = 60
ABOUT_A_MEDICINE = ("still", "since", "stopped")
MOST_DRINKS = 60
MOST_UNITS = 500
LARGEST_NUMBER = 100_000
LONGEST_TEXT = 4000
NO_PLACE = "no-place"
NOTHING, NOT_SURE = "none", "unsure"


class Question(Control):
    template = "intake/controls/question.html"

    @cached_property
    def fields(self) -> dict[str, forms.Field]:
        finding = self.item.findings[0]
        if finding.kind == "number":
            field: forms.Field = a_whole_number(finding.question, self.initial(finding.slug), 0, LARGEST_NUMBER)
        else:
            field = a_choice(finding.question, self.choices, self.initial(finding.slug))
        return {finding.slug: field}

    @property
    def choices(self) -> list[tuple[str, str]]:
        options = [(option.value, option.label) for option in self.item.findings[0].options]
        return [*(options or [(YES, _("Yes")), (NO, _("No"))]), (UNSURE, _("Not sure"))]

    def anchor(self, field: str) -> str:
        return f"id_{field}" if self.item.findings[0].kind == "number" else f"id_{field}_0"

    def read(self, cleaned: Cleaned, errors: Errors) -> dict[str, Any]:
        value = cleaned.get(self.item.name)
        return {} if value in ("", None) else {self.item.name: value}

    def missing(self, answers: Answers) -> Errors:
        finding = self.item.findings[0]
        if finding.kind == "number":
            return {finding.slug: _("Enter a number, for example 3")}
        if finding.kind == "choice":
            return {finding.slug: _("Choose one answer, or not sure")}
        return {finding.slug: _("Choose yes, no or not sure")}

    def context(self, form: forms.Form) -> dict[str, Any]:
        finding = self.item.findings[0]
        return {
            "field": form[finding.slug],
            "hint": finding.help,
            "why": finding.why,
            "drawing": drawing(finding.slug),
            "is_boolean": finding.kind == "boolean",
            "is_number": finding.kind == "number",
        }


class Body(Control):
    template = "intake/controls/body.html"

    @cached_property
    def fields(self) -> dict[str, forms.Field]:
        zones = forms.MultipleChoiceField(
            label=_("Where on your body does it happen?"),
            required=False,
            choices=[(zone.slug, zone.name) for zone in self.catalogue.body_zones],
            initial=self.initial(derivation.BODY),
        )
        is_nowhere = self.initial(derivation.BODY) == []
        return {
            derivation.BODY: zones,
            NO_PLACE: forms.BooleanField(
                label=_("It moves around, or I cannot point to a place"), required=False, initial=is_nowhere
            ),
        }

    def named(self, field: str) -> str:
        return str(self.fields[derivation.BODY].label)

    def anchor(self, field: str) -> str:
        return f"zone-{self.catalogue.body_zones[0].slug}"

    def read(self, cleaned: Cleaned, errors: Errors) -> dict[str, Any]:
        zones = cleaned.get(derivation.BODY) or []
        if zones and cleaned.get(NO_PLACE):
            errors[derivation.BODY] = _("Choose places, or that you cannot point to a place, not both")
        return {derivation.BODY: zones} if zones or cleaned.get(NO_PLACE) else {}

    def missing(self, answers: Answers) -> Errors:
        return {derivation.BODY: _("Choose each place where it happens, or that you cannot point to a place")}

    def context(self, form: forms.Form) -> dict[str, Any]:
        chosen = form[derivation.BODY].value() or []
        return {
            "field": form[derivation.BODY],
            "no_place": form[NO_PLACE],
            "views": drawn_views(self.catalogue, chosen),
            "groups": listed_zones(self.catalogue, chosen),
            "chosen": [zone.name for zone in self.catalogue.body_zones if zone.slug in chosen],
        }


class NumberOrNotSure(Control):
    """A number, with a box to tick for those who cannot say."""

    template = "intake/controls/number.html"

    @property
    def unsure_field(self) -> str:
        return f"{self.item.control}-{NOT_SURE}"

    @property
    def limits(self) -> tuple[int, int]:
        return {topics.ONSET_AGE: (0, OLDEST_AGE), topics.ALCOHOL_UNITS: (0, MOST_UNITS)}[self.item.control]

    @cached_property
    def fields(self) -> dict[str, forms.Field]:
        said = self.initial(self.item.control)
        is_unsure = said == UNSURE
        return {
            self.item.control: a_whole_number(
                self.item.findings[0].question, None if is_unsure else said, *self.limits
            ),
            self.unsure_field: forms.BooleanField(label=_("I am not sure"), required=False, initial=is_unsure),
        }

    def read(self, cleaned: Cleaned, errors: Errors) -> dict[str, Any]:
        number = cleaned.get(self.item.control)
        if number is None:
            return {self.item.control: UNSURE} if cleaned.get(self.unsure_field) else {}
        age = self.answers.get(derivation.AGE)
        if self.item.control == topics.ONSET_AGE and age is not None and number > age:
            errors[self.item.control] = _("Enter an age that is not above your age now")
        return {self.item.control: number}

    def missing(self, answers: Answers) -> Errors:
        return {self.item.control: _("Enter a number, or tick that you are not sure")}

    def context(self, form: forms.Form) -> dict[str, Any]:
        finding = self.item.findings[0]
        units = {topics.ONSET_AGE: _("years old"), topics.ALCOHOL_UNITS: _("units a week")}
        return {
            "field": form[self.item.control],
            "unsure": form[self.unsure_field],
            "hint": finding.help,
            "unit": units[self.item.control],
            "why": finding.why,
        }


class Medicines(Control):
    """One row a medicine, and one empty row more."""

    template = "intake/controls/medicines.html"

    @cached_property
    def rows(self) -> list[dict[str, str]]:
        """Those saved, and empty ones for what came beside them: at least one."""
        saved = self.initial(derivation.MEDICINES) or []
        came = sum(name.startswith("medicine-") for name in self.posted)
        number = min(max(len(saved) + 1, came), MOST_MEDICINES)
        return [*saved, *([{"name": "", "since": ""}] * (number - len(saved)))]

    @cached_property
    def fields(self) -> dict[str, forms.Field]:
        fields: dict[str, forms.Field] = {}
        for number, row in enumerate(self.rows, start=1):
            fields[f"medicine-{number}"] = forms.CharField(
                label=_("Medicine %(number)s") % {"number": number},
                required=False,
                max_length=LONGEST_NAME,
                initial=row["name"],
                error_messages={"max_length": _("Enter a shorter name")},
            )
            fields |= self._about(number, row)
        is_none = bool(self.initial(derivation.NO_MEDICINES))
        return fields | {
            derivation.NO_MEDICINES: forms.BooleanField(label=_("I take no medicines"), required=False, initial=is_none)
        }

    def _about(self, number: int, row: dict[str, str]) -> dict[str, forms.Field]:
        is_stopped = row["since"] == derivation.NO_LONGER
        still = (NO if is_stopped else YES) if row["name"] else None
        return {
            f"still-{number}": a_choice(_("Do you still take it?"), still_choices(), still),
            f"since-{number}": forms.ChoiceField(
                label=_("When did you start it, or last take more of it?"),
                required=False,
                choices=since_choices(),
                initial="" if is_stopped else row["since"],
            ),
            f"stopped-{number}": forms.ChoiceField(
                label=_("If you stopped it: roughly when?"),
                required=False,
                choices=stopped_choices(),
                initial=row.get(derivation.NO_LONGER, ""),
            ),
        }

    def read(self, cleaned: Cleaned, errors: Errors) -> dict[str, Any]:
        rows = []
        for number in range(1, len(self.rows) + 1):
            typed = cleaned.get(f"medicine-{number}") or ""
            stopped, still = cleaned.get(f"stopped-{number}") or "", cleaned.get(f"still-{number}")
            if typed.strip():
                is_stopped = still == NO or (not still and stopped)
                since = derivation.NO_LONGER if is_stopped else cleaned.get(f"since-{number}") or ""
                rows.append(self._row(typed, since, stopped if is_stopped else ""))
                if still == YES and stopped:
                    errors[f"still-{number}"] = _(
                        "You also said when you stopped it. Choose “No, I stopped”, or “Not sure” for when you did"
                    )
        takes_none = bool(cleaned.get(derivation.NO_MEDICINES))
        takes_some = bool(derivation.taken({derivation.MEDICINES: rows}))
        if takes_some and takes_none:
            errors[derivation.NO_MEDICINES] = _(
                "You named a medicine. Take off the tick at “I take no medicines”, or empty the name"
            )
        if not rows and not takes_none:
            return {}
        return {derivation.MEDICINES: rows, derivation.NO_MEDICINES: takes_none and not takes_some}

    def named(self, field: str) -> str:
        """Of several medicines, which one."""
        label = str(self.fields[field].label)
        kind, _dash, number = field.partition("-")
        return f"{self.fields[f'medicine-{number}'].label}: {label}" if kind in ABOUT_A_MEDICINE else label

    def anchor(self, field: str) -> str:
        return f"id_{field}_0" if field.startswith("still-") else f"id_{field}"

    def _row(self, typed: str, since: str, stopped: str) -> dict[str, Any]:
        found = read_text(self.catalogue, typed)
        row: dict[str, Any] = {"drug": next(iter(found.drugs), ""), "name": " ".join(typed.split()), "since": since}
        if stopped:
            row[derivation.NO_LONGER] = stopped
        if found.drugs[1:]:
            row["more_drugs"] = list(found.drugs[1:])
        return row if found.is_whole or not found.drugs else {**row, "is_partly_known": True}

    def missing(self, answers: Answers) -> Errors:
        return {"medicine-1": _("Enter a medicine, or tick that you take no medicines")}

    def context(self, form: forms.Form) -> dict[str, Any]:
        numbers = range(1, len(self.rows) + 1)
        return {
            "rows": [{key: form[f"{key}-{number}"] for key in ("medicine", *ABOUT_A_MEDICINE)} for number in numbers],
            "none": form[derivation.NO_MEDICINES],
            "has_error": any(name in form.errors for name in self.fields),
        }


class Drinks(Control):
    template = "intake/controls/drinks.html"

    @cached_property
    def fields(self) -> dict[str, forms.Field]:
        said = self.initial(derivation.DRINKS)
        counts = said if isinstance(said, dict) else {}
        return {
            **{
                _drink_field(drink.slug): a_whole_number(drink.name, counts.get(drink.slug), 0, MOST_DRINKS)
                for drink in self.catalogue.drinks
            },
            f"drinks-{NOTHING}": forms.BooleanField(
                label=_("I have none of these"), required=False, initial=said == {}
            ),
            f"drinks-{NOT_SURE}": forms.BooleanField(label=_("I am not sure"), required=False, initial=said == UNSURE),
        }

    def read(self, cleaned: Cleaned, errors: Errors) -> dict[str, Any]:
        counts = {drink.slug: cleaned.get(_drink_field(drink.slug)) for drink in self.catalogue.drinks}
        drunk = {slug: number for slug, number in counts.items() if number}
        if drunk and cleaned.get(f"drinks-{NOTHING}"):
            errors[f"drinks-{NOTHING}"] = _(
                "You counted a drink. Take off the tick at “I have none of these”, or empty the number"
            )
        if drunk or cleaned.get(f"drinks-{NOTHING}") or 0 in counts.values():
            return {derivation.DRINKS: drunk}
        return {derivation.DRINKS: UNSURE} if cleaned.get(f"drinks-{NOT_SURE}") else {}

    def missing(self, answers: Answers) -> Errors:
        return {next(iter(self.fields)): _("Enter how many you have a day, or tick that you have none of these")}

    def context(self, form: forms.Form) -> dict[str, Any]:
        finding = self.item.findings[0]
        return {
            "question": finding.question,
            "hint": finding.help,
            "why": finding.why,
            "has_error": any(name in form.errors for name in self.fields),
            "drinks": [form[_drink_field(drink.slug)] for drink in self.catalogue.drinks],
            "ticks": [form[f"drinks-{NOTHING}"], form[f"drinks-{NOT_SURE}"]],
        }


class Words(Control):
    """Optional: saying nothing is an answer."""

    template = "intake/controls/words.html"

    @cached_property
    def fields(self) -> dict[str, forms.Field]:
        labels = {
            derivation.OWN_WORDS: _("What happens, in your own words?"),
            derivation.WORRY: _("What worries you most?"),
        }
        return {
            key: forms.CharField(
                label=label,
                required=False,
                max_length=LONGEST_TEXT,
                initial=self.initial(key),
                error_messages={"max_length": _("Write at most %(limit_value)d characters")},
            )
            for key, label in labels.items()
        }

    def read(self, cleaned: Cleaned, errors: Errors) -> dict[str, Any]:
        return {key: (cleaned.get(key) or "").strip() for key in self.fields}

    def missing(self, answers: Answers) -> Errors:
        return {}

    def context(self, form: forms.Form) -> dict[str, Any]:
        return {"boxes": [form[key] for key in self.fields]}


CONTROLS: dict[str, type[Control]] = {
    topics.QUESTION: Question,
    topics.TICKS: Ticks,
    topics.PROFILE: Profile,
    topics.BODY: Body,
    topics.ONSET_AGE: NumberOrNotSure,
    topics.ALCOHOL_UNITS: NumberOrNotSure,
    topics.MEDICINES: Medicines,
    topics.DRINKS: Drinks,
    topics.WORDS: Words,
}


def still_choices() -> list[tuple[str, str]]:
    return [(YES, _("Yes")), (NO, _("No, I stopped"))]


def since_choices() -> list[tuple[str, str]]:
    return [("", _("Not sure")), ("recent", _("In the last 3 months")), ("earlier", _("Longer ago"))]


def stopped_choices() -> list[tuple[str, str]]:
    return [
        ("", _("Not sure")),
        ("month", _("In the last month")),
        ("recent", _("1 to 3 months ago")),
        ("earlier", _("Longer ago")),
    ]


def _drink_field(slug: str) -> str:
    return f"drink-{slug}"
