"""What an editor reads before an import: row by row what stands in its way, or what it would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes.admin.review import TableChanges, problem_links, table_lines
from causes.exchange.tables import Rehearsal

# The page shows so much of each list, and says how much more there is.
SHOWN = 300


@dataclass(frozen=True, slots=True)
class ProblemLine:
    row: str
    column: str
    rule: str


@dataclass(frozen=True, slots=True)
class Preview:
    summary: str
    problems: tuple[ProblemLine, ...]
    more_problems: str
    changes: tuple[TableChanges, ...]
    more_changes: str
    obstacles: list[tuple[Any, str]]
    more_obstacles: str
    seen: str


def preview(found: Rehearsal) -> Preview:
    return Preview(
        summary=_summary(found),
        problems=tuple(
            ProblemLine(str(problem.row or _("File")), problem.column or "–", problem.rule)
            for problem in found.problems[:SHOWN]
        ),
        more_problems=_more(found.problems),
        changes=table_lines(found.changes[:SHOWN]),
        more_changes=_more(found.changes),
        obstacles=problem_links(found.obstacles[:SHOWN]),
        more_obstacles=_more(found.obstacles),
        seen=found.seen,
    )


def _summary(found: Rehearsal) -> str:
    if number := len(found.problems):
        words = ngettext("%(n)d problem. Nothing was imported.", "%(n)d problems. Nothing was imported.", number)
        return words % {"n": number}
    if found.totals:
        return found.totals.words()
    return ngettext("%(n)d change", "%(n)d changes", len(found.changes)) % {"n": len(found.changes)}


def _more(items: Sequence[Any]) -> str:
    left = len(items) - SHOWN
    return ngettext("… and %(n)d more.", "… and %(n)d more.", left) % {"n": left} if left > 0 else ""
