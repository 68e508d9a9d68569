"""The small language of ``ask_if`` and of red flags: which answers must be there.

``a+b|c`` means (a and b) or c. A clause is ``slug`` (present), ``!slug`` (absent),
``slug=option`` or ``slug=option/option`` (one of these), ``slug>=number`` or ``slug<number``.
A finding that is not known satisfies no clause.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import lru_cache

Value = bool | str | float
Evidence = Mapping[str, Value]

_CLAUSE = re.compile(r"^(?P<no>!)?(?P<slug>[a-z0-9-]+)(?:(?P<op>=|>=|<)(?P<arg>.+))?$")


@dataclass(frozen=True, slots=True)
class Clause:
    slug: str
    operator: str  # "present", "absent", "=", ">=" or "<"
    options: tuple[str, ...] = ()
    limit: float = 0.0

    def is_met(self, evidence: Evidence) -> bool:
        value = evidence.get(self.slug)
        if value is None:
            return False
        if self.operator == "present":
            return value is True
        if self.operator == "absent":
            return value is False
        if self.operator == "=":
            return value in self.options
        if isinstance(value, (bool, str)):
            return False
        return value >= self.limit if self.operator == ">=" else value < self.limit


def parse_clause(text: str) -> Clause:
    """One clause. Raises ValueError with the text when it does not parse."""
    match = _CLAUSE.match(text.strip())
    if not match or (match["no"] and match["op"]):
        raise ValueError(f"“{text.strip()}” is not a condition")
    slug, operator, argument = match["slug"], match["op"], match["arg"]
    if operator is None:
        return Clause(slug, "absent" if match["no"] else "present")
    if operator == "=":
        return Clause(slug, "=", tuple(part.strip() for part in argument.split("/")))
    try:
        return Clause(slug, operator, limit=float(argument))
    except ValueError:
        raise ValueError(f"“{argument}” in “{text.strip()}” is not a number") from None


@lru_cache(maxsize=4096)
def parse(text: str) -> tuple[tuple[Clause, ...], ...]:
    """Alternatives, each a tuple of clauses that must all hold; () for an empty text. Raises ValueError."""
    if not text.strip():
        return ()
    return tuple(tuple(parse_clause(part) for part in group.split("+")) for group in text.split("|"))


def never_met(texts: Mapping[str, str]) -> list[str]:
    """Of findings and their conditions, those that wait for themselves or for one another: none could ever be asked.

    A condition on a name that is not among them, or one that does not parse, is left to other rules.
    """
    waiting = dict.fromkeys(texts)
    while found := [name for name in waiting if _can_be_met(texts[name], waiting)]:
        for name in found:
            del waiting[name]
    return list(waiting)


def _can_be_met(text: str, waiting: Container[str]) -> bool:
    try:
        alternatives = parse(text)
    except ValueError:
        return True
    return not alternatives or any(all(clause.slug not in waiting for clause in group) for group in alternatives)


def holds(text: str, evidence: Evidence) -> bool:
    """Whether the condition holds; an empty condition always does. Raises ValueError for a malformed text."""
    alternatives = parse(text)
    return not alternatives or any(all(clause.is_met(evidence) for clause in group) for group in alternatives)
