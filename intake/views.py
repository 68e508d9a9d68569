from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from causes.models import Release
from intake.advice import advice, calls
from intake.forms import TopicForm
from intake.medicines import suggestions
from intake.models import Intake, Invitation, Practice
from intake.progress import Progress
from intake.summary import groups
from intake.topics import Topic, all_topics, asked_topics, incomplete_topics

IntakeView = Callable[..., HttpResponse]

# Drafts that a signed-in user began in this session. Nothing is kept for a patient, who is not signed in.
OWN_DRAFTS = "drafts"


def draft_required(view: IntakeView) -> IntakeView:
    """Turns the URL's token into a draft. Once sent, every page of it leads to the page that says so."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        intake = _intake(token)
        if intake.is_sent:
            return redirect("intake_sent", token)
        if intake.invitation and intake.invitation.revoked_at:
            return _closed(request, intake.practice, _("This link was withdrawn"))
        if _is_for_the_patient_alone(request, intake):
            return _refused(request, intake.practice)
        try:
            return view(request, intake, *args, **kwargs)
        except ValidationError as error:
            # Sent in another tab while this page was open.
            if error.code != "sent":
                raise
            return redirect("intake_sent", token)

    return never_cache(guarded)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, token: str) -> HttpResponse:
    practice = get_object_or_404(Practice, token=token)
    if request.method == "POST":
        intake = Intake.objects.create(practice=practice, release=Release.objects.current(), setting=practice.setting)
        _remember(request, intake)
        return redirect("intake_resume", intake.token)
    return _welcome(request, practice)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    invited = get_object_or_404(Invitation.objects.select_related("patient__practice"), token=token)
    practice = invited.patient.practice
    intake = Intake.objects.filter(invitation=invited).first()
    if intake and intake.is_sent:
        return _closed(request, practice, _("Your answers have already been sent"))
    if not invited.is_open():
        was_revoked = invited.revoked_at is not None
        return _closed(request, practice, _("This link was withdrawn") if was_revoked else _("This link has expired"))
    if intake and _is_for_the_patient_alone(request, intake):
        return _refused(request, practice)
    if request.method == "POST":
        # Two clicks, one draft: the invitation's intake is unique.
        draft, is_new = Intake.objects.get_or_create(
            invitation=invited,
            defaults={
                "practice": practice,
                "patient": invited.patient,
                "release": Release.objects.current(),
                "setting": practice.setting,
            },
        )
        if is_new:
            _remember(request, draft)
        return redirect("intake_resume", draft.token)
    return _welcome(request, practice, is_started=intake is not None)


@require_safe
@draft_required
def resume(request: HttpRequest, intake: Intake) -> HttpResponse:
    """The first topic that is not finished."""
    return redirect(_first_unfinished(intake))


@require_http_methods(["GET", "HEAD", "POST"])
@draft_required
def topic(request: HttpRequest, intake: Intake, slug: str) -> HttpResponse:
    asked = asked_topics(intake.release.catalogue(), intake.answers)
    current = next((item for item in asked if item.slug == slug), None)
    if current is None:
        # Known, but an answer has since ruled all its questions out: go on where something is open.
        if any(item.slug == slug for item in all_topics(intake.release.catalogue())):
            return redirect(_first_unfinished(intake))
        raise Http404
    posted = request.POST if request.method == "POST" else None
    form = TopicForm(intake.release.catalogue(), current, intake.answers, posted)
    if request.method == "POST":
        is_finished = form.is_finished()
        intake.save_answers(form.changes, form.cleared)
        if "another-medicine" in request.POST and form.saved_medicines:
            return redirect(f"{request.get_full_path()}#item-medicines")
        if is_finished:
            return redirect(_after(intake, current, is_change="change" in request.GET))
    context = {"intake": intake, "form": form, "progress": Progress.at(asked, current, intake.token)}
    return render(request, "intake/topic.html", context)


@require_safe
@draft_required
def check(request: HttpRequest, intake: Intake) -> HttpResponse:
    catalogue = intake.release.catalogue()
    context = {
        "intake": intake,
        "groups": groups(catalogue, intake.answers),
        "incomplete": incomplete_topics(catalogue, intake.answers),
        "progress": Progress.at(asked_topics(catalogue, intake.answers), None, intake.token),
    }
    return render(request, "intake/check.html", context)


@require_POST
@draft_required
def send(request: HttpRequest, intake: Intake) -> HttpResponse:
    if incomplete_topics(intake.release.catalogue(), intake.answers):
        return redirect("intake_check", intake.token)
    intake.send()
    return redirect("intake_sent", intake.token)


@require_safe
@never_cache
def sent(request: HttpRequest, token: str) -> HttpResponse:
    """Reference and advice. The answers themselves cannot be read back here."""
    intake = _intake(token)
    if not intake.is_sent:
        return redirect("intake_resume", token)
    catalogue = intake.release.catalogue()
    given = advice(catalogue, intake.evidence(catalogue))
    context = {"intake": intake, "practice": intake.practice, "advice": given, "calls": calls(intake.practice, given)}
    return render(request, "intake/sent.html", context)


@require_POST
@never_cache
def drugs(request: HttpRequest) -> HttpResponse:
    """Names for the box that a patient is typing a medicine into. Posted, so that no log of addresses has them."""
    found = suggestions(Release.objects.current().catalogue(), request.POST.get("q", ""))
    return JsonResponse({"suggestions": [asdict(item) for item in found]})


def _intake(token: str) -> Intake:
    return get_object_or_404(Intake.objects.select_related("practice", "release", "invitation"), token=token)


def _is_for_the_patient_alone(request: HttpRequest, intake: Intake) -> bool:
    """Staff read what a patient sends, not what she is still writing."""
    is_staff = request.user.is_authenticated
    return is_staff and bool(intake.answers) and str(intake.key) not in request.session.get(OWN_DRAFTS, [])


def _remember(request: HttpRequest, intake: Intake) -> None:
    if request.user.is_authenticated:
        request.session[OWN_DRAFTS] = [*request.session.get(OWN_DRAFTS, []), str(intake.key)]


def _refused(request: HttpRequest, practice: Practice) -> HttpResponse:
    return render(request, "intake/patient_only.html", {"practice": practice}, status=403)


def _welcome(request: HttpRequest, practice: Practice, is_started: bool = False) -> HttpResponse:
    return render(request, "intake/start.html", {"practice": practice, "is_started": is_started})


def _closed(request: HttpRequest, practice: Practice, heading: str) -> HttpResponse:
    context = {"practice": practice, "heading": heading, "calls": calls(practice, ())}
    return render(request, "intake/closed.html", context, status=410)


def _first_unfinished(intake: Intake) -> str:
    unfinished = incomplete_topics(intake.release.catalogue(), intake.answers)
    if not unfinished:
        return reverse("intake_check", args=[intake.token])
    return reverse("intake_topic", args=[intake.token, unfinished[0].slug])


def _after(intake: Intake, current: Topic, is_change: bool) -> str:
    """The next topic; after a change on the way back from the check page, the first that it opened again."""
    if is_change:
        return _first_unfinished(intake)
    asked = asked_topics(intake.release.catalogue(), intake.answers)
    later = asked[[item.slug for item in asked].index(current.slug) + 1 :]
    if not later:
        return reverse("intake_check", args=[intake.token])
    return reverse("intake_topic", args=[intake.token, later[0].slug])
