"""Who has looked at a patient's answers, in words for the patient."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.models import AccessRecord, Membership
from clinic.people import display_name
from intake.models import Intake

LISTS = frozenset({"worklist", "patients"})
LOOKING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Look:
    who: str
    what: str
    when: str


def looks_at(intake: Intake) -> tuple[Look, ...]:
    """The newest first; what one person did in the same way on one day is one line."""
    records = AccessRecord.objects.filter(intake=intake).select_related("user__membership")
    return tuple(_lines(intake, records))


def _lines(intake: Intake, records: Iterable[AccessRecord]) -> Iterator[Look]:
    times: dict[tuple[str, str, datetime.date], list[datetime.datetime]] = {}
    for record in records:
        at = timezone.localtime(record.looked_at)
        times.setdefault((_who(intake, record.user), _what(record), at.date()), []).append(at)
    for (who, what, day), moments in times.items():
        yield Look(who, what, _when(day, min(moments), max(moments)))


def _who(intake: Intake, user: User) -> str:
    membership: Membership | None = getattr(user, "membership", None)
    if membership is None:
        role = _("administrator")
    elif membership.practice_id != intake.practice_id:
        role = _("works elsewhere")
    else:
        role = str(membership.get_role_display()).lower()
    return _("%(name)s (%(role)s)") % {"name": display_name(user), "role": role}


def _what(record: AccessRecord) -> str:
    if not record.was_allowed:
        return _("Tried to look, and was refused")
    if record.method not in LOOKING and record.view not in LISTS:
        return _("Wrote something about your answers")
    return _("Saw your name in a list") if record.view in LISTS else _("Looked at your answers")


def _when(day: datetime.date, first: datetime.datetime, last: datetime.datetime) -> str:
    start, end = date_format(first, "TIME_FORMAT"), date_format(last, "TIME_FORMAT")
    values = {"day": date_format(day), "start": start, "end": end}
    if start == end:
        return _("%(day)s, %(start)s") % values
    return _("%(day)s, between %(start)s and %(end)s") % values
