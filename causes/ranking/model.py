"""A catalogue compiled to arrays: one column for each possible answer, one place for each cause.

The last place of every array of width ``causes + 1`` is the background, which is also ``other``.
Formulae: docs/ranking.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causes.catalogue import BACKGROUND, GRADES, OTHER, Catalogue, Finding, Likelihood
from causes.conditions import Clause, Value, parse

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Integers = NDArray[np.intp]
Flags = NDArray[np.bool_]

AGE, SEX = "age", "sex"
FLOOR, CEILING = 0.01, 0.99  # no answer proves or disproves a cause
PSEUDO_OBSERVATIONS = 1.0  # of the background, in each cell
DEGREES_OF_FREEDOM = 4.0
SEED = 20260101
DRAWS = 600
SIMULATIONS = 200
GRID = 5  # values that stand for an unanswered number
_EXTREME = 1e100  # a larger number counts as this, so that squares stay finite
_LEAST_SCALE = 1e-6
_LOG_T_CONSTANT = math.lgamma(2.5) - math.lgamma(2.0) - 0.5 * math.log(DEGREES_OF_FREEDOM * math.pi)


def log_density(value: float, location: Floats, scale: Floats) -> Floats:
    """Log density of Student's t with 4 degrees of freedom; the shape of ``location``. Finite for finite input."""
    z = (max(-_EXTREME, min(value, _EXTREME)) - location) / scale
    result: Floats = _LOG_T_CONSTANT - np.log(scale) - 2.5 * np.log1p(z * z / DEGREES_OF_FREEDOM)
    return result


def weight_of(row: Likelihood) -> float:
    """How many observations a likelihood counts for, by grade (A up to 200, B up to 30, C 10, D 4).

    Raises ValueError for an unknown grade.
    """
    if row.grade == "A":
        return float(min(row.total or 50, 200))
    if row.grade == "B":
        return float(min(row.total or 30, 30))
    weights = {"C": 10.0, "D": 4.0}
    if row.grade not in weights:
        raise ValueError(f"grade “{row.grade}” of {row.cause} {row.finding} is not one of A, B, C, D")
    return weights[row.grade]


@dataclass(frozen=True, slots=True)
class Cell:
    """What the catalogue says about one finding in one cause: mean of each answer, weight, grade."""

    mean: Floats  # probability of each answer; for a number, its mean and sd
    weight: float
    grade: str


@dataclass(frozen=True, slots=True)
class Answers:
    """The columns of one finding: ``start`` to ``stop``, one for each value."""

    finding: Finding
    position: int
    start: int
    stop: int
    values: tuple[Value, ...]
    cluster: int  # position of the cluster; the last one stands for none
    ask_if: tuple[tuple[Clause, ...], ...]
    column: Mapping[tuple[type, Value], int]  # (bool or str, value) -> column; none for a number


@dataclass(frozen=True, slots=True)
class NumberCells:
    """Location and scale of a numeric finding, (causes + 1,), in the finding's unit: its mean and sd as they are.

    Student's t with that scale is wider than the normal: published standard deviations are of narrower samples.
    """

    location: Floats
    scale: Floats
    is_silent: Flags
    weight: Floats

    def log_densities(self, value: float) -> Floats:
        return log_density(value, self.location, self.scale)

    def log_ratio(self, value: float) -> Floats:
        density = self.log_densities(value)
        result: Floats = density - density[-1]
        result[self.is_silent] = 0.0
        return result


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws of the log likelihood ratio of each answer, without the silent cells: their draws cancel to 0."""

    row: Integers  # (causes, columns): the answer's row in the table, -1 when silent
    table: Singles  # (rows, draws), nats


@dataclass(frozen=True, eq=False)
class Model:
    """``columns`` counts the answers of all findings; those of numbers are a grid of representative values."""

    catalogue: Catalogue
    causes: tuple[str, ...]
    answers: Mapping[str, Answers]
    cells: Mapping[tuple[str, str], Cell]  # (cause or BACKGROUND, finding); absent: silent
    numbers: Mapping[str, NumberCells]
    theta: Floats  # (columns, causes + 1)
    log_ratio: Floats  # (columns, causes + 1), nats; 0 for a silent cell and for ``other``
    rho: tuple[float, ...]  # (clusters + 1,); the last is 0: no cluster
    log_shares: Mapping[tuple[str, str], Floats]  # (setting, presentation) -> (causes + 1,)

    @cached_property
    def columns(self) -> list[Answers]:
        """The findings in the catalogue's order."""
        return list(self.answers.values())

    @cached_property
    def column_cluster(self) -> Integers:
        return np.repeat([a.cluster for a in self.columns], self.lengths).astype(np.intp)

    @cached_property
    def column_finding(self) -> Integers:
        return np.repeat(np.arange(len(self.columns)), self.lengths)

    @cached_property
    def lengths(self) -> Integers:
        """(findings,): how many answers each has."""
        return np.array([len(a.values) for a in self.columns], dtype=np.intp)

    @cached_property
    def cumulative(self) -> Floats:
        """(columns, causes + 1): probability of the answers of the finding up to and with the column's."""
        result: Floats = np.concatenate([np.cumsum(self.theta[a.start : a.stop], axis=0) for a in self.columns])
        result[[a.stop - 1 for a in self.columns]] = 1.0
        return result

    @cached_property
    def presenting(self) -> Mapping[str, frozenset[str]]:
        return {p.slug: frozenset(p.findings) for p in self.catalogue.presentations}

    @cached_property
    def is_silent(self) -> Flags:
        """(findings, causes)."""
        return self.grades < 0

    @cached_property
    def grades(self) -> Integers:
        """(findings, causes): position of each cell's grade in GRADES, -1 where the catalogue is silent."""
        rows = [[self._grade(cause, slug) for cause in self.causes] for slug in self.answers]
        return np.array(rows, dtype=np.intp).reshape(len(self.answers), len(self.causes))

    def _grade(self, cause: str, slug: str) -> int:
        cell = self.cells.get((cause, slug))
        return -1 if cell is None else GRADES.index(cell.grade)

    @cached_property
    def uniforms(self) -> Floats:
        """(simulations, findings + 1): fixed uniform numbers; the last column draws the cause."""
        return np.random.default_rng(SEED).random((SIMULATIONS, len(self.answers) + 1))

    @cached_property
    def draws(self) -> Draws:
        return drawn(self)

    @cached_property
    def facts(self) -> dict[int, list[Any]]:
        """Filled while ranking: for each answered column, one record for each cause."""
        return {}

    @cached_property
    def noise(self) -> Mapping[str, Floats]:
        """For each numeric finding (causes + 1, draws): fixed standard normal numbers."""
        shape = (len(self.causes) + 1, DRAWS)
        return {
            slug: np.random.default_rng((SEED, self.answers[slug].position)).standard_normal(shape)
            for slug in self.numbers
        }

    def number_draws(self, slug: str, value: float) -> Singles:
        """(causes, draws) of the log density ratio of a value: locations drawn with their standard error."""
        cells = self.numbers[slug]
        error = (cells.scale / np.sqrt(cells.weight))[:, None]
        location = cells.location[:, None] + error * self.noise[slug]
        density = log_density(value, location, cells.scale[:, None])
        ratio = density[:-1] - density[-1]
        ratio[cells.is_silent[:-1]] = 0.0
        result: Singles = ratio.astype(np.float32)
        return result


def drawn(model: Model) -> Draws:
    """One draw of a finding's background serves all causes. A number's draws depend on its value: ``number_draws``."""
    row = np.full((len(model.causes), len(model.theta)), -1, dtype=np.intp)
    tables, start = [np.empty((0, DRAWS), dtype=np.float32)], 0
    for a in model.columns:
        if a.finding.kind != "number":
            speaking = np.flatnonzero(~model.is_silent[a.position])
            size = len(speaking) * len(a.values)
            row[speaking, a.start : a.stop] = start + np.arange(size).reshape(len(speaking), -1)
            tables.append(_drawn_ratios(model, a, speaking).reshape(size, DRAWS))
            start += size
    return Draws(row, np.concatenate(tables))


def _drawn_ratios(model: Model, a: Answers, speaking: Integers) -> Singles:
    """(speaking causes, answers, draws) of one finding: Beta or Dirichlet by normalised gammas."""
    background = model.cells[BACKGROUND, a.finding.slug]
    cells = [background, *(model.cells[model.causes[place], a.finding.slug] for place in speaking)]
    weights = np.array([cell.weight + PSEUDO_OBSERVATIONS for cell in cells])
    shape = np.stack([shrunk(cell, background.mean) for cell in cells], axis=1) * weights
    rng = np.random.default_rng((SEED, a.position))
    gammas = rng.standard_gamma(shape[:, :, None], size=(*shape.shape, DRAWS))
    logs = np.log(clamped(gammas / gammas.sum(axis=0)))
    return (logs[:, 1:] - logs[:, :1]).transpose(1, 0, 2).astype(np.float32)


def shrunk(cell: Cell, background: Floats) -> Floats:
    """The cell's mean with one pseudo-observation of the background."""
    result: Floats = (cell.weight * cell.mean + PSEUDO_OBSERVATIONS * background) / (cell.weight + PSEUDO_OBSERVATIONS)
    return result


def clamped(theta: Floats) -> Floats:
    """Probabilities of a finding's answers (axis 0), kept within 0.01-0.99 and made to add up to 1 again."""
    limited = np.clip(theta, FLOOR, CEILING)
    result: Floats = limited / limited.sum(axis=0)
    return result


@lru_cache(maxsize=3)
def compiled(catalogue: Catalogue) -> Model:
    """The model of a catalogue. Raises ValueError for a finding without a background rate and unknown grades."""
    cells = _cells(catalogue)
    causes = tuple(cause.slug for cause in catalogue.causes)
    numbers = {f.slug: _number_cells(f, causes, cells) for f in catalogue.findings if f.kind == "number"}
    answers = _answers(catalogue, numbers)
    tables = [_tables(a, causes, cells, numbers) for a in answers.values()]
    empty = np.empty((0, len(causes) + 1))
    return Model(
        catalogue,
        causes,
        answers,
        cells,
        numbers,
        np.concatenate([empty, *(theta for theta, _ in tables)]),
        np.concatenate([empty, *(ratio for _, ratio in tables)]),
        (*(cluster.rho for cluster in catalogue.clusters), 0.0),
        _log_shares(catalogue, causes),
    )


def _cells(catalogue: Catalogue) -> dict[tuple[str, str], Cell]:
    rows: dict[tuple[str, str], dict[str, Likelihood]] = {}
    for (owner, slug, option), row in catalogue.cell.items():
        rows.setdefault((owner, slug), {})[option] = row
    cells: dict[tuple[str, str], Cell] = {}
    for finding in catalogue.findings:
        background = _cell(finding, rows.get((BACKGROUND, finding.slug), {}), None)
        if background is None:
            raise ValueError(f"{finding.slug} has no background rate")
        cells[BACKGROUND, finding.slug] = background
        for cause in catalogue.causes:
            cell = _cell(finding, rows.get((cause.slug, finding.slug), {}), background)
            if cell is not None:
                cells[cause.slug, finding.slug] = cell
    return cells


def _cell(finding: Finding, rows: Mapping[str, Likelihood], background: Cell | None) -> Cell | None:
    """None where the catalogue is silent. A background (``background`` None) is clamped, a cause's cell is raw."""
    names = answer_options(finding)
    if not rows or (finding.kind == "number" and any(name not in rows for name in names)):
        return None
    weakest = min(rows.values(), key=weight_of)
    known = [rows[name].probability if name in rows else math.nan for name in names]
    if finding.kind == "number":
        mean = np.array(known)
    elif finding.kind == "boolean":
        mean = np.array([known[0], 1 - known[0]])
    else:
        mean = _completed(np.array(known), None if background is None else background.mean)
    if background is None and finding.kind != "number":
        mean = clamped(mean)
    return Cell(mean, weight_of(weakest), weakest.grade)


def answer_options(finding: Finding) -> tuple[str, ...]:
    """The options that a finding's cell needs a row for."""
    if finding.kind == "choice":
        return tuple(option.value for option in finding.options)
    return ("mean", "sd") if finding.kind == "number" else ("",)


def _completed(known: Floats, background: Floats | None) -> Floats:
    """Options without a row share what the others leave, as in the background (else evenly)."""
    missing = np.isnan(known)
    if missing.any():
        share = np.ones(missing.sum()) if background is None else background[missing]
        known = known.copy()
        known[missing] = share / share.sum() * max(0.0, 1 - float(np.nansum(known)))
    total = known.sum()
    return known / total if total > 0 else np.full(len(known), 1 / len(known))


def _number_cells(finding: Finding, causes: tuple[str, ...], cells: Mapping[tuple[str, str], Cell]) -> NumberCells:
    background = cells[BACKGROUND, finding.slug]
    rows = [cells.get((slug, finding.slug)) for slug in causes]
    used = [*(row or background for row in rows), background]
    if any(cell.mean[1] <= 0 for cell in used):
        raise ValueError(f"{finding.slug} has a standard deviation that is not above 0")
    return NumberCells(
        np.array([cell.mean[0] for cell in used]),
        np.maximum([cell.mean[1] for cell in used], _LEAST_SCALE),
        np.array([*(row is None for row in rows), False]),
        np.array([cell.weight for cell in used]),
    )


def _answers(catalogue: Catalogue, numbers: Mapping[str, NumberCells]) -> dict[str, Answers]:
    clusters = {cluster.slug: position for position, cluster in enumerate(catalogue.clusters)}
    result: dict[str, Answers] = {}
    start = 0
    for position, finding in enumerate(catalogue.findings):
        values = _values(finding, numbers)
        cluster = clusters.get(finding.cluster, len(clusters))
        stop = start + len(values)
        named = () if finding.kind == "number" else values
        column = {(type(value), value): start + number for number, value in enumerate(named)}
        result[finding.slug] = Answers(finding, position, start, stop, values, cluster, parse(finding.ask_if), column)
        start = stop
    return result


def _values(finding: Finding, numbers: Mapping[str, NumberCells]) -> tuple[Value, ...]:
    if finding.kind == "boolean":
        return (True, False)
    if finding.kind == "choice":
        return tuple(option.value for option in finding.options)
    cells = numbers[finding.slug]
    low, high = (cells.location - cells.scale).min(), (cells.location + cells.scale).max()
    return tuple(float(value) for value in np.linspace(low, high, GRID))


def _tables(
    a: Answers,
    causes: tuple[str, ...],
    cells: Mapping[tuple[str, str], Cell],
    numbers: Mapping[str, NumberCells],
) -> tuple[Floats, Floats]:
    """theta and log ratio of one finding's answers, both (answers, causes + 1)."""
    if a.finding.kind == "number":
        number = numbers[a.finding.slug]
        density = np.stack([log_density(float(v), number.location, number.scale) for v in a.values])
        mass = np.exp(density - density.max(axis=0))
        return mass / mass.sum(axis=0), np.stack([number.log_ratio(float(v)) for v in a.values])
    background = cells[BACKGROUND, a.finding.slug]
    theta = np.stack([*_thetas(a.finding.slug, causes, cells, background), background.mean], axis=1)
    return theta, np.log(theta) - np.log(theta[:, -1:])


def _thetas(
    slug: str, causes: tuple[str, ...], cells: Mapping[tuple[str, str], Cell], background: Cell
) -> Iterator[Floats]:
    for cause in causes:
        cell = cells.get((cause, slug))
        yield background.mean if cell is None else clamped(shrunk(cell, background.mean))


def _log_shares(catalogue: Catalogue, causes: tuple[str, ...]) -> dict[tuple[str, str], Floats]:
    """Complete tables only: a setting and complaint without every share is unknown to the ranking."""
    shares = {(p.setting, p.presentation, p.cause): p.share for p in catalogue.pretests}
    result: dict[tuple[str, str], Floats] = {}
    for setting in catalogue.settings:
        for presentation in catalogue.presentations:
            row = [shares.get((setting.slug, presentation.slug, slug), 0.0) for slug in (*causes, OTHER)]
            if all(share > 0 for share in row):
                result[setting.slug, presentation.slug] = np.log(np.array(row))
    return result
