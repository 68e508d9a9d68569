from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from causes.catalogue import Catalogue
from causes.conditions import Evidence
from intake import derivation, pages, topics
from intake.derivation import Answers
from intake.drawings import drawing
from intake.forms.base import Control
from intake.forms.controls import CONTROLS
from intake.forms.ticks import rows_field
from intake.topics import Item, Topic

# Sent by each question that the patient had in front of her: an unanswered one of these is an error,
# one that only now applies is not.
SHOWN = "shown"


@dataclass(frozen=True)
class Problem:
    anchor: str
    question: str
    message: str


class TopicForm(forms.Form):
    """One page of the questionnaire, made from the release and from what is answered already.

    Valid when everything that applies is answered. ``changes`` holds every well-formed answer either way, so
    that nothing is lost, and ``cleared`` the keys of what was asked and came back empty or malformed, so that no
    older answer stands in for it. ``has_more``: an answer has brought up questions that were not on the page.
    ``typed`` is what stands in the boxes and is no answer yet: by item, field -> texts.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        topic: Topic,
        answers: Answers,
        data: QueryDict | None = None,
        typed: Mapping[str, Mapping[str, list[str]]] | None = None,
    ) -> None:
        super().__init__(data)
        typed = typed or {}
        self.catalogue, self.answers = catalogue, answers
        self.changes: dict[str, Any] = {}
        self.cleared: set[str] = set()
        self.new_items: list[Item] = []
        # What stands in the boxes from an earlier questionnaire, to be confirmed: by item, field -> texts; and its day.
        self.suggested: Mapping[str, dict[str, list[str]]] = {}
        self.said_on = ""
        self.shown = frozenset(data.getlist(SHOWN)) if data is not None else frozenset()
        self.topic = self._page(topic, data)
        self.circumstances: Evidence = derivation.circumstances(catalogue, answers)
        self.controls = [
            CONTROLS[item.control](item, catalogue, answers, self.data or typed.get(item.name, {}))
            for item in self.topic.items
            if self._condition(item) is not None
        ]
        for control in self.controls:
            self.fields.update(control.fields)
            if control.item.name in typed:
                self.initial.update(_as_initial(control, typed[control.item.name]))

    @property
    def has_more(self) -> bool:
        return bool(self.new_items)

    @property
    def is_come_back_to(self) -> bool:
        """Everything later is answered, and something here has become worth asking since this page was finished."""
        asked = [topic.slug for topic in topics.asked_topics(self.catalogue, self.answers)]
        unfinished = {topic.slug for topic in topics.incomplete_topics(self.catalogue, self.answers)}
        here = self.topic.slug
        if here not in unfinished:
            return False
        later = asked[asked.index(here) + 1 :]
        was_begun = any(item.is_answered(self.answers) for item in self.topic.items)
        return was_begun and bool(later) and not unfinished & {*later}

    @property
    def is_wide(self) -> bool:
        return any(control.item.control == topics.BODY for control in self.controls)

    @property
    def has_drawings(self) -> bool:
        return any(drawing(control.item.name) for control in self.controls)

    @property
    def saved_medicines(self) -> bool:
        return bool(self.changes.get(derivation.MEDICINES))

    def is_finished(self) -> bool:
        return self.is_valid() and not self.has_more

    def clean(self) -> dict[str, Any]:
        before = self.circumstances
        unanswered = dict(self.answers)
        for control in self.controls:
            self._read(control)
            for key in control.keys:
                unanswered.pop(key, None)
        answers = {**unanswered, **self.changes}
        self.circumstances = derivation.circumstances(self.catalogue, answers)
        for control in self.controls:
            if not control.item.applies(self.circumstances):
                continue
            was_shown = control.item.name in self.shown if self.shown else control.item.applies(before)
            if was_shown:
                self.cleared |= set(control.keys) - answers.keys()
            self._require(control, answers, was_shown)
        self.new_items += self._brought_up(answers)
        return self.cleaned_data

    def _page(self, topic: Topic, data: QueryDict | None) -> Topic:
        """What is asked now; of a page that comes back, what it showed and then what else is asked by now."""
        planned = pages.page_of(self.catalogue, topic, self.answers)
        if data is None or not self.shown:
            return planned
        whole = pages.whole_topic(self.catalogue, topic)
        return pages.as_shown(whole, planned, data.getlist(SHOWN), lambda name: data.getlist(rows_field(name)))

    def _brought_up(self, answers: Answers) -> list[Item]:
        """What has become worth asking by the answers of this page and is not on it."""
        known = {key for control in self.controls for key in control.item.keys}
        after = pages.page_of(self.catalogue, self.topic, answers)
        left_open = Topic(after.section, tuple(pages.one_by_one(after.items))).left_open(self.circumstances, answers)
        return [item for item in left_open if not known & {*item.keys}]

    def problems(self) -> list[Problem]:
        """The errors in the order of the page, for the summary at its head."""
        return [
            Problem(control.anchor(name), _led(control.named(name)), str(message))
            for control in self.controls
            for name in control.fields
            for message in self.errors.get(name, ())
        ]

    @cached_property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True  # the page's own form element carries it
        helper.layout = Layout(
            *[_Asked(control, self._is_shown(control), self._residue(control)) for control in self.controls]
        )
        return helper

    def _read(self, control: Control) -> None:
        """A control with a malformed part is not saved in part: its sum would be wrong. The profile may be."""
        may_be_partial = control.item.control == topics.PROFILE
        if not may_be_partial and any(name in self.errors for name in control.fields):
            return
        errors: dict[str, str] = {}
        said = control.read(self.cleaned_data, errors)
        if may_be_partial or not errors:
            self.changes.update(said)
        for field, message in errors.items():
            self.add_error(field, message)

    def _require(self, control: Control, answers: Answers, was_shown: bool) -> None:
        if control.item.is_answered(answers):
            return
        if not was_shown:
            self.new_items.append(control.item)
            return
        has_errors = any(name in self.errors for name in control.fields)
        if control.item.control != topics.PROFILE and has_errors:
            return
        for field, message in control.missing(answers).items():
            if field not in self.errors:
                self.add_error(field, message)

    def _condition(self, item: Item) -> str | None:
        on_page = {other.name for other in self.topic.items}
        on_page |= {finding.slug for other in self.topic.items for finding in other.findings}
        return topics.open_condition(item, self.circumstances, on_page)

    def _is_shown(self, control: Control) -> bool:
        return control.item.applies(self.circumstances)

    def _residue(self, control: Control) -> str:
        return self._condition(control.item) or ""


def _led(question: str) -> str:
    """As it stands before the message."""
    return question if question.endswith("?") else f"{question}:"


def _as_initial(control: Control, texts: Mapping[str, list[str]]) -> dict[str, Any]:
    return {
        name: texts.get(name, [])
        if isinstance(field, forms.MultipleChoiceField)
        else next(iter(texts.get(name, ())), None)
        for name, field in control.fields.items()
    }


class _Asked:
    """A control in its template, hidden and switched off while it does not apply."""

    def __init__(self, control: Control, is_shown: bool, ask_if: str) -> None:
        self.control, self.is_shown, self.ask_if = control, is_shown, ask_if

    def render(self, form: TopicForm, context: Any, template_pack: str = "", **kwargs: Any) -> SafeString:
        return render_to_string(
            self.control.template,
            {
                **self.control.context(form),
                "item": self.control.item,
                "is_shown": self.is_shown,
                "is_new": self.control.item in form.new_items,
                "ask_if": self.ask_if,
                "intake": context.get("intake"),  # none in an editor's preview
                "said_on": form.said_on if self.control.item.name in form.suggested else "",
            },
        )
