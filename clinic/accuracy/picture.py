"""The calibration picture: stated probability against counted share. Lengths in the units of its frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes.calibration import Group, groups
from causes.evaluation import calibration_error, calibration_error_by_chance
from clinic import words
from clinic.accuracy.shares import interval, percent

LEFT, TOP, SIDE = 44.0, 8.0, 264.0  # the square in which 0 to 1 is drawn


@dataclass(frozen=True, slots=True)
class Point:
    x: str
    y: str
    low: str
    high: str
    stated: str
    came_true: str
    interval: str
    count: str


@dataclass(frozen=True, slots=True)
class Picture:
    slug: str
    title: str
    label: str
    points: tuple[Point, ...]
    error: str  # the calibration error, of how many patients
    chance: str  # what it would be by chance alone


def picture(slug: str, title: str, outcomes: tuple[tuple[float, bool], ...], least: int) -> Picture:
    """Groups smaller than ``least`` are merged with their neighbours."""
    points = tuple(_point(group) for group in groups(outcomes, least))
    parts = [_("stated %(p)s, right in %(n)s") % {"p": point.stated, "n": point.count} for point in points]
    error, low, high = _error(outcomes)
    counted = ngettext("%(p)s in %(n)s patient", "%(p)s in %(n)s patients", len(outcomes))
    return Picture(
        slug,
        title,
        f"{title}: {'; '.join(parts)}",
        points,
        error=counted % {"p": _fine(error), "n": len(outcomes)},
        chance=_("%(low)s to %(high)s") % {"low": _fine(low), "high": _fine(high)},
    )


@lru_cache(maxsize=8)
def _error(outcomes: tuple[tuple[float, bool], ...]) -> tuple[float, float, float]:
    """The calibration error, and the limits of what chance alone would make it."""
    stated = np.array([probability for probability, _is_right in outcomes])
    is_right = np.array([is_right for _probability, is_right in outcomes])
    return calibration_error(stated, is_right), *calibration_error_by_chance(stated)


def _fine(value: float) -> str:
    return f"{value * 100:.1f}%"


def _point(group: Group) -> Point:
    found = group.share
    return Point(
        x=_x(group.mean),
        y=_y(found.value),
        low=_y(found.low),
        high=_y(found.high),
        stated=words.probability(group.mean),
        came_true=percent(found.value),
        interval=interval(found),
        count=_("%(n)s of %(total)s") % {"n": found.count, "total": found.total},
    )


def _x(value: float) -> str:
    return f"{LEFT + value * SIDE:.1f}"


def _y(value: float) -> str:
    return f"{TOP + (1 - value) * SIDE:.1f}"
