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


@require_http_methods(["GET", "HEAD", "POST"])
@draft_required
def again(request: HttpRequest, intake: Intake) -> HttpResponse:
    """As often as a code may be tried, and no more."""
    last = last_sent(request, intake)
    if last is None:
        return redirect("intake_resume", intake.token)
    form = BirthDateForm(request.POST if request.method == "POST" else None)
    made = Try()
    if form.is_valid():
        made = take_try(intake.practice, origin_of(request))
        if not made.is_refused and knows(last, form.birth_date):
            allow(request, intake)
            return redirect("intake_resume", intake.token)
        form.add_error("day", made.wait_words or _("We know you by another date of birth. Check it, or answer afresh."))
    context = {"intake": intake, "practice": intake.practice, "form": form}
    response = render(request, "intake/again.html", context, status=_status(form, made))
    if made.is_refused:
        response["Retry-After"] = str(made.wait_seconds)
    return response


def _status(form: BirthDateForm, made: Try) -> int:
    return 429 if made.is_refused else 422 if form.errors else 200
