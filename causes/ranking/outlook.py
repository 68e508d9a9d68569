"""What is still to be learnt: gain of each unanswered finding, checks for cannot-miss causes, range of ranks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import compress, islice

import numpy as np

from causes.catalogue import STAGES
from causes.conditions import Clause, Evidence, Value
from causes.ranking.cells import Floats, Integers
from causes.ranking.model import AGE, SEX, SIMULATIONS, Answers, Model
from causes.ranking.results import Check, NextFinding, Outcome
from causes.ranking.scoring import Observed

USEFUL_GAIN = 0.01  # bits; less is not worth a line
SUGGESTIONS = 5  # a stage, at most
CHECKS = 3  # a cannot-miss cause, at most
PREVIEWED = 3  # causes of each possible answer
DECIDERS = 2  # a cause, at most
MOVED = 0.1  # of its posterior: a finding that is expected to move a cause by less decides nothing


@dataclass(frozen=True, slots=True)
class Clusters:
    """The answered findings by cluster; the last place stands for no cluster."""

    sums: Floats  # (clusters + 1, causes + 1), undiscounted log ratios
    counts: Integers  # (clusters + 1,)
    rho: Floats

    def weights(self, more: Integers | int = 0) -> Floats:
        """The discount of each cluster with so many answers more."""
        others = np.maximum(self.counts + more - 1, 0)
        result: Floats = 1 / (1 + others * self.rho)
        return result

    def shift(self, weights: Floats) -> Floats:
        """(clusters + 1, causes + 1): how the scores move when the answered findings get these discounts."""
        result: Floats = (weights - self.weights())[:, None] * self.sums
        return result


def clusters_of(model: Model, observed: Observed) -> Clusters:
    sums = np.zeros((len(model.rho), len(observed.log_pretest)))
    counts = np.zeros(len(model.rho), dtype=np.intp)
    for a, ratios in zip(observed.findings, observed.log_ratios, strict=True):
        if a.cluster < len(counts) - 1:
            sums[a.cluster] += ratios
            counts[a.cluster] += 1
    return Clusters(sums, counts, np.array(model.rho))


@dataclass(frozen=True, slots=True)
class Outlook:
    """Every answer of every unanswered finding: how probable, and the posterior that it would give."""

    model: Model
    clusters: Clusters
    findings: list[Answers]
    starts: Integers  # (findings,): first row of each
    probability: Floats  # (rows,)
    posterior_now: Floats  # (causes + 1,)
    posterior: Floats  # (rows, causes + 1)
    gains: Floats  # (findings,), bits
    miss_falls: Floats  # (findings, causes + 1): by how much p (1 - p) of each cause is expected to fall

    def next_findings(self, places: list[int], gains: list[float]) -> list[NextFinding]:
        """The findings at these places, with a preview of the ranking for each possible answer."""
        findings = [self.findings[place] for place in places]
        starts = self.starts[places].tolist()
        rows = [start + answer for start, a in zip(starts, findings, strict=True) for answer in range(len(a.values))]
        outcomes = self._outcomes(rows, [value for a in findings for value in a.values])
        return [
            NextFinding(a.finding.slug, a.stage, gain, tuple(islice(outcomes, len(a.values))))
            for a, gain in zip(findings, gains, strict=True)
        ]

    def _outcomes(self, rows: list[int], answers: list[Value]) -> Iterator[Outcome]:
        after = self.posterior[rows, :-1]
        first = np.argsort(-after, axis=1, kind="stable")[:, :PREVIEWED]
        chances = np.take_along_axis(after, first, axis=1).ravel().tolist()
        named = zip(self.model.slugs[first].flat, chances, strict=True)
        previews = zip(*[named] * first.shape[1], strict=True)
        return map(Outcome._make, zip(answers, self.probability[rows].tolist(), previews, strict=True))


def look_ahead(
    model: Model, evidence: Evidence, observed: Observed, posterior: Floats, stages: Collection[str] = STAGES
) -> Outlook:
    """Gains are measured against the mean of a finding's outcomes, not against the posterior as it is.

    Any further answer of a cluster discounts the others more; this shift is the same whatever the answer and teaches
    nothing.
    """
    findings = [a for a in unanswered(model, evidence, observed) if a.stage in stages]
    rows, starts = columns_of(model, findings)
    probability = model.theta[rows] @ posterior
    clusters = clusters_of(model, observed)
    after, bits = posterior_and_entropy(_scores_after(model, clusters, observed.scores, rows))
    moments = _expected(probability, np.concatenate([after, after * after, bits[:, None]], axis=1), starts)
    mean, square, left = np.split(moments, [len(posterior), 2 * len(posterior)], axis=1)
    gains = np.maximum(0.0, entropy(mean) - left[:, 0])
    falls = np.maximum(0.0, square - mean * mean)
    return Outlook(model, clusters, findings, starts, probability, posterior, after, gains, falls)


def _expected(probability: Floats, values: Floats, starts: Integers) -> Floats:
    """(findings, …): mean of the rows' values over each finding's answers."""
    weighted = probability[:, None] * values
    result: Floats = np.add.reduceat(weighted, starts, axis=0) if len(starts) else weighted
    return result


def unanswered(model: Model, evidence: Evidence, observed: Observed) -> list[Answers]:
    """Findings that could still be asked: neither known nor implied nor part of the pretest nor ruled out."""
    known = {*evidence, *observed.ignored, AGE, SEX, *model.implied(evidence)}
    left = [a for slug, a in model.answers.items() if slug not in known]
    return [a for a in left if not (a.ask_if and is_ruled_out(a.ask_if, evidence))]


def is_ruled_out(alternatives: Collection[tuple[Clause, ...]], evidence: Evidence) -> bool:
    """Whether every alternative has a clause that is known not to hold."""
    for group in alternatives:
        if not any(clause.slug in evidence and not clause.is_met(evidence) for clause in group):
            return False
    return bool(alternatives)


def columns_of(model: Model, findings: list[Answers]) -> tuple[Integers, Integers]:
    """The columns of all the findings' answers, and where each finding starts among them."""
    chosen = np.zeros(len(model.columns), dtype=np.bool_)
    chosen[[a.position for a in findings]] = True
    lengths = model.lengths[chosen]
    return np.flatnonzero(chosen[model.column_finding]), np.cumsum(lengths) - lengths


def _scores_after(model: Model, clusters: Clusters, scores: Floats, rows: Integers) -> Floats:
    """(rows, causes + 1): scores once one more answer is known, with the discount of its cluster moved."""
    of_row, weights = model.column_cluster[rows], clusters.weights(1)
    result: Floats = scores + clusters.shift(weights)[of_row] + weights[of_row, None] * model.log_ratio[rows]
    return result


def entropy(posteriors: Floats) -> Floats:
    """Bits, along the last axis."""
    result: Floats = -(posteriors * np.log2(np.maximum(posteriors, 1e-300))).sum(axis=-1)
    return result


def posterior_and_entropy(scores: Floats) -> tuple[Floats, Floats]:
    """Softmax along the last axis, and its entropy in bits: ln sum(exp s) - sum(p s), over ln 2."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    posterior = np.exp(shifted)
    total = posterior.sum(axis=-1, keepdims=True)
    posterior /= total
    bits = (np.log(total[..., 0]) - (posterior * shifted).sum(axis=-1)) / np.log(2)
    return posterior, bits


def next_findings(look: Outlook, stages: Collection[str]) -> Mapping[str, tuple[NextFinding, ...]]:
    """The findings with the largest gain of each stage, best first; a stage without a useful one has none."""
    gains = look.gains.tolist()
    best: dict[str, list[int]] = {stage: [] for stage in STAGES if stage in stages}
    for place in np.argsort(-look.gains, kind="stable").tolist():
        if gains[place] < USEFUL_GAIN:
            break
        chosen = best.get(look.findings[place].stage)
        if chosen is not None and len(chosen) < SUGGESTIONS:
            chosen.append(place)
    places = [place for chosen in best.values() for place in chosen]
    made = iter(look.next_findings(places, [gains[place] for place in places]))
    return {stage: tuple(islice(made, len(chosen))) for stage, chosen in best.items()}


def safest_check(look: Outlook, stages: Collection[str]) -> NextFinding | None:
    """The finding that most lowers the expected chance of a missed cannot-miss cause; None when none lowers it.

    A cause is missed when it is the true one and a diagnosis drawn from the posterior is another: sum of p (1 - p).
    """
    if not look.findings:
        return None
    falls = look.miss_falls[:, :-1] @ look.model.is_cannot_miss.astype(np.float64)
    falls[[a.stage not in stages for a in look.findings]] = -1.0
    best = int(np.argmax(falls))
    return look.next_findings([best], [float(falls[best])])[0] if falls[best] > 1e-9 else None


def checks_for(look: Outlook, places: list[int]) -> list[tuple[Check, ...]]:
    """For each cause of these places, the yes/no findings that would settle it best and of which it says something."""
    is_settling = look.model.is_settling[[a.position for a in look.findings]]
    falls = np.where(is_settling[:, places], look.miss_falls[:, places], 0.0).T
    best = np.argsort(-falls, axis=1, kind="stable")[:, :CHECKS]
    useful = np.take_along_axis(falls, best, axis=1) > 0
    return [
        tuple([_check(look, at, place) for at in compress(row, flags)])
        for place, row, flags in zip(places, best.tolist(), useful.tolist(), strict=True)
    ]


def _check(look: Outlook, at: int, place: int) -> Check:
    a, row = look.findings[at], look.starts[at]
    present, absent = look.posterior[row, place], look.posterior[row + 1, place]
    return Check(a.finding.slug, a.stage, float(present), float(absent))


@dataclass(frozen=True, slots=True)
class RankRange:
    stage: str  # "" when no stage has a useful unanswered finding
    low: Integers  # (causes,)
    high: Integers


def next_stage(following: Mapping[str, tuple[NextFinding, ...]]) -> str:
    """The first stage from the examination on with a useful finding, else the history's, else ""."""
    examined_first = [*(stage for stage in STAGES if stage != "ask"), "ask"]
    return next((stage for stage in examined_first if following.get(stage)), "")


def rank_range(look: Outlook, observed: Observed, stage: str, ranks: Integers) -> RankRange:
    """5th to 95th percentile of each cause's rank over simulated answers to the stage's unanswered findings."""
    findings = [a for a in look.findings if a.stage == stage]
    if not findings:
        return RankRange("", ranks, ranks)
    simulated = np.sort(_ranks(_simulated_scores(look, observed, findings)[:, :-1]), axis=1)
    cut = SIMULATIONS // 20
    return RankRange(stage, simulated[:, cut], simulated[:, SIMULATIONS - 1 - cut])


def deciders(look: Outlook, later: RankRange) -> list[tuple[str, ...]]:
    """For each cause, the findings of the range's stage that decide where it would stand; none where it cannot move.

    They have the largest expected squared change of its posterior, which is p (1 - p) less what is expected of it.
    """
    places = [place for place, a in enumerate(look.findings) if a.stage == later.stage]
    if not places:
        return [()] * len(look.model.causes)
    changes = np.ascontiguousarray(look.miss_falls[places, :-1].T)
    best = np.argsort(-changes, axis=1, kind="stable")[:, :DECIDERS]
    moves = np.take_along_axis(changes, best, axis=1) >= ((MOVED * look.posterior_now[:-1]) ** 2)[:, None]
    moves &= (later.low < later.high)[:, None]
    slugs = [look.findings[place].finding.slug for place in places]
    return [
        tuple([slugs[place] for place in compress(row, flags)])
        for row, flags in zip(best.tolist(), moves.tolist(), strict=True)
    ]


def _simulated_scores(look: Outlook, observed: Observed, findings: list[Answers]) -> Floats:
    """(simulations, causes + 1): a cause drawn from the posterior, then its answers, then the scores."""
    model, clusters = look.model, look.clusters
    more = np.bincount([a.cluster for a in findings], minlength=len(model.rho))
    more[-1] = 0
    weights = clusters.weights(more)
    rows, starts = columns_of(model, findings)
    effect = weights[model.column_cluster[rows], None] * model.log_ratio[rows]
    base = observed.scores + clusters.shift(weights).sum(axis=0)
    result: Floats = base + _simulated_sums(model, rows, starts, effect, look.posterior_now)
    return result


def _simulated_sums(model: Model, rows: Integers, starts: Integers, effect: Floats, posterior: Floats) -> Floats:
    """(simulations, causes + 1): sum over the findings of the effect of the simulated answer.

    The answer is the first column whose cumulative probability exceeds a uniform number. With ``exceeds`` 0 or 1 in
    each column, its effect is the sum of exceeds * (own effect - the next column's), the last column's being whole.
    """
    causes = np.searchsorted(np.cumsum(posterior)[:-1], model.uniforms[-1], side="right")
    reached = model.cumulative[rows].take(causes, axis=1)
    exceeds = (model.uniforms[model.column_finding[rows]] < reached).astype(np.float64)
    last = starts[1:] - 1
    step = effect.copy()
    step[:-1] -= effect[1:]
    step[last] = effect[last]
    result: Floats = exceeds.T @ step
    return result


def _ranks(scores: Floats) -> Integers:
    """(causes, simulations), from 1, of the scores of each simulation; ties in the catalogue's order."""
    order = np.argsort(-scores, axis=1, kind="stable")
    ranks = np.empty(order.T.shape, dtype=np.intp)
    ranks[order, np.arange(len(order))[:, None]] = np.arange(1, order.shape[1] + 1)
    return ranks
