"""Ways into the questionnaire: the practice's link, a personal link, the code of a draft."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from causes.models import Release
from intake import own_copy, waiting_room
from intake.advice import calls
from intake.codes import Try, found, origin_of, take_try
from intake.follow_up import last_sent
from intake.forms.find import FindForm
from intake.forms.respondent import RespondentForm, respondent_of
from intake.languages import prefer
from intake.models import Intake, Invitation, Practice
from intake.pages import usual_questions
from intake.views.guard import closed, draft_required, is_for_the_patient_alone, refused, remember
from intake.views.shown_again import posted, show_again, take, told_to_wait


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, token: str) -> HttpResponse:
    practice = get_object_or_404(Practice, token=token)
    form = RespondentForm(posted(request, take(request)))
    filled_in_by = respondent_of(request, form)
    if request.method == "POST" and filled_in_by is not None:
        intake = Intake.objects.create(
            practice=practice,
            release=Release.objects.current(),
            setting=practice.setting,
            language=get_language() or "",
            **filled_in_by,
        )
        remember(request, intake)
        waiting_room.take_in(request, intake)
        return redirect("intake_code", intake.token)
    if request.method == "POST":
        return show_again(request, form)
    return _welcome(request, practice, form, has_code=True)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    invited = get_object_or_404(Invitation.objects.select_related("patient__practice"), token=token)
    practice = invited.patient.practice
    intake = Intake.objects.filter(invitation=invited).first()
    prefer(request, intake.language if intake else invited.language)
    if intake and intake.is_sent:
        return closed(request, practice, _("Your answers have already been sent"))
    if not invited.is_open():
        was_revoked = invited.revoked_at is not None
        return closed(request, practice, _("This link was withdrawn") if was_revoked else _("This link has expired"))
    is_expired = intake is not None and intake.is_expired
    if intake and not is_expired and is_for_the_patient_alone(request, intake):
        return refused(request, practice)
    draft = None if is_expired else intake
    form = RespondentForm(posted(request, take(request)))
    filled_in_by = {} if draft else respondent_of(request, form)
    if request.method == "POST" and filled_in_by is not None:
        draft = _draft_of(request, invited, filled_in_by)
        is_untouched = not draft.answers and not draft.typed
        is_follow_up = is_untouched and last_sent(request, draft) is not None
        return redirect("intake_again" if is_follow_up else "intake_resume", draft.token)
    if request.method == "POST":
        return show_again(request, form)
    return _welcome(request, practice, form, draft=draft, is_expired=is_expired)


@require_safe
@draft_required
def code(request: HttpRequest, intake: Intake) -> HttpResponse:
    """What to write down, to go on from any phone."""
    has_begun = bool(intake.answers or intake.typed)
    return render(request, "intake/code.html", {"intake": intake, "practice": intake.practice, "has_begun": has_begun})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest, token: str) -> HttpResponse:
    """A draft, or what was sent, by its code and the date of birth. Posted, so that no address has them."""
    practice = get_object_or_404(Practice, token=token)
    waiting = take(request)
    form = FindForm(posted(request, waiting))
    if request.method == "POST":
        return _look_for(request, practice, form)
    if waiting and waiting.problem:
        form.add_error(None, waiting.problem)
    return _finding(request, practice, form, Try(waiting.wait_seconds if waiting else 0))


def _look_for(request: HttpRequest, practice: Practice, form: FindForm) -> HttpResponse:
    if not form.is_valid():
        return show_again(request, form)
    made = take_try(practice, origin_of(request))
    if made.is_refused:
        return show_again(request, form, wait_seconds=made.wait_seconds)
    intake = found(practice, form.code, form.birth_date)
    if intake is None:
        problem = _(
            "We found no answers with this code and date of birth. Check both, and try again. "
            "The reference of what you sent is not the code: you need what stands beside “Your code”."
        )
        return show_again(request, form, problem)
    own_copy.allow(request, intake)
    waiting_room.admit(request, intake)
    return redirect("intake_answers" if intake.is_sent else "intake_resume", intake.token)


def _draft_of(request: HttpRequest, invited: Invitation, filled_in_by: dict[str, Any]) -> Intake:
    """Two clicks, one draft: the invitation's intake is unique. One that has expired makes room for a new one."""
    practice = invited.patient.practice
    Intake.objects.expired(practice).filter(invitation=invited).delete()
    draft, is_new = Intake.objects.get_or_create(
        invitation=invited,
        defaults={
            "practice": practice,
            "patient": invited.patient,
            "release": Release.objects.current(),
            "setting": practice.setting,
            "language": get_language() or "",
            **filled_in_by,
        },
    )
    if is_new:
        remember(request, draft)
    waiting_room.take_in(request, draft)
    return draft


def _welcome(
    request: HttpRequest,
    practice: Practice,
    respondent: RespondentForm,
    draft: Intake | None = None,
    has_code: bool = False,
    is_expired: bool = False,
) -> HttpResponse:
    context = {
        "practice": practice,
        "questions": usual_questions(Release.objects.current().catalogue()),
        "draft": draft,
        "has_code": has_code,
        "is_expired": is_expired,
        "respondent": None if request.user.is_authenticated else respondent,
    }
    return render(request, "intake/start.html", context)


def _finding(request: HttpRequest, practice: Practice, form: FindForm, made: Try) -> HttpResponse:
    context = {"practice": practice, "form": form, "wait": made.wait_words, "calls": calls(practice, ())}
    return told_to_wait(render(request, "intake/find.html", context), made)
