"""What a ranking consists of: frozen records that a page prints and a snapshot stores.

What a differential has many of are tuples, about 700 contributions among them: those are quick to make.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from causes.catalogue import Likelihood, RedFlag
from causes.conditions import Value


class EvidenceError(ValueError):
    """Evidence, a setting or a presenting complaint that the catalogue does not know."""


class Contribution(NamedTuple):
    """What one answered finding adds to one cause's score."""

    finding: str
    answer: Value
    lr: float  # likelihood ratio, cause against background; exactly 1 when silent
    cluster: str  # "" for none
    weight: float  # 1/(1+(k-1)rho), 0-1
    value: float  # weight * ln(lr), nats
    cause_probability: float  # a density (per unit) for a numeric finding
    background_probability: float
    is_silent: bool
    grade: str  # "" when silent
    likelihood: Likelihood | None  # the row it rests on


class RankedCause(NamedTuple):
    slug: str
    rank: int  # from 1
    posterior: float
    low: float  # 90 % credible interval
    high: float
    top_three_probability: float
    log_pretest: float
    pretest: float
    score: float  # log_pretest + sum of the contributions' values, nats
    contributions: tuple[Contribution, ...]  # by descending absolute value
    gaps: tuple[str, ...]  # answered findings for which the catalogue is silent
    rank_low: int  # 5th percentile of the rank once rank_stage is known
    rank_high: int  # 95th percentile
    rank_stage: str  # "" when no stage has a useful unanswered finding
    rank_deciders: tuple[str, ...]  # at most two findings of rank_stage that would move the posterior most

    @property
    def for_(self) -> tuple[Contribution, ...]:
        return tuple(item for item in self.contributions if item.value > 0)

    @property
    def against(self) -> tuple[Contribution, ...]:
        return tuple(item for item in self.contributions if item.value < 0)


class Outcome(NamedTuple):
    """What one possible answer would do. For a number the answer stands for a band of values."""

    answer: Value
    probability: float
    first_causes: tuple[tuple[str, float], ...]  # the first three, best first, with the posteriors they would have


class NextFinding(NamedTuple):
    slug: str
    stage: str
    gain: float  # bits; for ``safest_check`` the fall in the chance of a miss (0-1)
    outcomes: tuple[Outcome, ...]


class Check(NamedTuple):
    """An unanswered finding that would settle a cannot-miss cause."""

    finding: str
    stage: str
    posterior_if_present: float
    posterior_if_absent: float


class LaneEntry(NamedTuple):
    """A cannot-miss cause that stays in sight whatever its rank."""

    cause: str
    posterior: float
    low: float
    high: float
    rank: int
    reasons: tuple[str, ...]  # slugs of the fired red flags that suspect it
    is_above_threshold: bool
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Differential:
    release: int
    sha256: str
    engine_version: str
    setting: str
    presentation: str
    evidence: Mapping[str, Value]  # in the catalogue's order
    causes: tuple[RankedCause, ...]  # by descending posterior, then in the catalogue's order
    other_posterior: float
    other_low: float
    other_high: float
    other_log_pretest: float
    other_pretest: float
    other_score: float
    flags: tuple[RedFlag, ...]
    lane: tuple[LaneEntry, ...]
    next_findings: Mapping[str, tuple[NextFinding, ...]]  # by stage, best first
    safest_check: NextFinding | None
    is_little_known: bool
    little_known_reasons: tuple[str, ...]  # "few-findings", "wide-interval"
    evidence_meter: Mapping[str, float]  # grade -> share of the weight of the contributions, 0-1
    unexplained: tuple[str, ...]  # present findings that speak against the first cause, strongest first
    unspoken: tuple[str, ...]  # present yes/no findings on which the catalogue is silent for the first cause
    ignored: tuple[str, ...]  # evidence that adds nothing: part of the pretest (age, sex, complaint), or implied

    def cause(self, slug: str) -> RankedCause:
        """Raises KeyError for a cause that is not ranked."""
        for item in self.causes:
            if item.slug == slug:
                return item
        raise KeyError(slug)


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of the comparison of two causes; ``finding`` is "" for the pretest."""

    finding: str
    answer: Value | None
    value_a: float
    value_b: float

    @property
    def value(self) -> float:
        return self.value_a - self.value_b
