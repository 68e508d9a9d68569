from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from intake.models import Intake, Invitation, Patient, Practice


class ReadOnlyAdmin(admin.ModelAdmin):
    """Patient data is entered by patients and clinicians, and reached through the clinic's recorded pages."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Practice)
class PracticeAdmin(admin.ModelAdmin):
    list_display = ["name", "phone", "out_of_hours_phone", "emergency_phone", "setting", "is_demonstration"]
    search_fields = ["name"]
    readonly_fields = ["token"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Patient)
class PatientAdmin(ReadOnlyAdmin):
    list_display = ["name", "practice", "birth_date"]
    list_filter = ["practice"]
    list_select_related = ["practice"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ["patient", "created_by", "created_at", "expires_at", "revoked_at"]
    list_select_related = ["patient", "created_by"]
    exclude = ["token"]


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
        "started_at",
        "saved_at",
        "sent_at",
    ]
    readonly_fields = ["saved_at"]
