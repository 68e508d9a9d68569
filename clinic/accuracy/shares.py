"""A counted share in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from django.utils.translation import gettext as _

from causes.calibration import Share, mean_interval, share


@dataclass(frozen=True, slots=True)
class Figure:
    value: str  # "" over too few patients
    interval: str
    count: str


def figure(count: int, total: int, least: int) -> Figure:
    counted = _("%(n)s of %(total)s") % {"n": count, "total": total} if total else ""
    if total < least:
        return Figure("", "", counted)
    found = share(count, total)
    return Figure(percent(found.value), interval(found), counted)


def mean(values: Sequence[float], least: int) -> Figure:
    limits = mean_interval(values)
    if limits is None or len(values) < least:
        return Figure("", "", "")
    low, high = limits
    return Figure(f"{fmean(values):.1f}", _("%(low).1f to %(high).1f") % {"low": low, "high": high}, "")


def percent(value: float) -> str:
    """Of what was counted: unlike a probability it may be 0% or 100%."""
    return f"{value * 100:.0f}%"


def interval(found: Share) -> str:
    return _("%(low)s to %(high)s") % {"low": percent(found.low), "high": percent(found.high)}
