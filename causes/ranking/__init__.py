"""Ranks the possible causes of twitching or tremor. docs/model.md is the specification.

Pure Python and numpy: ``rank(catalogue, evidence, setting)`` works in a notebook. Evidence maps a
finding's slug to True or False, to an option's value, or to a number; what is not known is left out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import compress
from math import exp

import numpy as np

from causes.catalogue import OTHER, STAGES, Catalogue, Cause
from causes.conditions import Evidence, Value
from causes.ranking import outlook
from causes.ranking.batch import Case, EncodedCases, encode, first_causes, posteriors
from causes.ranking.cells import Floats, Integers
from causes.ranking.model import Model, compiled
from causes.ranking.outlook import Outlook, RankRange
from causes.ranking.results import (
    Check,
    Contribution,
    Difference,
    Differential,
    EvidenceError,
    LaneEntry,
    NextFinding,
    Outcome,
    RankedCause,
)
from causes.ranking.scoring import (
    AGAINST,
    Interval,
    Observed,
    contributions,
    interval,
    meter,
    observe,
    posterior_of,
    softmax,
)
from causes.ranking.second_cause import PairPart, SecondCause, second_causes
from causes.ranking.smallest_change import Change, SmallestChange, SmallestChanges, smallest_changes
from causes.red_flags import fired

__all__ = [
    "ENGINE_VERSION",
    "Assessed",
    "Case",
    "Change",
    "Check",
    "Contribution",
    "Difference",
    "Differential",
    "EncodedCases",
    "EvidenceError",
    "LaneEntry",
    "NextFinding",
    "Outcome",
    "PairPart",
    "RankedCause",
    "SecondCause",
    "SmallestChange",
    "SmallestChanges",
    "Value",
    "assess",
    "compare",
    "encode",
    "expected_gains",
    "first_causes",
    "is_in_lane",
    "posterior",
    "posteriors",
    "rank",
    "second_causes",
    "smallest_changes",
]

ENGINE_VERSION = "3"


@dataclass(frozen=True, slots=True)
class Assessed:
    """Posterior, contributions and interval as arrays, before anything is put in words."""

    observed: Observed
    contributions: Floats  # (findings, causes + 1), nats
    scores: Floats  # (causes + 1,), nats
    posterior: Floats  # (causes + 1,)
    interval: Interval


def posterior(catalogue: Catalogue, evidence: Evidence, setting: str, presentation: str = "any") -> dict[str, float]:
    """The posterior of every cause and of ``other``; they add up to 1. Raises EvidenceError as ``rank`` does."""
    return posterior_of(compiled(catalogue), evidence, setting, presentation)


def expected_gains(
    catalogue: Catalogue,
    evidence: Evidence,
    setting: str,
    presentation: str = "any",
    *,
    stages: Collection[str] = STAGES,
) -> dict[str, float]:
    """Expected information gain in bits of each finding of the stages that could still be asked.

    Left out are those that are known, implied, part of the pretest, or ruled out by their condition.
    Raises EvidenceError as ``rank`` does.
    """
    model = compiled(catalogue)
    observed = observe(model, evidence, setting, presentation)
    look = outlook.look_ahead(model, evidence, observed, softmax(observed.scores), stages)
    return {a.finding.slug: gain for a, gain in zip(look.findings, look.gains.tolist(), strict=True)}


def assess(catalogue: Catalogue, evidence: Evidence, setting: str, presentation: str = "any") -> Assessed:
    """Raises EvidenceError as ``rank`` does."""
    model = compiled(catalogue)
    observed = observe(model, evidence, setting, presentation)
    scores = observed.scores
    values = softmax(scores)
    return Assessed(observed, observed.contributions, scores, values, interval(model, observed, values))


def rank(
    catalogue: Catalogue,
    evidence: Evidence,
    setting: str,
    presentation: str = "any",
    *,
    stages: Collection[str] = STAGES,
) -> Differential:
    """The whole differential; ``stages`` limits the findings that it suggests.

    Raises EvidenceError naming an unknown finding, option, setting or presenting complaint, and an answer of the
    wrong type; ValueError for an unknown stage and for a catalogue that cannot be ranked by.
    """
    if unknown := set(stages) - set(STAGES):
        raise ValueError(f"unknown stage {', '.join(sorted(unknown))}")
    model = compiled(catalogue)
    found = assess(catalogue, evidence, setting, presentation)
    look = outlook.look_ahead(model, evidence, found.observed, found.posterior)
    following = outlook.next_findings(look, stages)
    order = np.argsort(-found.posterior[:-1], kind="stable")
    ranks = np.empty(len(order), dtype=np.intp)
    ranks[order] = np.arange(1, len(order) + 1)
    later = outlook.rank_range(look, found.observed, outlook.next_stage(following), ranks)
    causes = _ranked_causes(model, found, order, later, outlook.deciders(look, later))
    flags = fired(catalogue, evidence)
    reasons = _little_known(catalogue, found, causes)
    return Differential(
        release=catalogue.number,
        sha256=catalogue.sha256,
        engine_version=ENGINE_VERSION,
        setting=setting,
        presentation=presentation,
        evidence={slug: evidence[slug] for slug in model.answers if slug in evidence},
        causes=causes,
        other_posterior=float(found.posterior[-1]),
        other_low=float(found.interval.low[-1]),
        other_high=float(found.interval.high[-1]),
        other_log_pretest=float(found.observed.log_pretest[-1]),
        other_pretest=float(np.exp(found.observed.log_pretest[-1])),
        other_score=float(found.scores[-1]),
        flags=flags,
        lane=_lane(model, causes, look, {flag.slug: flag.suspected_causes for flag in flags}),
        next_findings=following,
        safest_check=outlook.safest_check(look, stages),
        is_little_known=bool(reasons),
        little_known_reasons=reasons,
        evidence_meter=meter(model, found.observed, found.contributions, found.posterior),
        unexplained=_unexplained(causes),
        unspoken=_unspoken(causes),
        ignored=found.observed.ignored,
    )


def _ranked_causes(
    model: Model, found: Assessed, order: Integers, later: RankRange, deciding: list[tuple[str, ...]]
) -> tuple[RankedCause, ...]:
    limits = found.interval
    slugs = [a.finding.slug for a in found.observed.findings]
    silent = model.is_silent[[a.position for a in found.observed.findings]].T.tolist()
    parts = contributions(model, found.observed, found.contributions)
    posterior, scores, log_pretest = (v.tolist() for v in (found.posterior, found.scores, found.observed.log_pretest))
    low, high, top_three = (v.tolist() for v in (limits.low, limits.high, limits.top_three_probability))
    rank_low, rank_high = later.low.tolist(), later.high.tolist()
    return tuple(
        RankedCause(
            slug=model.causes[place],
            rank=position,
            posterior=posterior[place],
            low=low[place],
            high=high[place],
            top_three_probability=top_three[place],
            log_pretest=log_pretest[place],
            pretest=exp(log_pretest[place]),
            score=scores[place],
            contributions=parts[place],
            gaps=tuple(compress(slugs, silent[place])),
            rank_low=rank_low[place],
            rank_high=rank_high[place],
            rank_stage=later.stage,
            rank_deciders=deciding[place],
        )
        for position, place in enumerate(order.tolist(), start=1)
    )


def _lane(
    model: Model, causes: tuple[RankedCause, ...], look: Outlook, suspicions: dict[str, tuple[str, ...]]
) -> tuple[LaneEntry, ...]:
    """Cannot-miss causes above their threshold or suspected by a fired flag, in the order of the ranking."""
    reasons = {c.slug: tuple([flag for flag, named in suspicions.items() if c.slug in named]) for c in causes}
    cause = model.catalogue.cause
    inside = [c for c in causes if is_in_lane(cause[c.slug], c.posterior, bool(reasons[c.slug]))]
    checks = outlook.checks_for(look, [model.causes.index(c.slug) for c in inside])
    return tuple(
        LaneEntry(
            cause=c.slug,
            posterior=c.posterior,
            low=c.low,
            high=c.high,
            rank=c.rank,
            reasons=reasons[c.slug],
            is_above_threshold=c.posterior >= cause[c.slug].cannot_miss_threshold,
            checks=found,
        )
        for c, found in zip(inside, checks, strict=True)
    )


def is_in_lane(cause: Cause, probability: float, is_suspected: bool) -> bool:
    """Whether a cause of that posterior stays in sight; ``is_suspected``: by a fired red flag."""
    return cause.is_cannot_miss and (is_suspected or probability >= cause.cannot_miss_threshold)


def _little_known(catalogue: Catalogue, found: Assessed, causes: tuple[RankedCause, ...]) -> tuple[str, ...]:
    """Why the page must not suggest certainty: slugs of the catalogue's parameters that are exceeded."""
    reasons = []
    if len(found.observed.findings) < catalogue.parameter["few-findings"]:
        reasons.append("few-findings")
    if causes and causes[0].high - causes[0].low > catalogue.parameter["wide-interval"]:
        reasons.append("wide-interval")
    return tuple(reasons)


def _unexplained(causes: tuple[RankedCause, ...]) -> tuple[str, ...]:
    """Findings that are there although the first cause makes them less likely; what is absent needs no explanation."""
    against = [part for part in causes[0].against if part.value < -AGAINST] if causes else []
    return tuple(part.finding for part in against if part.answer is not False)


def _unspoken(causes: tuple[RankedCause, ...]) -> tuple[str, ...]:
    """Findings that are there and that the first cause is not known to bring; every patient has a choice or number."""
    silent = [part for part in causes[0].contributions if part.is_silent] if causes else []
    return tuple(part.finding for part in silent if part.answer is True)


def compare(differential: Differential, a: str, b: str) -> tuple[Difference, ...]:
    """Why cause ``a`` scores above or below cause ``b``: the pretest, then the findings by descending difference.

    The rows' values add up to the difference of the two scores. Either may be ``other``.
    Raises KeyError for a cause that is not ranked.
    """
    first, second = _values(differential, a), _values(differential, b)
    answers = differential.evidence
    rows = [Difference(slug, answers.get(slug), first.get(slug, 0.0), second.get(slug, 0.0)) for slug in answers]
    rows = [row for row in rows if row.finding not in differential.ignored]
    pretest = Difference("", None, first[""], second[""])
    return (pretest, *sorted(rows, key=lambda row: -abs(row.value)))


def _values(differential: Differential, slug: str) -> dict[str, float]:
    """What makes up a cause's score, the pretest under ""."""
    if slug == OTHER:
        return {"": differential.other_log_pretest}
    cause = differential.cause(slug)
    return {"": cause.log_pretest, **{item.finding: item.value for item in cause.contributions}}
