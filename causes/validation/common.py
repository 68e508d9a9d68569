"""What the rules have in common."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any

from causes import conditions
from causes.catalogue import Catalogue, Problem, name_of

# Names that a condition may use although they are no findings.
PSEUDO_FINDINGS = frozenset({"medicines"})
_OPERATORS = {"boolean": ("present", "absent"), "choice": ("=",), "number": (">=", "<")}


def problem(table: str, record: Any, message: str, owner: Any = None) -> Problem:
    name = f"{name_of(owner)}, {name_of(record)}" if owner else name_of(record)
    return Problem(table, name, message, record)


def repeated(table: str, keyed: Iterable[tuple[Hashable, Any]]) -> Iterator[Problem]:
    seen: set[Hashable] = set()
    for key, item in keyed:
        if key in seen:
            yield problem(table, item, "appears more than once")
        seen.add(key)


def unknown(
    table: str, record: Any, what: str, slugs: Iterable[str], known: Iterable[str], owner: Any = None
) -> Iterator[Problem]:
    for slug in slugs:
        if slug and slug not in known:
            yield problem(table, record, f"unknown {what} “{slug}”", owner)


def one_of(table: str, record: Any, what: str, value: str, allowed: Iterable[str]) -> Iterator[Problem]:
    if value not in allowed:
        yield problem(table, record, f"{what} “{value}” is not one of {', '.join(allowed)}")


def clause_problems(table: str, record: Any, clause: conditions.Clause, catalogue: Catalogue) -> Iterator[Problem]:
    if clause.slug in PSEUDO_FINDINGS:
        return
    finding = catalogue.finding.get(clause.slug)
    if finding is None:
        yield problem(table, record, f"unknown finding “{clause.slug}” in a condition")
    elif clause.operator not in _OPERATORS.get(finding.kind, ()):
        # Such a clause would never hold, and nothing would say so.
        yield problem(table, record, f"“{clause.slug}” is of the kind {finding.kind}: the condition never holds")
    else:
        values = {option.value for option in finding.options}
        yield from unknown(table, record, f"option of {clause.slug}", clause.options, values)
