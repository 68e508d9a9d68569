"""What a catalogue rests on: uncited figures, sources that nobody uses or reviews, studies that conflict. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from causes.catalogue import GRADES, Catalogue, Likelihood, Source
from causes.pooling import Heterogeneity, conflict, counts_of, heterogeneity
from causes.ranking.model import Model, compiled

REVIEW_MONTHS = "source-review-months"  # a parameter
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Uses:
    """How often a source is cited: by table, and in how many rows that the ranking counts with."""

    tables: Mapping[str, int]
    ranked: int

    @property
    def total(self) -> int:
        return sum(self.tables.values())

    @property
    def matters(self) -> bool:
        """Whether anything rests on it but likelihoods that are not used."""
        return self.ranked > 0 or self.total > self.tables.get("likelihoods", 0)


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the used rows: their number, and what they are expected to add to or take from a score, in nats, by grade.

    ``size`` is None for a catalogue that cannot be ranked by.
    """

    rows: Mapping[str, int]
    size: Mapping[str, float] | None

    @property
    def uncited_rows(self) -> float:
        """0-1; 0 without a row."""
        return _share(self.rows)

    @property
    def uncited_size(self) -> float | None:
        """0-1; None for a catalogue that cannot be ranked by."""
        return None if self.size is None else _share(self.size)


@dataclass(frozen=True, slots=True)
class Conflict:
    cause: str
    finding: str
    option: str
    studies: int
    is_pooled: bool
    heterogeneity: Heterogeneity


@dataclass(frozen=True, slots=True)
class Review:
    source: Source
    due_since: date | None  # None: never reviewed
    uses: int


def _share(parts: Mapping[str, float]) -> float:
    total = sum(parts.values())
    return parts.get("D", 0) / total if total else 0.0


def uses(catalogue: Catalogue) -> dict[str, Uses]:
    """Of every source of the catalogue."""
    tables: dict[str, Counter[str]] = defaultdict(Counter)
    ranked: Counter[str] = Counter()
    for table, source in _citations(catalogue):
        tables[source][table] += 1
    for row in catalogue.likelihoods:
        ranked[row.source] += row.is_used or row.is_pooled
    for pretest in catalogue.pretests:
        ranked[pretest.source] += 1
    return {slug: Uses(dict(tables[slug]), ranked[slug]) for slug in catalogue.source}


def _citations(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Table and source of everything that cites one."""
    for table in (
        "likelihoods",
        "pretests",
        "epidemiology",
        "treatments",
        "investigations",
        "red_flags",
        "facts",
        "drinks",
        "parameters",
        "burdens",
        "patient_advice",
    ):
        yield from ((table, row.source) for row in getattr(catalogue, table) if row.source)
    yield from (("patient_advice", row.recheck_source) for row in catalogue.patient_advice if row.recheck_source)
    yield from (("drug_effects", effect.source) for drug in catalogue.drugs for effect in drug.effects if effect.source)


def weights(catalogue: Catalogue) -> tuple[Weights, dict[str, Weights]]:
    """Of the whole catalogue, and of each cause: the background's rows count in the whole alone."""
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for row in catalogue.cell.values():
        rows[row.cause][row.grade] += 1
    total = sum(rows.values(), Counter())
    try:
        sizes = _sizes(compiled(catalogue))
    except ValueError:  # the page of problems says why
        return Weights(total, None), {cause.slug: Weights(rows[cause.slug], None) for cause in catalogue.causes}
    each = {cause.slug: Weights(rows[cause.slug], sizes[cause.slug]) for cause in catalogue.causes}
    return Weights(total, {grade: sum(part[grade] for part in sizes.values()) for grade in GRADES}), each


def _sizes(model: Model) -> dict[str, dict[str, float]]:
    """Cause -> grade -> sum over its cells of the mean |ln likelihood ratio| of the answers that such patients give."""
    size = np.abs(model.log_ratio[:, :-1]) * model.theta[:, :-1]
    starts = [a.start for a in model.columns]
    of_cell = np.add.reduceat(size, starts, axis=0) if starts else size
    return {
        cause: {grade: float(of_cell[model.grades[:, place] == n, place].sum()) for n, grade in enumerate(GRADES)}
        for place, cause in enumerate(model.causes)
    }


def reviews_due(catalogue: Catalogue, used: Mapping[str, Uses], today: date) -> list[Review]:
    """Of the sources in use: those never reviewed and those whose review is too long ago, the most used first."""
    months = int(catalogue.parameter[REVIEW_MONTHS])
    found = [
        Review(source, due, used[source.slug].total)
        for source in catalogue.sources
        if used[source.slug].total and ((due := due_on(source, months)) is None or due <= today)
    ]
    return sorted(found, key=lambda review: (-review.uses, review.source.title))


def due_on(source: Source, months: int) -> date | None:
    """The day from which another review is due; None for a source that was never reviewed."""
    if not source.reviewed_on:
        return None
    then = date.fromisoformat(source.reviewed_on)
    year, month = divmod(then.year * _MONTHS_A_YEAR + then.month - 1 + months, _MONTHS_A_YEAR)
    # The last of a month may not exist so many months later: the 28th always does.
    return date(year, month + 1, min(then.day, 28))


def conflicts(catalogue: Catalogue) -> list[Conflict]:
    """Cells whose counted studies disagree, one line a cell, the least likely by chance first."""
    rows: dict[tuple[str, str, str], list[Likelihood]] = defaultdict(list)
    for row in catalogue.likelihoods:
        if row.affected is not None and row.total:
            rows[row.cause, row.finding, row.option].append(row)
    found: dict[tuple[str, str], Conflict] = {}
    for (cause, finding, option), studies in rows.items():
        counts = counts_of(studies)
        if len(counts) > 1 and conflict(counts):
            is_pooled = any(row.is_pooled for row in studies)
            new = Conflict(cause, finding, option, len(counts), is_pooled, heterogeneity(counts))
            worst = found.setdefault((cause, finding), new)
            if new.heterogeneity.p < worst.heterogeneity.p:
                found[cause, finding] = new
    return sorted(found.values(), key=lambda item: item.heterogeneity.p)
