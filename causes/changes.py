"""What differs between two catalogues, record by record, in the words of an editor's review."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from itertools import zip_longest
from typing import Any

from causes.catalogue import RECORDS, Catalogue, name_of

ADDED, REMOVED, CHANGED, REORDERED = "added", "removed", "changed", "reordered"


@dataclass(frozen=True, slots=True)
class Change:
    table: str
    kind: str
    name: str
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.table}, {self.name}: {self.kind}", "; ".join(self.details)) if part)


def changes(before: Catalogue, after: Catalogue) -> list[Change]:
    """Every record that was added, removed or changed; an empty list exactly when the hashes are equal."""
    return [c for table in RECORDS for c in record_changes(table, getattr(before, table), getattr(after, table))]


@dataclass(frozen=True, slots=True)
class Version:
    """All records of one name, before and after. A name may stand for several: further evidence of a cell."""

    table: str
    name: str  # "" for the order of a table, whose records stay the same
    before: tuple[Any, ...]
    after: tuple[Any, ...]


def versions(before: Catalogue, after: Catalogue) -> Iterator[Version]:
    """What differs, name by name: enough to undo it. Nothing exactly when the hashes are equal."""
    for table in RECORDS:
        old, new = getattr(before, table), getattr(after, table)
        if old == new:
            continue
        by_name = _by_name(old), _by_name(new)
        differing = [n for n in dict.fromkeys([*by_name[0], *by_name[1]]) if by_name[0].get(n) != by_name[1].get(n)]
        if not differing:
            yield Version(table, "", (), ())
        for name in differing:
            yield Version(table, name, by_name[0].get(name, ()), by_name[1].get(name, ()))


def _by_name(records: tuple[Any, ...]) -> dict[str, tuple[Any, ...]]:
    result: dict[str, tuple[Any, ...]] = {}
    for record in records:
        result[name_of(record)] = (*result.get(name_of(record), ()), record)
    return result


def record_changes(table: str, before: tuple[Any, ...], after: tuple[Any, ...]) -> Iterator[Change]:
    """What differs between these records of one table and those."""
    if before == after:
        return
    old, new = _without_equals(before, after), _without_equals(after, before)
    if not old and not new:
        yield Change(table, REORDERED, "")
    for name in dict.fromkeys([*old, *new]):
        for first, second in zip_longest(old.get(name, ()), new.get(name, ())):
            if first is None:
                yield Change(table, ADDED, name, tuple(_filled(second)))
            elif second is None:
                yield Change(table, REMOVED, name)
            else:
                yield Change(table, CHANGED, name, tuple(_details(first, second)))


def _without_equals(records: tuple[Any, ...], others: tuple[Any, ...]) -> dict[str, list[Any]]:
    """The records that the others lack, by name; a name may stand for several (further evidence of a cell)."""
    spare, result = Counter(others), defaultdict(list)
    for record in records:
        if spare[record]:
            spare[record] -= 1
        else:
            result[name_of(record)].append(record)
    return result


def _details(first: Any, second: Any) -> Iterator[str]:
    for f in fields(first):
        old, new = getattr(first, f.name), getattr(second, f.name)
        if old != new:
            yield f"{_words(f.name)}: {_text(old)} → {_text(new)}"


def _filled(record: Any) -> Iterator[str]:
    for f in fields(record):
        value = getattr(record, f.name)
        if f.name != "slug" and value not in ("", None, (), False):
            yield f"{_words(f.name)}: {_text(value)}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(_text(part) for part in value) or "–"
    if is_dataclass(value):
        return ", ".join(_text(getattr(value, f.name)) for f in fields(value) if getattr(value, f.name))
    if isinstance(value, float):
        return f"{value:.10g}"
    return "–" if value in ("", None) else str(value)
