from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from causes.models import Release
from clinic.access import assessment_required
from clinic.models import Assessment
from clinic.patient_sheet import patient_sheet


@require_safe
@assessment_required
def show(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """Printed and handed over; the patient herself never sees a page of the clinic."""
    release = Release.objects.defer("document").get(pk=assessment.release_id)
    sheet = patient_sheet(assessment, release.catalogue())
    context = {"section": "worklist", "assessment": assessment, "sheet": sheet}
    return render(request, "clinic/patient_sheet.html", context)
