"""The four honest states of a finding, each with a sign and a word, so that colour is never alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from causes.conditions import Value

PRESENT, ABSENT, NOT_KNOWN, SILENT = "present", "absent", "unknown", "silent"


@dataclass(frozen=True, slots=True)
class State:
    slug: str
    sign: str
    name: Promise
    meaning: Promise


STATES: Mapping[str, State] = {
    state.slug: state
    for state in (
        State(PRESENT, "+", gettext_lazy("Present"), gettext_lazy("or a value")),
        State(ABSENT, "−", gettext_lazy("Absent"), gettext_lazy("looked for and not there")),
        State(NOT_KNOWN, "?", gettext_lazy("Not known"), gettext_lazy("counts for nothing")),
        State(SILENT, "·", gettext_lazy("Catalogue silent"), gettext_lazy("no figure for this cause")),
    )
}


def state_of(value: Value | None) -> str:
    if value is None:
        return NOT_KNOWN
    return ABSENT if value is False else PRESENT
