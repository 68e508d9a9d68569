"""What the catalogue says about one finding in one cause: means, weights and densities. Formulae: docs/model.md."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causes.catalogue import BACKGROUND, Catalogue, Finding, Likelihood
from causes.pooling import Pool, pools

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Integers = NDArray[np.intp]
Flags = NDArray[np.bool_]

FLOOR, CEILING = 0.01, 0.99  # no answer proves or disproves a cause
PSEUDO_OBSERVATIONS = 1.0  # of the background, in each cell
DEGREES_OF_FREEDOM = 4.0
_EXTREME = 1e100  # a larger number counts as this, so that squares stay finite
_LEAST_SCALE = 1e-6
_LOG_T_CONSTANT = math.lgamma(2.5) - math.lgamma(2.0) - 0.5 * math.log(DEGREES_OF_FREEDOM * math.pi)


def log_density(value: float, location: Floats, scale: Floats) -> Floats:
    """Log density of Student's t with 4 degrees of freedom; the shape of ``location``. Finite for finite input."""
    z = (max(-_EXTREME, min(value, _EXTREME)) - location) / scale
    result: Floats = _LOG_T_CONSTANT - np.log(scale) - 2.5 * np.log1p(z * z / DEGREES_OF_FREEDOM)
    return result


def weight_of(row: Likelihood, counted: float | None = None) -> float:
    """How many observations a likelihood counts for, by grade (A up to 200, B up to 30, C 10, D 4).

    ``counted`` says of how many, where several studies are pooled. Raises ValueError for an unknown grade.
    """
    total = row.total if counted is None else counted
    if row.grade == "A":
        return float(min(total or 50, 200))
    if row.grade == "B":
        return float(min(total or 30, 30))
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


def shrunk(cell: Cell, background: Floats) -> Floats:
    """The cell's mean with one pseudo-observation of the background."""
    result: Floats = (cell.weight * cell.mean + PSEUDO_OBSERVATIONS * background) / (cell.weight + PSEUDO_OBSERVATIONS)
    return result


def clamped(theta: Floats) -> Floats:
    """Probabilities of a finding's answers (axis 0), kept within 0.01-0.99 and made to add up to 1 again."""
    limited = np.clip(theta, FLOOR, CEILING)
    result: Floats = limited / limited.sum(axis=0)
    return result


def cells_of(catalogue: Catalogue) -> dict[tuple[str, str], Cell]:
    rows: dict[tuple[str, str], dict[str, Likelihood]] = {}
    for (owner, slug, option), row in catalogue.cell.items():
        rows.setdefault((owner, slug), {})[option] = row
    cells: dict[tuple[str, str], Cell] = {}
    together = pools(catalogue)
    for finding in catalogue.findings:
        key = BACKGROUND, finding.slug
        background = _cell(finding, rows.get(key, {}), None, together.get(key))
        if background is None:
            raise ValueError(f"{finding.slug} has no background rate")
        cells[key] = background
        for cause in catalogue.causes:
            key = cause.slug, finding.slug
            cell = _cell(finding, rows.get(key, {}), background, together.get(key))
            if cell is not None:
                cells[key] = cell
    return cells


def _cell(finding: Finding, rows: Mapping[str, Likelihood], background: Cell | None, pool: Pool | None) -> Cell | None:
    """None where the catalogue is silent. A background (``background`` None) is clamped, a cause's cell is raw."""
    names = answer_options(finding)
    if not rows or (finding.kind == "number" and any(name not in rows for name in names)):
        return None
    weakest = min(rows.values(), key=weight_of)
    known = [rows[name].probability if name in rows else math.nan for name in names]
    if finding.kind == "number":
        mean = np.array(known)
    elif finding.kind == "boolean":
        share = known[0] if pool is None else pool.mean
        mean = np.array([share, 1 - share])
    else:
        mean = _completed(np.array(known), None if background is None else background.mean)
    if background is None and finding.kind != "number":
        mean = clamped(mean)
    return Cell(mean, weight_of(weakest, None if pool is None else pool.effective), weakest.grade)


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


def number_cells(finding: Finding, causes: tuple[str, ...], cells: Mapping[tuple[str, str], Cell]) -> NumberCells:
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
