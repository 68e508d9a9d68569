from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic import history
from clinic.access import intake_required
from clinic.own_lists import chart_for
from intake.models import Intake


@require_safe
@intake_required
def show(request: HttpRequest, intake: Intake) -> HttpResponse:
    lines = history.history(chart_for(request, intake), request.user)  # type: ignore[arg-type]
    return render(request, "clinic/history.html", {"section": "worklist", "intake": intake, "lines": lines})
