"""The calibration picture: stated probability against counted share. Lengths in the units of its frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from causes.calibration import Group, groups
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


def picture(slug: str, title: str, outcomes: Sequence[tuple[float, bool]], least: int) -> Picture:
    """Groups smaller than ``least`` are merged with their neighbours."""
    points = tuple(_point(group) for group in groups(outcomes, least))
    parts = [_("stated %(p)s, right in %(n)s") % {"p": point.stated, "n": point.count} for point in points]
    return Picture(slug, title, f"{title}: {'; '.join(parts)}", points)


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
