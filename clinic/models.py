from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from causes.catalogue import OTHER
from causes.models import Release
from intake.models import Intake, Practice


class Membership(models.Model):
    """Who works where, as what. One practice a user: nothing to switch, so no wrong chart."""

    class Role(models.TextChoices):
        CLINICIAN = "clinician", _("Clinician")
        RECEPTION = "reception", _("Reception")

    class OwnListFirst(models.TextChoices):
        PRACTICE = "practice", _("As the practice")
        YES = "yes", _("Yes")
        NO = "no", _("No")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="membership", verbose_name=_("user")
    )
    practice = models.ForeignKey(Practice, models.CASCADE, related_name="memberships", verbose_name=_("practice"))
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.CLINICIAN)
    own_list_first = models.CharField(
        _("own list first"), max_length=8, choices=OwnListFirst.choices, default=OwnListFirst.PRACTICE
    )

    class Meta:
        ordering = ["practice", "user"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")

    def __str__(self) -> str:
        return f"{self.user}, {self.practice}"

    @property
    def has_own_list_first(self) -> bool:
        """Whether the user writes down causes before the ranking is shown."""
        if self.own_list_first == self.OwnListFirst.PRACTICE:
            return self.practice.own_list_first
        return self.own_list_first == self.OwnListFirst.YES


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


class ContextChange(models.Model):
    """A change of an intake's setting or presenting complaint. Append-only."""

    intake = models.ForeignKey(Intake, models.PROTECT, related_name="context_changes")
    old_setting = models.SlugField(_("setting before"))
    old_presentation = models.SlugField(_("presenting complaint before"))
    setting = models.SlugField(_("setting"))
    presentation = models.SlugField(_("presenting complaint"))
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("change of setting or complaint")
        verbose_name_plural = _("changes of setting or complaint")

    def __str__(self) -> str:
        return f"{self.setting}, {self.presentation}"


class OwnList(models.Model):
    """What a clinician thought of before the ranking was shown, and how the two agreed. Append-only."""

    class Skipped(models.TextChoices):
        KNOWN = "known", _("The diagnosis is already known")
        SEEN = "seen", _("I have already seen the ranking")
        HURRY = "hurry", _("There is no time now")
        LITTLE = "little", _("Too little is known to name a cause")

    intake = models.ForeignKey(Intake, models.PROTECT, related_name="own_lists")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # At most three {"cause": slug or "other", "name": as it was called or typed}, likeliest first.
    causes = models.JSONField(_("causes"), default=list)
    first_cause = models.SlugField(_("first cause"), max_length=80, blank=True)  # of them; empty when skipped
    skipped = models.CharField(_("why it was skipped"), max_length=8, choices=Skipped.choices, blank=True)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    release = models.ForeignKey(Release, models.PROTECT, related_name="+")
    engine_version = models.CharField(max_length=12)
    # Slugs of the ranking's first three at that moment; empty when the intake could not be ranked.
    ranked = models.JSONField(_("first of the ranking"), default=list)
    is_first_agreed = models.BooleanField(_("same first cause"), null=True)
    overlap = models.PositiveSmallIntegerField(_("of its causes among the ranking's first three"), null=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("own list")
        verbose_name_plural = _("own lists")
        constraints = [
            models.UniqueConstraint(fields=["intake", "user"], name="own_list_once_a_user"),
            models.CheckConstraint(
                condition=(Q(first_cause="") & ~Q(skipped="")) | (~Q(first_cause="") & Q(skipped="")),
                name="own_list_causes_or_skipped",
            ),
            models.CheckConstraint(
                condition=Q(is_first_agreed__isnull=True, overlap__isnull=True)
                | Q(is_first_agreed__isnull=False, overlap__isnull=False, overlap__lte=3),
                name="own_list_agreement_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.intake} {self.made_at:%Y-%m-%d}"


class ConfirmedDiagnosis(models.Model):
    """What the patient turned out to have. Append-only: the newest row counts, a withdrawal is a row too."""

    class Basis(models.TextChoices):
        FOLLOW_UP = "follow-up", _("Clinical follow-up")
        TREATMENT = "treatment", _("Response to treatment")
        INVESTIGATION = "investigation", _("Investigation (imaging, electrodiagnostic)")
        LABORATORY = "laboratory", _("Genetic or laboratory test")
        SPECIALIST = "specialist", _("A specialist’s diagnosis")
        POST_MORTEM = "post-mortem", _("Post-mortem examination")

    # A resend of the same form carries the same key, so that it is recorded once.
    key = models.UUIDField(_("key"), unique=True, editable=False)
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="confirmed_diagnoses")
    cause = models.SlugField(_("confirmed diagnosis"), max_length=80, blank=True)  # or "other"; empty when withdrawn
    name = models.CharField(_("name"), max_length=200, blank=True)  # as it was called or typed
    basis = models.CharField(_("rests on"), max_length=16, choices=Basis.choices, blank=True)
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)
    is_known_before = models.BooleanField(_("already known before the patient sent the answers"), default=False)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    is_withdrawn = models.BooleanField(_("withdrawn"), default=False)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("entered at"), default=timezone.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("confirmed diagnosis")
        verbose_name_plural = _("confirmed diagnoses")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_withdrawn=True, cause="", confirmed_on__isnull=True)
                | (Q(is_withdrawn=False, confirmed_on__isnull=False) & ~Q(cause="") & ~Q(name="") & ~Q(basis="")),
                name="confirmed_diagnosis_whole_or_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(is_withdrawn=False) | ~Q(note=""), name="confirmed_diagnosis_withdrawn_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("withdrawn"))

    @property
    def is_in_catalogue(self) -> bool:
        return self.cause not in ("", OTHER)


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def with_withdrawal(self) -> AssessmentQuerySet:
        """With the release, but for its long document, and whether it was withdrawn since."""
        return self.select_related("release__withdrawal").defer("release__document")


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

    objects = AssessmentQuerySet.as_manager()

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


class SheetOverrule(models.Model):
    """Why a patient is given a sheet that calls it harmless though the picture is not benign. Append-only."""

    # A resend of the same form carries the same key, so that it is recorded once.
    key = models.UUIDField(_("key"), unique=True, editable=False)
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="sheet_overrules")
    obstacles = models.JSONField(_("what stood in the way"))  # texts, as they were shown
    marks = models.JSONField(_("marks"))  # the same as “kind:slug”: what comes later needs a new reason
    reason = models.TextField(_("reason"), max_length=500)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("entered at"), default=timezone.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("overruled patient sheet")
        verbose_name_plural = _("overruled patient sheets")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="sheet_overrule_with_reason")]

    def __str__(self) -> str:
        return f"{self.assessment} {self.entered_at:%Y-%m-%d}"

    @property
    def intake(self) -> Intake:
        return self.assessment.intake


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
