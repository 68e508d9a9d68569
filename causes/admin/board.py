"""The questionnaire on one page: topics in order, their questions in order, and the buttons that move them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes.catalogue import Catalogue
from causes.catalogue import Finding as Asked
from causes.catalogue.translating import missing_texts
from causes.condition_words import condition_in_words
from causes.conditions import parse
from causes.models import Finding, Section
from causes.models.compilation import working_copy
from causes.models.recording import recording, wait_for_others

if TYPE_CHECKING:
    from django.contrib.auth.models import User

TABLES = ("sections", "findings", "translations")
UP, DOWN, TO = "up", "down", "to"
STEP = {UP: -1, DOWN: 1}
# Fields of the form, a record's slug each: which button was pressed.
QUESTION, TOPIC = "question", "topic"


@dataclass(frozen=True)
class Question:
    slug: str
    wording: str
    name: str
    address: str
    control: str
    when: str  # “Asked when …”; "" for one that is always asked
    warning: str  # it hangs on a question that comes later
    untranslated: tuple[str, ...]
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class Topic:
    slug: str
    title: str
    address: str
    untranslated: tuple[str, ...]
    questions: tuple[Question, ...]
    is_first: bool
    is_last: bool


def topics(catalogue: Catalogue) -> tuple[Topic, ...]:
    missing = {name: _missing(catalogue, code) for code, name in _languages()}
    last = len(catalogue.sections) - 1
    return tuple(
        Topic(
            slug=section.slug,
            title=section.title,
            address=reverse("admin:causes_section_change", args=[section.slug]),
            untranslated=_untranslated(missing, "sections", section.slug),
            questions=tuple(_questions(catalogue, section.slug, missing)),
            is_first=number == 0,
            is_last=number == last,
        )
        for number, section in enumerate(catalogue.sections)
    )


class QuestionBoard(admin.ModelAdmin):  # type: ignore[type-arg]
    """Of the topics: the page of all questions beside the list of topics."""

    def get_urls(self) -> list[URLPattern]:
        return [
            path("board/", self.admin_site.admin_view(self.board), name="causes_section_board"),
            *super().get_urls(),
        ]

    def board(self, request: HttpRequest) -> HttpResponse:
        """Moves change the working copy and are in its log, like every other edit."""
        if not request.user.has_perms(["causes.view_section", "causes.view_finding"]):
            raise PermissionDenied
        if request.method == "POST":
            anchor = self._move(request)
            return redirect(f"{reverse('admin:causes_section_board')}{anchor}")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Questions"),
            "opts": self.opts,
            "seen": _seen(),  # Before the rest is read: what is moved in between is out of date, and refused.
            "topics": topics(working_copy(TABLES)),
            "may_move_questions": request.user.has_perm("causes.change_finding"),
            "may_move_topics": request.user.has_perm("causes.change_section"),
        }
        return TemplateResponse(request, "admin/causes/section/board.html", context)

    @transaction.atomic
    def _move(self, request: HttpRequest) -> str:
        """Do what the button says. Gives the place on the page where the eye and the keyboard go on."""
        kind, direction = next(
            ((k, d) for k in (QUESTION, TOPIC) for d in (UP, DOWN, TO) if f"{k}-{d}" in request.POST), ("", "")
        )
        slug = request.POST.get(f"{kind}-{direction}", "")
        user: Any = request.user
        if not user.has_perm("causes.change_section" if kind == TOPIC else "causes.change_finding"):
            raise PermissionDenied
        wait_for_others()  # Who moves at the same moment is out of date, too.
        if request.POST.get("seen") != _seen():
            message = _(
                "Somebody has moved questions since you opened this page. Nothing was moved: look, and try again."
            )
            messages.error(request, message)
            return ""
        reason = request.POST.get("reason", "").strip()
        if kind == TOPIC and direction in STEP:
            done = _move_topic(user, reason, slug, STEP[direction])
        elif kind == QUESTION and direction in STEP:
            done = _move_question(user, reason, slug, STEP[direction])
        elif kind == QUESTION:
            done = _to_topic(user, reason, slug, request.POST.get(f"topic-of-{slug}", ""))
        else:
            raise BadRequest("No button of this page was pressed.")
        messages.info(request, done)
        return f"#{kind}-{slug}"


def _seen() -> str:
    """Another one when a topic or a question stands elsewhere: up and down mean something else then."""
    places = [[*_ordered(Section)], [*Finding.objects.order_by("order", "pk").values_list("section", "pk")]]
    return hashlib.sha256(repr(places).encode()).hexdigest()


def _move_topic(user: User, reason: str, slug: str, step: int) -> str:
    section = Section.objects.filter(pk=slug).first()
    if section is None:
        raise BadRequest("There is no such topic.")
    with recording(user, reason, ("sections",)):
        _exchange(Section, slug, _neighbour([pk for _order, pk in _ordered(Section)], slug, step))
    return _moved(section.title, step)


def _move_question(user: User, reason: str, slug: str, step: int) -> str:
    finding = Finding.objects.filter(pk=slug).first()
    if finding is None:
        raise BadRequest("There is no such question.")
    own = set(Finding.objects.filter(section=finding.section_id).values_list("pk", flat=True))
    with recording(user, reason, ("findings",)):
        _exchange(Finding, slug, _neighbour([pk for _order, pk in _ordered(Finding) if pk in own], slug, step))
    return _moved(finding.question or finding.name, step)


def _to_topic(user: User, reason: str, slug: str, topic: str) -> str:
    finding, section = Finding.objects.filter(pk=slug).first(), Section.objects.filter(pk=topic).first()
    if finding is None or section is None:
        raise BadRequest("There is no such question or topic.")
    with recording(user, reason, ("findings",)):
        finding.section = section
        finding.save(update_fields=["section"])
    facts = {"question": finding.question or finding.name, "topic": section.title}
    return _("“%(question)s” is now in the topic “%(topic)s”.") % facts


def _moved(words: str, step: int) -> str:
    text = _("“%(name)s” was moved up.") if step < 0 else _("“%(name)s” was moved down.")
    return text % {"name": words}


def _ordered(model: type[Model]) -> list[tuple[int, str]]:
    return sorted(model._default_manager.values_list("order", "pk"))


def _neighbour(slugs: list[str], slug: str, step: int) -> str:
    """Itself at the end of the list: somebody else has moved it there meanwhile."""
    place = slugs.index(slug) + step
    return slugs[place] if 0 <= place < len(slugs) else slug


def _exchange(model: type[Model], first: str, second: str) -> None:
    """Each takes the other's place; places that two records shared are told apart."""
    rows = _ordered(model)
    other = {first: second, second: first}
    wanted = {other.get(pk, pk): place for place, (_order, pk) in enumerate(rows)}
    moved = [model(pk=pk, order=wanted[pk]) for order, pk in rows if order != wanted[pk]]
    model._default_manager.bulk_update(moved, ["order"])


def _questions(catalogue: Catalogue, section: str, missing: dict[str, Counter[tuple[str, str]]]) -> Iterator[Question]:
    asked = [finding for finding in catalogue.findings if finding.section == section]
    place = _places(catalogue)
    for number, finding in enumerate(asked):
        yield Question(
            slug=finding.slug,
            wording=finding.question or finding.name,
            name=finding.name,
            address=reverse("admin:causes_finding_change", args=[finding.slug]),
            control=str(Finding.Control(finding.control).label),
            when=_when(catalogue, finding),
            warning=_warning(catalogue, finding, place),
            untranslated=_untranslated(missing, "findings", finding.slug),
            is_first=number == 0,
            is_last=number == len(asked) - 1,
        )


def _when(catalogue: Catalogue, finding: Asked) -> str:
    return _("Asked when %(condition)s") % {"condition": words} if (words := _words(catalogue, finding)) else ""


def _words(catalogue: Catalogue, finding: Asked) -> str:
    try:
        return condition_in_words(catalogue, finding.ask_if)
    except ValueError as error:
        return f"{finding.ask_if} ({error})"


def _warning(catalogue: Catalogue, finding: Asked, place: dict[str, tuple[int, int]]) -> str:
    try:
        slugs = {clause.slug for group in parse(finding.ask_if) for clause in group}
    except ValueError:
        return ""
    own = place[finding.slug]
    later = [catalogue.finding[slug] for slug in sorted(slugs) if place.get(slug, own) > own]
    names = ", ".join(f"“{other.question or other.name}”" for other in later)
    return _("Hangs on what is asked later: %(questions)s") % {"questions": names} if names else ""


def _places(catalogue: Catalogue) -> dict[str, tuple[int, int]]:
    order = {section.slug: number for number, section in enumerate(catalogue.sections)}
    return {
        finding.slug: (order[finding.section], number)
        for number, finding in enumerate(catalogue.findings)
        if finding.section in order
    }


def _languages() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def _missing(catalogue: Catalogue, language: str) -> Counter[tuple[str, str]]:
    """How many texts of a record lack a translation that fits; an option's belong to its question."""
    owner = {"options": "findings"}
    return Counter(
        (owner.get(text.table, text.table), text.key.partition("/")[0])
        for text, _state in missing_texts(catalogue, language)
    )


def _untranslated(missing: dict[str, Counter[tuple[str, str]]], table: str, slug: str) -> tuple[str, ...]:
    return tuple(
        ngettext(
            "%(language)s: %(n)s text is missing or out of date",
            "%(language)s: %(n)s texts are missing or out of date",
            n,
        )
        % {"language": name, "n": n}
        for name, counted in missing.items()
        if (n := counted[table, slug])
    )
