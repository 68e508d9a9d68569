"""How much the questionnaire asks of published patients, and what is lost to the ranking. Pure: no Django.

Each patient is taken through the pages as they are made, page after page and then back to whatever is still open, and
answers with what is known from the history; what is not known is answered “not sure”.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from causes.catalogue import Catalogue, Drug
from causes.evaluation import PublishedCase
from causes.ranking import Case, first_causes
from intake import derivation
from intake.derivation import NO, UNSURE, YES
from intake.pages import page_of
from intake.topics import BODY, MEDICINES, TICKS, Item, Topic, all_topics, incomplete_topics

KNOWN_BEFORE = "history"  # the stage of a case that a patient can tell
FIRST = 3
MANY = 45  # questions


@dataclass(frozen=True, slots=True)
class Interviewed:
    """What one patient was asked. A list of ticks is one question; ``items`` counts each of its ticks."""

    questions: int
    items: int
    lists: int
    returns: int  # pages that were opened again
    evidence: Mapping[str, Any]


def interviewed(catalogue: Catalogue, case: PublishedCase) -> Interviewed:
    given = given_answers(catalogue, case)
    answers: dict[str, Any] = {}
    asked = [item for topic in all_topics(catalogue) for item in _answered(catalogue, topic, given, answers)]
    returns = 0
    while left_open := incomplete_topics(catalogue, answers):
        asked += _answered(catalogue, left_open[0], given, answers)
        returns += 1
    known = derivation.evidence(catalogue, answers)
    items = sum(len(item.findings) if item.control == TICKS else 1 for item in asked)
    return Interviewed(len(asked), items, sum(item.control == TICKS for item in asked), returns, known)


def _answered(catalogue: Catalogue, topic: Topic, given: Mapping[str, Any], answers: dict[str, Any]) -> Iterator[Item]:
    """What the page asks, then what its answers bring up on it; each is answered at once."""
    while True:
        page = page_of(catalogue, topic, answers)
        left_open = page.left_open(derivation.circumstances(catalogue, answers), answers)
        if not left_open:
            return
        _answer(left_open, given, answers)
        yield from left_open


def given_answers(catalogue: Catalogue, case: PublishedCase) -> dict[str, Any]:
    """By finding, and for each control that it was answered. A control's findings stand by their own slugs."""
    known = case.evidence[KNOWN_BEFORE]
    answers = {finding.slug: _said(known.get(finding.slug)) for finding in catalogue.findings}
    age, sex = known.get(derivation.AGE), known.get(derivation.SEX, "")
    profile = {derivation.NAME: case.id, derivation.AGE: age, derivation.SEX: sex, derivation.BIRTH_DATE: None}
    controls = dict.fromkeys((derivation.ONSET_AGE, derivation.DRINKS, derivation.ALCOHOL_UNITS), UNSURE)
    words = {derivation.OWN_WORDS: "", derivation.WORRY: ""}
    return answers | profile | controls | words | {BODY: []} | _medicines(catalogue, known)


def _said(value: Any) -> Any:
    return UNSURE if value is None else {True: YES, False: NO}[value] if isinstance(value, bool) else value


def _medicines(catalogue: Catalogue, known: Mapping[str, Any]) -> dict[str, Any]:
    """Medicines that imply what is known, beside one that nobody knows; none when what is known is all absent."""
    settled = [slug for slug in derivation.drug_findings(catalogue) if slug in known]
    wanted = {slug for slug in settled if known[slug]}
    if settled and not wanted:
        return {derivation.NO_MEDICINES: True, MEDICINES: []}
    rows = [{"drug": "", "name": "?", "since": ""}]
    for slug in sorted(wanted):
        drug = min(catalogue.drugs, key=lambda drug: _misfit(drug, slug, wanted))
        rows.append({"drug": drug.slug, "name": drug.name, "since": ""})
    return {derivation.NO_MEDICINES: False, MEDICINES: rows}


def _misfit(drug: Drug, slug: str, wanted: Collection[str]) -> tuple[bool, int]:
    """Whether it does not imply the finding, and how many it implies that are not wanted."""
    implied = {effect.finding for effect in drug.effects} - {""}
    return slug not in implied, len(implied - set(wanted))


def asked_all(catalogue: Catalogue, case: PublishedCase) -> Interviewed:
    """The whole form: all that applies is asked, each question by itself."""
    given = given_answers(catalogue, case)
    answers: dict[str, Any] = {}
    asked: list[Item] = []
    while True:
        circumstances = derivation.circumstances(catalogue, answers)
        found = [item for topic in all_topics(catalogue) for item in topic.left_open(circumstances, answers)]
        if not found:
            return Interviewed(len(asked), len(asked), 0, 0, derivation.evidence(catalogue, answers))
        _answer(found, given, answers)
        asked += found


def _answer(items: Iterable[Item], given: Mapping[str, Any], answers: dict[str, Any]) -> None:
    for item in items:
        answers |= {key: given[key] for key in (*item.keys, *item.slugs) if key in given}


def evaluate(catalogue: Catalogue, cases: Sequence[PublishedCase]) -> dict[str, Any]:
    """Figures of the questionnaire beside those of the whole form; ready for JSON. Raises ValueError without cases."""
    if not cases:
        raise ValueError("there are no cases")
    short, whole = ([ask(catalogue, case) for case in cases] for ask in (interviewed, asked_all))
    ours, theirs = (_ranked(catalogue, cases, rows) for rows in (short, whole))
    same = [a[0] == b[0] for a, b in zip(ours, theirs, strict=True)]
    questions = np.array([row.questions for row in short])
    return {
        "release": catalogue.number,
        "n": len(cases),
        "questions": {
            "median": float(np.median(questions)),
            "ninth_decile": float(np.quantile(questions, 0.9)),
            "under_45": float(np.mean(questions < MANY)),
            "most": int(questions.max()),
        },
        "items": float(np.median([row.items for row in short])),
        "lists": float(np.mean([row.lists for row in short])),
        "returns": float(np.mean([row.returns for row in short])),
        "whole_form": {"median": float(np.median([row.questions for row in whole]))},
        "same_first": float(np.mean(same)),
        "same_three": float(np.mean([{*a} == {*b} for a, b in zip(ours, theirs, strict=True)])),
        "cases": [
            {"id": case.id, "questions": row.questions, "items": row.items, "same_first": is_same}
            for case, row, is_same in zip(cases, short, same, strict=True)
        ],
    }


def _ranked(catalogue: Catalogue, cases: Sequence[PublishedCase], rows: Sequence[Interviewed]) -> list[tuple[str, ...]]:
    found = [
        Case(row.evidence, case.setting, derivation.presentation(catalogue, row.evidence))
        for case, row in zip(cases, rows, strict=True)
    ]
    return [tuple(slug for slug, _probability in top) for top in first_causes(catalogue, found, FIRST)]
