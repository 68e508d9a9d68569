"""All that was recorded about an intake besides its findings, read in one query a kind."""

from __future__ import annotations

from django.db.models import Prefetch, prefetch_related_objects

from clinic.models import Assessment, ConfirmedDiagnosis, ContextChange, OwnList, SheetOverrule
from intake.models import Intake


def fetch_recorded(intake: Intake) -> None:
    """Afterwards ``.all()`` of each of these reads no more; a second call neither."""
    overrules = SheetOverrule.objects.select_related("entered_by")
    prefetch_related_objects(
        [intake],
        Prefetch("context_changes", ContextChange.objects.select_related("changed_by")),
        Prefetch("own_lists", OwnList.objects.select_related("user")),
        Prefetch("confirmed_diagnoses", ConfirmedDiagnosis.objects.select_related("entered_by")),
        Prefetch("assessments", Assessment.objects.with_withdrawal().select_related("signed_by")),
        Prefetch("assessments__sheet_overrules", overrules),
    )
