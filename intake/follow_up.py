"""A patient who has answered before: who it is and the medicines are there to confirm, and nothing else.

Shown only in a draft of a personal link, from the same patient's own answers, to a session that knows the date of
birth: a link may lie in somebody else's hands. Nothing of it is an answer until the patient goes on from its page.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.formats import date_format

from intake import derivation
from intake.models import Intake
from intake.waiting_room import screen_of

KNOWN = "follow_ups"
KNOWN_FOR = datetime.timedelta(hours=2)
CONFIRMED = (derivation.NAME, derivation.BIRTH_DATE, derivation.SEX)
LONGER_AGO = "earlier"


@dataclass(frozen=True)
class Earlier:
    """What the patient said last time, as far as it may be shown again."""

    answers: Mapping[str, Any]
    said_on: str


def last_sent(request: HttpRequest, intake: Intake) -> Intake | None:
    """The answers that this draft may follow up: those that the patient of the personal link has sent before."""
    if intake.invitation is None or intake.is_waiting_room or screen_of(request) or request.user.is_authenticated:
        return None
    own = Intake.objects.sent().filter(patient_id=intake.invitation.patient_id, practice_id=intake.practice_id)
    last = own.select_related("patient").order_by("-sent_at").first()
    return last if last and _birth_date(last) else None


def knows(last: Intake, birth_date: datetime.date) -> bool:
    return constant_time_compare(_birth_date(last), birth_date.isoformat())


def allow(request: HttpRequest, intake: Intake) -> None:
    until = timezone.now() + KNOWN_FOR
    request.session[KNOWN] = {**request.session.get(KNOWN, {}), str(intake.key): until.isoformat()}


def earlier(request: HttpRequest, intake: Intake) -> Earlier | None:
    """None unless the session has shown that it knows the patient."""
    until = request.session.get(KNOWN, {}).get(str(intake.key))
    if not until or datetime.datetime.fromisoformat(until) <= timezone.now():
        return None
    last = last_sent(request, intake)
    return None if last is None else Earlier(to_confirm(last.answers), _day(last))


def to_confirm(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Of all that was said: who it is, and what was taken.

    That nothing was taken must be said anew, as must any start that lay in the last months then.
    """
    kept = {key: answers[key] for key in CONFIRMED if key in answers}
    taken = derivation.taken(answers)
    rows = [{**row, "since": row["since"] if row["since"] == LONGER_AGO else ""} for row in taken]
    return kept | ({derivation.MEDICINES: rows} if rows else {})


def _birth_date(last: Intake) -> str:
    """ "" when it was given otherwise than it is registered: then the answers may be another person's."""
    given = last.answers.get(derivation.BIRTH_DATE) or ""
    registered = last.patient.birth_date if last.patient else None
    return "" if registered and registered.isoformat() != given else given


def _day(last: Intake) -> str:
    assert last.sent_at is not None
    return date_format(timezone.localtime(last.sent_at), "DATE_FORMAT")
