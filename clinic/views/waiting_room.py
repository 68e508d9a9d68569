"""The screen in the waiting room: opened by a member, used by patients, cleared after each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from causes.models import Release
from clinic.access import member_required
from clinic.models import Membership
from intake.forms.respondent import RespondentForm
from intake.models import Intake
from intake.pages import usual_questions
from intake.views.shown_again import posted, show_again, take
from intake.waiting_room import is_used, open_here, open_screen, screen_of, take_in, throw_away


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def open_for_patients(request: HttpRequest) -> HttpResponse:
    """Signs the member out: what the tablet keeps is good for the patients' pages only."""
    if request.method == "POST":
        open_screen(request, request.practice, request.user.pk)  # type: ignore[attr-defined, arg-type]
        return redirect("waiting_room")
    return render(request, "clinic/open_waiting_room.html", {"section": "patients"})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """Whoever comes here by whatever way finds a cleared screen: Back, a time that ran out, the address itself."""
    opened_by = _opener(request)
    if opened_by is None:
        return render(request, "intake/waiting_room_closed.html", status=403)
    waiting = take(request)
    if request.method == "GET" and is_used(request):
        _clear(request, opened_by)
    form = RespondentForm(posted(request, waiting))
    if request.method == "POST" and not form.is_valid():
        return show_again(request, form)
    if request.method == "POST":
        intake = Intake.objects.create(
            practice=opened_by.practice,
            release=Release.objects.current(),
            setting=opened_by.practice.setting,
            language=get_language() or "",
            **form.fields_of_intake(),
        )
        take_in(request, intake)
        return redirect("intake_resume", intake.token)
    questions = usual_questions(Release.objects.current().catalogue())
    context = {"practice": opened_by.practice, "respondent": form, "questions": questions}
    return render(request, "intake/waiting_room.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def clear(request: HttpRequest) -> HttpResponse:
    """Asked first, because a hand that shakes presses the wrong button."""
    opened_by = _opener(request)
    if opened_by is None or request.method == "POST":
        if opened_by is not None:
            _clear(request, opened_by)
        return redirect("waiting_room")
    intake = open_here(request)
    if intake is None:
        return redirect("waiting_room")
    return render(request, "intake/clear_waiting_room.html", {"practice": opened_by.practice, "intake": intake})


def _opener(request: HttpRequest) -> Membership | None:
    """Whoever opened the screen, as long as she belongs to the practice."""
    screen = screen_of(request)
    if screen is None or request.user.is_authenticated:
        return None
    members = Membership.objects.filter(practice_id=screen.practice, user_id=screen.opened_by, user__is_active=True)
    return members.select_related("practice").first()


def _clear(request: HttpRequest, opened_by: Membership) -> None:
    """A session with nothing in it but the screen, and a new key."""
    intake = open_here(request)
    if intake is not None:
        throw_away(intake)
    open_screen(request, opened_by.practice, opened_by.user_id)
