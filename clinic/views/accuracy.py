from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.access import CLINICIAN, member_required, record_summary
from clinic.accuracy import page_of


@require_safe
@member_required(CLINICIAN)
def show(request: HttpRequest) -> HttpResponse:
    record_summary(request)
    page = page_of(request.practice)  # type: ignore[attr-defined]
    return render(request, "clinic/accuracy.html", {"section": "accuracy", "page": page})
