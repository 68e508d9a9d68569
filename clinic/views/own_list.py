from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from clinic import own_lists
from clinic.access import intake_required
from clinic.forms import OwnListForm
from clinic.views.differential import differential_response
from intake.models import Intake


@require_POST
@intake_required
def write(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Without effect where no list is asked for: one written after the ranking was seen would not be one's own."""
    chart = own_lists.chart_for(request, intake)
    if not isinstance(chart, own_lists.BlindChart):
        return redirect("differential", intake.key)
    form = OwnListForm(chart.catalogue, request.POST)
    if not form.is_valid():
        return differential_response(request, chart, own_list_form=form)
    own_lists.write(intake, request.user, form.cleaned_data["causes"], form.cleaned_data["skipped"])  # type: ignore[arg-type]
    return redirect("differential", intake.key)
