"""The questions, topic by topic, and the page where the answers are checked."""

from __future__ import annotations

import secrets
from dataclasses import asdict

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from causes.models import Release
from intake import derivation
from intake.contradictions import contradictions, settled_by_patient
from intake.emergency import interruptible, is_due, on_the_way_to
from intake.follow_up import earlier
from intake.forms import TopicForm
from intake.keeping import (
    TOUCHED,
    MovedError,
    before_of,
    page_form,
    page_with_more,
    page_with_problems,
    save_page,
)
from intake.languages import LANGUAGE
from intake.medicines import suggestions
from intake.models import Intake
from intake.moving import aside_rows
from intake.pages import told_left
from intake.progress import Progress
from intake.summary import groups, puzzles
from intake.topics import Topic, all_topics, asked_topics, incomplete_topics
from intake.views.answering import KEEP, KINDS, moved_on
from intake.views.changed import keep_earlier, up_to_date
from intake.views.guard import draft_required
from intake.views.language import choose_posted

CHANGE, PROBLEMS, MORE = "change", "problems", "more"


@require_safe
@draft_required
@interruptible
@up_to_date
def resume(request: HttpRequest, intake: Intake) -> HttpResponse:
    """The first question that is not answered."""
    return redirect(_first_unfinished(intake))


@require_http_methods(["GET", "HEAD", "POST"])
@draft_required
@interruptible
@up_to_date
def topic(request: HttpRequest, intake: Intake, slug: str) -> HttpResponse:
    try:
        return keep_earlier(request, intake, slug) or _page(request, intake, slug)
    except MovedError:
        return keep_earlier(request, intake, slug) or redirect("intake_resume", intake.token)


def _page(request: HttpRequest, intake: Intake, slug: str) -> HttpResponse:
    asked = asked_topics(intake.catalogue(), intake.answers)
    current = next((item for item in asked if item.slug == slug), None)
    if current is None:
        # Known, but an answer has since ruled all its questions out, or a release: go on where something is open.
        if intake.moves or any(item.slug == slug for item in all_topics(intake.catalogue())):
            return moved_on(request, _first_unfinished(intake))
        raise Http404
    if request.method == "POST":
        return _save(request, intake, current)
    form = _form(request, intake, current)
    context = {
        "intake": intake,
        "form": form,
        "progress": Progress.at(asked, current, intake.token, told_left(intake.release.catalogue(), intake.answers)),
        "page": secrets.token_urlsafe(9),
        "before": before_of(intake, form),
    }
    return render(request, "intake/topic.html", context)


@require_safe
@draft_required
@interruptible
@up_to_date
def check(request: HttpRequest, intake: Intake) -> HttpResponse:
    catalogue = intake.catalogue()
    context = {
        "intake": intake,
        "groups": groups(catalogue, intake.answers),
        "incomplete": incomplete_topics(catalogue, intake.answers),
        "puzzles": puzzles(catalogue, intake.answers),
        "aside": aside_rows(intake.aside),
        "progress": Progress.at(asked_topics(catalogue, intake.answers), None, intake.token),
    }
    return render(request, "intake/check.html", context)


@require_POST
@draft_required
def settle(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Two answers that do not go together: take the one back that is out of reach, or leave both."""
    key = request.POST.get("answers", "")
    found = next((one for one in contradictions(intake.catalogue(), intake.answers) if one.key == key), None)
    if found and "take-back" in request.POST and found.out_of_reach:
        intake.save_answers({}, found.out_of_reach.keys)
    elif found:
        intake.save_answers(settled_by_patient(intake.answers, key))
    return moved_on(request, reverse("intake_check", args=[intake.token]))


@require_POST
@never_cache
def drugs(request: HttpRequest) -> HttpResponse:
    """Names for the box that a patient is typing a medicine into. Posted, so that no log of addresses has them."""
    found = suggestions(Release.objects.current().catalogue(), request.POST.get("q", ""))
    return JsonResponse({"suggestions": [asdict(item) for item in found]})


def _save(request: HttpRequest, intake: Intake, current: Topic) -> HttpResponse:
    """Always a redirect, also with errors, so that Back never asks whether to send the form again."""
    if LANGUAGE in request.POST:
        saved = save_page(intake, current, request.POST, is_whole=False)
        choose_posted(request, intake)
        return moved_on(request, request.get_full_path(), saved.before)
    if request.POST.get(KINDS) == KEEP:
        saved = save_page(intake, current, request.POST, is_whole=False)
        return JsonResponse({"before": saved.before, "next": _interruption(request, intake, saved.form)})
    saved = save_page(intake, current, request.POST, is_whole=True)
    return moved_on(request, on_the_way_to(intake, _next_url(request, intake, current, saved.form)), saved.before)


def _interruption(request: HttpRequest, intake: Intake, form: TopicForm) -> str:
    """Where an answer leads at once, and from there back to the question; "" when it can wait."""
    if not is_due(intake):
        return ""
    touched = {*request.POST.getlist(TOUCHED)}
    anchors = [f"#item-{control.item.name}" for control in form.controls if touched & control.fields.keys()]
    return on_the_way_to(intake, request.get_full_path() + next(iter(anchors), ""))


def _form(request: HttpRequest, intake: Intake, current: Topic) -> TopicForm:
    if PROBLEMS in request.GET:
        return page_with_problems(intake, current)
    if MORE in request.GET:
        return page_with_more(intake, current)
    return page_form(intake, current, earlier(request, intake))


def _next_url(request: HttpRequest, intake: Intake, current: Topic, form: TopicForm) -> str:
    if "another-medicine" in request.POST and form.saved_medicines:
        return f"{_topic_url(intake, current, request)}#item-medicines"
    if form.errors:
        return _topic_url(intake, current, request, PROBLEMS)
    if form.has_more:
        return _topic_url(intake, current, request, MORE)
    return _after(intake, current, is_change=CHANGE in request.GET)


def _topic_url(intake: Intake, current: Topic, request: HttpRequest, *flags: str) -> str:
    kept = (CHANGE,) if CHANGE in request.GET else ()
    query = "&".join((*kept, *flags))
    return reverse("intake_topic", args=[intake.token, current.slug]) + (f"?{query}" if query else "")


def _first_unfinished(intake: Intake) -> str:
    unfinished = incomplete_topics(intake.catalogue(), intake.answers)
    return _open_question_url(intake, unfinished[0]) if unfinished else reverse("intake_check", args=[intake.token])


def _open_question_url(intake: Intake, topic: Topic) -> str:
    """The question itself, unless it is the first of its page: then the page's heading says where one is."""
    url = reverse("intake_topic", args=[intake.token, topic.slug])
    circumstances = derivation.circumstances(intake.catalogue(), intake.answers)
    item = topic.left_open(circumstances, intake.answers)[0]
    return url if item == topic.applying(circumstances)[0] else f"{url}#item-{item.name}"


def _after(intake: Intake, current: Topic, is_change: bool) -> str:
    """The next topic with something open, so that nothing is gone through twice.

    After a change on the way back from the check page, the first that it opened again.
    """
    order = [topic.slug for topic in all_topics(intake.catalogue())]
    unfinished = incomplete_topics(intake.catalogue(), intake.answers)
    later = [topic for topic in unfinished if order.index(topic.slug) > order.index(current.slug)]
    if is_change or not later:
        return _first_unfinished(intake)
    return _open_question_url(intake, later[0])
