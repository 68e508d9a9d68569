"""The catalogue as a folder of CSV files: read whole, with every problem by file and row."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from causes.catalogue import RECORDS, Catalogue, Problem
from causes.catalogue.tables import NESTED, SETS, columns, describe, hints, read, unmarked, with_sets_sorted
from causes.validation import problems

DATA_FOLDER = Path(__file__).resolve().parent / "data"


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
        for number, row in self.rows(f"{table}.csv", columns(table).keys()):
            slug = row.get("slug", "").strip()
            nested = {nested_field: tuple(item for _n, item in owned.pop(slug, ()))} if nested_field else {}
            record = self.record(f"{table}.csv", number, kind, row, nested)
            if record is not None:
                yield record
        for owner, items in owned.items():
            for number, _item in items:
                self.problem(f"{NESTED[table].table}.csv", number, f"belongs to an unknown “{owner}”")

    def nested(self, table: str) -> tuple[str, dict[str, list[tuple[int, Any]]]]:
        owned: dict[str, list[tuple[int, Any]]] = defaultdict(list)
        if table not in NESTED:
            return "", owned
        nested = NESTED[table]
        for number, row in self.rows(f"{nested.table}.csv", columns(nested.table).keys()):
            owner = row.pop(nested.owner).strip()
            item = self.record(f"{nested.table}.csv", number, nested.kind, row, {})
            if item is not None:
                owned[owner].append((number, item))
        return nested.field, owned

    def rows(self, file: str, names: Collection[str]) -> Iterator[tuple[int, dict[str, str]]]:
        for number, row in self.lines(file, names):
            if None in row or None in row.values():
                self.problem(file, number, "has too many or too few columns")
            else:
                yield number, row

    def lines(self, file: str, names: Collection[str]) -> Iterator[tuple[int, dict[str, str]]]:
        number = 1
        try:
            with (self.folder / file).open(newline="", encoding="utf-8-sig") as lines:
                reader = csv.DictReader(lines, strict=True)
                found, expected = set(reader.fieldnames or ()), set(names)
                if found != expected:
                    missing, unknown = sorted(expected - found), sorted(found - expected)
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
        types, values, is_whole = hints(kind), dict(nested), True
        for name in types.keys() - nested.keys():
            try:
                values[name] = read(unmarked(row[name].strip()), types[name])
            except ValueError:
                self.problem(file, number, f"{name}: “{row[name]}” is not {describe(types[name])}")
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
        for table, names in SETS.items():
            positions = {
                name: {item.slug: number for number, item in enumerate(parts[of])} for name, of in names.items()
            }
            yield table, tuple(self.sorted_sets(record, positions) for record in parts[table])

    def sorted_sets(self, record: Any, positions: dict[str, dict[str, int]]) -> Any:
        ordered = with_sets_sorted(record, positions)
        self.places[id(ordered)] = self.places[id(record)]
        return ordered
