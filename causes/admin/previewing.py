"""What the admin pages between the working copy and a release have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from causes.catalogue import Catalogue
from causes.impact import Impact, KnownPatient, compare


class PreviewAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Nothing is added, changed or deleted here but by the pages of its own."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def known_patients(self, catalogue: Catalogue) -> Sequence[KnownPatient]:
        """Patients whose diagnosis is known, to try a catalogue on. The apps above this one know some."""
        return ()

    def impact(self, before: Catalogue, after: Catalogue) -> Impact:
        return compare(before, after, self.known_patients)

    def page(self, request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
        context |= {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(request, f"admin/causes/{template}.html", context)


def require(request: HttpRequest, *permissions: str) -> None:
    """Any of them is enough."""
    if not any(request.user.has_perm(f"causes.{permission}") for permission in permissions):
        raise PermissionDenied
