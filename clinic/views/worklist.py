from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from causes.models import Release
from clinic.access import member_required, own_intakes, record_look
from clinic.patient_forms import FilterForm, SearchAndFilterForm
from clinic.worklist import page_of


def no_practice(request: HttpRequest) -> HttpResponse:
    if request.user.is_staff:
        return redirect("admin:index")
    return render(request, "clinic/no_practice.html", status=403)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(without_membership=no_practice)
def show(request: HttpRequest) -> HttpResponse:
    release = Release.objects.current()
    form = _form(request, release)
    if request.method == "POST" and not form.cleaned_data["q"]:
        return redirect(f"{reverse('worklist')}?{form.query()}".rstrip("?"))
    filters = form.filters()
    page = page_of(own_intakes(request.practice), filters, release, request.membership)  # type: ignore[attr-defined]
    record_look(request, page.intakes)
    context = {
        "section": "worklist",
        "page": page,
        "filters": filters,
        "selects": form.selects(),
        "practice_link": practice_link(request),
    }
    return render(request, "clinic/worklist.html", context)


def practice_link(request: HttpRequest) -> str:
    token = request.practice.token  # type: ignore[attr-defined]
    return request.build_absolute_uri(reverse("intake_start", args=[token]))


def _form(request: HttpRequest, release: Release) -> FilterForm:
    """Raises BadRequest for anything outside the allow-list."""
    is_clinician = request.is_clinician  # type: ignore[attr-defined]
    if request.method == "POST":
        form: FilterForm = SearchAndFilterForm(request.POST, release.catalogue(), is_clinician)
        unknown = form.unknown_keys() - {"csrfmiddlewaretoken"}
    else:
        form = FilterForm(request.GET, release.catalogue(), is_clinician)
        unknown = form.unknown_keys()
    if unknown or not form.is_valid():
        raise BadRequest("A filter outside the allow-list.")
    return form
