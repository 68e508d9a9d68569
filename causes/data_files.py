"""The catalogue as a folder of CSV files: read whole, with every problem by file and row."""

from __future__ import annotations

import csv
import math
import types
import typing
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from causes import catalogue as compiled
from causes.catalogue import RECORDS, Catalogue, Problem
from causes.validation import problems

DATA_FOLDER = Path(__file__).resolve().parent / "data"
# A nested table: its file, the record, the column that names the owner and the owner's field.
_NESTED = {
    "findings": ("options", compiled.Option, "finding", "options"),
    "drugs": ("drug_effects", compiled.DrugEffect, "drug", "effects"),
}
# Sets of slugs, put in the order of the table that they refer to: the files' order says nothing.
_SETS = {
    "presentations": {"findings": "findings"},
    "causes": {"benign_requires": "findings"},
    "red_flags": {"suspected_causes": "causes", "warning_presentations": "presentations"},
    "body_zones": {"findings": "findings", "twitch_findings": "findings", "tremor_findings": "findings"},
}


def read_catalogue(folder: Path = DATA_FOLDER) -> tuple[Catalogue, list[Problem]]:
    """The catalogue of a folder and everything that is wrong with it. Unreadable rows are left out and listed."""
    reader = _Reader(folder)
    parts: dict[str, Any] = {table: tuple(reader.records(table, kind)) for table, kind in RECORDS.items()}
    parts.update(reader.in_order(parts))
    catalogue = Catalogue(**parts)
    if reader.is_whole:
        found = [reader.located(problem) for problem in problems(catalogue)]
        return catalogue, reader.problems + found
    # Without a whole file every reference to it would be reported.
    return catalogue, reader.problems


@dataclass
class _Reader:
    folder: Path
    problems: list[Problem] = field(default_factory=list)
    is_whole: bool = True
    # Where a record was read from, by its identity: the file and its row.
    places: dict[int, tuple[str, str]] = field(default_factory=dict)

    def records(self, table: str, kind: type[Any]) -> Iterator[Any]:
        nested_field, owned = self.nested(table)
        for number, row in self.rows(f"{table}.csv", {f.name for f in fields(kind)} - {nested_field}):
            slug = row.get("slug", "").strip()
            nested = {nested_field: tuple(item for _n, item in owned.pop(slug, ()))} if nested_field else {}
            record = self.record(f"{table}.csv", number, kind, row, nested)
            if record is not None:
                yield record
        for owner, items in owned.items():
            for number, _item in items:
                self.problem(f"{_NESTED[table][0]}.csv", number, f"belongs to an unknown “{owner}”")

    def nested(self, table: str) -> tuple[str, dict[str, list[tuple[int, Any]]]]:
        owned: dict[str, list[tuple[int, Any]]] = defaultdict(list)
        if table not in _NESTED:
            return "", owned
        name, kind, owner_column, field_name = _NESTED[table]
        for number, row in self.rows(f"{name}.csv", {owner_column, *(f.name for f in fields(kind))}):
            owner = row.pop(owner_column).strip()
            item = self.record(f"{name}.csv", number, kind, row, {})
            if item is not None:
                owned[owner].append((number, item))
        return field_name, owned

    def rows(self, file: str, columns: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
        for number, row in self.lines(file, columns):
            if None in row or None in row.values():
                self.problem(file, number, "has too many or too few columns")
            else:
                yield number, row

    def lines(self, file: str, columns: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
        number = 1
        try:
            with (self.folder / file).open(newline="", encoding="utf-8-sig") as lines:
                reader = csv.DictReader(lines, strict=True)
                names = set(reader.fieldnames or ())
                if names != columns:
                    missing, unknown = sorted(columns - names), sorted(names - columns)
                    self.broken(file, "header", f"missing {missing}, unknown {unknown}")
                    return
                for row in reader:
                    number = reader.line_num
                    yield number, row
        except FileNotFoundError:
            self.broken(file, "file", "is missing")
        except (UnicodeDecodeError, csv.Error) as error:
            self.broken(file, f"after row {number}", f"cannot be read: {error}")

    def record(self, file: str, number: int, kind: type[Any], row: dict[str, str], nested: dict[str, Any]) -> Any:
        hints, values, is_whole = _hints(kind), dict(nested), True  # type: ignore[arg-type]
        for name in hints.keys() - nested.keys():
            try:
                values[name] = _convert(row[name].strip(), hints[name])
            except ValueError:
                self.problem(file, number, f"{name}: “{row[name]}” is not {_describe(hints[name])}")
                is_whole = False
        if not is_whole:
            return None
        record = kind(**values)
        self.places[id(record)] = file, f"row {number}"
        return record

    def problem(self, file: str, number: int, message: str) -> None:
        self.problems.append(Problem(file, f"row {number}", message))

    def broken(self, file: str, place: str, message: str) -> None:
        self.problems.append(Problem(file, place, message))
        self.is_whole = False

    def located(self, problem: Problem) -> Problem:
        """The same problem with its file and row instead of its table and key."""
        file, row = self.places.get(id(problem.record), (f"{problem.table}.csv", "all rows"))
        return Problem(file, row, f"{problem.row}: {problem.message}", problem.record)

    def in_order(self, parts: dict[str, tuple[Any, ...]]) -> Iterator[tuple[str, tuple[Any, ...]]]:
        for table, names in _SETS.items():
            positions = {
                name: {item.slug: number for number, item in enumerate(parts[of])} for name, of in names.items()
            }
            yield table, tuple(self.sorted_sets(record, positions) for record in parts[table])

    def sorted_sets(self, record: Any, positions: dict[str, dict[str, int]]) -> Any:
        sets = {
            name: tuple(sorted(getattr(record, name), key=lambda slug, at=at: at.get(slug, len(at))))  # type: ignore[misc]
            for name, at in positions.items()
        }
        ordered = replace(record, **sets)
        self.places[id(ordered)] = self.places[id(record)]
        return ordered


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _convert(text: str, hint: Any) -> Any:
    """The value that a column's text stands for. Raises ValueError."""
    if hint is str:
        return text
    if isinstance(hint, types.UnionType):
        return int(text) if text else None
    if typing.get_origin(hint) is tuple:
        return tuple(_parts(text))
    if hint is bool:
        if text not in ("yes", "no"):
            raise ValueError
        return text == "yes"
    if hint is float:
        number = float(text)
        if not math.isfinite(number):
            raise ValueError
        return number
    raise TypeError(f"no column of the catalogue is {hint}")


def _parts(text: str) -> Iterable[str]:
    return (part.strip() for part in text.split("|") if part.strip())


def _describe(hint: Any) -> str:
    if hint is bool:
        return "yes or no"
    return "a whole number" if isinstance(hint, types.UnionType) else "a number"
