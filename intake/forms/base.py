"""What an item looks like as form fields, and how what was posted becomes answers.

A control reads what was said and reports what is malformed; whether saying nothing is an error is for the
form to decide, because it depends on what applies.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from causes.catalogue import Catalogue
from intake.derivation import Answers
from intake.topics import Item

LONGEST_NAME = 200

Cleaned = Mapping[str, Any]
Errors = dict[str, str]


class Control:
    """Base of all: the fields' names are those of the answers, so nothing is named twice."""

    template = ""

    def __init__(self, item: Item, catalogue: Catalogue, answers: Answers, posted: Collection[str] = ()) -> None:
        self.item, self.catalogue, self.answers = item, catalogue, answers
        self.posted = posted  # names of the inputs that came

    @cached_property
    def fields(self) -> dict[str, forms.Field]:
        raise NotImplementedError

    def read(self, cleaned: Cleaned, errors: Errors) -> dict[str, Any]:
        """The answers given; {} for none. A malformed one is named in ``errors``: field -> message."""
        raise NotImplementedError

    @property
    def keys(self) -> tuple[str, ...]:
        """Where its answers are kept."""
        return self.item.keys

    def anchor(self, field: str) -> str:
        """The id of the input that a link in the summary of problems leads to."""
        return f"id_{field}"

    def named(self, field: str) -> str:
        """Which question the summary of problems means."""
        return str(self.fields[field].label)

    def missing(self, answers: Answers) -> Errors:
        """What to say, and where, when it is not wholly answered: field -> message."""
        raise NotImplementedError

    def context(self, form: forms.Form) -> dict[str, Any]:
        return {}

    def initial(self, key: str) -> Any:
        return self.answers.get(key)


def a_choice(label: str, choices: list[tuple[str, str]], initial: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect,
        required=False,
        initial=initial,
        error_messages={"invalid_choice": _("Choose one of the answers")},
    )


def a_whole_number(label: str, initial: Any, least: int, most: int) -> forms.IntegerField:
    message = _("Enter a whole number from %(least)d to %(most)d") % {"least": least, "most": most}
    return forms.IntegerField(
        label=label,
        required=False,
        initial=initial,
        min_value=least,
        max_value=most,
        error_messages={"invalid": message, "min_value": message, "max_value": message},
    )
