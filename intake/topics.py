"""The questionnaire as the catalogue lays it out: topics, what each asks of this patient, what is still open.

Pure: knows the catalogue, not Django.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from causes.catalogue import Catalogue, Finding, Section
from causes.conditions import Evidence, holds, parse_clause
from intake import derivation, interview
from intake.derivation import Answers
from intake.interview import Worth

# What an item looks like on the page. A derived finding that no control settles is asked as a question.
QUESTION, PROFILE, WORDS = "question", "profile", "words"
# Several questions of a page that are answered together: ``intake.pages`` puts them together.
TICKS = "list"
BODY, ONSET_AGE = derivation.BODY, derivation.ONSET_AGE
MEDICINES, DRINKS, ALCOHOL_UNITS = derivation.MEDICINES, derivation.DRINKS, derivation.ALCOHOL_UNITS
# Whatever the ranking expects of them: who it is, what may have caused it, and what no question asks.
ALWAYS_ASKED = (PROFILE, MEDICINES, WORDS)


@dataclass(frozen=True, slots=True)
class Item:
    control: str
    findings: tuple[Finding, ...]
    number: int = 0  # of a list on its page

    @property
    def name(self) -> str:
        if self.control == TICKS:
            return f"{TICKS}-{self.findings[0].section}-{self.number}"
        return self.findings[0].slug if self.control == QUESTION else self.control

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(finding.slug for finding in self.findings)

    @property
    def keys(self) -> tuple[str, ...]:
        """Where its answers are kept."""
        if self.control == PROFILE:
            return (derivation.NAME, derivation.BIRTH_DATE, derivation.AGE, derivation.SEX)
        if self.control == MEDICINES:
            return (MEDICINES, derivation.NO_MEDICINES)
        if self.control == WORDS:
            return (derivation.OWN_WORDS, derivation.WORRY)
        return self.slugs if self.control in (QUESTION, TICKS) else (self.control,)

    @property
    def ask_ifs(self) -> tuple[str, ...]:
        return tuple(finding.ask_if for finding in self.findings) or ("",)

    def applies(self, circumstances: Evidence) -> bool:
        return any(holds(text, circumstances) for text in self.ask_ifs)

    def is_answered(self, answers: Answers) -> bool:
        if self.control in (QUESTION, TICKS):
            return all(_is_question_answered(finding, answers.get(finding.slug)) for finding in self.findings)
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

    def left_open(self, circumstances: Evidence, answers: Answers) -> tuple[Item, ...]:
        return tuple(item for item in self.applying(circumstances) if not item.is_answered(answers))

    def is_complete(self, circumstances: Evidence, answers: Answers) -> bool:
        return not self.left_open(circumstances, answers)


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
    """The topics that ask something of this patient, as far as we know by now, with what they ask."""
    return _asked(catalogue, answers, derivation.evidence(catalogue, answers))


def _asked(catalogue: Catalogue, answers: Answers, known: Evidence) -> tuple[Topic, ...]:
    topics = all_topics(catalogue)
    if interview.is_adaptive(catalogue):
        now = interview.worth(catalogue, known)
        topics = tuple(Topic(topic.section, worthwhile(topic, answers, now)) for topic in topics)
    circumstances = derivation.with_medicines(known, answers)
    return tuple(topic for topic in topics if topic.applying(circumstances))


def worthwhile(topic: Topic, answers: Answers, *worths: Worth) -> tuple[Item, ...]:
    """What is worth asking by any of these, what is asked always, and what was answered already."""
    return tuple(
        item
        for item in topic.items
        if item.control in ALWAYS_ASKED
        or item.is_answered(answers)
        or any(worth.is_asked(item.slugs) for worth in worths)
    )


def incomplete_topics(catalogue: Catalogue, answers: Answers) -> tuple[Topic, ...]:
    known = derivation.evidence(catalogue, answers)
    circumstances = derivation.with_medicines(known, answers)
    return tuple(topic for topic in _asked(catalogue, answers, known) if not topic.is_complete(circumstances, answers))


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
