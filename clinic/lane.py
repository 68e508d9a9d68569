"""Where a cannot-miss cause of the lane stands: still to be excluded, very probable, or confirmed."""

from __future__ import annotations

import math

from causes.ranking import LaneEntry
from clinic.chart import Chart

OPEN, PROBABLE, CONFIRMED = "open", "probable", "confirmed"
ESTABLISHED = "established-posterior"


def standing_of(chart: Chart, entry: LaneEntry) -> str:
    if chart.confirmed is not None and chart.confirmed.cause == entry.cause:
        return CONFIRMED
    # A release without the limit calls none very probable.
    return PROBABLE if entry.posterior >= chart.catalogue.parameter.get(ESTABLISHED, math.inf) else OPEN
