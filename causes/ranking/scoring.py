"""From evidence to scores: pretest, contributions, posterior, interval. All logs are natural."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from causes.catalogue import BACKGROUND, Likelihood
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
    presenting = model.presenting[presentation]
    used, values, columns, ignored = [], [], [], []
    for slug in ordered(model, evidence):
        a, value = model.answers[slug], evidence[slug]
        column = checked(a, value)
        if slug in (AGE, SEX) or slug in presenting:
            ignored.append(slug)
        else:
            used.append(a)
            values.append(value)
            columns.append(column)
    log_ratios = model.log_ratio.take(columns, axis=0) if used else np.empty((0, len(log_pretest)))
    for row, column in enumerate(columns):
        if column < 0:
            log_ratios[row] = model.numbers[used[row].finding.slug].log_ratio(_number(values[row]))
    return Observed(
        tuple(used), tuple(values), tuple(columns), _discounts(model, used), log_ratios, log_pretest, tuple(ignored)
    )


def ordered(model: Model, evidence: Evidence) -> list[str]:
    """The evidence's slugs in the catalogue's order. Raises EvidenceError for an unknown finding."""
    if unknown := evidence.keys() - model.answers.keys():
        raise EvidenceError(f"unknown finding {', '.join(f'“{slug}”' for slug in sorted(unknown))}")
    return sorted(evidence, key=lambda slug: model.answers[slug].position)


def checked(a: Answers, value: Value) -> int:
    """The answer's column, -1 for a number. Raises EvidenceError naming the finding."""
    slug = a.finding.slug
    if a.finding.kind == "number":
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise EvidenceError(f"{slug}: {value!r} is not a finite number")
        return -1
    column = a.column(value)
    if column is None:
        expected = "True or False" if a.finding.kind == "boolean" else "an option of it"
        raise EvidenceError(f"{slug}: {value!r} is not {expected}")
    return column


def _number(value: Value) -> float:
    return float(value)


def _discounts(model: Model, used: list[Answers]) -> Floats:
    """1/(1+(k-1)rho) for each of the k answered findings of a cluster."""
    clusters = [a.cluster for a in used]
    rho = model.rho
    return np.array([1 / (1 + (clusters.count(c) - 1) * rho[c]) for c in clusters], dtype=np.float64)


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
    logs[:] = observed.log_pretest.astype(np.float32)[:, None]
    causes, product = logs[:-1], np.empty((len(logs) - 1, DRAWS), dtype=np.float32)
    for a, value, column, weight in zip(
        observed.findings, observed.values, observed.columns, observed.weights.astype(np.float32), strict=True
    ):
        drawn = model.number_draws(a.finding.slug, _number(value)) if column < 0 else model.draws[column]
        causes += np.multiply(drawn, weight, out=product)
    logs -= logs.max(axis=0)
    np.exp(logs, out=logs)
    logs /= logs.sum(axis=0)
    return logs


def _top_three(draws: Singles) -> Floats:
    """(causes,): share of the draws in which the cause is among the three most probable."""
    left, bar = draws.copy(), draws.max(axis=0)
    for _ in range(2):
        left[left == bar] = -1
        bar = left.max(axis=0)
    result: Floats = (draws >= np.maximum(bar, 0)).mean(axis=1)
    return result


def contributions_to(model: Model, observed: Observed, place: int, values: list[float]) -> tuple[Contribution, ...]:
    """The contributions to the cause at ``place``, by descending absolute value, then in the catalogue's order.

    ``values`` are the cause's column of ``observed.contributions``.
    """
    rows = [_contribution(model, observed, row, place, value) for row, value in enumerate(values)]
    return tuple(sorted(rows, key=lambda item: -abs(item.value)))


def _contribution(model: Model, observed: Observed, row: int, place: int, value: float) -> Contribution:
    a, answer, column = observed.findings[row], observed.values[row], observed.columns[row]
    cause, slug = model.causes[place], a.finding.slug
    cell = model.cells.get((cause, slug))
    probability, background = _probabilities(model, a, answer, column, place)
    return Contribution(
        slug,
        answer,
        math.exp(observed.log_ratios[row, place]),
        a.finding.cluster,
        float(observed.weights[row]),
        value,
        probability,
        background,
        cell is None,
        "" if cell is None else cell.grade,
        None if cell is None else _row(model, cause, a, answer),
    )


def _probabilities(model: Model, a: Answers, answer: Value, column: int, place: int) -> tuple[float, float]:
    if column >= 0:
        return float(model.theta[column, place]), float(model.theta[column, -1])
    densities = np.exp(model.numbers[a.finding.slug].log_densities(_number(answer)))
    return float(densities[place]), float(densities[-1])


def _row(model: Model, cause: str, a: Answers, answer: Value) -> Likelihood | None:
    option = {"boolean": "", "number": "mean"}.get(a.finding.kind, str(answer))
    return model.catalogue.cell.get((cause, a.finding.slug, option))


def background_row(model: Model, finding: str, option: str) -> Likelihood | None:
    """The row behind a contribution's ``background_probability``."""
    return model.catalogue.cell.get((BACKGROUND, finding, option))


def meter(model: Model, observed: Observed, posterior: Floats) -> Mapping[str, float]:
    """Share of each grade in the absolute contributions, causes weighted by their posterior. Zeros without any."""
    sizes = np.abs(observed.contributions) @ np.diag(posterior)
    weights = dict.fromkeys("ABCD", 0.0)
    for row, a in enumerate(observed.findings):
        for place, cause in enumerate(model.causes):
            cell = model.cells.get((cause, a.finding.slug))
            if cell is not None:
                weights[cell.grade] += float(sizes[row, place])
    total = sum(weights.values())
    return {grade: weight / total if total else 0.0 for grade, weight in weights.items()}
