"""From what a patient typed to a drug of the catalogue, and back: names and brands. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from causes.catalogue import Catalogue, Drug

SHORTEST_QUERY = 2
MOST_SUGGESTIONS = 8
# "Salbutamol (albuterol)" gives two names; "Diazepam (stopped recently)" is one name, and not that of diazepam.
_TWO_NAMES = re.compile(r"^([^()]+?) \(([^() ]+)\)$")


@dataclass(frozen=True, slots=True)
class Suggestion:
    value: str  # what is put into the box
    label: str  # the drug's name, when the value is a brand


def suggestions(catalogue: Catalogue, query: str) -> tuple[Suggestion, ...]:
    """Names and brands that begin with the query, then those with a later word that does."""
    wanted = _plain(query)
    if len(wanted) < SHORTEST_QUERY:
        return ()
    found = [
        (not _plain(name).startswith(wanted), _plain(name), name, drug)
        for drug in catalogue.drugs
        for name in _names(drug)
        if _plain(name).startswith(wanted) or f" {wanted}" in _plain(name)
    ]
    found.sort(key=lambda row: row[:2])
    return tuple(
        Suggestion(name, "" if name == drug.name else drug.name)
        for _later, _key, name, drug in found[:MOST_SUGGESTIONS]
    )


def matched_drug(catalogue: Catalogue, text: str) -> str:
    """The slug of the drug whose name or brand the text is, or begins with ("Lithium carbonate 400 mg"); else ""."""
    known, words = _by_name(catalogue), _plain(text).split()
    for length in range(len(words), 0, -1):
        slug = known.get(" ".join(words[:length]))
        if slug:
            return slug
    return ""


@lru_cache(maxsize=8)
def _by_name(catalogue: Catalogue) -> dict[str, str]:
    known: dict[str, str] = {}
    for drug in catalogue.drugs:
        for name in _names(drug):
            # A name that two drugs share says neither.
            known[_plain(name)] = "" if known.get(_plain(name), drug.slug) != drug.slug else drug.slug
    return known


def _names(drug: Drug) -> Iterator[str]:
    two = _TWO_NAMES.match(drug.name)
    yield from (two[1], two[2].capitalize()) if two else (drug.name,)
    yield from drug.brands


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace(",", " ").split())
