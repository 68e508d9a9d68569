"""From evidence to scores: pretest, contributions, posterior, interval. All logs are natural."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from causes.catalogue import GRADES, Catalogue
from causes.conditions import Evidence, Value
from causes.ranking.cells import Floats, Singles
from causes.ranking.model import AGE, DRAWS, MOST_ROWS, SEX, Answers, Entry, Model, compiled, normalised
from causes.ranking.results import Contribution, Differential, EvidenceError

AGAINST = 0.1  # nats, a likelihood ratio of 0.9: a finding that speaks less against a cause needs no explanation
TAIL = 0.05  # each side of the 90 % interval
_LOW, _HIGH = int(TAIL * DRAWS), DRAWS - 1 - int(TAIL * DRAWS)


class Observed(NamedTuple):
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
        result: Floats = self.log_pretest + np.dot(self.weights, self.log_ratios)
        return result


def observe(model: Model, evidence: Evidence, setting: str, presentation: str) -> Observed:
    """Raises EvidenceError for what the catalogue does not know, and for an answer of the wrong type."""
    log_pretest = pretest(model, evidence, setting, presentation)
    used, ignored = answered(model, evidence, presentation)
    if not used:
        return Observed((), (), (), np.empty(0), np.empty((0, len(log_pretest))), log_pretest, ignored)
    columns, clusters, findings, values = zip(*used, strict=True)
    log_ratios = model.log_ratio.take(columns, axis=0)
    if not model.number_columns.isdisjoint(columns):
        for place, a in enumerate(findings):
            if a.finding.kind == "number":
                log_ratios[place] = model.numbers[a.finding.slug].log_ratio(_number(values[place]))
        columns = tuple(-1 if column in model.number_columns else column for column in columns)
    weights = np.array(_discounts(model, clusters))
    return Observed(findings, values, columns, weights, log_ratios, log_pretest, ignored)


def posterior_of(model: Model, evidence: Evidence, setting: str, presentation: str) -> dict[str, float]:
    """The posterior alone, by odds against ``other``: each answer is a row of a table. Raises EvidenceError."""
    rows = _table_rows(model, evidence, setting, presentation)
    if rows is None:
        return dict(
            zip(model.places, softmax(observe(model, evidence, setting, presentation).scores).tolist(), strict=True)
        )
    odds = np.exp(np.dot(model.ones[len(rows)], model.table.take(rows, 0))).tolist()
    total = sum(odds)
    return {place: value / total for place, value in zip(model.places, odds, strict=True)}


def _table_rows(model: Model, evidence: Evidence, setting: str, presentation: str) -> list[int] | None:
    """The rows that add up to the log odds; None when an answer is a number, inert, discounted or wrong."""
    answers, share = evidence.values(), model.share_row.get((setting, presentation))
    if share is None or not _LISTED.issuperset(map(type, answers)) or not 1 < len(answers) <= MOST_ROWS:
        return None
    rows: list[int] = list(map(model.listed.get, evidence.items()))  # type: ignore[arg-type]
    if None in rows or not evidence.keys().isdisjoint(model.apart[presentation]):
        return None
    if len(set(itemgetter(*rows)(model.companions))) < len(rows):
        return None
    rows.sort()
    rows.append(share)
    return rows


_LISTED = frozenset({bool, str})


def observe_again(catalogue: Catalogue, differential: Differential) -> tuple[Model, Observed]:
    """What a differential was computed from. Raises ValueError when that was another catalogue."""
    if differential.sha256 != catalogue.sha256:
        raise ValueError(f"the differential is of catalogue {differential.sha256[:12]}, not {catalogue.sha256[:12]}")
    model = compiled(catalogue)
    return model, observe(model, differential.evidence, differential.setting, differential.presentation)


def _inert(model: Model, evidence: Evidence, presentation: str) -> frozenset[str]:
    """Age, sex and the complaint's own findings contribute nothing more; all of these absent, they speak against it.

    Nor does an answer that follows from others.
    """
    findings = model.presenting[presentation]
    is_denied = bool(findings) and all(evidence.get(slug) is False for slug in findings)
    return (model.inert[""] if is_denied else model.inert[presentation]) | model.implied(evidence)


def answered(model: Model, evidence: Evidence, presentation: str) -> tuple[list[Entry], tuple[str, ...]]:
    """The answers that contribute and those that do not, in the catalogue's order. Raises EvidenceError."""
    entries = sorted(_entries(model, evidence))
    inert = _inert(model, evidence, presentation)
    if inert.isdisjoint(evidence):
        return entries, ()
    slugs = [entry[2].finding.slug for entry in entries]
    used = [entry for slug, entry in zip(slugs, entries, strict=True) if slug not in inert]
    return used, tuple(slug for slug in slugs if slug in inert)


def _entries(model: Model, evidence: Evidence) -> list[Entry]:
    """Looked up all at once; what is not found is a number or an error."""
    answers = evidence.values()
    try:
        found = list(map(model.entries.get, zip(evidence, map(type, answers), answers, strict=True)))
    except TypeError:  # an answer that cannot be hashed
        found = [None] * len(evidence)
    if None in found:
        return [entry or _entry(model, *item) for entry, item in zip(found, evidence.items(), strict=True)]
    return found  # type: ignore[return-value]


def _entry(model: Model, slug: str, value: Value) -> Entry:
    a = model.answers.get(slug)
    if a is None:
        raise EvidenceError(f"unknown finding “{slug}”")
    column = checked(a, value)
    return (a.start if column < 0 else column), a.cluster, a, value


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


def _discounts(model: Model, clusters: Iterable[int]) -> list[float]:
    """1/(1+(k-1)rho) for each of the k answered findings of a cluster."""
    counts = [0] * len(model.rho)
    for cluster in clusters:
        counts[cluster] += 1
    weights = [1 / (1 + (k - 1) * rho) if k > 1 else 1.0 for k, rho in zip(counts, model.rho, strict=True)]
    return [weights[cluster] for cluster in clusters]


def pretest(model: Model, evidence: Evidence, setting: str, presentation: str) -> Floats:
    """(causes + 1,), logs of the normalised product of share, age density and sex share."""
    logs = model.log_shares.get((setting, presentation))
    if logs is None:
        raise EvidenceError(_unknown_pretest(model, setting, presentation))
    if AGE not in evidence and SEX not in evidence:
        return logs
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


def softmax(scores: Floats) -> Floats:
    """Probabilities along the last axis."""
    powers: Floats = scores - np.maximum.reduce(scores, axis=-1, keepdims=True)
    np.exp(powers, out=powers)
    powers /= np.add.reduce(powers, axis=-1, keepdims=True)
    return powers


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
    made = [_contributions(model, observed, row) for row in range(len(values))]
    if not made:
        return [()] * len(model.causes)
    orders = np.argsort(-np.abs(values[:, :-1]), axis=0, kind="stable").T.tolist()
    return [tuple([parts[row] for row in order]) for order, parts in zip(orders, zip(*made, strict=True), strict=True)]


def _contributions(model: Model, observed: Observed, row: int) -> list[Contribution]:
    """One for each cause. Those of a column and weight are kept: they are the same for every patient."""
    a, answer, column = observed.findings[row], observed.values[row], observed.columns[row]
    weight = float(observed.weights[row])
    if column < 0:
        densities = np.exp(model.numbers[a.finding.slug].log_densities(_number(answer)))
        return _made(model, a, answer, weight, densities, observed.log_ratios[row])
    if (column, weight) not in model.contributions:
        parts = _made(model, a, answer, weight, model.theta[column], model.log_ratio[column])
        model.contributions[column, weight] = parts
    return model.contributions[column, weight]


def _made(
    model: Model, a: Answers, answer: Value, weight: float, probabilities: Floats, log_ratios: Floats
) -> list[Contribution]:
    finding, background = a.finding, float(probabilities[-1])
    option = {"boolean": "", "number": "mean"}.get(finding.kind, str(answer))
    result = []
    for cause, probability, log_ratio in zip(model.causes, probabilities.tolist(), log_ratios.tolist(), strict=False):
        cell = model.cells.get((cause, finding.slug))
        row = None if cell is None else model.catalogue.cell.get((cause, finding.slug, option))
        part = Contribution(
            finding=finding.slug,
            answer=answer,
            lr=math.exp(log_ratio),
            cluster=finding.cluster,
            weight=weight,
            value=weight * log_ratio,
            cause_probability=probability,
            background_probability=background,
            is_silent=cell is None,
            grade="" if cell is None else cell.grade,
            likelihood=row,
        )
        result.append(part)
    return result


def meter(model: Model, observed: Observed, values: Floats, posterior: Floats) -> Mapping[str, float]:
    """Share of each grade in the absolute contributions, causes weighted by their posterior. Zeros without any."""
    sizes = np.abs(values[:, :-1]) * posterior[:-1]
    grades = model.grades[[a.position for a in observed.findings]]
    sums = np.bincount(grades.ravel() + 1, sizes.ravel(), minlength=len(GRADES) + 1)[1:]
    total = float(sums.sum())
    return {grade: float(part) / total if total else 0.0 for grade, part in zip(GRADES, sums, strict=True)}
