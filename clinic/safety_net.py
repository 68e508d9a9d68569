"""The warning signs that a patient is told to come back for: the catalogue's words, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from causes.catalogue import URGENCIES, Catalogue, RedFlag
from intake.models import Practice


@dataclass(frozen=True, slots=True)
class Signs:
    urgency: str
    heading: str  # how soon and where, to the patient
    signs: tuple[str, ...]


def warning_signs(
    catalogue: Catalogue, presentation: str, fired: Iterable[RedFlag], practice: Practice
) -> tuple[Signs, ...]:
    """Of the red flags that are told with this complaint, each sign once, by urgency.

    A flag that fired is left out when it fits a benign picture: the patient lives with that. Any other stays, for
    what is there already and grows must bring the patient back.
    """
    lived_with = {flag.slug for flag in fired if flag.is_benign_compatible}
    groups: dict[str, dict[str, None]] = {urgency: {} for urgency in reversed(URGENCIES)}
    for flag in catalogue.red_flags:
        if presentation in flag.warning_presentations and flag.slug not in lived_with:
            groups[flag.urgency][flag.warning_sign] = None
    headings = _headings(practice)
    return tuple(Signs(urgency, headings[urgency], tuple(signs)) for urgency, signs in groups.items() if signs)


def _headings(practice: Practice) -> dict[str, str]:
    return {
        "emergency": _("Phone %(number)s or go to the emergency department at once if:")
        % {"number": practice.emergency_phone},
        "urgent": _("Phone us the same day if:"),
        "soon": _("Make an appointment within two weeks if:"),
        "routine": _("Make an appointment if:"),
        "self-care": _("Tell us at your next visit if:"),
    }
