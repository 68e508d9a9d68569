"""What the patient is told, after sending or when an answer cannot wait: by red flags, and by nothing else.

No name of a disease, no ranking, and never that all is well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from causes.catalogue import Catalogue
from causes.conditions import Evidence
from causes.red_flags import fired
from intake.models import Practice

EMERGENCY = "emergency"
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class Advice:
    urgency: str
    heading: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Call:
    label: str
    number: str
    address: str
    look: str  # "first", "emergency" or ""


def advice(catalogue: Catalogue, evidence: Evidence) -> tuple[Advice, ...]:
    """What the most urgent flags say, once each; empty when no red flag fired.

    Less urgent flags stay silent: “in two weeks” beside “today” would leave the patient to choose.
    """
    flags = fired(catalogue, evidence)
    if not flags:
        return ()
    urgency = flags[0].urgency
    texts = _once(flag.advice_to_patient for flag in flags if flag.urgency == urgency)
    headings = {
        "emergency": _("Get medical help now"),
        "urgent": _("See a doctor this week, or sooner"),
        "soon": _("See a doctor soon"),
        "routine": _("Talk to the practice"),
        "self-care": _("What you can do"),
    }
    return (Advice(urgency, headings[urgency], texts),)


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    """Each sentence where it comes first: several flags begin with the same one."""
    said: set[str] = set()
    found = []
    for text in texts:
        fresh = [sentence for sentence in _SENTENCE_END.split(text) if sentence not in said]
        said |= {*fresh}
        found += [" ".join(fresh)] if fresh else []
    return tuple(found)


def calls(practice: Practice, given: tuple[Advice, ...]) -> tuple[Call, ...]:
    """The numbers to ring, the one to try first at the top. No number is shown twice."""
    if given and given[0].urgency == EMERGENCY:
        return emergency_calls(practice)
    return _known([*_usual(practice, "first"), emergency_call(practice)])


def emergency_calls(practice: Practice) -> tuple[Call, ...]:
    """All of them, that of the emergency service first."""
    return _known([emergency_call(practice), *_usual(practice, "")])


def emergency_call(practice: Practice) -> Call:
    return _call(_("In an emergency"), practice.emergency_phone, EMERGENCY)


def _usual(practice: Practice, look: str) -> list[Call]:
    return [
        _call(_("Phone the practice"), practice.phone, look),
        _call(practice.out_of_hours_name or _("When the practice is closed"), practice.out_of_hours_phone, ""),
    ]


def _known(ordered: list[Call]) -> tuple[Call, ...]:
    return tuple(call for call in ordered if call.number)


def _call(label: str, number: str, look: str) -> Call:
    return Call(label, number, f"tel:{re.sub(r'[^0-9+]', '', number)}", look)
