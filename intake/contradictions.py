"""Answers that do not go together. The patient is asked which is right; nothing that was answered goes silently.

Pure: knows the catalogue, not Django. Most rules are the catalogue's own: what says yes to a question that is only
asked if another is answered differently (``ask_if``) contradicts that other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from causes.catalogue import Catalogue
from causes.conditions import parse
from intake import derivation
from intake.derivation import BODY, BOTH_RIGHT, NO, ONSET_AGE, Answers
from intake.topics import Item, all_topics

DURATION = "duration"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """``out_of_reach`` is the item whose question its own page no longer shows: its answer can only be taken back."""

    items: tuple[Item, ...]
    out_of_reach: Item | None
    key: str  # of these answers to these questions: another answer makes another contradiction


def contradictions(catalogue: Catalogue, answers: Answers) -> tuple[Contradiction, ...]:
    """Those that the patient has not said she leaves as they are."""
    settled = answers.get(BOTH_RIGHT) or ()
    return tuple(found for found in all_contradictions(catalogue, answers) if found.key not in settled)


def all_contradictions(catalogue: Catalogue, answers: Answers) -> Iterator[Contradiction]:
    yield from _out_of_place(catalogue, answers)
    yield from _ages(catalogue, answers)
    yield from _places(catalogue, answers)


def settled_by_patient(answers: Answers, key: str) -> dict[str, Any]:
    """The change of the answers by which a contradiction is left as it is."""
    return {BOTH_RIGHT: [*(answers.get(BOTH_RIGHT) or ()), key]}


def _out_of_place(catalogue: Catalogue, answers: Answers) -> Iterator[Contradiction]:
    """A no to a question that is not asked contradicts nothing."""
    aside = derivation.set_aside(catalogue, answers)
    items = _items(catalogue)
    for slug, value in aside.items():
        denied = [items[name] for name in _denied(catalogue, answers, slug) if name in items]
        if value is not False and denied and slug in items:
            yield _contradiction(answers, (*dict.fromkeys(denied), items[slug]), items[slug])


def _denied(catalogue: Catalogue, answers: Answers, slug: str) -> Iterator[str]:
    """What the question hangs on and was answered otherwise, or not sure."""
    known = derivation.circumstances(catalogue, answers)
    unsure = derivation.left_open(catalogue, answers) | derivation.set_aside(catalogue, answers).keys()
    for group in parse(catalogue.finding[slug].ask_if):
        for clause in group:
            if (clause.slug in known or clause.slug in unsure) and not clause.is_met(known):
                yield clause.slug


def _ages(catalogue: Catalogue, answers: Answers) -> Iterator[Contradiction]:
    """The age at which it began, beside the age now and how long it has lasted. Both ages are whole years."""
    onset, age = answers.get(ONSET_AGE), answers.get(derivation.AGE)
    items = _items(catalogue)
    if not isinstance(onset, int) or not isinstance(age, int) or ONSET_AGE not in items:
        return
    if onset > age and derivation.AGE in items:
        yield _contradiction(answers, (items[derivation.AGE], items[ONSET_AGE]))
        return
    shortest, longest = _lasting(catalogue, answers.get(DURATION))
    if DURATION in items and (age - onset + 1 <= shortest or age - onset - 1 >= longest):
        yield _contradiction(answers, (items[ONSET_AGE], items[DURATION]))


def _lasting(catalogue: Catalogue, option: Any) -> tuple[float, float]:
    """The years that an option of the duration stands for; whatever the catalogue does not limit is possible."""
    options = [known.value for known in catalogue.finding[DURATION].options] if DURATION in catalogue.finding else []
    if option not in options:
        return 0.0, float("inf")
    limits = [catalogue.parameter.get(f"{DURATION}-{value.replace(' ', '-')}-most") for value in options]
    place = options.index(option)
    shortest = limits[place - 1] if place else 0.0
    longest = limits[place]
    return shortest or 0.0, float("inf") if longest is None else longest


def _places(catalogue: Catalogue, answers: Answers) -> Iterator[Contradiction]:
    """Places where it happens, of someone who has nothing that could happen there."""
    complaints = [slug for presentation in catalogue.presentations for slug in presentation.findings]
    sections = {catalogue.finding[slug].section for slug in complaints if slug in catalogue.finding}
    movements = [finding.slug for finding in catalogue.findings if finding.section in sections]
    has_none = bool(complaints) and all(answers.get(slug) == NO for slug in complaints)
    items = _items(catalogue)
    body = next((item for item in items.values() if item.name == BODY), None)
    if body and answers.get(BODY) and has_none and all(answers.get(slug, NO) == NO for slug in movements):
        yield _contradiction(answers, (*(items[slug] for slug in dict.fromkeys(complaints) if slug in items), body))


def _contradiction(answers: Answers, items: tuple[Item, ...], out_of_reach: Item | None = None) -> Contradiction:
    said = [f"{key}={answers.get(key)}" for item in items for key in item.keys if key in answers]
    return Contradiction(items, out_of_reach, "+".join(said))


def _items(catalogue: Catalogue) -> dict[str, Item]:
    """By finding, and each control by its own name too."""
    found: dict[str, Item] = {}
    for topic in all_topics(catalogue):
        for item in topic.items:
            found |= dict.fromkeys((item.name, *item.slugs), item)
    return found
