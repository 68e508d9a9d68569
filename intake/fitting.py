"""What of a draft's answers another release of the catalogue still understands.

Pure: knows the catalogue, not Django. What does not fit is kept aside, with the release that it was said to.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from causes.catalogue import Catalogue
from intake import derivation
from intake.derivation import BODY, MEDICINES, Answers
from intake.topics import ALCOHOL_UNITS, DRINKS, ONSET_AGE, QUESTION, TICKS, Item, all_topics

_WORDED = (QUESTION, ONSET_AGE, ALCOHOL_UNITS, DRINKS)

Aside = Mapping[str, Mapping[str, Any]]  # key of an answer -> {"release": number, "value": what was said}
Typed = Mapping[str, Mapping[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Fitted:
    answers: dict[str, Any]
    typed: dict[str, Mapping[str, list[str]]]
    aside: dict[str, Mapping[str, Any]]


def fitted(old: Catalogue, new: Catalogue, answers: Answers, typed: Typed, aside: Aside) -> Fitted:
    """Nothing is lost: each answer fits ``new``, or is aside. What was aside comes back where it fits again."""
    unfit = _unfit(new, answers)
    back = {key: kept["value"] for key, kept in aside.items() if key not in answers}
    back = {key: value for key, value in back.items() if _is_known(new, key) and not _unfit(new, {key: value})}
    half = {name: texts for name, texts in typed.items() if not _is_asked(new, name)}
    return Fitted(
        answers={key: value for key, value in answers.items() if key not in unfit} | back,
        typed=_still_there(new, answers, unfit) | {name: typed[name] for name in typed.keys() - half.keys()},
        aside={key: kept for key, kept in aside.items() if key not in back}
        | {name: _kept(old, " ".join(text for held in texts.values() for text in held)) for name, texts in half.items()}
        | {key: _kept(old, answers[key]) for key in answers if key in unfit},
    )


def reworded(old: Catalogue, new: Catalogue, answers: Answers) -> list[str]:
    """The items whose answer is kept although the question, its help or its choices read otherwise now."""
    before = _items(old)
    return [
        name
        for name, item in _items(new).items()
        if name in before and item.is_answered(answers) and _wording(item) != _wording(before[name])
    ]


def _kept(old: Catalogue, value: Any) -> dict[str, Any]:
    return {"release": old.number, "value": value}


def _unfit(catalogue: Catalogue, answers: Answers) -> Collection[str]:
    """A medicine is kept by the name that was typed: that always fits."""
    return derivation.unusable_keys(catalogue, answers) - {MEDICINES}


def _is_known(catalogue: Catalogue, key: str) -> bool:
    return key in catalogue.finding or key in derivation.CONTROLS


def _still_there(catalogue: Catalogue, answers: Answers, unfit: Collection[str]) -> dict[str, Mapping[str, list[str]]]:
    """The places that are left of a body map stand in their boxes, to be confirmed."""
    zones = {zone.slug for zone in catalogue.body_zones}
    left = [slug for slug in answers[BODY] if slug in zones] if BODY in unfit else []
    return {BODY: {BODY: left}} if left else {}


def _is_asked(catalogue: Catalogue, name: str) -> bool:
    sections = tuple(f"{TICKS}-{topic.slug}-" for topic in all_topics(catalogue))
    return name in _items(catalogue) or name.startswith(sections)


def _items(catalogue: Catalogue) -> dict[str, Item]:
    return {item.name: item for topic in all_topics(catalogue) for item in topic.items}


def _wording(item: Item) -> tuple[Any, ...]:
    """Of the controls that print a finding's question; what the others say is no part of the catalogue."""
    finding = item.findings[0] if item.control in _WORDED else None
    return (finding.question, finding.help, finding.options) if finding else ()
