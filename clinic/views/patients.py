from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from clinic.access import member_required, patient_required
from clinic.patient_forms import PatientSearchForm
from clinic.patients import list_row, matching, page_of
from intake.models import Patient

PAGE_SIZE = 25
KEPT = "patients"  # in the session: what was searched for last


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def show_all(request: HttpRequest) -> HttpResponse:
    """The search is posted and kept in the session, so that no name gets into an address; a page's number may."""
    if request.method == "POST":
        form = PatientSearchForm(request.POST)
        form.number()
        request.session[KEPT] = form.cleaned_data["q"]
        return redirect("patients")
    number, text = PatientSearchForm({"page": request.GET.get("page")}).number(), request.session.get(KEPT, "")
    shown = Paginator(matching(request.practice, text), PAGE_SIZE).get_page(number)  # type: ignore[attr-defined]
    context = {"section": "patients", "q": text, "rows": [list_row(patient) for patient in shown], "shown": shown}
    return render(request, "clinic/patients.html", context)


@require_safe
@patient_required
def show(request: HttpRequest, patient: Patient) -> HttpResponse:
    is_clinician = request.is_clinician  # type: ignore[attr-defined]
    page = page_of(patient, is_clinician)
    return render(request, "clinic/patient.html", {"section": "patients", "page": page, "is_clinician": is_clinician})
