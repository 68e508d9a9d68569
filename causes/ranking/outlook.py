"""What is still to be learnt: gain of each unanswered finding, checks for cannot-miss causes, range of ranks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from causes.catalogue import STAGES
from causes.conditions import Clause, Evidence
from causes.ranking.model import AGE, SEX, SIMULATIONS, Answers, Floats, Integers, Model
from causes.ranking.results import Check, NextFinding, Outcome
from causes.ranking.scoring import Observed, softmax

USEFUL_GAIN = 0.01  # bits; less is not worth a line
SUGGESTIONS = 5  # a stage, at most
CHECKS = 3  # a cannot-miss cause, at most


@dataclass(frozen=True, slots=True)
class Clusters:
    """The answered findings by cluster; the last place stands for no cluster."""

    sums: Floats  # (clusters + 1, causes + 1), undiscounted log ratios
    counts: Integers  # (clusters + 1,)
    rho: Floats

    def weights(self, more: Integers | int = 0) -> Floats:
        """The discount of each cluster with so many answers more."""
        k = self.counts + more
        result: Floats = np.where(k > 0, 1 / (1 + np.maximum(k - 1, 0) * self.rho), 1.0)
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
    return Clusters(sums, counts, model.rho)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Every answer of every unanswered finding: how probable, and the posterior that it would give."""

    model: Model
    findings: list[Answers]
    starts: Integers  # first row of each finding
    stops: Integers
    probability: Floats  # (rows,)
    posterior_now: Floats  # (causes + 1,)
    posterior: Floats  # (rows, causes + 1)
    gains: Floats  # (findings,), bits

    def expected(self, values: Floats) -> Floats:
        """(findings, …): mean of the rows' values over each finding's answers."""
        weighted = self.probability[:, None] * values
        result: Floats = np.add.reduceat(weighted, self.starts, axis=0) if self.findings else weighted[:0]
        return result

    def next_finding(self, place: int, gain: float) -> NextFinding:
        a = self.findings[place]
        rows = range(self.starts[place], self.stops[place])
        outcomes = tuple(self._outcome(a, row, row - rows.start) for row in rows)
        return NextFinding(a.finding.slug, a.finding.stage, gain, outcomes)

    def _outcome(self, a: Answers, row: int, answer: int) -> Outcome:
        first = int(np.argmax(self.posterior[row, :-1]))
        return Outcome(
            a.values[answer],
            float(self.probability[row]),
            self.model.causes[first],
            float(self.posterior[row, first]),
        )


def look_ahead(model: Model, evidence: Evidence, observed: Observed, posterior: Floats) -> Outlook:
    findings = unanswered(model, evidence, observed)
    lengths = [len(a.values) for a in findings]
    stops = np.cumsum(lengths, dtype=np.intp)
    rows = columns_of(findings)
    probability = model.theta[rows] @ posterior
    after = softmax(_scores_after(model, observed, rows))
    now = entropy(posterior)
    look = Outlook(model, findings, stops - lengths, stops, probability, posterior, after, np.empty(0))
    gains = np.maximum(0.0, now - look.expected(entropy(after)[:, None])[:, 0])
    return Outlook(model, findings, look.starts, stops, probability, posterior, after, gains)


def unanswered(model: Model, evidence: Evidence, observed: Observed) -> list[Answers]:
    """Findings that could still be asked: not known, no part of the pretest, and not ruled out by their condition."""
    known = {*evidence, *observed.ignored, AGE, SEX}
    return [a for a in model.columns if a.finding.slug not in known and not _is_ruled_out(a.ask_if, evidence)]


def _is_ruled_out(alternatives: Collection[tuple[Clause, ...]], evidence: Evidence) -> bool:
    """Whether every alternative has a clause that is known not to hold."""
    return bool(alternatives) and all(
        any(clause.slug in evidence and not clause.is_met(evidence) for clause in group) for group in alternatives
    )


def columns_of(findings: list[Answers]) -> Integers:
    if not findings:
        return np.empty(0, dtype=np.intp)
    return np.concatenate([np.arange(a.start, a.stop) for a in findings])


def _scores_after(model: Model, observed: Observed, rows: Integers) -> Floats:
    """(rows, causes + 1): scores once one more answer is known, with the discount of its cluster moved."""
    clusters, of_row = clusters_of(model, observed), model.column_cluster[rows]
    weights = clusters.weights(1)
    result: Floats = (
        observed.scores + clusters.shift(weights)[of_row] + weights[of_row, None] * model.log_ratio[rows]
    )
    return result


def entropy(posterior: Floats) -> Floats:
    """Bits, along the last axis."""
    result: Floats = -(posterior * np.log2(np.maximum(posterior, 1e-300))).sum(axis=-1)
    return result


def next_findings(look: Outlook, stages: Collection[str]) -> Mapping[str, tuple[NextFinding, ...]]:
    """The findings with the largest gain of each stage, best first; a stage without a useful one has none."""
    best: dict[str, list[NextFinding]] = {stage: [] for stage in STAGES if stage in stages}
    for place in np.argsort(-look.gains, kind="stable"):
        stage, gain = look.findings[place].finding.stage, float(look.gains[place])
        if gain < USEFUL_GAIN:
            break
        if stage in best and len(best[stage]) < SUGGESTIONS:
            best[stage].append(look.next_finding(int(place), gain))
    return {stage: tuple(items) for stage, items in best.items()}


def safest_check(look: Outlook, stages: Collection[str]) -> NextFinding | None:
    """The finding that most lowers the expected chance of a missed cannot-miss cause; None when none lowers it.

    A cause is missed when it is the true one and a diagnosis drawn from the posterior is another: sum of p (1 - p).
    """
    if not look.findings:
        return None
    dangerous = [place for place, cause in enumerate(look.model.catalogue.causes) if cause.is_cannot_miss]
    falls = miss_falls(look)[:, dangerous].sum(axis=1)
    falls[[a.finding.stage not in stages for a in look.findings]] = -1.0
    best = int(np.argmax(falls))
    return look.next_finding(best, float(falls[best])) if falls[best] > 1e-9 else None


def miss_falls(look: Outlook) -> Floats:
    """(findings, causes + 1): by how much p (1 - p) of each cause falls when the finding becomes known."""
    now, after = look.posterior_now, look.posterior
    result: Floats = now * (1 - now) - look.expected(after * (1 - after))
    return result


def checks_for(look: Outlook, place: int, falls: Floats) -> tuple[Check, ...]:
    """The yes/no findings that would settle the cause at ``place`` best; the catalogue must not be silent on them."""
    order = np.argsort(-falls[:, place], kind="stable")
    best = [look_at for look_at in order if _settles(look, look_at, place) and falls[look_at, place] > 0][:CHECKS]
    return tuple(_check(look, int(look_at), place) for look_at in best)


def _settles(look: Outlook, at: int, place: int) -> bool:
    a = look.findings[at]
    return a.finding.kind == "boolean" and not look.model.is_silent[a.position, place]


def _check(look: Outlook, at: int, place: int) -> Check:
    a, row = look.findings[at], look.starts[at]
    present, absent = look.posterior[row, place], look.posterior[row + 1, place]
    return Check(a.finding.slug, a.finding.stage, float(present), float(absent))


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
    findings = [a for a in look.findings if a.finding.stage == stage]
    if not findings:
        return RankRange("", ranks, ranks)
    simulated = np.sort(_ranks(_simulated_scores(look, observed, findings)[:, :-1]), axis=0)
    cut = SIMULATIONS // 20
    return RankRange(stage, simulated[cut], simulated[SIMULATIONS - 1 - cut])


def _simulated_scores(look: Outlook, observed: Observed, findings: list[Answers]) -> Floats:
    """(simulations, causes + 1): a cause drawn from the posterior, then its answers, then the scores."""
    model, rows = look.model, columns_of(findings)
    clusters = clusters_of(model, observed)
    more = np.bincount([a.cluster for a in findings], minlength=len(model.rho))
    more[-1] = 0
    weights = clusters.weights(more)
    base = observed.scores + clusters.shift(weights).sum(axis=0)
    effect = weights[model.column_cluster[rows], None] * model.log_ratio[rows]
    result: Floats = base + _simulated_answers(model, rows, look.posterior_now) @ effect
    return result


def _simulated_answers(model: Model, rows: Integers, posterior: Floats) -> Floats:
    """(simulations, rows): 1 where the simulated answer is the row's."""
    causes = np.searchsorted(np.cumsum(posterior)[:-1], model.uniforms[:, -1], side="right")
    uniform = model.uniforms[:, model.column_finding[rows]]
    reached = model.cumulative[rows][:, causes].T
    width = model.theta[rows][:, causes].T
    result: Floats = ((uniform < reached) & (uniform >= reached - width)).astype(np.float64)
    return result


def _ranks(scores: Floats) -> Integers:
    """(simulations, causes), from 1; ties in the catalogue's order."""
    order = np.argsort(-scores, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, order.shape[1] + 1)[None, :], axis=1)
    return ranks
