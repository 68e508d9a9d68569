"""What the differential page prints: strings and lengths, worked out here so that the templates only print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User

from causes.ranking import ENGINE_VERSION
from clinic.chart import Chart
from clinic.differential_page.causes import CauseList, cause_list
from clinic.differential_page.checks import Flags, LaneRow, Next, flags, lane, next_useful
from clinic.differential_page.comparison import Comparison, comparison
from clinic.differential_page.evidence_list import EvidenceList, Problem, control_state, evidence_list
from clinic.differential_page.head import Head, Meter, Verdict, head, meter, verdict
from clinic.summary import summary

__all__ = [
    "Comparison",
    "DifferentialPage",
    "Problem",
    "UnrankedPage",
    "comparison",
    "control_state",
    "differential_page",
    "unranked_page",
]


@dataclass(frozen=True, slots=True)
class DifferentialPage:
    head: Head
    flags: Flags | None
    verdict: Verdict
    causes: CauseList
    meter: Meter
    lane: tuple[LaneRow, ...]
    next: Next
    evidence: EvidenceList
    summary: str
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


def differential_page(
    chart: Chart, user: User, opened: str = "", problems: Mapping[str, Problem] | None = None
) -> DifferentialPage:
    """Raises EvidenceError when the evidence cannot be ranked."""
    catalogue, differential = chart.catalogue, chart.differential
    return DifferentialPage(
        head=head(chart, user),
        flags=flags(catalogue, chart.flags),
        verdict=verdict(chart),
        causes=cause_list(chart, opened),
        meter=meter(chart),
        lane=lane(catalogue, differential),
        next=next_useful(catalogue, differential),
        evidence=evidence_list(chart, user, problems or {}),
        summary=summary(chart),
        release=differential.release,
        sha256=differential.sha256[:12],
        engine_version=differential.engine_version,
    )


def unranked_page(chart: Chart, user: User, problems: Mapping[str, Problem] | None = None) -> UnrankedPage:
    return UnrankedPage(
        head=head(chart, user),
        flags=flags(chart.catalogue, chart.flags),
        evidence=evidence_list(chart, user, problems or {}),
        release=chart.release.number,
        sha256=chart.catalogue.sha256[:12],
        engine_version=ENGINE_VERSION,
    )
