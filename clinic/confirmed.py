"""The diagnosis that a patient turned out to have: the newest record counts, the older ones stay in sight."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import formats
from django.utils.translation import gettext as _

from clinic import words
from clinic.models import ConfirmedDiagnosis
from clinic.people import display_name
from intake.models import Intake


@dataclass(frozen=True, slots=True)
class ConfirmedLine:
    """One record as the pages print it."""

    name: str  # "" when it is a withdrawal
    standing: str  # whether it counts, in a word or two
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


def standing_row(intake: Intake) -> ConfirmedDiagnosis | None:
    return standing(intake.confirmed_diagnoses.all()).get(intake.pk)


def standing_line(intake: Intake) -> ConfirmedLine | None:
    row = standing_row(intake)
    return line(row) if row else None


def lines(intake: Intake) -> tuple[ConfirmedLine, ...]:
    """Everything that was recorded, newest first."""
    rows = list(intake.confirmed_diagnoses.select_related("entered_by").order_by("-id"))
    return tuple(line(row, newer) for newer, row in zip([None, *rows], rows, strict=False))


def line(row: ConfirmedDiagnosis, newer: ConfirmedDiagnosis | None = None) -> ConfirmedLine:
    return ConfirmedLine(
        name=row.name,
        standing=_standing(row, newer),
        basis=row.get_basis_display(),
        confirmed_on=formats.date_format(row.confirmed_on, "j F Y") if row.confirmed_on else "",
        note=row.note,
        is_known_before=row.is_known_before,
        entered=words.time(row.entered_at),
        entered_by=display_name(row.entered_by),
    )


def _standing(row: ConfirmedDiagnosis, newer: ConfirmedDiagnosis | None) -> str:
    """``newer`` is the next record after it."""
    if newer is None:
        return _("no diagnosis counts") if row.is_withdrawn else _("counts")
    if row.is_withdrawn:
        return _("a new one was recorded")
    return _("withdrawn, does not count") if newer.is_withdrawn else _("replaced, does not count")


def withdraw(intake: Intake, user: User, key: uuid.UUID, reason: str) -> None:
    """Appends the withdrawal; nothing when nothing stands, so that a resend withdraws once."""
    if confirmed_intakes([intake.pk]):
        ConfirmedDiagnosis.objects.create(intake=intake, entered_by=user, key=key, note=reason, is_withdrawn=True)
