from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.access import intake_required
from clinic.chart import Chart, chart_of
from clinic.differential_page import Problem, comparison, differential_page, unranked_page
from clinic.entering import change_context as change
from clinic.entering import enter as enter_changes
from clinic.forms import ContextForm, SignOffForm
from clinic.models import Assessment
from clinic.snapshot import signed_conclusion
from intake.models import Intake


@require_safe
@intake_required
def show(request: HttpRequest, intake: Intake) -> HttpResponse:
    return differential_response(request, chart_of(intake))


@require_POST
@intake_required
def enter(request: HttpRequest, intake: Intake) -> HttpResponse:
    problems = enter_changes(intake, request.user, request.POST)  # type: ignore[arg-type]
    if not problems and not request.htmx:  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse("differential", args=[intake.key]) + "#evidence")
    return differential_response(request, chart_of(intake), problems=problems)


@require_POST
@intake_required
def change_context(request: HttpRequest, intake: Intake) -> HttpResponse:
    chart = chart_of(intake)
    form = ContextForm(chart.catalogue, request.POST)
    if not form.is_valid():
        return differential_response(request, chart, context_form=form)
    change(intake, **form.cleaned_data)
    return redirect("differential", intake.key)


@require_safe
@intake_required
def compare(request: HttpRequest, intake: Intake) -> HttpResponse:
    chart = chart_of(intake)
    if chart.unranked:
        return redirect("differential", intake.key)
    first, second = (cause.slug for cause in chart.differential.causes[:2])
    try:
        compared = comparison(chart, request.GET.get("a", first), request.GET.get("b", second))
    except KeyError:
        raise Http404(_("The ranking has no such cause.")) from None
    return render(request, "clinic/compare.html", {"intake": intake, "comparison": compared, "section": "worklist"})


def differential_response(
    request: HttpRequest,
    chart: Chart,
    problems: Mapping[str, Problem] | None = None,
    context_form: ContextForm | None = None,
    sign_form: SignOffForm | None = None,
) -> HttpResponse:
    """The page, or what changes of it for htmx. A form that could not be used makes it a 422."""
    intake, user = chart.intake, request.user
    page = (
        unranked_page(chart, user, problems)  # type: ignore[arg-type]
        if chart.unranked
        else differential_page(chart, user, request.GET.get("open", ""), problems)  # type: ignore[arg-type]
    )
    context: dict[str, Any] = {
        "section": "worklist",
        "intake": intake,
        "page": page,
        "unranked": chart.unranked,
        "context_form": context_form
        or ContextForm(chart.catalogue, {"setting": intake.setting, "presentation": intake.presentation}),
        "sign_form": sign_form or SignOffForm(chart),
        "inputs": chart.inputs,
        "assessments": assessments_of(chart),
        "problems": problems,
    }
    is_refused = problems or context_form or sign_form
    is_change = request.htmx and request.method == "POST"  # type: ignore[attr-defined]
    template = "clinic/_differential_changed.html" if is_change else "clinic/differential.html"
    return render(request, template, context, status=422 if is_refused else 200)


def assessments_of(chart: Chart) -> list[tuple[Assessment, str]]:
    """With the conclusion's name."""
    return [(item, signed_conclusion(item)) for item in chart.intake.assessments.select_related("signed_by")]
