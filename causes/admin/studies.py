"""The admin's page of all studies of one cell, of the working copy."""

from __future__ import annotations

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from causes.admin.base import changelist
from causes.catalogue import BACKGROUND
from causes.models import Likelihood
from causes.models.compilation import working_copy
from causes.reference import studies_page


class StudiesPages(ModelAdmin):  # type: ignore[type-arg]
    """For the admin of the likelihoods."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.studies_view)
        return [
            path("studies/<slug:cause>/<slug:finding>/", view, name="causes_likelihood_studies"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def studies_view(self, request: HttpRequest, cause: str, finding: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        catalogue = working_copy(("sources", "causes", "findings", "likelihoods"))
        if finding not in catalogue.finding or cause not in {*catalogue.cause, BACKGROUND}:
            raise Http404
        of_cause = {"cause__isnull": "True"} if cause == BACKGROUND else {"cause__slug__exact": cause}
        page = studies_page(catalogue, cause, finding)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("All studies: %(finding)s, %(cause)s")
            % {"finding": page.finding.name, "cause": page.cause.name},
            "page": page,
            "rows_address": changelist(Likelihood, finding__slug__exact=finding, **of_cause),
        }
        return TemplateResponse(request, "admin/causes/likelihood/studies.html", context)
