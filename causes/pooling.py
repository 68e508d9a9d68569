"""Several counted studies of one figure: whether they agree, and what they say together. Pure Python.

Used by the ranking for the rows that an editor marked as pooled, and by the pages that show a cell's studies.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from causes.calibration import score_interval
from causes.catalogue import Catalogue, Likelihood, Problem, name_of

LEVEL = 0.95  # of the intervals, as studies print them
CONFLICT_P, CONFLICT_I2 = 0.1, 0.5
COUNTED_GRADES = ("A", "B")


@dataclass(frozen=True, slots=True)
class Count:
    """``affected`` of ``total`` patients of one study; ``total`` is at least 1."""

    affected: int
    total: int

    @property
    def share(self) -> float:
        return self.affected / self.total

    @property
    def interval(self) -> tuple[float, float]:
        return score_interval(self.affected, self.total, LEVEL)


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """How much more the studies differ than chance alone would make them."""

    q: float  # chi squared with ``degrees`` degrees of freedom when all count the same thing
    degrees: int
    p: float  # of a Q as large by chance, 0-1
    i2: float  # share of the differences that chance does not explain, 0-1


@dataclass(frozen=True, slots=True)
class Pool:
    """What several studies say together. ``low`` and ``high`` are the limits of the 95 % interval, 0-1."""

    mean: float
    low: float
    high: float
    spread: float  # between studies, as the correlation of two patients of one study, 0-1
    effective: float  # so many patients of one study would tell as much; at most ``total``
    total: int
    studies: int
    heterogeneity: Heterogeneity


def pooled(counts: Sequence[Count]) -> Pool:
    """The pooled share of a beta-binomial model, fitted by moments: each study weighs n / (1 + (n - 1) x spread).

    Without a spread that is simple pooling, the sum of those affected by the sum of those counted; the larger the
    spread, the more alike the studies weigh, and the fewer patients they count for. One study is itself.

    Kleinman JC. Proportions with extraneous variance: single and independent samples. J Am Stat Assoc 1973;68:46-54,
    doi:10.1080/01621459.1973.10481332. In the meta-analysis of proportions: Young-Xu Y, Chan KA. Pooling overdispersed
    binomial data to estimate event rate. BMC Med Res Methodol 2008;8:58. The interval is the score interval of as many
    patients as the weights add up to: Saha KK, Miller D, Wang S. Int J Biostat 2016;12(2), doi:10.1515/ijb-2015-0024.
    Raises ValueError without a study.
    """
    if not counts:
        raise ValueError("nothing to pool")
    found = heterogeneity(counts)
    spread = _spread(counts, found)
    weights = [count.total / (1 + (count.total - 1) * spread) for count in counts]
    effective = math.fsum(weights)
    affected = math.fsum(weight * count.share for weight, count in zip(weights, counts, strict=True))
    # Rounding must not lead out of the studies' range.
    shares = [count.share for count in counts]
    mean = min(max(affected / effective, min(shares)), max(shares))
    total = sum(count.total for count in counts)
    return Pool(mean, *score_interval(mean * effective, effective, LEVEL), spread, effective, total, len(counts), found)


def heterogeneity(counts: Sequence[Count]) -> Heterogeneity:
    """Q = sum of n (share - pooled share)^2 / (pooled share x (1 - pooled share)), and I^2 = 1 - degrees / Q.

    Cochran WG. The combination of estimates from different experiments. Biometrics 1954;10:101-29. Higgins JPT,
    Thompson SG. Quantifying heterogeneity in a meta-analysis. Stat Med 2002;21:1539-58, doi:10.1002/sim.1186.
    """
    total = sum(count.total for count in counts)
    share = sum(count.affected for count in counts) / total
    degrees = len(counts) - 1
    if degrees == 0 or share in (0.0, 1.0):
        return Heterogeneity(0.0, degrees, 1.0, 0.0)
    q = math.fsum(count.total * (count.share - share) ** 2 for count in counts) / (share * (1 - share))
    return Heterogeneity(q, degrees, chi_squared_tail(q, degrees), max(0.0, 1 - degrees / q) if q else 0.0)


def _spread(counts: Sequence[Count], found: Heterogeneity) -> float:
    """What of Q exceeds its expectation, as a share of what it would be if a study's patients were all alike."""
    total = sum(count.total for count in counts)
    most = math.fsum((count.total - 1) * (1 - count.total / total) for count in counts)
    return min(max((found.q - found.degrees) / most, 0.0), 1.0) if most else 0.0


def chi_squared_tail(value: float, degrees: int) -> float:
    """Probability that chi squared with so many degrees of freedom (1 or more) is larger than ``value``.

    By the recurrence of the incomplete gamma function. Abramowitz M, Stegun IA. Handbook of mathematical functions,
    1964: 26.4.4, 26.4.5 and 26.4.8.
    """
    half = value / 2
    if half <= 0:
        return 1.0
    tail = math.erfc(math.sqrt(half)) if degrees % 2 else math.exp(-half)
    for number in range(2 - degrees % 2, degrees, 2):
        tail += math.exp(number / 2 * math.log(half) - half - math.lgamma(number / 2 + 1))
    return min(tail, 1.0)


def conflict(counts: Sequence[Count]) -> bool:
    """Whether studies of one figure differ by more than chance, or the intervals of two do not meet."""
    found = heterogeneity(counts)
    if found.degrees and (found.p < CONFLICT_P or found.i2 > CONFLICT_I2):
        return True
    return any(
        first.interval[0] > second.interval[1] or second.interval[0] > first.interval[1]
        for first, second in combinations(counts, 2)
    )


def count_of(row: Likelihood) -> Count | None:
    """None when the source counted nobody."""
    return Count(row.affected, row.total) if row.affected is not None and row.total else None


def counts_of(rows: Iterable[Likelihood]) -> list[Count]:
    return [count for row in rows if (count := count_of(row)) is not None]


@lru_cache(maxsize=6)  # as many catalogues as are ranked by
def pools(catalogue: Catalogue) -> Mapping[tuple[str, str], Pool]:
    """(cause or BACKGROUND, finding) -> what the used row and those pooled with it say; only where there are such."""
    result = {}
    for cell, beside in _marked(catalogue).items():
        used = catalogue.cell.get((*cell, ""))
        if used is not None and count_of(used) is not None:
            result[cell] = pooled(counts_of([used, *beside]))
    return result


def _marked(catalogue: Catalogue) -> Mapping[tuple[str, str], list[Likelihood]]:
    rows: dict[tuple[str, str], list[Likelihood]] = defaultdict(list)
    for row in catalogue.likelihoods:
        if row.is_pooled:
            rows[row.cause, row.finding].append(row)
    return rows


def problems(catalogue: Catalogue) -> Iterator[Problem]:
    """Every row marked as pooled that cannot be: see the rules in docs/editor.md."""
    for cell, rows in _marked(catalogue).items():
        finding, used = catalogue.finding.get(cell[1]), catalogue.cell.get((*cell, ""))
        sources = {used.source} if used is not None else set()
        for row in rows:
            for message in _faults(row, finding is not None and finding.kind != "boolean", used, sources):
                yield Problem("likelihoods", name_of(row), message, row)
            sources.add(row.source)


def _faults(row: Likelihood, is_other_kind: bool, used: Likelihood | None, sources: set[str]) -> Iterator[str]:
    if is_other_kind:
        yield "only the studies of a yes/no finding can be pooled"
    elif row.is_used or count_of(row) is None:
        yield "only a counted row beside the used one can be pooled with it"
    elif row.grade not in COUNTED_GRADES:
        yield f"grade {row.grade} is an estimate: only grade A or B can be pooled"
    elif used is None or count_of(used) is None or used.grade not in COUNTED_GRADES:
        yield "cannot be pooled: the used row of this cell is not counted, or not of grade A or B"
    elif row.source in sources:
        yield "cannot be pooled with another row of the same source: its patients would count twice"
