"""The questionnaire as the catalogue lays it out: topics, what each asks, what applies, what is still open.

Pure: knows the catalogue, not Django.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from causes.catalogue import Catalogue, Finding, Section
from causes.conditions import Evidence, holds, parse_clause
from intake import derivation
from intake.derivation import Answers

# What an item looks like on the page. A derived finding that no control settles is asked as a question.
QUESTION, PROFILE, WORDS = "question", "profile", "words"
BODY, ONSET_AGE = derivation.BODY, derivation.ONSET_AGE
MEDICINES, DRINKS, ALCOHOL_UNITS = derivation.MEDICINES, derivation.DRINKS, derivation.ALCOHOL_UNITS


@dataclass(frozen=True, slots=True)
class Item:
    control: str
    findings: tuple[Finding, ...]

    @property
    def name(self) -> str:
        return self.findings[0].slug if self.control == QUESTION else self.control

    @property
    def ask_ifs(self) -> tuple[str, ...]:
        return tuple(finding.ask_if for finding in self.findings) or ("",)

    def applies(self, circumstances: Evidence) -> bool:
        return any(holds(text, circumstances) for text in self.ask_ifs)

    def is_answered(self, answers: Answers) -> bool:
        if self.control == QUESTION:
            return _is_question_answered(self.findings[0], answers.get(self.name))
        if self.control == PROFILE:
            return bool(answers.get(derivation.NAME)) and derivation.AGE in answers and derivation.SEX in answers
        if self.control == MEDICINES:
            return bool(answers.get(MEDICINES) or answers.get(derivation.NO_MEDICINES))
        if self.control == WORDS:
            return derivation.OWN_WORDS in answers
        return answers.get(self.control) is not None


@dataclass(frozen=True, slots=True)
class Topic:
    section: Section
    items: tuple[Item, ...]

    @property
    def slug(self) -> str:
        return self.section.slug

    def applying(self, circumstances: Evidence) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.applies(circumstances))

    def is_complete(self, circumstances: Evidence, answers: Answers) -> bool:
        return all(item.is_answered(answers) for item in self.applying(circumstances))


@lru_cache(maxsize=8)
def all_topics(catalogue: Catalogue) -> tuple[Topic, ...]:
    """Every section that asks anything, in the catalogue's order. The last one ends with the patient's own words."""
    controls = _controls(catalogue)
    topics = [Topic(section, _items(catalogue, section, controls)) for section in catalogue.sections]
    topics = [topic for topic in topics if topic.items]
    if topics:
        last = topics[-1]
        topics[-1] = Topic(last.section, (*last.items, Item(WORDS, ())))
    return tuple(topics)


def asked_topics(catalogue: Catalogue, answers: Answers) -> tuple[Topic, ...]:
    """The topics in which something applies to this patient, as far as we know by now."""
    circumstances = derivation.circumstances(catalogue, answers)
    return tuple(topic for topic in all_topics(catalogue) if topic.applying(circumstances))


def incomplete_topics(catalogue: Catalogue, answers: Answers) -> tuple[Topic, ...]:
    circumstances = derivation.circumstances(catalogue, answers)
    topics = asked_topics(catalogue, answers)
    return tuple(topic for topic in topics if not topic.is_complete(circumstances, answers))


def open_condition(item: Item, circumstances: Evidence, on_page: Iterable[str]) -> str | None:
    """What of ``ask_if`` the answers on the same page still decide.

    "" when it applies whatever is answered there, None when it cannot apply.
    """
    on_page, groups = set(on_page), []
    for alternative in "|".join(item.ask_ifs).split("|") if all(item.ask_ifs) else [""]:
        parts = [part.strip() for part in alternative.split("+") if part.strip()]
        open_parts = [part for part in parts if parse_clause(part).slug in on_page]
        if all(parse_clause(part).is_met(circumstances) for part in parts if part not in open_parts):
            groups.append("+".join(open_parts))
    if not groups:
        return None
    return "" if "" in groups else "|".join(groups)


def _is_question_answered(finding: Finding, answer: Any) -> bool:
    if finding.kind == "number":
        return answer is not None
    values = {option.value for option in finding.options} or {derivation.YES, derivation.NO}
    return answer in values | {derivation.UNSURE}


def _controls(catalogue: Catalogue) -> Mapping[str, str]:
    """Which control settles a derived finding."""
    return {
        derivation.AGE: PROFILE,
        derivation.SEX: PROFILE,
        derivation.WIDESPREAD: BODY,
        derivation.ONSET_UNDER_18: ONSET_AGE,
        derivation.HIGH_CAFFEINE: DRINKS,
        derivation.HEAVY_ALCOHOL: ALCOHOL_UNITS,
        **dict.fromkeys(derivation.zone_findings(catalogue), BODY),
        **dict.fromkeys(derivation.drug_findings(catalogue), MEDICINES),
    }


def _items(catalogue: Catalogue, section: Section, controls: Mapping[str, str]) -> tuple[Item, ...]:
    """One item a control, at the place of the first finding that it settles."""
    found: dict[str, Item] = {}
    for finding in catalogue.findings:
        if finding.section != section.slug:
            continue
        control = QUESTION if finding.control == "question" else controls.get(finding.slug, QUESTION)
        item = Item(control, (finding,))
        if item.name in found:
            item = Item(control, (*found[item.name].findings, finding))
        found[item.name] = item
    return tuple(found.values())
