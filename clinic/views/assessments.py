from __future__ import annotations

import uuid

from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from clinic.access import assessment_required, intake_required
from clinic.chart import Chart
from clinic.confirmed import standing_line
from clinic.differential_page import differential_page
from clinic.entering import locked
from clinic.forms import SignOffForm
from clinic.models import Assessment
from clinic.own_lists import in_sight_of
from clinic.snapshot import signed_page, snapshot
from clinic.views.differential import differential_response
from clinic.withdrawn import withdrawn_notice
from intake.models import Intake


@require_POST
@intake_required
def sign(request: HttpRequest, intake: Intake) -> HttpResponse:
    with transaction.atomic():
        chart = in_sight_of(request, locked(intake))
        form = SignOffForm(chart, request.POST)
        is_valid = form.is_valid() and not chart.unranked
        signed = _already_signed(intake, form.cleaned_data.get("key"))
        if signed is None and is_valid:
            signed = _sign(request, chart, form)
    if signed is None:
        return differential_response(request, chart, sign_form=form)
    return redirect("assessment", signed.key)


@require_safe
@assessment_required
def show(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    context = {
        "section": "worklist",
        "assessment": assessment,
        "page": signed_page(assessment),
        "confirmed": standing_line(assessment.intake),
        "withdrawn": withdrawn_notice(assessment),
    }
    return render(request, "clinic/assessment.html", context)


def _already_signed(intake: Intake, key: uuid.UUID | None) -> Assessment | None:
    """The assessment that this form has made before. Raises BadRequest when it belongs to another intake."""
    signed = Assessment.objects.filter(key=key).first() if key else None
    if signed is not None and signed.intake_id != intake.pk:
        raise BadRequest("This form belongs to another intake.")
    return signed


def _sign(request: HttpRequest, chart: Chart, form: SignOffForm) -> Assessment:
    assessment: Assessment = form.save(commit=False)
    page = differential_page(chart, request.user)  # type: ignore[arg-type]
    assessment.key = form.cleaned_data["key"]
    assessment.intake = chart.intake
    assessment.release = chart.release
    assessment.engine_version = chart.differential.engine_version
    assessment.snapshot = snapshot(chart, page, assessment.conclusion)
    assessment.signed_by = request.user  # type: ignore[assignment]
    assessment.save()
    return assessment
