"""What the differential page prints: strings and lengths, worked out here so that the templates only print."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User

from causes.ranking import ENGINE_VERSION
from clinic.benign import BenignLane, benign_lane
from clinic.chart import Chart
from clinic.differential_page.causes import CauseList, cause_list
from clinic.differential_page.checks import Flags, LaneRow, flags, lane
from clinic.differential_page.comparison import Comparison, comparison
from clinic.differential_page.evidence_list import (
    EvidenceList,
    EvidenceRow,
    Problem,
    control_state,
    entered_rows,
    evidence_list,
    newest_entry,
)
from clinic.differential_page.explaining import Explained, TippingPoint, explained, tipping_point
from clinic.differential_page.head import Head, Verdict, head, verdict
from clinic.differential_page.meter import Meter, meter
from clinic.differential_page.next_findings import Next, next_useful
from clinic.differential_page.what_if import WITHOUT, WhatIf, what_if
from clinic.summary import summary

__all__ = [
    "WITHOUT",
    "AnsweredPage",
    "Comparison",
    "DifferentialPage",
    "Problem",
    "TippingPoint",
    "UnrankedPage",
    "answered_page",
    "cause_list",
    "comparison",
    "control_state",
    "differential_page",
    "tipping_point",
    "unranked_page",
]


@dataclass(frozen=True, slots=True)
class DifferentialPage:
    head: Head
    flags: Flags | None
    verdict: Verdict
    causes: CauseList
    explained: Explained
    meter: Meter
    lane: tuple[LaneRow, ...]
    benign: BenignLane | None
    next: Next
    evidence: EvidenceList
    summary: str
    what_if: WhatIf | None  # None while every finding counts
    inputs: str  # of the ranking: two with the same are the same
    release: int
    sha256: str
    engine_version: str


@dataclass(frozen=True, slots=True)
class UnrankedPage:
    """What is known of an intake that the current release cannot rank, and nothing of a ranking."""

    head: Head
    flags: Flags | None
    evidence: EvidenceList
    release: int
    sha256: str
    engine_version: str


@dataclass(frozen=True, slots=True)
class AnsweredPage:
    """What must be right at once after a change; the rest of the page follows."""

    flags: Flags | None
    verdict: Verdict
    causes: CauseList
    lane: tuple[LaneRow, ...]
    benign: BenignLane | None
    rows: tuple[EvidenceRow, ...]
    seen: int
    inputs: str
    what_if: None = None  # nothing is entered while a finding is switched off


def differential_page(
    chart: Chart,
    user: User,
    opened: str = "",
    problems: Mapping[str, Problem] | None = None,
    without: Collection[str] = (),
) -> DifferentialPage:
    """The findings of ``without`` are switched off for the ranking, never for red flags, head and summary.

    Raises EvidenceError when the evidence cannot be ranked.
    """
    shown = chart.without(without)
    switched_off = shown.record.switched_off
    shown = shown if switched_off else chart
    trial = what_if(chart, shown) if switched_off else None
    catalogue, differential = chart.catalogue, shown.differential
    return DifferentialPage(
        head=head(chart),
        flags=flags(catalogue, chart.flags),
        verdict=verdict(shown),
        causes=cause_list(shown, opened, trial.query if trial else ""),
        explained=explained(shown),
        meter=meter(differential),
        lane=lane(shown),
        # Nothing is called benign by leaving a finding out.
        benign=None if trial else benign_lane(chart),
        next=next_useful(catalogue, differential, switched_off),
        evidence=evidence_list(shown, user, problems or {}),
        summary=summary(chart),
        what_if=trial,
        inputs=shown.inputs,
        release=differential.release,
        sha256=differential.sha256[:12],
        engine_version=differential.engine_version,
    )


def unranked_page(chart: Chart, user: User, problems: Mapping[str, Problem] | None = None) -> UnrankedPage:
    return UnrankedPage(
        head=head(chart),
        flags=flags(chart.catalogue, chart.flags),
        evidence=evidence_list(chart, user, problems or {}),
        release=chart.release.number,
        sha256=chart.catalogue.sha256[:12],
        engine_version=ENGINE_VERSION,
    )


def answered_page(chart: Chart, user: User) -> AnsweredPage:
    """Raises EvidenceError when the evidence cannot be ranked."""
    return AnsweredPage(
        flags=flags(chart.catalogue, chart.flags),
        verdict=verdict(chart),
        causes=cause_list(chart, ""),
        lane=lane(chart),
        benign=benign_lane(chart),
        rows=entered_rows(chart, user),
        seen=newest_entry(chart),
        inputs=chart.inputs,
    )
