"""From what a patient typed to a drug of the catalogue, and back: names and brands. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

from causes.catalogue import Catalogue, Drug

SHORTEST_QUERY = 2
MOST_SUGGESTIONS = 8
VOCABULARY = Path(__file__).resolve().parent / "data" / "medicine_words.json"

Words = tuple[str, ...]

# What a word is that names no drug; the words of each kind are listed in the vocabulary.
_AMOUNTS, _BESIDE_A_DRUG, _JOIN, _STOPPED, _UNKNOWN = "amounts", "beside_a_drug", "joins", "stopped", "unknown"
_KINDS = frozenset({_AMOUNTS, _BESIDE_A_DRUG, _JOIN, _STOPPED, _UNKNOWN})
_SIGNS = frozenset(",;+/&\n")
_EDGES = ".:-–—\"'’“”"
_WORD = re.compile(r"[,;+/&\n]|[^\s,;+/&()]+")
_AMOUNT = re.compile(r"^x?\d+(?:[.-]\d+)*([^\W\d]*|%)$")
# "Salbutamol (albuterol)" gives two names; "Diazepam (stopped recently)" is one name, and not that of diazepam.
_TWO_NAMES = re.compile(r"^([^()]+?) \(([^() ]+)\)$")


@dataclass(frozen=True, slots=True)
class Suggestion:
    value: str  # what is put into the box
    label: str  # the drug's name, when the value is a brand


@dataclass(frozen=True, slots=True)
class Typed:
    """What one box names."""

    drugs: tuple[str, ...]
    is_whole: bool  # nothing in it is left that might be another medicine


def suggestions(catalogue: Catalogue, query: str) -> tuple[Suggestion, ...]:
    """Names and brands that begin with the query, then those with a later word that does."""
    wanted = _plain(query)
    if len(wanted) < SHORTEST_QUERY:
        return ()
    found = [
        (not _plain(name).startswith(wanted), _plain(name), name, drug)
        for drug in (catalogue.original or catalogue).drugs
        for name in (*_names(drug), *_translated_names(catalogue, drug))
        if _plain(name).startswith(wanted) or f" {wanted}" in _plain(name)
    ]
    found.sort(key=lambda row: row[:2])
    return tuple(
        Suggestion(name, "" if name == drug.name else drug.name)
        for _later, _key, name, drug in found[:MOST_SUGGESTIONS]
    )


def read_text(catalogue: Catalogue, text: str) -> Typed:
    """Every drug named in one box: "Omeprazole 20 mg and lithium" names two.

    A name counts at the beginning of its part, not after a word that nobody knows ("my lithium"); any such word
    leaves the text only partly known. Nor is it known whether what is said to be stopped is taken.
    """
    parts = list(_parts(catalogue, text))
    if any(_STOPPED in part for part in parts):
        return Typed((), False)
    drugs = dict.fromkeys(mark for part in parts for mark in takewhile(_UNKNOWN.__ne__, part) if mark not in _KINDS)
    return Typed(tuple(drugs), bool(drugs) and all(_is_known(part) for part in parts))


def _parts(catalogue: Catalogue, text: str) -> Iterator[list[str]]:
    """What each word between two joins is: a drug's slug, or its kind."""
    part: list[str] = []
    for mark in _marks(_by_name(catalogue), _words(text)):
        if mark == _JOIN:
            yield part
            part = []
        else:
            part.append(mark)
    yield part


def _marks(known: Mapping[Words, str], words: Words) -> Iterator[str]:
    position, kinds = 0, _kinds()
    while position < len(words):
        slug, length = _longest_name(known, words, position)
        yield slug or _kind(kinds, words[position])
        position += length or 1


def _is_known(part: list[str]) -> bool:
    """Nothing in it can be another medicine. A form or a salt says so only beside a drug: "and an inhaler" may be."""
    return _UNKNOWN not in part and (_BESIDE_A_DRUG not in part or any(mark not in _KINDS for mark in part))


def _longest_name(known: Mapping[Words, str], words: Words, position: int) -> tuple[str, int]:
    for end in range(len(words), position, -1):
        slug = known.get(words[position:end])
        if slug:
            return slug, end - position
    return "", 0


def _kind(kinds: Mapping[str, str], word: str) -> str:
    amount = _AMOUNT.match(word)  # "400", "400mg"
    if amount:
        return kinds.get(amount[1], _UNKNOWN) if amount[1] else _AMOUNTS
    return kinds.get(word, _UNKNOWN)


@lru_cache(maxsize=8)
def _by_name(catalogue: Catalogue) -> dict[Words, str]:
    known: dict[Words, str] = {}
    for drug in (catalogue.original or catalogue).drugs:
        for name in (*_names(drug), *_translated_names(catalogue, drug)):
            # A name that two drugs share says neither.
            known[_words(name)] = "" if known.get(_words(name), drug.slug) != drug.slug else drug.slug
    return known


@lru_cache(maxsize=1)
def _kinds() -> dict[str, str]:
    listed = json.loads(VOCABULARY.read_text(encoding="utf-8"))
    return {_folded(word): kind for kind, words in listed.items() for word in words} | dict.fromkeys(_SIGNS, _JOIN)


def _names(drug: Drug) -> Iterator[str]:
    yield from _each_name(drug.name)
    yield from drug.brands


def _translated_names(catalogue: Catalogue, drug: Drug) -> Iterator[str]:
    """In every language, whichever the page is in: a pack may come from anywhere."""
    known = set(_names(drug))
    for text in _translations(catalogue).get(drug.slug, ()):
        yield from (name for name in _each_name(text) if name not in known)


@lru_cache(maxsize=8)
def _translations(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for item in catalogue.translations:
        if item.table == "drugs":
            found[item.key] = (*found.get(item.key, ()), item.text)
    return found


def _each_name(text: str) -> tuple[str, ...]:
    two = _TWO_NAMES.match(text)
    return (two[1], two[2].capitalize()) if two else (text,)


def _plain(text: str) -> str:
    return " ".join(_folded(text).replace(",", " ").split())


def _folded(text: str) -> str:
    """In lower case and without accents: on a phone they are left out."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _words(text: str) -> Words:
    """In lower case, and every sign that joins two medicines as a word of its own."""
    words = (word if word in _SIGNS else word.strip(_EDGES) for word in _WORD.findall(_folded(text)))
    return tuple(word for word in words if word)
