"""The patient's answers in words, for the page where she checks them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from causes.catalogue import Catalogue
from intake import derivation, topics
from intake.contradictions import Contradiction, contradictions
from intake.derivation import NO, UNSURE, YES, Answers
from intake.topics import Item, Topic

Line = tuple[str, str]  # question, answer


@dataclass(frozen=True)
class Row:
    question: str
    answer: str
    is_answered: bool
    topic: str
    anchor: str


@dataclass(frozen=True)
class Group:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Puzzle:
    """Two or more answers that do not go together, for the patient to say which is right."""

    key: str
    rows: tuple[Row, ...]
    lost: Row | None  # whose question is not asked any more, so that its answer can only be taken back


def puzzles(catalogue: Catalogue, answers: Answers) -> tuple[Puzzle, ...]:
    return tuple(_puzzle(catalogue, answers, found) for found in contradictions(catalogue, answers))


def _puzzle(catalogue: Catalogue, answers: Answers, found: Contradiction) -> Puzzle:
    within = [item for item in found.items if item != found.out_of_reach]
    lost = _said(catalogue, answers, found.out_of_reach) if found.out_of_reach else None
    return Puzzle(found.key, tuple(_said(catalogue, answers, item) for item in within), lost)


def _said(catalogue: Catalogue, answers: Answers, item: Item) -> Row:
    """Of the patient's own details only the date of birth can be at odds with another answer."""
    topic = next(topic for topic in topics.all_topics(catalogue) if item in topic.items)
    rows = list(_rows(catalogue, answers, topic, item))
    return rows[1] if item.control == topics.PROFILE else rows[0]


def said(catalogue: Catalogue, answers: Answers, name: str) -> Row | None:
    """The question of this name and what was answered to it; None where the catalogue does not ask it."""
    items = (item for topic in topics.all_topics(catalogue) for item in topic.items)
    item = next((item for item in items if item.name == name or name in item.keys), None)
    return _said(catalogue, answers, item) if item else None


def groups(catalogue: Catalogue, answers: Answers) -> tuple[Group, ...]:
    """Every question that applies, under its topic, answered or not."""
    circumstances = derivation.circumstances(catalogue, answers)
    return tuple(
        Group(
            topic.section.title,
            tuple(row for item in topic.applying(circumstances) for row in _rows(catalogue, answers, topic, item)),
        )
        for topic in topics.asked_topics(catalogue, answers)
    )


def _rows(catalogue: Catalogue, answers: Answers, topic: Topic, item: Item) -> Iterator[Row]:
    for question, answer in _WORDS[item.control](catalogue, answers, item):
        yield Row(question, answer or _("Not answered yet"), bool(answer), topic.slug, f"item-{item.name}")


def _question(catalogue: Catalogue, answers: Answers, item: Item) -> list[Line]:
    finding, answer = item.findings[0], answers.get(item.name)
    labels = {option.value: option.label for option in finding.options}
    labels |= {UNSURE: _("Not sure"), YES: _("Yes"), NO: _("No")}
    said = labels.get(answer, "") if isinstance(answer, str) else _number(answer, finding.unit)
    return [(finding.question, said)]


def _profile(catalogue: Catalogue, answers: Answers, item: Item) -> list[Line]:
    sex = catalogue.finding.get(derivation.SEX)
    labels = {option.value: option.label for option in sex.options} if sex else {}
    said = answers.get(derivation.SEX)
    born = answers.get(derivation.BIRTH_DATE)
    date = date_format(datetime.date.fromisoformat(born)) if born else ""
    return [
        (_("Full name"), answers.get(derivation.NAME, "")),
        (_("Date of birth"), date),
        (sex.question if sex else _("Sex"), "" if said is None else labels.get(said, _("Prefer not to say"))),
    ]


def _body(catalogue: Catalogue, answers: Answers, item: Item) -> list[Line]:
    chosen = answers.get(derivation.BODY)
    names = ", ".join(zone.name for zone in catalogue.body_zones if zone.slug in (chosen or ()))
    nowhere = _("It moves around, or I cannot point to a place")
    return [(_("Where on your body does it happen?"), names or ("" if chosen is None else nowhere))]


def _onset_age(catalogue: Catalogue, answers: Answers, item: Item) -> list[Line]:
    return [(item.findings[0].question, _number(answers.get(topics.ONSET_AGE), _("years old")))]


def _alcohol(catalogue: Catalogue, answers: Answers, item: Item) -> list[Line]:
    return [(item.findings[0].question, _number(answers.get(topics.ALCOHOL_UNITS), _("units a week")))]


def _medicines(catalogue: Catalogue, answers: Answers, item: Item) -> list[Line]:
    """What is taken, and as a line of its own what was: a glance must not take the one for the other."""
    taken = derivation.taken(answers)
    stopped = [row for row in answers.get(derivation.MEDICINES) or () if row not in taken]
    since = {"recent": _("%(name)s (in the last 3 months)"), "earlier": _("%(name)s (since longer ago)")}
    until = {
        "month": _("%(name)s (stopped in the last month)"),
        "recent": _("%(name)s (stopped 1 to 3 months ago)"),
        "earlier": _("%(name)s (stopped longer ago)"),
    }
    names = ", ".join(since.get(row["since"], "%(name)s") % {"name": row["name"]} for row in taken)
    none = _("I take no medicines") if answers.get(derivation.NO_MEDICINES) else ""
    lines = [(_("Which medicines do you take?"), names or none or (_("None that I still take") if stopped else ""))]
    if stopped:
        told = (until.get(row.get(derivation.NO_LONGER, ""), _("%(name)s (stopped)")) % row for row in stopped)
        lines.append((_("Which medicines have you stopped?"), ", ".join(told)))
    return lines


def _drinks(catalogue: Catalogue, answers: Answers, item: Item) -> list[Line]:
    counts = answers.get(derivation.DRINKS)
    caffeine = derivation.caffeine_mg(catalogue, answers)
    if counts is None or caffeine is None:
        return [(item.findings[0].question, _("Not sure") if counts == UNSURE else "")]
    drunk = [f"{counts[drink.slug]} × {drink.name}" for drink in catalogue.drinks if counts.get(drink.slug)]
    return [
        (item.findings[0].question, ", ".join(drunk) or _("None of these")),
        (_("Caffeine that this makes"), _("About %(number)s mg a day") % {"number": f"{caffeine:.0f}"}),
    ]


def _own_words(catalogue: Catalogue, answers: Answers, item: Item) -> list[Line]:
    questions = {
        derivation.OWN_WORDS: _("What happens, in your own words?"),
        derivation.WORRY: _("What worries you most?"),
    }
    was_seen = item.is_answered(answers)
    return [
        (question, answers.get(key) or (_("Nothing written") if was_seen else ""))
        for key, question in questions.items()
    ]


def _number(value: Any, unit: str) -> str:
    if value == UNSURE:
        return _("Not sure")
    return "" if value is None else f"{value} {unit}"


_WORDS: dict[str, Callable[[Catalogue, Answers, Item], list[Line]]] = {
    topics.QUESTION: _question,
    topics.PROFILE: _profile,
    topics.BODY: _body,
    topics.ONSET_AGE: _onset_age,
    topics.ALCOHOL_UNITS: _alcohol,
    topics.MEDICINES: _medicines,
    topics.DRINKS: _drinks,
    topics.WORDS: _own_words,
}
