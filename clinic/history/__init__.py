"""What happened to an intake's differential since it was sent: what, by whom or what, what it did to the ranking."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinic import words
from clinic.chart import Chart
from clinic.history.effects import Effect, effect, first_causes
from clinic.history.steps import CATALOGUE, CLINICIAN, PATIENT, Step, steps_of
from clinic.history.wording import what, who
from clinic.models import OwnList

__all__ = ["Changes", "Line", "changes_since", "history"]

SHOWN = 4  # steps beside the differential; the page of the history shows all
NAMED = 4  # findings of one of those steps
REASONS = {
    PATIENT: (gettext_lazy("Patient"), "patient"),
    CLINICIAN: (gettext_lazy("Clinician"), "clinician"),
    CATALOGUE: (gettext_lazy("Catalogue"), "catalogue"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One step."""

    reason: str
    icon: str
    at: str
    who: str
    what: tuple[str, ...]
    effect: str
    first: tuple[str, ...]  # the first causes afterwards, with their probabilities
    why: tuple[str, ...]  # of a release: the figures behind what moved


@dataclass(frozen=True, slots=True)
class Changes:
    """What the differential page says about the time since the user's last look."""

    title: str
    lines: tuple[Line, ...] = ()  # newest first; empty when nothing changed
    earlier: str = ""  # how many more steps there were
    before: tuple[str, ...] = ()  # the first causes at the last look, and now
    after: tuple[str, ...] = ()
    spoken: str = ""  # the latest change in a sentence, for a screen reader


def history(chart: Chart, user: User) -> tuple[Line, ...]:
    """Every step, oldest first."""
    return _lines(chart, steps_of(chart), user, None)


def changes_since(chart: Chart, user: User, looked_at: datetime.datetime | None) -> Changes:
    """The steps after the user's last look, or after the sending when there was none."""
    sent_at = chart.intake.sent_at
    assert sent_at is not None
    # Own lists stand on the page anyway.
    steps = [step for step in steps_of(chart) if not isinstance(step.recorded, OwnList)]
    since = looked_at or sent_at
    # The sending itself is the beginning, never a change.
    start = max(place for place, step in enumerate(steps) if place == 0 or step.at <= since)
    form = _("Since you last looked (%(when)s)") if looked_at else _("Since it was sent (%(when)s)")
    title = form % {"when": words.time(since)}
    if start == len(steps) - 1:
        return Changes(title)
    first = max(start, len(steps) - 1 - SHOWN)
    lines = _lines(chart, steps[first:], user, NAMED)[1:]
    hidden = first - start
    is_unmoved = chart.unranked or all(step.recorded for step in steps[start + 1 :])
    earlier = ngettext("and %(n)s earlier change", "and %(n)s earlier changes", hidden) % {"n": hidden}
    return Changes(
        title=title,
        lines=lines[::-1],
        earlier=earlier if hidden else "",
        before=() if is_unmoved else first_causes(steps[start]),
        after=() if is_unmoved else first_causes(steps[-1]),
        spoken=_spoken(lines[-1]),
    )


def _spoken(last: Line) -> str:
    return " ".join(part for part in (f"{'; '.join(last.what)} ({last.who}, {last.at}).", last.effect) if part)


def _lines(chart: Chart, steps: Sequence[Step], user: User, most: int | None) -> tuple[Line, ...]:
    is_hidden = bool(chart.unranked)
    lines = []
    for before, step in zip([None, *steps[:-1]], steps, strict=True):
        is_unmoved = is_hidden or step.recorded is not None
        found = Effect() if is_unmoved or before is None else effect(before, step)
        reason, icon = REASONS[step.reason]
        lines.append(
            Line(
                reason=str(reason),
                icon=icon,
                at=words.time(step.at),
                who=who(step, user),
                what=tuple(what(chart, step, most)),
                effect=found.sentence,
                first=() if is_unmoved else first_causes(step),
                why=found.why,
            )
        )
    return tuple(lines)
