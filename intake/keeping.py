"""Keeping what one page of the questionnaire holds, whole or half answered, from whichever tab it comes.

A page says what stood in it when it was made. Only what the patient has changed since is written, so that a
page left open in another tab does not undo what was answered later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import get_language

from causes.catalogue.translating import in_language
from causes.models import Release
from intake.fitting import fitted
from intake.follow_up import Earlier
from intake.forms import TopicForm
from intake.forms.base import Control
from intake.forms.controls import CONTROLS
from intake.forms.topic import SHOWN
from intake.models import Intake
from intake.topics import MEDICINES, PROFILE, Item, Topic, all_topics

# Fields that come with every page: which load of it, the number of this save, what stood in it, and, from the
# script, which fields were changed since the last save that was answered.
PAGE, ORDER, BEFORE, TOUCHED = "page", "order", "before", "touched"
SUGGESTED = "suggested"  # the items whose boxes were filled from an earlier questionnaire
TO_CONFIRM = (PROFILE, MEDICINES)
MOST_PAGES = 12
LONGEST_PAGE_NAME = 32

Texts = dict[str, list[str]]  # field -> what it holds; empty fields are left out


class MovedError(Exception):
    """The page was laid out by a release that the draft has just left."""


@dataclass(frozen=True)
class Saved:
    form: TopicForm
    before: str  # what stands in the page from now on


def page_form(intake: Intake, topic: Topic, earlier: Earlier | None = None) -> TopicForm:
    """The page with all that is kept of it, and no word of what is missing."""
    suggested = _suggested(intake, topic, earlier.answers) if earlier else {}
    form = TopicForm(intake.catalogue(), topic, intake.answers, typed={**suggested, **intake.typed})
    form.suggested, form.said_on = suggested, earlier.said_on if earlier else ""
    return form


def page_with_problems(intake: Intake, topic: Topic) -> TopicForm:
    """The same page, as if it had been sent as it stands: with its errors."""
    form, data = page_form(intake, topic), QueryDict(mutable=True)
    for control in form.controls:
        if control.item.applies(form.circumstances):
            data.appendlist(SHOWN, control.item.name)
            for field, texts in _held(intake, control).items():
                data.setlist(field, texts)
    return TopicForm(form.catalogue, topic, intake.answers, data)


def page_with_more(intake: Intake, topic: Topic) -> TopicForm:
    """The same page, where all that is open is called new: an answer has brought it up."""
    form = page_form(intake, topic)
    asked = [control.item for control in form.controls if control.item.applies(form.circumstances)]
    form.new_items = [item for item in asked if not item.is_answered(intake.answers)]
    return form


def before_of(intake: Intake, form: TopicForm) -> str:
    """What is kept of each part of the page, for it to bring along when it is saved."""
    suggested = {name: texts for name, texts in form.suggested.items() if name not in intake.typed}
    held = {control.item.name: _held(intake, control) for control in form.controls} | suggested
    return _written({name: _digest(texts) for name, texts in held.items()})


@transaction.atomic
def save_page(intake: Intake, topic: Topic, posted: QueryDict, is_whole: bool) -> Saved:
    """Save what is well-formed as answers and the rest as typed. Raises ValidationError once it was sent.

    Raises MovedError when another tab has moved the draft to a new release at this moment.

    ``is_whole``: the patient is done with the page, so that an empty optional box is an answer too, and so is what
    stood in it from an earlier questionnaire. Until then that is at most typed.
    """
    laid_out_by = intake.release_id
    intake.lock()
    if intake.release_id != laid_out_by:
        raise MovedError
    came = TopicForm(intake.catalogue(), topic, intake.answers, posted)
    before = _before(posted)
    changed = {control.item.name: _texts(control, posted) for control in _changed(came, posted, before)}
    suggested = {control.item.name for control in came.controls if _is_suggested(intake, control.item, posted)}
    if is_whole:
        changed |= {
            control.item.name: _texts(control, posted) for control in came.controls if control.item.name in suggested
        }
    data = _merged(intake, came, posted, changed)
    form = TopicForm(came.catalogue, topic, intake.answers, data)
    form.is_valid()
    after = _written({**(before or {}), **{name: _digest(texts) for name, texts in changed.items()}})
    if is_whole or not _is_late(intake, posted):
        controls = [control for control in form.controls if is_whole or control.item.name in changed]
        said = [control for control in controls if is_whole or control.item.name not in suggested]
        keys = {key for control in said for key in control.keys}
        changes = {key: value for key, value in form.changes.items() if key in keys}
        typed = _typed(intake, form, data, said)
        typed |= {control.item.name: _texts(control, data) for control in controls if control not in said}
        intake.save_answers(changes, form.cleared, typed, _pages(intake, posted))
    return Saved(form, after)


@transaction.atomic
def save_earlier_page(intake: Intake, release: Release, slug: str, posted: QueryDict) -> None:
    """A page that an earlier release laid out, from a tab that was open when the draft moved.

    What was changed on it goes to the answers where it still fits, and aside where it does not.
    Raises ValidationError once it was sent.
    """
    intake.lock()
    old = in_language(release.catalogue(), get_language() or "")
    topic = next((topic for topic in all_topics(old) if topic.slug == slug), None)
    if topic is None or _is_late(intake, posted):
        return
    came = TopicForm(old, topic, intake.answers, posted)
    came.is_valid()
    changed = list(_changed(came, posted, _before(posted)))
    keys = {key for control in changed for key in control.keys}
    said = {key: value for key, value in came.changes.items() if key in keys}
    half = [control for control in changed if not said.keys() & {*control.keys}]
    typed = {control.item.name: texts for control in half if (texts := _texts(control, posted))}
    found = fitted(release.catalogue(), intake.release.catalogue(), said, typed, {})
    intake.save_answers(found.answers, keys - said.keys(), {**intake.typed, **found.typed}, _pages(intake, posted))
    intake.keep_aside(found.aside)


def _suggested(intake: Intake, topic: Topic, answers: Mapping[str, Any]) -> dict[str, Texts]:
    """What may stand in the boxes of a page until the patient has said something there."""
    found = {}
    for item in topic.items:
        if item.control in TO_CONFIRM and not intake.answers.keys() & {*item.keys}:
            control = CONTROLS[item.control](item, intake.catalogue(), answers)
            if texts := _initial(control):
                found[item.name] = {field: texts.get(field, []) for field in control.fields}
    return found


def _is_suggested(intake: Intake, item: Item, posted: QueryDict) -> bool:
    return item.name in posted.getlist(SUGGESTED) and not intake.answers.keys() & {*item.keys}


def _changed(came: TopicForm, posted: QueryDict, before: Mapping[str, str] | None) -> Iterator[Control]:
    """What was changed on this page. All of it when the page does not say what stood there."""
    touched = set(posted.getlist(TOUCHED))
    for control in came.controls:
        name = control.item.name
        is_here = before is None or name in came.shown
        if is_here and (
            before is None or touched & control.fields.keys() or before.get(name) != _digest(_texts(control, posted))
        ):
            yield control


def _merged(intake: Intake, came: TopicForm, posted: QueryDict, changed: Mapping[str, Any]) -> QueryDict:
    """What was posted, and what is kept of all that was not changed on this page."""
    data = posted.copy()
    for control in came.controls:
        name = control.item.name
        if name in changed:
            continue
        # Half a word in a question that is out of sight would be an error that nobody can see.
        is_left = name in came.shown or name not in intake.typed
        held = _held(intake, control) if is_left else {}
        for field in control.fields:
            data.pop(field, None)
            if field in held:
                data.setlist(field, held[field])
    return data


def _typed(intake: Intake, form: TopicForm, data: QueryDict, controls: list[Control]) -> dict[str, Texts]:
    """What could not be read, or not wholly, of these parts of the page."""
    typed = dict(intake.typed)
    answers = {**intake.answers, **form.changes}
    for control in controls:
        texts = _texts(control, data)
        read = type(control)(control.item, form.catalogue, answers, form.data)
        typed.pop(control.item.name, None)
        has_errors = any(field in form.errors for field in control.fields)
        if texts and has_errors and _digest(texts) != _digest(_initial(read)):
            typed[control.item.name] = texts
    return typed


def _is_late(intake: Intake, posted: QueryDict) -> bool:
    page, order = _number(posted)
    return bool(page) and order <= intake.pages.get(page, 0)


def _pages(intake: Intake, posted: QueryDict) -> dict[str, int]:
    page, order = _number(posted)
    if not page:
        return dict(intake.pages)
    others = [(name, number) for name, number in intake.pages.items() if name != page]
    return dict([*others, (page, max(order, intake.pages.get(page, 0)))][-MOST_PAGES:])


def _number(posted: QueryDict) -> tuple[str, int]:
    """Which load of the page, and the how-manieth save of it; ("", 0) without the script, which counts them."""
    page, order = posted.get(PAGE, "")[:LONGEST_PAGE_NAME], posted.get(ORDER, "")
    return (page, int(order)) if page and order.isascii() and order.isdigit() and len(order) < 9 else ("", 0)


def _before(posted: QueryDict) -> dict[str, str] | None:
    try:
        before = json.loads(posted.get(BEFORE, ""))
    except ValueError:
        return None
    return before if isinstance(before, dict) else None


def _held(intake: Intake, control: Control) -> Texts:
    """What a browser would post for this part of a page as it is kept."""
    held: Texts | None = intake.typed.get(control.item.name)
    return _initial(control) if held is None else held


def _initial(control: Control) -> Texts:
    held = {}
    for name, field in control.fields.items():
        value = field.initial
        if value is None or value is False or value == "" or value == []:
            continue
        held[name] = [str(one) for one in value] if isinstance(value, list) else ["on" if value is True else str(value)]
    return held


def _texts(control: Control, data: QueryDict) -> Texts:
    held = {field: [text for text in data.getlist(field) if text.strip()] for field in control.fields}
    return {field: texts for field, texts in held.items() if texts}


def _digest(texts: Texts) -> str:
    """The same for the same texts in any order; a browser turns every line's end into two characters."""
    given = {field: held for field, held in texts.items() if held}
    lines = sorted((field, sorted(" ".join(text.splitlines()) for text in held)) for field, held in given.items())
    return hashlib.sha256(json.dumps(lines).encode()).hexdigest()[:16]


def _written(before: Mapping[str, str]) -> str:
    return json.dumps(dict(before), separators=(",", ":"))
