"""What a list of patients would make, as the page of confirmation prints it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.inviting import Planned
from clinic.patients import date


@dataclass(frozen=True, slots=True)
class PreviewRow:
    number: int
    name: str
    birth_date: str
    email: str
    language: str
    note: str
    is_skipped: bool


@dataclass(frozen=True, slots=True)
class Preview:
    summary: str
    button: str  # "" when there is nothing to make
    has_email: bool
    rows: tuple[PreviewRow, ...]


def preview_of(planned: Sequence[Planned]) -> Preview:
    made = [item for item in planned if not item.is_skipped]
    with_email = sum(bool(item.invited.email) for item in made)
    counts = {"made": len(made), "skipped": len(planned) - len(made), "email": with_email}
    return Preview(
        summary=_("Links to make: %(made)d, of these %(email)d with an e-mail address. Left out: %(skipped)d.")
        % counts,
        button=ngettext("Make %(made)d link", "Make %(made)d links", len(made)) % counts if made else "",
        has_email=bool(with_email),
        rows=tuple(_row(item) for item in planned),
    )


def _row(planned: Planned) -> PreviewRow:
    invited = planned.invited
    return PreviewRow(
        number=invited.row,
        name=invited.name,
        birth_date=date(invited.birth_date),
        email=invited.email,
        language=str(dict(settings.LANGUAGES).get(invited.language, "")),
        note=planned.note,
        is_skipped=planned.is_skipped,
    )
