"""Inviting many patients: what would be made, said before it is, and made once however often it is asked for."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from clinic import words
from clinic.invitation_file import Invited
from clinic.invitations import registered, usable
from intake.models import Invitation, Patient, Practice

SALT = "clinic.inviting"
CONFIRM_WITHIN = datetime.timedelta(hours=1)
Person = tuple[str, datetime.date]


@dataclass(frozen=True, slots=True)
class Planned:
    invited: Invited
    is_skipped: bool
    note: str


def plan(practice: Practice, invited: Iterable[Invited]) -> tuple[Planned, ...]:
    """No second link for someone who is in the list twice, or has one that still works."""
    rows = list(invited)
    known = _registered(practice, rows)
    open_since = _open_links(known.values())
    seen: dict[Person, int] = {}
    planned = []
    for row in rows:
        person = _person(row.name, row.birth_date)
        patient = known.get(person)
        if person in seen:
            note, is_skipped = _("The same patient as in row %(row)d: no second link.") % {"row": seen[person]}, True
        elif patient is not None and patient.pk in open_since:
            since = words.time(open_since[patient.pk])
            note, is_skipped = _("Has a link that still works, made %(when)s: no new one.") % {"when": since}, True
        else:
            note, is_skipped = (_("Registered already.") if patient else _("New patient.")), False
        seen.setdefault(person, row.row)
        planned.append(Planned(row, is_skipped, note))
    return tuple(planned)


@transaction.atomic
def invite_all(
    practice: Practice, created_by: User, invited: Iterable[Invited], expires_at: datetime.datetime
) -> list[Invitation]:
    """Asked twice, the second finds the links of the first and makes none."""
    Practice.objects.select_for_update().get(pk=practice.pk)
    return [
        Invitation.objects.create(
            patient=registered(practice, item.invited.name, item.invited.birth_date),
            created_by=created_by,
            expires_at=expires_at,
            email=item.invited.email,
            language=item.invited.language,
        )
        for item in plan(practice, invited)
        if not item.is_skipped
    ]


def sealed(practice: Practice, invited: Iterable[Invited]) -> str:
    """The rows as the page of confirmation carries them: nothing is stored until somebody has looked at them."""
    rows = [[item.row, item.name, item.birth_date.isoformat(), item.email, item.language] for item in invited]
    return signing.dumps({"practice": practice.pk, "rows": rows}, salt=SALT, compress=True)


def unsealed(practice: Practice, text: str) -> tuple[Invited, ...] | None:
    """None when they are too old, were altered, or belong to another practice."""
    try:
        content = signing.loads(text, salt=SALT, max_age=CONFIRM_WITHIN)
    except signing.BadSignature:
        return None
    if content["practice"] != practice.pk:
        return None
    return tuple(
        Invited(row, name, datetime.date.fromisoformat(born), email, language)
        for row, name, born, email, language in content["rows"]
    )


def _registered(practice: Practice, rows: Iterable[Invited]) -> dict[Person, Patient]:
    days = {row.birth_date for row in rows}
    patients = Patient.objects.filter(practice=practice, birth_date__in=days).order_by("-name", "-id")
    return {_person(patient.name, patient.birth_date): patient for patient in patients if patient.birth_date}


def _open_links(patients: Iterable[Patient]) -> dict[int, datetime.datetime]:
    links = usable(Invitation.objects.filter(patient__in=list(patients))).order_by("created_at")
    return dict(links.values_list("patient_id", "created_at"))


def _person(name: str, born: datetime.date) -> Person:
    return name.casefold(), born
