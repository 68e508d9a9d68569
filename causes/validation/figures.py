"""The figures that the ranking rests on: likelihoods, base rates, thresholds."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from causes.catalogue import BACKGROUND, OTHER, Catalogue, Finding, Likelihood, Pretest, Problem
from causes.validation.common import problem, repeated, unknown

TOLERANCE = 0.01
# What the grades mean, as docs/model.md states it.
COUNTED_IN_PATIENTS = ("A", "B")
LEAST_OF_GRADE_A = 50
# A proportion is given to two digits; and 0 of n, or n of n, is often entered with half a patient more or less.
ROUNDED, HALF_A_PATIENT = 0.005, 0.5
_NUMBER_OPTIONS = ("mean", "sd")


def _allowed_options(finding: Finding) -> tuple[str, ...]:
    if finding.kind == "choice":
        return tuple(option.value for option in finding.options)
    return _NUMBER_OPTIONS if finding.kind == "number" else ("",)


def likelihood_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for row in catalogue.likelihoods:
        if row.total is not None and row.total < 1:
            yield problem("likelihoods", row, f"counted in {row.total}")
        if row.affected is not None and (row.total is None or not 0 <= row.affected <= row.total):
            yield problem("likelihoods", row, f"{row.affected} affected of {row.total}")
        finding = catalogue.finding.get(row.finding)
        if finding is None:
            continue
        for defect in row_defects(row, finding.kind):
            yield problem("likelihoods", row, defect.message)
        if row.option not in _allowed_options(finding):
            yield problem("likelihoods", row, f"unknown option “{row.option}”")
        if not math.isfinite(row.probability):
            yield problem("likelihoods", row, "is not a number")
        elif finding.kind == "number" and row.probability < (0 if row.option == "mean" else 1e-9):
            yield problem("likelihoods", row, f"{row.option} {row.probability} is not above 0")
        elif finding.kind != "number" and not 0 <= row.probability <= 1:
            yield problem("likelihoods", row, f"probability {row.probability} is outside 0 to 1")
        elif finding.kind == "number" and row.option == "mean" and not _is_believable(row, catalogue):
            yield problem("likelihoods", row, f"mean {row.probability} is outside what an answer may be")


class Figures(Protocol):
    """What a row of the catalogue and one of an editor's form have alike."""

    @property
    def probability(self) -> float | None: ...
    @property
    def affected(self) -> int | None: ...
    @property
    def total(self) -> int | None: ...
    @property
    def grade(self) -> str: ...
    @property
    def population(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RowDefect:
    field: str  # beside which it is said
    message: str


def row_defects(row: Figures, kind: str) -> Iterator[RowDefect]:
    """What does not go together within a row: its grade, its counts, its figure and whom it is about."""
    if row.grade == "A" and row.total is not None and row.total < LEAST_OF_GRADE_A:
        message = f"grade A needs {LEAST_OF_GRADE_A} patients or more, and {row.total} were counted"
        yield RowDefect("grade", message)
    if row.grade in COUNTED_IN_PATIENTS and not row.population.strip():
        yield RowDefect("population", f"grade {row.grade} says who was counted, and the population is empty")
    if kind == "number" or row.probability is None or row.affected is None or not row.total:
        return
    share = row.affected / row.total
    if abs(row.probability - share) > HALF_A_PATIENT / row.total + ROUNDED + 1e-9:
        yield RowDefect("probability", f"{row.affected} of {row.total} is {share:.3f}, not {row.probability:g}")


def _is_believable(row: Likelihood, catalogue: Catalogue) -> bool:
    if {f"{row.finding}-lowest", f"{row.finding}-highest"} - catalogue.parameter.keys():
        return True  # the missing limit is a problem of its own
    lowest, highest = catalogue.limits(row.finding)
    return lowest <= row.probability <= highest


def cell_problems(catalogue: Catalogue) -> Iterator[Problem]:
    cells: dict[tuple[str, str], list[Likelihood]] = defaultdict(list)
    for row in catalogue.likelihoods:
        if row.is_used:
            cells[row.cause, row.finding].append(row)
    for rows in cells.values():
        yield from _one_cell(rows, catalogue.finding.get(rows[0].finding))
    for finding in catalogue.findings:
        if (BACKGROUND, finding.slug) not in cells:
            yield problem("findings", finding, "has no background rate among the likelihoods")


def _one_cell(rows: list[Likelihood], finding: Finding | None) -> Iterator[Problem]:
    kind, options = (finding.kind, _allowed_options(finding)) if finding else ("", ())
    used = [(row.option, row.probability) for row in rows]
    for defect in cell_defects(kind, {option: option or "it" for option in options}, used):
        yield problem("likelihoods", rows[defect.place], defect.message)


@dataclass(frozen=True, slots=True)
class CellDefect:
    code: str  # "used", "missing", "sum"
    place: int  # among the used rows, from 0
    message: str


def cell_defects(kind: str, options: Mapping[str, str], used: Sequence[tuple[str, float]]) -> Iterator[CellDefect]:
    """What is wrong between the used rows of one cell, each with its option and probability.

    ``options``, by what an editor calls them, are those that a cell of this kind of finding has. A cell without
    rows is a gap, and none of them is missing.
    """
    seen = set()
    for place, (option, _probability) in enumerate(used):
        if option in seen:
            yield CellDefect("used", place, "another row of this cell is used too: one may be")
        seen.add(option)
    if not used or len(seen) < len(used):
        return
    if missing := [name for option, name in options.items() if option not in seen]:
        yield CellDefect("missing", 0, f"no row is used for {', '.join(missing)}")
    total = math.fsum(probability for _option, probability in used)
    if kind == "choice" and not missing and not abs(total - 1) <= TOLERANCE:
        yield CellDefect("sum", 0, f"the options add up to {total:.3f}, not to 1")


def pretest_problems(catalogue: Catalogue) -> Iterator[Problem]:
    known = {*catalogue.cause, OTHER}
    expected = {(s.slug, p.slug) for s in catalogue.settings for p in catalogue.presentations}
    tables: dict[tuple[str, str], list[Pretest]] = defaultdict(list)
    for p in catalogue.pretests:
        tables[p.setting, p.presentation].append(p)
        yield from unknown("pretests", p, "cause", [p.cause or "(empty)"], known)
        if (p.setting, p.presentation) not in expected:
            yield problem("pretests", p, "unknown setting or presenting complaint")
        if not 0 < p.share <= 1:
            yield problem("pretests", p, f"share {p.share} is not above 0 and at most 1")
    yield from repeated("pretests", [((p.setting, p.presentation, p.cause), p) for p in catalogue.pretests])
    for setting, presentation in sorted(expected):
        name, rows = f"{setting}, {presentation}", tables[setting, presentation]
        first, total = rows[0] if rows else None, math.fsum(p.share for p in rows)
        if missing := known - {p.cause for p in rows}:
            yield Problem("pretests", name, f"no share for {', '.join(sorted(missing))}", first)
        elif not abs(total - 1) <= TOLERANCE:
            yield Problem("pretests", name, f"the shares add up to {total:.4f}, not to 1", first)


def number_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for cluster in catalogue.clusters:
        if not 0 <= cluster.rho <= 1:
            yield problem("clusters", cluster, f"rho {cluster.rho} is outside 0 to 1")
    for drink in catalogue.drinks:
        if not 0 <= drink.caffeine_mg < math.inf:
            yield problem("drinks", drink, f"caffeine {drink.caffeine_mg} mg is below 0")
    for table in ("epidemiology", "parameters"):
        for record in getattr(catalogue, table):
            if not math.isfinite(record.value):
                yield problem(table, record, "is not a number")
