"""Sending, what is said afterwards, and the patient's own copy."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from intake import own_copy
from intake.advice import advice, calls
from intake.languages import prefer
from intake.models import Intake
from intake.own_copy import own_copy_required
from intake.topics import incomplete_topics
from intake.views.answering import moved_on
from intake.views.guard import cleared, draft_required, intake_of
from intake.waiting_room import is_admitted


@require_POST
@draft_required
def send(request: HttpRequest, intake: Intake) -> HttpResponse:
    if incomplete_topics(intake.catalogue(), intake.answers):
        return moved_on(request, reverse("intake_check", args=[intake.token]))
    # The next patient sits down before the same waiting-room screen.
    if intake.send() and not intake.is_waiting_room:
        own_copy.allow(request, intake)
    return moved_on(request, reverse("intake_sent", args=[intake.token]))


@require_safe
@never_cache
def sent(request: HttpRequest, token: str) -> HttpResponse:
    """Reference and advice. With the link alone the answers themselves cannot be read back."""
    intake = intake_of(token)
    prefer(request, intake.language)
    if not intake.is_sent:
        return redirect("intake_resume", token)
    if not is_admitted(request, intake):
        return cleared(request, intake.practice)
    catalogue = intake.catalogue()
    given = advice(catalogue, intake.evidence(catalogue))
    context = {
        "intake": intake,
        "practice": intake.practice,
        "advice": given,
        "calls": calls(intake.practice, given),
        "until": own_copy.allowed_until(request, intake),
    }
    return render(request, "intake/sent.html", context)


@require_safe
@own_copy_required
def answers(request: HttpRequest, intake: Intake) -> HttpResponse:
    context = {
        "intake": intake,
        "practice": intake.practice,
        "groups": own_copy.copied_groups(intake),
        "until": own_copy.allowed_until(request, intake),
    }
    return render(request, "intake/answers.html", context)


@require_safe
@own_copy_required
def download(request: HttpRequest, intake: Intake) -> HttpResponse:
    response = HttpResponse(own_copy.as_text(intake), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="answers-{intake.reference}.txt"'
    return response


@require_POST
@never_cache
def hide(request: HttpRequest, token: str) -> HttpResponse:
    """On a shared computer: the answers are closed before the time is up."""
    own_copy.withdraw(request, intake_of(token))
    return redirect("intake_sent", token)
