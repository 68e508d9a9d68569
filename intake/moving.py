"""A draft that was begun with another release of the catalogue: it moves to the current one when it is opened.

The patient is told once, before anything else is asked, and confirms it: only then does the draft move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from causes.catalogue import Catalogue
from causes.catalogue.translating import in_language
from causes.models import Release
from intake.fitting import Aside, fitted, reworded
from intake.models import Intake
from intake.summary import Row, said

# Which release a page was laid out by, as it is posted back.
RELEASE = "release"


@dataclass(frozen=True)
class Changes:
    """What moving to a release does to the answers so far, in the patient's words."""

    release: int
    aside: tuple[Row, ...]  # what no longer fits, by the questions that it was said to
    reworded: tuple[Row, ...]  # what is kept although its question reads otherwise, by the new questions

    @property
    def is_any(self) -> bool:
        return bool(self.aside or self.reworded)


def newer_release(intake: Intake) -> Release | None:
    """The current release, when the draft was laid out by another: a newer one, or one before it was withdrawn."""
    try:
        current = Release.objects.current()
    except Release.DoesNotExist:
        return None
    return None if current.pk == intake.release_id else current


def changes(intake: Intake, release: Release) -> Changes:
    old, new = intake.release.catalogue(), release.catalogue()
    found = fitted(old, new, intake.answers, intake.typed, intake.aside)
    fresh = {key: kept for key, kept in found.aside.items() if key not in intake.aside}
    spoken = _spoken(new)
    rows = [said(spoken, found.answers, name) for name in reworded(old, new, found.answers)]
    return Changes(release.pk, aside_rows(fresh), tuple(row for row in rows if row))


def aside_rows(aside: Aside) -> tuple[Row, ...]:
    """What was said to questions of earlier releases, in their words."""
    numbers = {kept["release"] for kept in aside.values()}
    catalogues = {
        release.pk: _spoken(release.catalogue()) for release in Release.objects.defer("document").filter(pk__in=numbers)
    }
    return tuple(_aside_row(catalogues[kept["release"]], key, kept["value"]) for key, kept in aside.items())


def earlier_release(intake: Intake, posted: QueryDict) -> Release | None:
    """The release of the draft's own past that laid the page out; None for the one that it has now."""
    own = {str(move["from"]) for move in intake.moves} - {str(intake.release_id)}
    number = posted.get(RELEASE, "")
    return Release.objects.defer("document").get(pk=number) if number in own else None


def _spoken(catalogue: Catalogue) -> Catalogue:
    return in_language(catalogue, get_language() or "")


def _aside_row(catalogue: Catalogue, key: str, value: Any) -> Row:
    found = said(catalogue, {key: value}, key)
    if found and found.is_answered:
        return found
    return Row(found.question if found else _("Another question"), _plain(value), True, "", "")


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {part}" for key, part in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
