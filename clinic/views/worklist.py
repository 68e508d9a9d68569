from __future__ import annotations

from dataclasses import replace

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from causes.models import Release
from clinic.access import member_required, own_intakes, record_look
from clinic.patient_forms import FilterForm, SearchAndFilterForm
from clinic.worklist import page_of

KEPT = "worklist"  # in the session: what was searched and filtered last


def no_practice(request: HttpRequest) -> HttpResponse:
    if request.user.is_staff:
        return redirect("admin:index")
    return render(request, "clinic/no_practice.html", status=403)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(without_membership=no_practice)
def show(request: HttpRequest) -> HttpResponse:
    """The list as it was left: search and filters are posted and kept in the session, a name in no address."""
    release = Release.objects.current()
    if request.method == "POST":
        return _keep(request, release)
    form = _form(request, release)
    filters = replace(form.filters(), text=_kept(request)["text"])
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


def _keep(request: HttpRequest, release: Release) -> HttpResponse:
    is_clinician = request.is_clinician  # type: ignore[attr-defined]
    form = SearchAndFilterForm(request.POST, release.catalogue(), is_clinician)
    _refuse_unknown(form, form.unknown_keys() - {"csrfmiddlewaretoken"})
    query = form.query()
    request.session[KEPT] = {"text": form.text(), "query": query}
    return redirect(f"{reverse('worklist')}?{query}".rstrip("?"))


def _kept(request: HttpRequest) -> dict[str, str]:
    kept: dict[str, str] = request.session.get(KEPT, {"text": "", "query": ""})
    return kept


def _form(request: HttpRequest, release: Release) -> FilterForm:
    """The address's filters; without any, those that were used last and that the release still has."""
    is_clinician = request.is_clinician  # type: ignore[attr-defined]
    if not request.GET:
        form = FilterForm(QueryDict(_kept(request)["query"]), release.catalogue(), is_clinician)
        if form.is_valid():
            return form
    form = FilterForm(request.GET, release.catalogue(), is_clinician)
    _refuse_unknown(form, form.unknown_keys())
    return form


def _refuse_unknown(form: FilterForm, unknown: set[str]) -> None:
    """Raises BadRequest for anything outside the allow-list."""
    if unknown or not form.is_valid():
        raise BadRequest("A filter outside the allow-list.")
