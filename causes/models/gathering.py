"""What comes from outside and waits for an editor: checks of sources, proposed likelihoods. No part of a release.

Records of the catalogue are named by their slugs: replacing the working copy must not take these along.
"""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SourceCheck(models.Model):
    """What a list that an editor uploaded says about a source."""

    class Status(models.TextChoices):
        LIVE = "live", _("live")
        CORRECTED = "corrected", _("corrected")
        CONCERN = "concern", _("expression of concern")
        RETRACTED = "retracted", _("retracted")
        DEAD = "dead", _("address dead")

    source = models.CharField(_("source"), max_length=80, db_index=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices)
    checked_on = models.DateField(_("checked on"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("uploaded by"), null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now)

    class Meta:
        ordering = ["-checked_on", "-id"]
        verbose_name = _("check of a source")
        verbose_name_plural = _("checks of sources")
        constraints = [
            models.UniqueConstraint(fields=["source", "checked_on", "status"], name="source_check_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.get_status_display()}"


class ProposedLikelihood(models.Model):
    """A row of phenotype.hpoa that fits a cause and a finding of the catalogue, to accept or decline."""

    class Decision(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    cause = models.CharField(_("cause"), max_length=80)
    finding = models.CharField(_("finding"), max_length=80)
    disease = models.CharField(_("disease"), max_length=40, help_text=_("As in OMIM:105400."))
    disease_name = models.CharField(_("name of the disease"), max_length=300)
    hpo = models.CharField(_("HPO term"), max_length=20)
    frequency = models.CharField(_("frequency"), max_length=40, help_text=_("As in the file: 3/7, 45% or a class."))
    probability = models.FloatField(_("probability"), validators=[MinValueValidator(0.0), MaxValueValidator(1.0)])
    affected = models.PositiveIntegerField(_("affected"), null=True, blank=True)
    total = models.PositiveIntegerField(_("total"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=200)
    evidence = models.CharField(_("kind of evidence"), max_length=10)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("uploaded by"), null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices, default=Decision.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("decided by"), null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        ordering = ["cause", "finding", "id"]
        verbose_name = _("proposed likelihood")
        verbose_name_plural = _("proposed likelihoods")
        constraints = [
            models.UniqueConstraint(
                fields=["cause", "finding", "disease", "hpo", "frequency", "reference"],
                name="proposed_likelihood_once",
            ),
            models.CheckConstraint(
                condition=Q(probability__gte=0, probability__lte=1), name="proposed_likelihood_0_to_1"
            ),
            models.CheckConstraint(
                condition=Q(affected__isnull=True) | Q(affected__lte=F("total")),
                name="proposed_likelihood_affected_within_total",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cause}, {self.finding}: {self.frequency}"
