"""The page that interrupts the questions when an answer asks for help at once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from intake.advice import advice, emergency_calls
from intake.emergency import TO, destination, emergencies, fingerprint, is_due
from intake.models import Intake
from intake.views.guard import draft_required

SEEN = "seen"


@require_http_methods(["GET", "HEAD", "POST"])
@draft_required
def interrupt(request: HttpRequest, intake: Intake) -> HttpResponse:
    """What to do now. Going on is always possible, and records what was read."""
    flags = emergencies(intake)
    if request.method == "POST":
        if request.POST.get(SEEN) == fingerprint(flags):
            intake.note_interruption([flag.slug for flag in flags])
        if is_due(intake):
            return redirect(request.get_full_path())
        return redirect(destination(intake, request.POST.get(TO, "")))
    catalogue = intake.catalogue()
    context = {
        "intake": intake,
        "practice": intake.practice,
        "advice": advice(catalogue, intake.evidence(catalogue)) if flags else (),
        "calls": emergency_calls(intake.practice),
        "seen": fingerprint(flags),
        "to": request.GET.get(TO, ""),
    }
    return render(request, "intake/interrupt.html", context)
