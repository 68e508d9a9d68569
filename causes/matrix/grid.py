"""Which cells the matrix has and what each shows. Forty causes by 250 findings are ten thousand: plain loops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from causes import words
from causes.catalogue import BACKGROUND

MEAN, SD = "mean", "sd"


@dataclass(frozen=True, slots=True)
class Column:
    slug: str  # a cause's, or BACKGROUND
    name: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A finding, or one option of a finding that is a choice."""

    finding: str
    name: str
    group: str  # the heading that it stands under
    option: str = ""
    label: str = ""  # of the option
    unit: str = ""  # of a number
    is_number: bool = False
    section: str = ""
    reported_by: str = ""
    text: str = ""  # what a search looks through


class Figure(NamedTuple):
    """One likelihood, as the database gives it."""

    cause: str
    finding: str
    option: str
    probability: float
    total: int | None
    source: str | None
    grade: str
    is_used: bool


class Cell(NamedTuple):
    figure: str  # "" for a gap
    grade: str
    is_counted: bool
    beside: int  # further rows that are not used
    is_cited: bool
    is_of_sources: bool  # a row rests on one of the sources that are asked for


@dataclass(frozen=True, slots=True)
class Filters:
    """What is left out is not asked for. Those of the second half choose cells, and with them rows and columns."""

    section: str = ""
    reported_by: str = ""
    group: str = ""  # of causes; the background always stays
    words: tuple[str, ...] = ()
    sources: frozenset[str] | None = None
    grade: str = ""
    is_gap: bool = False
    is_uncited: bool = False

    @property
    def choose_cells(self) -> bool:
        return self.sources is not None or bool(self.grade) or self.is_gap or self.is_uncited

    def keeps_row(self, row: Row) -> bool:
        return (
            self.section in ("", row.section)
            and self.reported_by in ("", row.reported_by)
            and all(word in row.text for word in self.words)
        )

    def keeps_column(self, column: Column) -> bool:
        return column.slug == BACKGROUND or self.group in ("", column.group)

    def keeps(self, cell: Cell) -> bool:
        return (
            (self.sources is None or cell.is_of_sources)
            and self.grade in ("", cell.grade)
            and not (self.is_gap and cell.figure)
            and not (self.is_uncited and (cell.is_cited or not cell.figure))
        )


@dataclass(slots=True)
class Group:
    title: str
    rows: list[tuple[Row, list[Cell]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Grid:
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    filters: Filters
    findings: int
    cells: int  # that the filter leaves
    gaps: int  # among them
    uncited: int  # among them


def build_grid(
    columns: Sequence[Column], rows: Iterable[Row], figures: Iterable[Figure], filters: Filters | None = None
) -> Grid:
    """The cells of these rows and columns. Rows and columns without a cell that the filters keep are left out."""
    filters = filters or Filters()
    columns = [column for column in columns if filters.keeps_column(column)]
    sorted_figures = _Figures(figures, filters.sources or frozenset())
    lines = [(row, sorted_figures.line(row, columns)) for row in rows if filters.keeps_row(row)]
    kept = [cell for _row, cells in lines for cell in cells]
    if filters.choose_cells:
        lines = [(row, cells) for row, cells in lines if any(map(filters.keeps, cells))]
        chosen = [n for n in range(len(columns)) if any(filters.keeps(cells[n]) for _row, cells in lines)]
        columns = [columns[n] for n in chosen]
        lines = [(row, [cells[n] for n in chosen]) for row, cells in lines]
        kept = [cell for _row, cells in lines for cell in cells if filters.keeps(cell)]
    return Grid(
        columns=tuple(columns),
        groups=_groups(lines),
        filters=filters,
        findings=len({row.finding for row, _cells in lines}),
        cells=len(kept),
        gaps=sum(not cell.figure for cell in kept),
        uncited=sum(bool(cell.figure) and not cell.is_cited for cell in kept),
    )


def _groups(lines: Iterable[tuple[Row, list[Cell]]]) -> tuple[Group, ...]:
    groups: dict[str, Group] = {}
    for row, cells in lines:
        groups.setdefault(row.group, Group(row.group)).rows.append((row, cells))
    return tuple(groups.values())


class _Figures:
    """The figures of a catalogue by their place in the matrix."""

    def __init__(self, figures: Iterable[Figure], sources: frozenset[str]) -> None:
        self.used: dict[tuple[str, str, str], Figure] = {}
        self.beside: Counter[tuple[str, str, str]] = Counter()
        self.of_sources: set[tuple[str, str, str]] = set()
        for figure in figures:
            key = figure[:3]
            if figure.is_used:
                self.used[key] = figure
            else:
                self.beside[key] += 1
            if figure.source in sources:
                self.of_sources.add(key)

    def line(self, row: Row, columns: Iterable[Column]) -> list[Cell]:
        make = self._number if row.is_number else self._proportion
        return [make(column.slug, row) for column in columns]

    def _proportion(self, cause: str, row: Row) -> Cell:
        key = (cause, row.finding, row.option)
        used, beside, is_of_sources = self.used.get(key), self.beside.get(key, 0), key in self.of_sources
        if used is None:
            return Cell("", "", False, beside, False, is_of_sources)
        figure = words.probability(used.probability)
        return Cell(figure, used.grade, used.total is not None, beside, bool(used.source), is_of_sources)

    def _number(self, cause: str, row: Row) -> Cell:
        keys = [(cause, row.finding, option) for option in (MEAN, SD)]
        used = [self.used[key] for key in keys if key in self.used]
        beside = max(self.beside.get(key, 0) for key in keys)
        is_of_sources = any(key in self.of_sources for key in keys)
        if len(used) < len(keys):
            return Cell("", "", False, beside, False, is_of_sources)
        mean, sd = used
        is_counted = mean.total is not None and sd.total is not None
        figure = f"{mean.probability:g} ±\N{NO-BREAK SPACE}{sd.probability:g}"
        grade, is_cited = max(mean.grade, sd.grade), bool(mean.source and sd.source)
        return Cell(figure, grade, is_counted, beside, is_cited, is_of_sources)
