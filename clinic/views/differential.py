from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from clinic.access import intake_required
from clinic.chart import Chart
from clinic.differential_page import (
    WITHOUT,
    Problem,
    answered_page,
    cause_list,
    comparison,
    differential_page,
    tipping_point,
    unranked_page,
)
from clinic.entering import RELEASE
from clinic.entering import change_context as change
from clinic.entering import enter as enter_changes
from clinic.follow_up import follow_up
from clinic.forms import ContextForm, OwnListForm, SignOffForm
from clinic.models import Assessment
from clinic.own_lists import chart_for, in_sight_of
from clinic.recorded import fetch_recorded
from clinic.snapshot import signed_conclusion
from intake.models import Intake

REST = "rest"  # the element of the page that asks for what follows


@require_safe
@intake_required
def show(request: HttpRequest, intake: Intake) -> HttpResponse:
    return differential_response(request, chart_for(request, intake))


@require_POST
@intake_required
def enter(request: HttpRequest, intake: Intake) -> HttpResponse:
    chart, problems = enter_changes(intake, request.user, request.POST)  # type: ignore[arg-type]
    if not problems and not request.htmx:  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse("differential", args=[intake.key]) + "#evidence")
    chart = in_sight_of(request, chart)
    if problems or not _is_page_of(request, chart):
        return differential_response(request, chart, problems=problems)
    context = {"intake": intake, "page": answered_page(chart, request.user)}  # type: ignore[arg-type]
    return render(request, "clinic/_differential_answered.html", context)


@require_safe
@intake_required
def part(request: HttpRequest, intake: Intake) -> HttpResponse:
    """For a page that is open: what follows the first answer to a change, or a table that was unfolded.

    It has an address of its own so that it counts as no new look, after which nothing would have changed.
    """
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("differential", intake.key)
    chart = chart_for(request, intake)
    if request.htmx.target == REST:  # type: ignore[attr-defined]
        return _exchanged(request, chart, _context(request, chart))
    if chart.unranked:
        return differential_response(request, chart)
    opened = request.GET.get("open", "")
    causes = cause_list(chart.without(_switched_off(request, chart)), opened)
    return render(request, "clinic/_unfolded.html", {"opened": opened, "causes": causes})


@require_POST
@intake_required
def change_context(request: HttpRequest, intake: Intake) -> HttpResponse:
    chart = chart_for(request, intake)
    form = ContextForm(chart.catalogue, request.POST)
    if not form.is_valid():
        return differential_response(request, chart, context_form=form)
    change(intake, request.user, **form.cleaned_data)  # type: ignore[arg-type]
    return redirect("differential", intake.key)


@require_safe
@intake_required
def compare(request: HttpRequest, intake: Intake) -> HttpResponse:
    chart = chart_for(request, intake)
    if chart.unranked:
        return redirect("differential", intake.key)
    first, second = (cause.slug for cause in chart.differential.causes[:2])
    try:
        compared = comparison(chart, request.GET.get("a", first), request.GET.get("b", second))
    except KeyError:
        raise Http404(_("The ranking has no such cause.")) from None
    return render(request, "clinic/compare.html", {"intake": intake, "comparison": compared, "section": "worklist"})


@require_safe
@intake_required
def tipping(request: HttpRequest, intake: Intake) -> HttpResponse:
    """What would put another cause first: on the differential when that asks for it, else on a page of its own."""
    chart = chart_for(request, intake)
    if chart.unranked:
        return redirect("differential", intake.key)
    shown = chart.without(_switched_off(request, chart))
    context = {"intake": intake, "tipping": tipping_point(shown), "section": "worklist"}
    return render(request, f"clinic/{'_' if request.htmx else ''}tipping.html", context)  # type: ignore[attr-defined]


def differential_response(
    request: HttpRequest,
    chart: Chart,
    problems: Mapping[str, Problem] | None = None,
    context_form: ContextForm | None = None,
    sign_form: SignOffForm | None = None,
    own_list_form: OwnListForm | None = None,
) -> HttpResponse:
    """The page, or what changes of it for htmx. A form that could not be used makes it a 422."""
    context = _context(request, chart, problems, context_form, sign_form, own_list_form)
    status = 422 if problems or context_form or sign_form or own_list_form else 200
    is_htmx = bool(request.htmx)  # type: ignore[attr-defined]
    if is_htmx and request.method == "POST":
        return _exchanged(request, chart, context, status)
    is_part = is_htmx and request.htmx.target == "differential"  # type: ignore[attr-defined]
    return render(request, f"clinic/{'_differential_part' if is_part else 'differential'}.html", context, status=status)


def _context(
    request: HttpRequest,
    chart: Chart,
    problems: Mapping[str, Problem] | None = None,
    context_form: ContextForm | None = None,
    sign_form: SignOffForm | None = None,
    own_list_form: OwnListForm | None = None,
) -> dict[str, Any]:
    intake, user = chart.intake, request.user
    fetch_recorded(intake)
    page = (
        unranked_page(chart, user, problems)  # type: ignore[arg-type]
        if chart.unranked
        else differential_page(chart, user, request.GET.get("open", ""), problems, _switched_off(request, chart))  # type: ignore[arg-type]
    )
    return {
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
        **follow_up(request, chart, own_list_form),
    }


def _switched_off(request: HttpRequest, chart: Chart) -> list[str]:
    """Raises BadRequest for a finding that the catalogue does not know."""
    slugs = request.GET.getlist(WITHOUT)
    if any(slug not in chart.catalogue.finding for slug in slugs):
        raise BadRequest("The catalogue has no such finding.")
    return slugs


def _exchanged(request: HttpRequest, chart: Chart, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    if _is_page_of(request, chart):
        return render(request, "clinic/_differential_changed.html", context, status=status)
    # The page was made from another release, or without a ranking: it is exchanged whole.
    response = render(request, "clinic/_differential_part.html", context, status=status)
    return reswap(retarget(response, "#differential"), "innerHTML")


def _is_page_of(request: HttpRequest, chart: Chart) -> bool:
    sent = request.POST if request.method == "POST" else request.GET
    return not chart.unranked and sent.get(RELEASE) == str(chart.release.number)


def assessments_of(chart: Chart) -> list[tuple[Assessment, str]]:
    """With the conclusion's name."""
    return [(item, signed_conclusion(item)) for item in chart.intake.assessments.all()]
