"""What a patient may ask about an own copy and only the clinic knows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.looks import looks_at
from intake.models import Intake
from intake.own_copy import own_copy_required


@require_safe
@own_copy_required
def looks(request: HttpRequest, intake: Intake) -> HttpResponse:
    context = {"intake": intake, "practice": intake.practice, "looks": looks_at(intake)}
    return render(request, "clinic/own_looks.html", context)
