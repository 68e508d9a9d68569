"""The diagnosis that a patient turned out to have: the newest record counts, the older ones stay in sight."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import formats

from clinic import words
from clinic.models import ConfirmedDiagnosis
from clinic.people import display_name
from intake.models import Intake


@dataclass(frozen=True, slots=True)
class ConfirmedLine:
    """One record as the pages print it."""

    name: str  # "" when it was withdrawn
    basis: str
    confirmed_on: str
    note: str
    is_known_before: bool
    entered: str
    entered_by: str


def standing(rows: Iterable[ConfirmedDiagnosis]) -> dict[int, ConfirmedDiagnosis]:
    """The diagnosis that counts, by intake: the newest row, unless it withdrew."""
    newest = {row.intake_id: row for row in sorted(rows, key=lambda row: row.pk)}
    return {intake: row for intake, row in newest.items() if not row.is_withdrawn}


def confirmed_intakes(intakes: Collection[int]) -> set[int]:
    return set(standing(ConfirmedDiagnosis.objects.filter(intake__in=intakes)))


def names(intakes: Collection[int]) -> dict[int, str]:
    """The confirmed diagnosis of those intakes that have one."""
    found = standing(ConfirmedDiagnosis.objects.filter(intake__in=intakes))
    return {intake: row.name for intake, row in found.items()}


def standing_line(intake: Intake) -> ConfirmedLine | None:
    rows = intake.confirmed_diagnoses.prefetch_related("entered_by").order_by("-id")[:1]
    return next((line(row) for row in rows if not row.is_withdrawn), None)


def lines(intake: Intake) -> tuple[ConfirmedLine, ...]:
    """Everything that was recorded, newest first."""
    return tuple(line(row) for row in intake.confirmed_diagnoses.select_related("entered_by").order_by("-id"))


def line(row: ConfirmedDiagnosis) -> ConfirmedLine:
    return ConfirmedLine(
        name=row.name,
        basis=row.get_basis_display(),
        confirmed_on=formats.date_format(row.confirmed_on, "j F Y") if row.confirmed_on else "",
        note=row.note,
        is_known_before=row.is_known_before,
        entered=words.time(row.entered_at),
        entered_by=display_name(row.entered_by),
    )


def withdraw(intake: Intake, user: User, key: uuid.UUID, reason: str) -> None:
    """Appends the withdrawal; nothing when nothing stands, so that a resend withdraws once."""
    if confirmed_intakes([intake.pk]):
        ConfirmedDiagnosis.objects.create(intake=intake, entered_by=user, key=key, note=reason, is_withdrawn=True)
