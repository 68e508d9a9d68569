from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from clinic.access import assessment_required
from clinic.forms import SheetOverruleForm
from clinic.models import Assessment, SheetOverrule
from clinic.patient_sheet import patient_sheet
from clinic.sheet_conditions import SheetConditions, sheet_conditions
from clinic.withdrawn import withdrawn_notice


@require_safe
@assessment_required
def show(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """Printed and handed over; the patient herself never sees a page of the clinic."""
    catalogue = assessment.release.catalogue()
    conditions = sheet_conditions(assessment, catalogue)
    if conditions.refusal or conditions.hindrances:
        return _not_yet(request, assessment, conditions, SheetOverruleForm(conditions))
    context = {
        "section": "worklist",
        "assessment": assessment,
        "sheet": patient_sheet(assessment, catalogue),
        "overruled": conditions.overruled,
        "withdrawn": withdrawn_notice(assessment),
    }
    return render(request, "clinic/patient_sheet.html", context)


@require_POST
@assessment_required
def overrule(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """Records why the sheet is given although the picture is not benign. A confirmed diagnosis overrules it all."""
    conditions = sheet_conditions(assessment, assessment.release.catalogue())
    if not conditions.refusal and not conditions.hindrances:
        return redirect("patient_sheet", assessment.key)
    form = SheetOverruleForm(conditions, request.POST)
    if conditions.refusal or not form.is_valid():
        return _not_yet(request, assessment, conditions, form)
    made, _is_new = SheetOverrule.objects.get_or_create(
        key=form.cleaned_data["key"],
        defaults={
            "assessment": assessment,
            "obstacles": [item.text for item in conditions.hindrances],
            "marks": conditions.marks,
            "reason": form.cleaned_data["reason"],
            "entered_by": request.user,  # type: ignore[misc]
        },
    )
    if made.assessment_id != assessment.pk:
        raise BadRequest("This form belongs to another assessment.")
    return redirect("patient_sheet", assessment.key)


def _not_yet(
    request: HttpRequest, assessment: Assessment, conditions: SheetConditions, form: SheetOverruleForm
) -> HttpResponse:
    context = {"section": "worklist", "assessment": assessment, "conditions": conditions, "form": form}
    status = 409 if conditions.refusal else 422 if form.errors else 200
    return render(request, "clinic/patient_sheet_refused.html", context, status=status)
