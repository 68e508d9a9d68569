"""Which questions are worth asking this patient now. docs/model.md, "Which questions are asked", is the specification.

Pure: knows the catalogue and the ranking, not Django. The thresholds are the catalogue's; one without them asks all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from causes.catalogue import Catalogue
from causes.conditions import Evidence, Value, parse_clause
from causes.ranking import expected_gains
from causes.red_flags import standings
from intake import derivation

LEAST_GAIN = "interview-least-gain"  # bits: a question that is expected to tell less is not asked
ALONE_GAIN = "interview-alone-gain"  # bits: one that is expected to tell less shares a list with its neighbours
LONGEST_LIST = "interview-longest-list"
USUAL_QUESTIONS = "interview-usual-questions"
ASKED_OF_PATIENTS = ("ask",)


@dataclass(frozen=True, slots=True)
class Worth:
    """What each question is worth at this point. ``gains`` are expected bits, of findings that are not known."""

    gains: Mapping[str, float]
    always: frozenset[str]
    decisive: frozenset[str]
    least: float
    alone: float

    def is_asked(self, slugs: Iterable[str]) -> bool:
        return any(slug in self.always or self.gains.get(slug, 0.0) >= self.least for slug in slugs)

    def is_alone(self, slug: str) -> bool:
        """Whether it has a question of its own: it alone may raise a red flag, or much hangs on it."""
        return slug in self.decisive or self.gains.get(slug, 0.0) >= self.alone


def is_adaptive(catalogue: Catalogue) -> bool:
    return LEAST_GAIN in catalogue.parameter


def worth(catalogue: Catalogue, evidence: Evidence) -> Worth:
    """Raises KeyError when the catalogue has one threshold and lacks another."""
    # Whatever language it is asked in: a translation would be compiled anew.
    return _worth(catalogue.original or catalogue, tuple(evidence.items()))


@lru_cache(maxsize=32)
def _worth(catalogue: Catalogue, known: tuple[tuple[str, Value], ...]) -> Worth:
    evidence = dict(known)
    return Worth(
        gains=_gains(catalogue, evidence),
        always=always_asked(catalogue),
        decisive=_decisive(catalogue, evidence),
        least=derivation.parameter(catalogue, LEAST_GAIN),
        alone=derivation.parameter(catalogue, ALONE_GAIN),
    )


@lru_cache(maxsize=8)
def always_asked(catalogue: Catalogue) -> frozenset[str]:
    """What a red flag hangs on, and what must be absent before a picture may be called benign."""
    flagged = (parse_clause(text).slug for flag in catalogue.red_flags for text in flag.findings)
    return frozenset(flagged) | {slug for cause in catalogue.causes for slug in cause.benign_requires}


def _gains(catalogue: Catalogue, evidence: Evidence) -> dict[str, float]:
    """The most that each is expected to tell in any setting: the same patient is asked the same everywhere."""
    presentation = derivation.presentation(catalogue, evidence)
    found: dict[str, float] = {}
    for setting in catalogue.settings:
        gains = expected_gains(catalogue, evidence, setting.slug, presentation, stages=ASKED_OF_PATIENTS)
        for slug, gain in gains.items():
            found[slug] = max(gain, found.get(slug, 0.0))
    return found


def _decisive(catalogue: Catalogue, evidence: Evidence) -> frozenset[str]:
    """The findings that would each make a red flag fire by themselves: the rest of it is there."""
    unchecked = (standing for standing in standings(catalogue, evidence) if standing.is_unchecked)
    return frozenset(standing.unknown[0] for standing in unchecked if len(standing.unknown) == 1)
