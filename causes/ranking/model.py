"""A catalogue compiled to arrays: one column for each possible answer, one place for each cause.

The last place of every array of width ``causes + 1`` is the background, which is also ``other``.
Formulae: docs/model.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causes.catalogue import BACKGROUND, GRADES, OTHER, Catalogue, Finding
from causes.conditions import Clause, Evidence, Value, parse
from causes.ranking.cells import (
    PSEUDO_OBSERVATIONS,
    Cell,
    Flags,
    Floats,
    Integers,
    NumberCells,
    Singles,
    cells_of,
    clamped,
    log_density,
    number_cells,
    shrunk,
)

AGE, SEX = "age", "sex"
BASE_RATE_WEIGHT = "base-rate-weight"  # a parameter, 0-1
SEED = 20260101
DRAWS = 500  # the 5 % limits stand on 25 draws each: within one percentile
SIMULATIONS = 200
MOST_ROWS = 100  # of ``table`` that are added up: no ratio is far above 99, so the exponential stays finite
GRID = 5  # values that stand for an unanswered number


@dataclass(frozen=True, slots=True)
class Answers:
    """The columns of one finding: ``start`` to ``stop``, one for each value."""

    finding: Finding
    stage: str
    position: int
    start: int
    stop: int
    values: tuple[Value, ...]
    cluster: int  # position of the cluster; the last one stands for none
    ask_if: tuple[tuple[Clause, ...], ...]
    column: Mapping[tuple[type, Value], int]  # (bool or str, value) -> column; none for a number


Entry = tuple[int, int, Answers, Value]  # column, cluster, finding, answer: sorts in the catalogue's order


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
    log_shares: Mapping[tuple[str, str], Floats]  # (setting, presentation) -> (causes + 1,), normalised

    @cached_property
    def implications(self) -> Mapping[str, tuple[tuple[Clause, ...], ...]]:
        """The findings whose answer may follow from others, with the condition."""
        return {f.slug: parse(f.implied_if) for f in self.catalogue.findings if f.implied_if}

    def implied(self, evidence: Evidence) -> frozenset[str]:
        """The findings whose answer follows from this evidence: they must not count twice."""
        return frozenset(
            slug
            for slug, alternatives in self.implications.items()
            if any(all(clause.is_met(evidence) for clause in group) for group in alternatives)
        )

    @cached_property
    def columns(self) -> list[Answers]:
        """The findings in the catalogue's order."""
        return list(self.answers.values())

    @cached_property
    def places(self) -> tuple[str, ...]:
        """(causes + 1,)"""
        return (*self.causes, OTHER)

    @cached_property
    def slugs(self) -> NDArray[np.object_]:
        """(causes,): to name many causes at once."""
        return np.array(self.causes, dtype=object)

    @cached_property
    def entries(self) -> Mapping[tuple[str, type, Value], Entry]:
        """(finding, bool or str, answer): every answer that is not a number, found without a check."""
        return {
            (slug, *key): (column, a.cluster, a, key[1])
            for slug, a in self.answers.items()
            for key, column in a.column.items()
        }

    @cached_property
    def listed(self) -> Mapping[tuple[str, Value], int]:
        """(finding, answer) -> row of ``table``; none for a number. True and 1 are one key: check the type."""
        return {(slug, value): row for slug, a in self.answers.items() for (_, value), row in a.column.items()}

    @cached_property
    def companions(self) -> list[int]:
        """(columns,): equal for the answers of one cluster, below 0 and different for those without a cluster."""
        none = len(self.rho) - 1
        return [int(c) if c < none else -1 - column for column, c in enumerate(self.column_cluster)]

    @cached_property
    def table(self) -> Floats:
        """(columns + shares, causes + 1): the log ratios, then at ``share_row`` the log shares against ``other``."""
        return np.concatenate([self.log_ratio, *((logs - logs[-1])[None] for logs in self.log_shares.values())])

    @cached_property
    def share_row(self) -> Mapping[tuple[str, str], int]:
        return {key: len(self.log_ratio) + number for number, key in enumerate(self.log_shares)}

    @cached_property
    def ones(self) -> tuple[Floats, ...]:
        return tuple(np.ones(rows) for rows in range(MOST_ROWS + 2))

    @cached_property
    def number_columns(self) -> frozenset[int]:
        return frozenset(self.answers[slug].start for slug in self.numbers)

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
    def inert(self) -> Mapping[str, frozenset[str]]:
        """By presentation, the findings that contribute nothing more; under "" those of every patient."""
        return {"": frozenset({AGE, SEX}), **{slug: found | {AGE, SEX} for slug, found in self.presenting.items()}}

    @cached_property
    def apart(self) -> Mapping[str, frozenset[str]]:
        """By presentation, the findings that may contribute nothing more although no number is answered."""
        implied = {slug for slug, groups in self.implications.items() if not all(map(self._needs_a_number, groups))}
        return {slug: found | implied for slug, found in self.inert.items()}

    def _needs_a_number(self, group: tuple[Clause, ...]) -> bool:
        return any(clause.slug in self.numbers for clause in group)

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
    def is_settling(self) -> Flags:
        """(findings, causes): whether a yes or no would settle the cause, as the catalogue says how often it occurs."""
        is_boolean = np.array([a.finding.kind == "boolean" for a in self.columns], dtype=np.bool_)
        return is_boolean[:, None] & ~self.is_silent

    @cached_property
    def is_cannot_miss(self) -> Flags:
        """(causes,)"""
        return np.array([cause.is_cannot_miss for cause in self.catalogue.causes], dtype=np.bool_)

    @cached_property
    def uniforms(self) -> Floats:
        """(findings + 1, simulations): fixed uniform numbers; the last row draws the cause."""
        numbers = np.random.default_rng(SEED).random((SIMULATIONS, len(self.answers) + 1))
        return np.ascontiguousarray(numbers.T)

    @cached_property
    def draws(self) -> Draws:
        return drawn(self)

    @cached_property
    def contributions(self) -> dict[tuple[int, float], list[Any]]:
        """Filled while ranking: for each answered column and weight, one record for each cause."""
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
            row[speaking, a.start : a.stop] = start + np.arange(size).reshape(len(speaking), len(a.values))
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


@lru_cache(maxsize=6)  # the current release and older ones, in the languages that patients read
def compiled(catalogue: Catalogue) -> Model:
    """The model of a catalogue. Raises ValueError for a finding without a background rate and unknown grades."""
    cells = cells_of(catalogue)
    causes = tuple(cause.slug for cause in catalogue.causes)
    numbers = {f.slug: number_cells(f, causes, cells) for f in catalogue.findings if f.kind == "number"}
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
        result[finding.slug] = Answers(
            finding, finding.stage, position, start, stop, values, cluster, parse(finding.ask_if), column
        )
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
    """Complete tables only: a setting and complaint without every share is unknown to the ranking.

    Base rates come from other places than the patient. Raised to a power below 1 (a power prior, Ibrahim and
    Chen 2000) they count as the part of their information that is trusted to carry over.
    """
    weight = catalogue.parameter.get(BASE_RATE_WEIGHT, 1.0)
    shares = {(p.setting, p.presentation, p.cause): p.share for p in catalogue.pretests}
    result: dict[tuple[str, str], Floats] = {}
    for setting in catalogue.settings:
        for presentation in catalogue.presentations:
            row = [shares.get((setting.slug, presentation.slug, slug), 0.0) for slug in (*causes, OTHER)]
            if all(share > 0 for share in row):
                result[setting.slug, presentation.slug] = normalised(weight * np.log(np.array(row)))
    return result


def normalised(logs: Floats) -> Floats:
    """Logs shifted so that their exponentials add up to 1 along the last axis."""
    top = logs.max(axis=-1, keepdims=True)
    result: Floats = logs - top - np.log(np.exp(logs - top).sum(axis=-1, keepdims=True))
    return result
