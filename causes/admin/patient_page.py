"""Beside a form stands the patient's page as it would be made from what is typed there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import HttpRequest
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode

# The field that says in which language: the form of a translation has its own.
LANGUAGE = "preview-language"


@dataclass(frozen=True)
class PatientPage:
    address: str  # where the form is posted to be looked at; questions are laid out further up than this app
    form: str
    languages: tuple[tuple[str, str], ...]  # to choose from; none where the form says which


class PatientPageAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    change_form_template = "admin/causes/patient_page_change_form.html"
    chooses_language = True

    @method_decorator(csp_replace({"frame-src": [SELF]}))
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        context = {**(extra_context or {}), "patient_page": self._patient_page(object_id)}
        return super().changeform_view(request, object_id, form_url, context)

    def _patient_page(self, object_id: str | None) -> PatientPage:
        name = str(self.opts.model_name)
        query = urlencode({"record": unquote(object_id)} if object_id else {})
        languages = settings.LANGUAGES if self.chooses_language else ()
        return PatientPage(
            address=reverse("admin:preview_patient_page", args=[name]) + (f"?{query}" if query else ""),
            form=f"{name}_form",
            languages=tuple((code, str(label)) for code, label in languages),
        )
