"""What comes from outside and waits for an editor: checks of sources, proposed likelihoods. No part of a release.

Records of the catalogue are named by their slugs: replacing the working copy must not take these along.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from causes.hpo_fitting import Fitting
from causes.source_lists import Check

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class SourceCheckQuerySet(models.QuerySet["SourceCheck"]):
    def weightiest_first(self) -> SourceCheckQuerySet:
        """A retraction stands, whatever a later list says of the address; else the newest check counts."""
        is_retracted = Case(When(status=SourceCheck.Status.RETRACTED, then=0), default=1)
        return self.order_by(is_retracted, "-checked_on", "-id")

    def standing(self) -> dict[str, SourceCheck]:
        """Of each source that was ever checked, by its slug: the check that counts."""
        found: dict[str, SourceCheck] = {}
        for check in self.weightiest_first():
            found.setdefault(check.source, check)
        return found

    def doubted(self) -> dict[str, SourceCheck]:
        """Of the sources that are anything but live."""
        return {slug: check for slug, check in self.standing().items() if check.status != SourceCheck.Status.LIVE}

    def keep(self, checks: Iterable[Check], user: User) -> int:
        """How many are new, or say something new; those known already are left as they are."""
        changed = 0
        known = {(check.source, check.status, check.checked_on): check for check in self.all()}
        for check in checks:
            there = known.get((check.source, check.status, check.checked_on))
            if there is None:
                self.create(
                    source=check.source,
                    status=check.status,
                    checked_on=check.checked_on,
                    note=check.note,
                    uploaded_by=user,
                )
            elif there.note != check.note:
                there.note = check.note
                there.save(update_fields=["note"])
            else:
                continue
            changed += 1
        return changed


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

    objects = SourceCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-checked_on", "-id"]
        verbose_name = _("check of a source")
        verbose_name_plural = _("checks of sources")
        constraints = [
            models.UniqueConstraint(fields=["source", "checked_on", "status"], name="source_check_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.get_status_display()}"

    @property
    def is_grave(self) -> bool:
        return self.status == self.Status.RETRACTED

    @property
    def in_words(self) -> str:
        state = f"{self.get_status_display()} ({self.checked_on:%d %B %Y})"
        return f"{state}: {self.note}" if self.note else state


class ProposedLikelihoodQuerySet(models.QuerySet["ProposedLikelihood"]):
    def propose(self, fittings: Iterable[Fitting], version: str, user: User) -> int:
        """How many are new. One that was there, decided or not, is not proposed again."""
        known = {proposal.key for proposal in self.only(*ProposedLikelihood.KEY)}
        rows = [ProposedLikelihood.of(fitting, version, user) for fitting in fittings]
        new = [row for row in rows if row.key not in known]
        self.bulk_create(new)
        return len(new)

    def decide(self, pk: int, decision: str, user: User) -> bool:
        """False when somebody has decided already."""
        opened = self.filter(pk=pk, decision=ProposedLikelihood.Decision.OPEN)
        return opened.update(decision=decision, decided_by=user, decided_at=timezone.now()) == 1

    def reopen(self, pk: int) -> bool:
        """The way back from a decline; an accepted one has become a likelihood with a history of its own."""
        declined = self.filter(pk=pk, decision=ProposedLikelihood.Decision.DECLINED)
        return declined.update(decision=ProposedLikelihood.Decision.OPEN, decided_by=None, decided_at=None) == 1


class ProposedLikelihood(models.Model):
    """A row of phenotype.hpoa that fits a cause and a finding of the catalogue, to accept or decline."""

    class Decision(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    KEY = ("cause", "finding", "disease", "hpo", "frequency", "reference")

    cause = models.CharField(_("cause"), max_length=80)
    finding = models.CharField(_("finding"), max_length=80)
    disease = models.CharField(_("disease"), max_length=40, help_text=_("As in OMIM:105400."))
    disease_name = models.CharField(_("name of the disease"), max_length=300)
    hpo = models.CharField(_("HPO term"), max_length=20)
    frequency = models.CharField(_("frequency"), max_length=40, help_text=_("As in the file: 3/7, 45% or a class."))
    probability = models.FloatField(_("probability"), validators=[MinValueValidator(0.0), MaxValueValidator(1.0)])
    affected = models.PositiveIntegerField(_("affected"), null=True, blank=True)
    total = models.PositiveIntegerField(_("total"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=500)
    evidence = models.CharField(_("kind of evidence"), max_length=10)
    version = models.CharField(_("version of the file"), max_length=20, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("uploaded by"), null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices, default=Decision.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("decided by"), null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = ProposedLikelihoodQuerySet.as_manager()

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

    @staticmethod
    def of(fitting: Fitting, version: str, user: User) -> ProposedLikelihood:
        row, frequency = fitting.row, fitting.frequency
        return ProposedLikelihood(
            cause=fitting.cause,
            finding=fitting.finding,
            disease=row.disease,
            disease_name=row.disease_name,
            hpo=row.hpo,
            frequency=frequency.text,
            probability=frequency.probability,
            affected=frequency.affected,
            total=frequency.total,
            reference=row.reference,
            evidence=row.evidence,
            version=version,
            uploaded_by=user,
        )

    @property
    def key(self) -> tuple[str, ...]:
        """What it is told from others by."""
        return tuple(getattr(self, name) for name in self.KEY)

    @property
    def is_open(self) -> bool:
        return self.decision == self.Decision.OPEN

    @property
    def references(self) -> tuple[str, ...]:
        return tuple(self.reference.split(";"))
