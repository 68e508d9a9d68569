from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from clinic import own_lists
from clinic.access import intake_required
from clinic.forms import OwnListForm
from clinic.models import OwnList
from clinic.views.differential import differential_response
from intake.models import Intake


@require_POST
@intake_required
def write(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Where no list is asked for any more, what was sent is shown and not kept: it may not be one's own by now."""
    chart = own_lists.chart_for(request, intake)
    form = OwnListForm(chart.catalogue, request.POST)
    if not isinstance(chart, own_lists.BlindChart):
        return _too_late(request, intake, form)
    if not form.is_valid():
        return differential_response(request, chart, own_list_form=form)
    own = own_lists.write(intake, request.user, form.cleaned_data["causes"], form.cleaned_data["skipped"])  # type: ignore[arg-type]
    # Another tab may have been faster by a moment.
    return redirect("differential", intake.key) if form.is_of(own) else _too_late(request, intake, form)


def _too_late(request: HttpRequest, intake: Intake, form: OwnListForm) -> HttpResponse:
    """A resend of the same list is no news."""
    own = OwnList.objects.filter(intake=intake, user=request.user).select_related("user").first()  # type: ignore[misc]
    if own is not None and form.is_valid() and form.is_of(own):
        return redirect("differential", intake.key)
    context = {
        "section": "worklist",
        "intake": intake,
        "recorded": own_lists.line(own) if own else None,
        "typed": form.typed(),
    }
    return render(request, "clinic/own_list_too_late.html", context, status=409)
