"""One page of the questionnaire: what a topic asks now, and what of it is answered together in a list of ticks.

Pure: knows the catalogue, not Django. What is asked on a page, and how, follows from the answers of the other pages, so
that nothing on it moves or goes away while it is being answered; an answer on the page can only bring up more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from math import ceil

from causes.catalogue import Catalogue, Finding
from causes.conditions import Evidence, parse
from intake import derivation, interview
from intake.derivation import NO, UNSURE, Answers
from intake.interview import Worth
from intake.topics import (
    QUESTION,
    TICKS,
    WORDS,
    Item,
    Topic,
    all_topics,
    incomplete_topics,
    open_condition,
    worthwhile,
)

FEWEST_TICKS = 2  # one is a question


def page_of(catalogue: Catalogue, topic: Topic, answers: Answers) -> Topic:
    """The topic as its page shows it. A question is in one list at most; every other has its own place."""
    whole = whole_topic(catalogue, topic)
    if not interview.is_adaptive(catalogue):
        return whole
    own = {key for item in whole.items for key in (*item.keys, *item.slugs)}
    elsewhere = {key: value for key, value in answers.items() if key not in own}
    known_before = derivation.evidence(catalogue, elsewhere)
    known = derivation.evidence(catalogue, answers) if len(elsewhere) < len(answers) else known_before
    before, now = interview.worth(catalogue, known_before), interview.worth(catalogue, known)
    items = worthwhile(whole, answers, before, now)
    listed = _listed(catalogue, whole, items, before, derivation.with_medicines(known_before, elsewhere))
    longest = int(derivation.parameter(catalogue, interview.LONGEST_LIST))
    return Topic(whole.section, _laid_out(items, _alike(listed, answers), longest))


def questions_left(catalogue: Catalogue, answers: Answers) -> int:
    """How many questions are still open as far as we know by now, a list counting as one."""
    known = derivation.evidence(catalogue, answers)
    circumstances = derivation.with_medicines(known, answers)
    unfinished = incomplete_topics(catalogue, answers)
    left_open = [(topic, topic.left_open(circumstances, answers)) for topic in unfinished]
    if not interview.is_adaptive(catalogue):
        return sum(len(items) for _topic, items in left_open)
    now, longest = interview.worth(catalogue, known), int(derivation.parameter(catalogue, interview.LONGEST_LIST))
    listed = [len(_listed(catalogue, topic, items, now, circumstances)) for topic, items in left_open]
    return sum(len(items) for _topic, items in left_open) - sum(number - ceil(number / longest) for number in listed)


def told_left(catalogue: Catalogue, answers: Answers) -> int:
    """The number that the patient is told: 0, for none, until what she came for is known. It decides how many apply, so
    that an earlier number would soon have to grow.
    """
    complaints = {slug for presentation in catalogue.presentations for slug in presentation.findings}
    return questions_left(catalogue, answers) if complaints & answers.keys() or not complaints else 0


def usual_questions(catalogue: Catalogue) -> int:
    """How many a patient is told to expect. In a catalogue that was not measured: those that are open at the start."""
    measured = catalogue.parameter.get(interview.USUAL_QUESTIONS)
    return questions_left(catalogue, {}) if measured is None else round(measured)


def whole_topic(catalogue: Catalogue, topic: Topic) -> Topic:
    return next((known for known in all_topics(catalogue) if known.slug == topic.slug), topic)


def as_shown(whole: Topic, planned: Topic, shown: Sequence[str], ticks_of: Callable[[str], Collection[str]]) -> Topic:
    """The page that a patient had before her, whatever would be asked by now; then what it did not show.

    ``shown`` are the names of its parts, and ``ticks_of`` gives the findings of one of its lists.
    """
    seen = [item for name in shown if (item := _seen(whole, name, ticks_of))]
    slugs, names = {slug for item in seen for slug in item.slugs}, {item.name for item in seen}
    unseen = [item for item in one_by_one(planned.items) if item.name not in names and not slugs & {*item.slugs}]
    return Topic(whole.section, _in_order(whole, [*seen, *unseen]))


def one_by_one(items: Iterable[Item]) -> Iterator[Item]:
    """The same questions without lists."""
    for item in items:
        if item.control == TICKS:
            yield from (Item(QUESTION, (finding,)) for finding in item.findings)
        else:
            yield item


def _seen(whole: Topic, name: str, ticks_of: Callable[[str], Collection[str]]) -> Item | None:
    number = name.removeprefix(f"{TICKS}-{whole.slug}-")
    if number == name:
        return next((item for item in whole.items if item.name == name), None)
    ticks = ticks_of(name)
    findings = tuple(item.findings[0] for item in whole.items if is_yes_or_no(item) and item.name in ticks)
    return Item(TICKS, findings, int(number)) if findings and number.isascii() and number.isdigit() else None


def is_yes_or_no(item: Item) -> bool:
    return item.control == QUESTION and item.findings[0].kind == "boolean"


def _listed(
    catalogue: Catalogue, whole: Topic, items: Iterable[Item], before: Worth, circumstances: Evidence
) -> list[Item]:
    """Yes or no, worth little each, waiting for no other question of the page, and not what the patient came for."""
    on_page = {name for item in whole.items for name in (item.name, *item.slugs)}
    complaints = {slug for presentation in catalogue.presentations for slug in presentation.findings}
    return [
        item
        for item in items
        if is_yes_or_no(item)
        and item.name not in complaints
        and before.is_asked(item.slugs)
        and not before.is_alone(item.name)
        and open_condition(item, circumstances, on_page) == ""
    ]


def _hangs_on(item: Item, slugs: Collection[str]) -> bool:
    return any(clause.slug in slugs for text in item.ask_ifs for group in parse(text) for clause in group)


def _alike(listed: list[Item], answers: Answers) -> list[Item]:
    """What is not ticked has one answer for all, so that what was answered otherwise stands alone.

    Where some are still open, that is every no and not sure: nobody is to wonder whether she is asked it again.
    """
    said = {answers.get(item.name) for item in listed}
    alone = {NO, UNSURE} if None in said else {UNSURE} if NO in said else set()
    return [item for item in listed if answers.get(item.name) not in alone]


def _laid_out(items: Sequence[Item], listed: list[Item], longest: int) -> tuple[Item, ...]:
    """The single questions, then the lists, as even as can be, what hangs on these, and the patient's own words."""
    if len(listed) < FEWEST_TICKS:
        return tuple(items)
    lists = _evenly([item.findings[0] for item in listed], ceil(len(listed) / longest))
    names = {item.name for item in listed}
    single = [item for item in items if item.name not in names]
    later = [item for item in single if item.control == WORDS or _hangs_on(item, names)]
    return (
        *(item for item in single if item not in later),
        *(Item(TICKS, tuple(findings), number) for number, findings in enumerate(lists, start=1)),
        *later,
    )


def _evenly(findings: Sequence[Finding], parts: int) -> Iterator[Sequence[Finding]]:
    for part in range(parts):
        yield findings[part * len(findings) // parts : (part + 1) * len(findings) // parts]


def _in_order(whole: Topic, items: Sequence[Item]) -> tuple[Item, ...]:
    place = {item.name: position for position, item in enumerate(whole.items)}
    end = len(place)

    ticks = {slug for item in items if item.control == TICKS for slug in item.slugs}

    def key(item: Item) -> tuple[bool, int]:
        is_late = item.control == WORDS or _hangs_on(item, ticks)
        return is_late, end + item.number if item.control == TICKS else place.get(item.name, end)

    return tuple(sorted(items, key=key))
