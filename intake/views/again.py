"""Someone who has answered before: by the date of birth, who it is and the medicines are there to confirm."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from intake.codes import Try, origin_of, take_try
from intake.follow_up import allow, knows, last_sent
from intake.forms.find import BirthDateForm
from intake.models import Intake
from intake.views.guard import draft_required
from intake.views.shown_again import posted, show_again, take, told_to_wait


@require_http_methods(["GET", "HEAD", "POST"])
@draft_required
def again(request: HttpRequest, intake: Intake) -> HttpResponse:
    """As often as a code may be tried, and no more."""
    last = last_sent(request, intake)
    if last is None:
        return redirect("intake_resume", intake.token)
    waiting = take(request)
    form = BirthDateForm(posted(request, waiting))
    if request.method == "POST":
        return _recognise(request, intake, last, form)
    made = Try(waiting.wait_seconds if waiting else 0)
    if waiting and (problem := made.wait_words or waiting.problem):
        form.add_error("day", problem)
    context = {"intake": intake, "practice": intake.practice, "form": form}
    return told_to_wait(render(request, "intake/again.html", context), made)


def _recognise(request: HttpRequest, intake: Intake, last: Intake, form: BirthDateForm) -> HttpResponse:
    if not form.is_valid():
        return show_again(request, form)
    made = take_try(intake.practice, origin_of(request))
    if made.is_refused:
        return show_again(request, form, wait_seconds=made.wait_seconds)
    if not knows(last, form.birth_date):
        return show_again(request, form, _("We know you by another date of birth. Check it, or answer afresh."))
    allow(request, intake)
    return redirect("intake_resume", intake.token)
