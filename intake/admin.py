from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from intake.models import Intake, Practice
from intake.views import preview


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Patients, their names and their links are reached only through the clinic's recorded pages."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Practice)
class PracticeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = [
        "name",
        "phone",
        "out_of_hours_phone",
        "emergency_phone",
        "setting",
        "own_list_first",
        "is_demonstration",
    ]
    search_fields = ["name"]
    readonly_fields = ["token"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Intake)
class IntakeAdmin(ReadOnlyAdmin):
    """No answers and no patient's key: those are read on the clinic's pages, where each look is recorded."""

    list_display = ["reference", "practice", "started_at", "sent_at", "urgency", "release"]
    list_filter = ["practice", "urgency"]
    list_select_related = ["practice", "release"]
    fields = [
        "reference",
        "practice",
        "setting",
        "presentation",
        "urgency",
        "release",
        "begun_with",
        "started_at",
        "saved_at",
        "sent_at",
    ]
    readonly_fields = ["saved_at", "begun_with"]

    def get_urls(self) -> list[URLPattern]:
        """With the page that the catalogue's forms show beside them: this app lays it out."""
        page = self.admin_site.admin_view(preview.show)
        return [path("patient-page/<slug:form>/", page, name="preview_patient_page"), *super().get_urls()]

    @admin.display(description=_("begun with release"))
    def begun_with(self, intake: Intake) -> int:
        return intake.begun_with
