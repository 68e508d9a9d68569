"""From evidence to scores: pretest, contributions, posterior, interval. All logs are natural."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from causes.catalogue import GRADES, Likelihood
from causes.conditions import Evidence, Value
from causes.ranking.model import AGE, DRAWS, SEX, Answers, Floats, Model, Singles
from causes.ranking.results import Contribution, EvidenceError

TAIL = 0.05  # each side of the 90 % interval
_LOW, _HIGH = int(TAIL * DRAWS), DRAWS - 1 - int(TAIL * DRAWS)


@dataclass(frozen=True, slots=True)
class Observed:
    """The answers that contribute, in the catalogue's order."""

    findings: tuple[Answers, ...]
    values: tuple[Value, ...]
    columns: tuple[int, ...]  # -1 for a number
    weights: Floats  # (findings,), the cluster's discount
    log_ratios: Floats  # (findings, causes + 1), before the discount
    log_pretest: Floats  # (causes + 1,), normalised
    ignored: tuple[str, ...]

    @property
    def contributions(self) -> Floats:
        """(findings, causes + 1), nats."""
        result: Floats = self.weights[:, None] * self.log_ratios
        return result

    @property
    def scores(self) -> Floats:
        """(causes + 1,), nats."""
        result: Floats = self.log_pretest + self.contributions.sum(axis=0)
        return result


def observe(model: Model, evidence: Evidence, setting: str, presentation: str) -> Observed:
    """Raises EvidenceError for what the catalogue does not know, and for an answer of the wrong type."""
    log_pretest = pretest(model, evidence, setting, presentation)
    rows = answered(model, evidence)
    inert = {AGE, SEX, *_presenting(model, evidence, presentation)}
    used = [row for row in rows if row[1].finding.slug not in inert]
    ignored = tuple(row[1].finding.slug for row in rows if row[1].finding.slug in inert)
    columns = [row[3] for row in used]
    log_ratios: Floats = model.log_ratio.take(columns, axis=0) if used else np.empty((0, len(log_pretest)))
    for place, (_, a, value, column) in enumerate(used):
        if column < 0:
            log_ratios[place] = model.numbers[a.finding.slug].log_ratio(_number(value))
    findings, values = tuple(row[1] for row in used), tuple(row[2] for row in used)
    return Observed(findings, values, tuple(columns), _discounts(model, findings), log_ratios, log_pretest, ignored)


def _presenting(model: Model, evidence: Evidence, presentation: str) -> frozenset[str]:
    """The complaint's own findings, which contribute nothing more; all of them absent, they speak against it."""
    findings = model.presenting[presentation]
    return frozenset() if findings and all(evidence.get(slug) is False for slug in findings) else findings


def answered(model: Model, evidence: Evidence) -> list[tuple[int, Answers, Value, int]]:
    """(position, finding, answer, column) in the catalogue's order. Raises EvidenceError as ``observe`` does."""
    rows = []
    for slug, value in evidence.items():
        a = model.answers.get(slug)
        if a is None:
            raise EvidenceError(f"unknown finding “{slug}”")
        rows.append((a.position, a, value, checked(a, value)))
    rows.sort(key=_position)
    return rows


_position = itemgetter(0)


def checked(a: Answers, value: Value) -> int:
    """The answer's column, -1 for a number. Raises EvidenceError naming the finding."""
    kind = type(value)
    if (kind is bool or kind is str) and (kind, value) in a.column:
        return a.column[kind, value]
    if a.finding.kind == "number" and kind in (int, float) and math.isfinite(value):  # type: ignore[arg-type]
        return -1
    raise EvidenceError(f"{a.finding.slug}: {value!r} is not {_EXPECTED[a.finding.kind]}")


_EXPECTED = {"boolean": "True or False", "choice": "one of its options", "number": "a finite number"}


def _number(value: Value) -> float:
    return float(value)


def _discounts(model: Model, findings: tuple[Answers, ...]) -> Floats:
    """1/(1+(k-1)rho) for each of the k answered findings of a cluster."""
    clusters = [a.cluster for a in findings]
    return np.array([1 / (1 + (clusters.count(c) - 1) * model.rho[c]) for c in clusters], dtype=np.float64)


def pretest(model: Model, evidence: Evidence, setting: str, presentation: str) -> Floats:
    """(causes + 1,), logs of the normalised product of share, age density and sex share."""
    logs = model.log_shares.get((setting, presentation))
    if logs is None:
        raise EvidenceError(_unknown_pretest(model, setting, presentation))
    if AGE in evidence and AGE in model.numbers:
        checked(model.answers[AGE], evidence[AGE])
        logs = logs + model.numbers[AGE].log_ratio(_number(evidence[AGE]))
    if SEX in evidence and SEX in model.answers:
        logs = logs + model.log_ratio[checked(model.answers[SEX], evidence[SEX])]
    return normalised(logs)


def _unknown_pretest(model: Model, setting: str, presentation: str) -> str:
    if setting not in {item.slug for item in model.catalogue.settings}:
        return f"unknown setting “{setting}”"
    if presentation not in model.presenting:
        return f"unknown presenting complaint “{presentation}”"
    return f"the catalogue has no complete base rates for setting “{setting}”, complaint “{presentation}”"


def normalised(logs: Floats) -> Floats:
    """Logs shifted so that their exponentials add up to 1 along the last axis."""
    top = logs.max(axis=-1, keepdims=True)
    result: Floats = logs - top - np.log(np.exp(logs - top).sum(axis=-1, keepdims=True))
    return result


def softmax(scores: Floats) -> Floats:
    """Probabilities along the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return result


@dataclass(frozen=True, slots=True)
class Interval:
    low: Floats  # (causes + 1,)
    high: Floats
    top_three_probability: Floats  # (causes,)


def interval(model: Model, observed: Observed, posterior: Floats) -> Interval:
    """90 % credible interval of each posterior, and the chance to be among the first three causes.

    The posterior itself, which uses the means, is always within its interval.
    """
    draws = posterior_draws(model, observed)
    ordered_draws = np.sort(draws, axis=1).astype(np.float64)
    low = np.minimum(ordered_draws[:, _LOW], posterior)
    high = np.maximum(ordered_draws[:, _HIGH], posterior)
    return Interval(low, high, _top_three(draws[:-1]))


def posterior_draws(model: Model, observed: Observed) -> Singles:
    """(causes + 1, draws)."""
    logs = np.empty((len(observed.log_pretest), DRAWS), dtype=np.float32)
    _sum_draws(model, observed, logs[:-1])
    logs[-1] = 0
    logs += observed.log_pretest.astype(np.float32)[:, None]
    logs -= logs.max(axis=0)
    np.exp(logs, out=logs)
    logs /= logs.sum(axis=0)
    return logs


def _sum_draws(model: Model, observed: Observed, sums: Singles) -> None:
    """Fills (causes, draws) with the sums of the drawn contributions, cause by cause to stay in the cache."""
    draws, columns, weights = (
        model.draws,
        np.array(observed.columns, dtype=np.intp),
        observed.weights.astype(np.float32),
    )
    rows = draws.row[:, columns]
    rows[:, columns < 0] = -1
    causes, places = np.nonzero(rows >= 0)
    rows, drawn_weights = rows[causes, places], weights[places]
    ends = np.searchsorted(causes, np.arange(len(sums) + 1)).tolist()
    for cause, (start, end) in enumerate(pairwise(ends)):
        np.dot(drawn_weights[start:end], draws.table.take(rows[start:end], axis=0), out=sums[cause])
    for number in np.flatnonzero(columns < 0):
        slug, value = observed.findings[number].finding.slug, _number(observed.values[number])
        sums += weights[number] * model.number_draws(slug, value)


def _top_three(draws: Singles) -> Floats:
    """(causes,): share of the draws in which the cause is among the three most probable."""
    left, bar = draws.copy(), draws.max(axis=0)
    for _ in range(2):
        np.putmask(left, left == bar, np.float32(-1))
        bar = left.max(axis=0)
    result: Floats = np.count_nonzero(draws >= np.maximum(bar, 0), axis=1) / DRAWS
    return result


def contributions(model: Model, observed: Observed, values: Floats) -> list[tuple[Contribution, ...]]:
    """Each cause's contributions, by descending absolute value, then in the catalogue's order.

    ``values`` are ``observed.contributions``.
    """
    facts = [_facts(model, observed, row) for row in range(len(values))]
    weights = observed.weights.tolist()
    tables = zip(values.T[:-1].tolist(), zip(*facts, strict=True), strict=True) if facts else ()
    result = [_sorted_contributions(parts, weights, numbers) for numbers, parts in tables]
    return result or [()] * len(model.causes)


class Fact(NamedTuple):
    """What one answer says about one cause, before the cluster's discount."""

    finding: str
    answer: Value
    lr: float
    cluster: str
    cause_probability: float
    background_probability: float
    is_silent: bool
    grade: str
    likelihood: Likelihood | None


def _sorted_contributions(
    facts: tuple[Fact, ...], weights: list[float], values: list[float]
) -> tuple[Contribution, ...]:
    order = sorted(range(len(values)), key=[-abs(value) for value in values].__getitem__)
    result = []
    for i in order:
        finding, answer, lr, cluster, probability, background, is_silent, grade, row = facts[i]
        result.append(
            Contribution(
                finding, answer, lr, cluster, weights[i], values[i], probability, background, is_silent, grade, row
            )
        )
    return tuple(result)


def _facts(model: Model, observed: Observed, row: int) -> list[Fact]:
    """One fact for each cause. Those of a column are kept: they are the same for every patient."""
    a, answer, column = observed.findings[row], observed.values[row], observed.columns[row]
    if column < 0:
        densities = np.exp(model.numbers[a.finding.slug].log_densities(_number(answer)))
        return _made_facts(model, a, answer, densities, observed.log_ratios[row])
    if column not in model.facts:
        model.facts[column] = _made_facts(model, a, answer, model.theta[column], model.log_ratio[column])
    return model.facts[column]


def _made_facts(model: Model, a: Answers, answer: Value, probabilities: Floats, log_ratios: Floats) -> list[Fact]:
    option = {"boolean": "", "number": "mean"}.get(a.finding.kind, str(answer))
    slug, background = a.finding.slug, float(probabilities[-1])
    facts = []
    for place, cause in enumerate(model.causes):
        cell = model.cells.get((cause, slug))
        row = None if cell is None else model.catalogue.cell.get((cause, slug, option))
        ratio, grade = math.exp(log_ratios[place]), "" if cell is None else cell.grade
        probability = float(probabilities[place])
        facts.append(Fact(slug, answer, ratio, a.finding.cluster, probability, background, cell is None, grade, row))
    return facts


def meter(model: Model, observed: Observed, values: Floats, posterior: Floats) -> Mapping[str, float]:
    """Share of each grade in the absolute contributions, causes weighted by their posterior. Zeros without any."""
    sizes = np.abs(values[:, :-1]) * posterior[:-1]
    grades = model.grades[[a.position for a in observed.findings]]
    sums = np.bincount(grades.ravel() + 1, sizes.ravel(), minlength=len(GRADES) + 1)[1:]
    total = float(sums.sum())
    return {grade: float(part) / total if total else 0.0 for grade, part in zip(GRADES, sums, strict=True)}
