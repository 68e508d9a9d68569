"""The small language of ``ask_if`` and of red flags: which answers must be there.

``a+b|c`` means (a and b) or c. A clause is ``slug`` (present), ``!slug`` (absent),
``slug=option`` or ``slug=option/option`` (one of these), ``slug>=number`` or ``slug<number``.
A finding that is not known satisfies no clause.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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


def holds(text: str, evidence: Evidence) -> bool:
    """Whether the condition holds; an empty condition always does. Raises ValueError for a malformed text."""
    alternatives = parse(text)
    return not alternatives or any(all(clause.is_met(evidence) for clause in group) for group in alternatives)
