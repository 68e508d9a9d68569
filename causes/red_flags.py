"""Red flags: rules that fire on findings alone. They never see a posterior, so no ranking can silence one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from causes.catalogue import URGENCIES, Catalogue, RedFlag
from causes.conditions import Clause, Evidence, parse_clause


@dataclass(frozen=True, slots=True)
class Standing:
    """How a red flag stands: fired when both are empty, absent when a finding rules it out, else unchecked."""

    flag: RedFlag
    ruled_out_by: tuple[str, ...]  # known findings that do not hold
    unknown: tuple[str, ...]  # findings that nobody knows yet

    @property
    def is_absent(self) -> bool:
        return bool(self.ruled_out_by)

    @property
    def is_unchecked(self) -> bool:
        return bool(self.unknown) and not self.ruled_out_by


_PRECEDENCE = {urgency: position for position, urgency in enumerate(reversed(URGENCIES))}


def fired(catalogue: Catalogue, evidence: Evidence) -> tuple[RedFlag, ...]:
    """Flags whose clauses all hold, most urgent first, then in the catalogue's order.

    A finding that is not known satisfies no clause; a flag without findings never fires.
    Raises ValueError for a clause that does not parse and for an unknown urgency.
    """
    holding = [flag for flag in catalogue.red_flags if _is_fired(flag, evidence)]
    return tuple(sorted(holding, key=lambda flag: _precedence(flag.urgency)))


def standings(catalogue: Catalogue, evidence: Evidence) -> tuple[Standing, ...]:
    """How each flag stands, in the catalogue's order. Raises ValueError for a clause that does not parse."""
    return tuple(_standing(flag, evidence) for flag in catalogue.red_flags)


def highest_urgency(flags: Iterable[RedFlag]) -> str | None:
    """The most urgent of the flags' urgencies; None without a flag."""
    return min((flag.urgency for flag in flags), key=_precedence, default=None)


def _is_fired(flag: RedFlag, evidence: Evidence) -> bool:
    return bool(flag.findings) and all(clause.is_met(evidence) for clause in _clauses(flag.findings))


def _standing(flag: RedFlag, evidence: Evidence) -> Standing:
    failing = [clause.slug for clause in _clauses(flag.findings) if not clause.is_met(evidence)]
    return Standing(
        flag,
        tuple(slug for slug in failing if slug in evidence),
        tuple(slug for slug in failing if slug not in evidence),
    )


@lru_cache(maxsize=4096)
def _clauses(findings: tuple[str, ...]) -> tuple[Clause, ...]:
    return tuple(parse_clause(text) for text in findings)


def _precedence(urgency: str) -> int:
    if urgency not in _PRECEDENCE:
        raise ValueError(f"urgency “{urgency}” is not one of {', '.join(URGENCIES)}")
    return _PRECEDENCE[urgency]
