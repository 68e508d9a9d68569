from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db import models
from django.http import HttpRequest, HttpResponse

from causes.admin.proposals import ProposalAdmin
from causes.admin.releases import ReleaseAdmin
from causes.catalogue import Catalogue
from causes.impact import KnownPatient
from causes.models import Proposal, Release
from clinic.access import record_look
from clinic.known_patients import known_patients
from clinic.models import (
    AccessRecord,
    Assessment,
    ClinicianFinding,
    ConfirmedDiagnosis,
    ContextChange,
    Membership,
    OwnList,
    SheetOverrule,
)


class MembershipInline(admin.StackedInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    max_num = 1


admin.site.unregister([User, Release, Proposal])


@admin.register(User)
class MemberAdmin(UserAdmin):  # type: ignore[type-arg]
    inlines = [MembershipInline]
    list_display = ["username", "first_name", "last_name", "practice", "is_staff", "is_active"]
    list_select_related = ["membership__practice"]

    @admin.display(ordering="membership__practice")
    def practice(self, user: User) -> str:
        return str(user.membership.practice) if hasattr(user, "membership") else ""


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["user", "practice", "role", "own_list_first"]
    list_filter = ["role", "practice"]
    list_select_related = ["user", "practice"]
    search_fields = ["user__username", "user__first_name", "user__last_name"]
    autocomplete_fields = ["user"]


class PatientDataAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """For superusers to look at: patient data is bound to a practice, and these rows are append-only."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class RecordedAdmin(PatientDataAdmin):
    """Opening a row about an intake is a look like any other."""

    list_select_related = ["intake"]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        found = self.get_object(request, object_id)
        if found is not None:
            record_look(request, [found.intake], was_allowed=self.has_view_permission(request, found))
        return super().change_view(request, object_id, *args, **kwargs)


@admin.register(ClinicianFinding)
class ClinicianFindingAdmin(RecordedAdmin):
    list_display = ["intake", "finding", "entered_by", "entered_at"]
    list_select_related = ["intake", "entered_by"]


@admin.register(ContextChange)
class ContextChangeAdmin(RecordedAdmin):
    list_display = ["intake", "setting", "presentation", "changed_by", "changed_at"]
    list_select_related = ["intake", "changed_by"]


@admin.register(OwnList)
class OwnListAdmin(RecordedAdmin):
    list_display = ["intake", "user", "made_at", "is_first_agreed", "overlap"]
    list_select_related = ["intake", "user"]


@admin.register(ConfirmedDiagnosis)
class ConfirmedDiagnosisAdmin(RecordedAdmin):
    list_display = ["intake", "name", "basis", "confirmed_on", "entered_by", "entered_at"]
    list_select_related = ["intake", "entered_by"]


@admin.register(Assessment)
class AssessmentAdmin(RecordedAdmin):
    list_display = ["intake", "release", "signed_by", "signed_at"]
    list_select_related = ["intake", "release", "signed_by"]


@admin.register(SheetOverrule)
class SheetOverruleAdmin(RecordedAdmin):
    list_display = ["assessment", "entered_by", "entered_at"]
    list_select_related = ["assessment__intake", "entered_by"]


@admin.register(AccessRecord)
class AccessRecordAdmin(PatientDataAdmin):
    list_display = ["looked_at", "user", "practice", "view", "method", "intake", "was_allowed"]
    list_filter = ["was_allowed", "view"]
    list_select_related = ["user", "practice", "intake"]
    date_hierarchy = "looked_at"


class KnownPatientsMixin:
    """The catalogue's pages know no patients: those of the clinic are given to them here."""

    def known_patients(self, catalogue: Catalogue) -> list[KnownPatient]:
        return known_patients(catalogue)


@admin.register(Release)
class PreviewedReleaseAdmin(KnownPatientsMixin, ReleaseAdmin):
    pass


@admin.register(Proposal)
class PreviewedProposalAdmin(KnownPatientsMixin, ProposalAdmin):
    pass
