"""Everything that was counted or estimated for one finding in one cause, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from causes import words
from causes.calibration import score_interval
from causes.catalogue import BACKGROUND, Catalogue, Finding, Likelihood
from causes.pooling import LEVEL, Count, Heterogeneity, Pool, conflict, count_of, counts_of, heterogeneity, pooled
from causes.reference import parts

METHOD = gettext_lazy(
    "Pooled by a beta-binomial model (Kleinman 1973): studies weigh by how many they counted; the more they differ, "
    "the more alike they weigh and the wider the interval."
)
_SCALE = 1000  # of the diamond's picture, which is stretched to the width of the plot
_SMALLEST, _LARGEST = 5.0, 14.0  # side of a study's square, in pixels
_LARGE_STUDY = 500  # counted patients from which the square grows no more


@dataclass(frozen=True, slots=True)
class Study:
    """One row of the likelihoods. The lengths are those of a picture; ``low`` is "" where nobody was counted."""

    source: parts.SourceLink | None
    source_slug: str
    about: str  # population, design and note
    role: str
    is_used: bool
    value: str
    counted: str
    interval: str
    middle: str
    low: str
    high: str
    side: str
    corner: str
    grade: parts.Grade


@dataclass(frozen=True, slots=True)
class Together:
    """The pooled figure, as the last row of the plot."""

    name: str
    is_used: bool
    value: str
    counted: str
    interval: str
    diamond: str  # points in a picture of 1000 by 16


@dataclass(frozen=True, slots=True)
class Group:
    """The studies of one option; the only group of a yes/no finding has no name."""

    name: str
    studies: tuple[Study, ...]
    together: Together | None
    agreement: str
    is_conflict: bool


@dataclass(frozen=True, slots=True)
class StudiesPage:
    cause: parts.Link
    finding: parts.Link
    cause_slug: str
    finding_slug: str
    release: int
    count: int
    has_plot: bool
    is_pooled: bool
    method: str
    groups: tuple[Group, ...]


def studies_page(catalogue: Catalogue, cause: str, slug: str) -> StudiesPage:
    """Raises KeyError for an unknown cause or finding; ``cause`` may be BACKGROUND."""
    finding = catalogue.finding[slug]
    link = parts.Link(_("In others"), "") if cause == BACKGROUND else parts.cause_link(catalogue, cause)
    rows = [row for row in catalogue.likelihoods if row.cause == cause and row.finding == slug]
    options = list(dict.fromkeys(row.option for row in rows))
    groups = tuple(_group(catalogue, finding, [row for row in rows if row.option == option]) for option in options)
    return StudiesPage(
        cause=link,
        finding=parts.finding_link(catalogue, slug),
        cause_slug=cause,
        finding_slug=slug,
        release=catalogue.number,
        count=len(rows),
        has_plot=finding.kind != "number",
        is_pooled=any(row.is_pooled for row in rows),
        method=str(METHOD) if any(group.together for group in groups) else "",
        groups=groups,
    )


def _group(catalogue: Catalogue, finding: Finding, rows: Sequence[Likelihood]) -> Group:
    """The used row first, then those pooled with it, then the larger before the smaller."""
    ordered = sorted(rows, key=lambda row: (not row.is_used, not row.is_pooled, -(row.total or 0)))
    counts = counts_of(ordered) if finding.kind != "number" else []
    return Group(
        name=words.capitalised(rows[0].option),
        studies=tuple(_study(catalogue, finding, row) for row in ordered),
        together=_together(ordered) if finding.kind == "boolean" else None,
        agreement=_agreement(counts),
        is_conflict=len(counts) > 1 and conflict(counts),
    )


def _study(catalogue: Catalogue, finding: Finding, row: Likelihood) -> Study:
    is_number = finding.kind == "number"
    count = None if is_number else count_of(row)
    share = count.share if count else row.probability
    ends = score_interval(share * row.total, row.total, LEVEL) if row.total and not is_number else None
    side = _side(row.total or 0)
    return Study(
        source=parts.source_link(catalogue, row.source),
        source_slug=row.source,
        about="; ".join(part for part in (row.population, row.design, row.note) if part),
        role=_role(row),
        is_used=row.is_used,
        value=f"{row.probability:.3g} {finding.unit}".strip() if is_number else words.probability(share),
        counted=_counted(row, count),
        interval=_ends(*ends) if ends else "",
        middle="" if is_number else words.length(share),
        low=words.length(ends[0]) if ends else "",
        high=words.length(ends[1]) if ends else "",
        side=f"{side:.1f}",
        corner=f"{-side / 2:.1f}",
        grade=parts.grade(row.grade),
    )


def _side(total: int) -> float:
    """The square's area grows with the number counted."""
    share = min(total, _LARGE_STUDY) / _LARGE_STUDY
    return float((_SMALLEST**2 + (_LARGEST**2 - _SMALLEST**2) * share) ** 0.5)


def _role(row: Likelihood) -> str:
    if row.is_used:
        return _("Used")
    return _("Pooled with it") if row.is_pooled else _("Not used")


def _counted(row: Likelihood, count: Count | None) -> str:
    if count is not None:
        return _("%(affected)s of %(total)s") % {"affected": count.affected, "total": count.total}
    return _("of %(total)s") % {"total": row.total} if row.total else _("not counted")


def _ends(low: float, high: float) -> str:
    return _("%(low)s to %(high)s") % {"low": words.probability(low), "high": words.probability(high)}


def _together(rows: Sequence[Likelihood]) -> Together | None:
    """Of the rows that are pooled; else of all counted ones, for comparison, unless one source stands twice."""
    marked = [row for row in rows if row.is_pooled]
    taken = [row for row in rows if row.is_used or row.is_pooled] if marked else list(rows)
    counted = [row for row in taken if count_of(row) is not None]
    if len(counted) < 2 or len({row.source for row in counted}) < len(counted):
        return None
    name = _("Pooled: used in the ranking") if marked else _("If they were pooled: for comparison, not used")
    return _diamond(pooled(counts_of(counted)), name, bool(marked))


def _diamond(pool: Pool, name: str, is_used: bool) -> Together:
    low, mean, high = (f"{_SCALE * share:.1f}" for share in (pool.low, pool.mean, pool.high))
    return Together(
        name=name,
        is_used=is_used,
        value=words.probability(pool.mean),
        counted=_("counts as %(effective)s of %(total)s patients")
        % {"effective": f"{pool.effective:.0f}", "total": pool.total},
        interval=_ends(pool.low, pool.high),
        diamond=f"{low},8 {mean},2 {high},8 {mean},14",
    )


def _agreement(counts: Sequence[Count]) -> str:
    if len(counts) < 2:
        return ""
    found = heterogeneity(counts)
    verdict = _("The counted studies conflict.") if conflict(counts) else _("The counted studies agree.")
    return f"{verdict} {_figures(found, len(counts))}"


def _figures(found: Heterogeneity, studies: int) -> str:
    return ngettext(
        "%(n)s study: Q %(q)s, p %(p)s, I² %(i2)s.", "%(n)s studies: Q %(q)s, p %(p)s, I² %(i2)s.", studies
    ) % {
        "n": studies,
        "q": f"{found.q:.1f}",
        "p": words.chance(found.p),
        "i2": f"{100 * found.i2:.0f}%",
    }
