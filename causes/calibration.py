"""How far stated probabilities and counted shares agree. Pure Python.

``probabilities`` are numbers 0-1, each with whether what it was stated of came true.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev

LEVEL = 0.9  # of an interval, as for the posteriors


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``total``; ``low`` and ``high`` are the limits of the interval, 0-1."""

    count: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """Raises ZeroDivisionError when nothing was counted."""
        return self.count / self.total


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring probabilities: their mean, and how often what they were stated of came true."""

    mean: float
    share: Share


def share(count: int, total: int, level: float = LEVEL) -> Share:
    """A counted share with its score interval; 0 to 1 when nothing was counted.

    Raises ValueError unless 0 <= count <= total.
    """
    if not 0 <= count <= total:
        raise ValueError(f"{count} of {total}")
    return Share(count, total, *score_interval(count, total, level))


def score_interval(count: float, total: float, level: float = LEVEL) -> tuple[float, float]:
    """Limits of the share that ``count`` of ``total`` stand for, 0-1; both need not be whole. 0 to 1 of nothing.

    Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc 1927;22:209-12.
    """
    if total == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle = (count + z * z / 2) / (total + z * z)
    half = z * math.sqrt(count * (total - count) / total + z * z / 4) / (total + z * z)
    low = 0.0 if count == 0 else max(0.0, middle - half)
    high = 1.0 if count == total else min(1.0, middle + half)
    return low, high


def mean_interval(values: Sequence[float], level: float = LEVEL) -> tuple[float, float] | None:
    """Limits of a mean of numbers that are not negative, by the normal approximation; None of fewer than two."""
    if len(values) < 2:
        return None
    half = NormalDist().inv_cdf((1 + level) / 2) * stdev(values) / math.sqrt(len(values))
    middle = fmean(values)
    return max(0.0, middle - half), middle + half


def groups(outcomes: Sequence[tuple[float, bool]], least: int, widths: int = 10) -> tuple[Group, ...]:
    """Bins of equal width, by probability; one with fewer than ``least`` is merged with its neighbours.

    A single group is left when there are fewer than ``2 * least`` outcomes, none when there are fewer than ``least``.
    """
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(widths)]
    for probability, is_true in outcomes:
        bins[min(int(probability * widths), widths - 1)].append((probability, is_true))
    merged: list[list[tuple[float, bool]]] = [[]]
    for members in bins:
        if len(merged[-1]) >= least:
            merged.append([])
        merged[-1] += members
    if len(merged) > 1 and len(merged[-1]) < least:
        last = merged.pop()
        merged[-1] += last
    return tuple(_group(members) for members in merged if len(members) >= max(least, 1))


def _group(members: Sequence[tuple[float, bool]]) -> Group:
    mean = math.fsum(probability for probability, _ in members) / len(members)
    return Group(mean, share(sum(is_true for _, is_true in members), len(members)))
