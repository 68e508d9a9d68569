from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from causes.models import Release
from intake.models import Intake, Practice


class Membership(models.Model):
    """Who works where, as what. One practice a user: nothing to switch, so no wrong chart."""

    class Role(models.TextChoices):
        CLINICIAN = "clinician", _("Clinician")
        RECEPTION = "reception", _("Reception")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="membership", verbose_name=_("user")
    )
    practice = models.ForeignKey(Practice, models.CASCADE, related_name="memberships", verbose_name=_("practice"))
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.CLINICIAN)

    class Meta:
        ordering = ["practice", "user"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")

    def __str__(self) -> str:
        return f"{self.user}, {self.practice}"


class ClinicianFinding(models.Model):
    """What a clinician entered about one finding. Append-only: the newest row counts, the older ones stay."""

    intake = models.ForeignKey(Intake, models.PROTECT, related_name="clinician_findings")
    finding = models.SlugField(_("finding"), max_length=80)
    # "unsure" means not known and overrules the patient; None takes the entry back.
    value = models.JSONField(_("value"), null=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("entered at"), default=timezone.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("clinician's finding")
        verbose_name_plural = _("clinician's findings")
        indexes = [models.Index(fields=["intake", "finding"], name="clinician_finding_intake")]

    def __str__(self) -> str:
        return f"{self.finding}: {self.value}"


class Assessment(models.Model):
    """A signed snapshot. The page is rebuilt from it alone, so it never changes with the catalogue."""

    class Certainty(models.TextChoices):
        WORKING = "working", _("Working diagnosis")
        PROBABLE = "probable", _("Probable")
        CONFIRMED = "confirmed", _("Confirmed")

    key = models.UUIDField(_("key"), unique=True, editable=False)
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="assessments")
    release = models.ForeignKey(Release, models.PROTECT, related_name="+")
    engine_version = models.CharField(max_length=12)
    conclusion = models.CharField(_("your own conclusion"), max_length=80)
    certainty = models.CharField(_("how sure"), max_length=12, choices=Certainty.choices)
    reasons = models.TextField(_("reasons and plan"), blank=True)
    review_on = models.DateField(_("review on"), null=True, blank=True)
    snapshot = models.TextField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(_("signed at"), default=timezone.now)

    class Meta:
        ordering = ["-signed_at"]
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")

    def __str__(self) -> str:
        return f"{self.intake} {self.signed_at:%Y-%m-%d}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ValidationError(_("A signed assessment never changes."), code="immutable")
        self.sha256 = hashlib.sha256(self.snapshot.encode()).hexdigest()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise ValidationError(_("A signed assessment is never deleted."), code="immutable")


class AccessRecord(models.Model):
    """One look at patient data: who, which, what, when. Append-only, by a trigger too."""

    practice = models.ForeignKey(Practice, models.PROTECT, related_name="+", null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="+", null=True)
    view = models.CharField(max_length=60)
    method = models.CharField(max_length=8)
    was_allowed = models.BooleanField()
    looked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        indexes = [models.Index(fields=["intake", "-id"], name="access_record_intake")]

    def __str__(self) -> str:
        return f"{self.user} {self.view} {self.looked_at:%Y-%m-%d %H:%M}"
