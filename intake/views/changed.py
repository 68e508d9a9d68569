"""A draft that is opened after a new release: what changed is said once, and confirming it moves the draft."""

from __future__ import annotations

import functools
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from intake.emergency import interruptible
from intake.keeping import save_earlier_page
from intake.languages import LANGUAGE
from intake.models import Intake
from intake.moving import RELEASE, changes, earlier_release, newer_release
from intake.views.answering import KEEP, KINDS, moved_on
from intake.views.guard import IntakeView, draft_required
from intake.views.language import choose_posted

CHECK = "check"


def up_to_date(view: IntakeView) -> IntakeView:
    """For a page of a draft: only the current release shows it. What is posted is kept by the one that laid it out."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, intake: Intake, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" and newer_release(intake):
            return redirect("intake_changed", intake.token)
        return view(request, intake, *args, **kwargs)

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@draft_required
@interruptible
def changed(request: HttpRequest, intake: Intake) -> HttpResponse:
    release = newer_release(intake)
    if release is None:
        return redirect("intake_resume", intake.token)
    found = changes(intake, release)
    if request.method == "POST" and request.POST.get(RELEASE) == str(release.pk):
        intake.move_to(release)
        row = next((row for row in found.reworded if row.anchor == request.POST.get(CHECK)), None)
        if row is None:
            return redirect("intake_resume", intake.token)
        return redirect(f"{reverse('intake_topic', args=[intake.token, row.topic])}?change#{row.anchor}")
    context = {"intake": intake, "practice": intake.practice, "changes": found}
    return render(request, "intake/changed.html", context)


def keep_earlier(request: HttpRequest, intake: Intake, slug: str) -> HttpResponse | None:
    """The answer to a page that was laid out before the draft moved; None when it was not."""
    release = earlier_release(intake, request.POST) if request.method == "POST" else None
    if release is None:
        return None
    save_earlier_page(intake, release, slug, request.POST)
    if LANGUAGE in request.POST:
        choose_posted(request, intake)
    url = reverse("intake_resume", args=[intake.token])
    if request.POST.get(KINDS) == KEEP:
        return JsonResponse({"before": "", "next": url})
    return moved_on(request, url)
