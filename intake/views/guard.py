"""Who may open a draft, and the pages that say why not."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from intake.advice import calls
from intake.languages import prefer
from intake.models import Intake, Practice
from intake.waiting_room import is_admitted, screen_of

IntakeView = Callable[..., HttpResponse]

# Drafts that a signed-in user began in this session. Nothing is kept for a patient, who is not signed in.
OWN_DRAFTS = "drafts"


def draft_required(view: IntakeView) -> IntakeView:
    """Turns the URL's token into a draft. Once sent, every page of it leads to the page that says so."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        intake = intake_of(token)
        prefer(request, intake.language)
        if not is_admitted(request, intake):
            return cleared(request, intake.practice)
        if intake.is_sent:
            return redirect("intake_sent", token)
        if intake.invitation and intake.invitation.revoked_at:
            return closed(request, intake.practice, _("This link was withdrawn"))
        if intake.is_expired:
            return expired(request, intake)
        if is_for_the_patient_alone(request, intake):
            return refused(request, intake.practice)
        try:
            return view(request, intake, *args, **kwargs)
        except ValidationError as error:
            # Sent in another tab while this page was open.
            if error.code != "sent":
                raise
            return redirect("intake_sent", token)

    return never_cache(guarded)


def intake_of(token: str) -> Intake:
    return get_object_or_404(Intake.objects.select_related("practice", "release", "invitation"), token=token)


def is_for_the_patient_alone(request: HttpRequest, intake: Intake) -> bool:
    """Staff read what a patient sends, not what she is still writing."""
    is_staff = request.user.is_authenticated
    return is_staff and bool(intake.answers or intake.typed) and not _is_own(request, intake)


def remember(request: HttpRequest, intake: Intake) -> None:
    if request.user.is_authenticated:
        request.session[OWN_DRAFTS] = [*request.session.get(OWN_DRAFTS, []), str(intake.key)]


def closed(request: HttpRequest, practice: Practice, heading: str) -> HttpResponse:
    context = {"practice": practice, "heading": heading, "calls": calls(practice, ())}
    return render(request, "intake/closed.html", context, status=410)


def cleared(request: HttpRequest, practice: Practice) -> HttpResponse:
    """Answers from the waiting-room screen, when whoever gave them has left it."""
    context = {"practice": practice, "has_screen": screen_of(request) is not None}
    return render(request, "intake/cleared.html", context, status=410)


def expired(request: HttpRequest, intake: Intake) -> HttpResponse:
    """The answers are treated as gone at once, whenever the command comes round to delete them."""
    context = {
        "practice": intake.practice,
        "again_url": _again_url(intake),
        "days": intake.practice.draft_days,
        "calls": calls(intake.practice, ()),
    }
    return render(request, "intake/expired.html", context, status=410)


def refused(request: HttpRequest, practice: Practice) -> HttpResponse:
    return render(request, "intake/patient_only.html", {"practice": practice}, status=403)


def _is_own(request: HttpRequest, intake: Intake) -> bool:
    return str(intake.key) in request.session.get(OWN_DRAFTS, [])


def _again_url(intake: Intake) -> str:
    """Where to begin afresh; "" for a personal link that no longer opens anything."""
    if intake.invitation is None:
        return reverse("intake_start", args=[intake.practice.token])
    return reverse("intake_invitation", args=[intake.invitation.token]) if intake.invitation.is_open() else ""
