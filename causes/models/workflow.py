"""What happens between an edit and a release: proposals, withdrawals, the log of all of it."""

from __future__ import annotations

import functools
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from causes.catalogue import Catalogue
from causes.impact import Impact
from causes.impact import from_json as impact_from_json
from causes.models.release import Release, thawed


class AppendOnly(models.Model):
    """Added once. The database refuses a change too: see the migration."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ValidationError(_("This record never changes."), code="immutable")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise ValidationError(_("This record is never deleted."), code="immutable")


class LogEntry(AppendOnly):
    """One thing that somebody did to the catalogue, or took out of it. The history of a record is made of these."""

    class Action(models.TextChoices):
        ADDED = "added", _("added")
        CHANGED = "changed", _("changed")
        REMOVED = "removed", _("removed")
        REORDERED = "reordered", _("put in another order")
        EXPORTED = "exported", _("exported")
        PROPOSED = "proposed", _("proposed for publication")
        APPROVED = "approved", _("approved and published")
        DECLINED = "declined", _("declined")
        TAKEN_BACK = "taken-back", _("taken back")
        WITHDRAWN = "withdrawn", _("withdrawn")

    at = models.DateTimeField(_("when"), default=timezone.now)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("who"), null=True, blank=True, related_name="+"
    )
    action = models.CharField(_("what"), max_length=12, choices=Action.choices)
    # One save, import or restoring may change many records: they share this.
    operation = models.UUIDField(_("operation"))
    table = models.CharField(_("table"), max_length=20, blank=True)
    name = models.CharField(_("record"), max_length=2000, blank=True)
    # JSON lists: a name stands for several records where further evidence lies beside a row.
    before = models.TextField(_("before"), blank=True)
    after = models.TextField(_("after"), blank=True)
    reason = models.TextField(_("why"), blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("entry of the log")
        verbose_name_plural = _("log of the catalogue")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["table", "name"], name="logentry_record")]

    def __str__(self) -> str:
        return " ".join(part for part in (self.table, self.name, str(self.get_action_display())) if part)

    @property
    def is_of_record(self) -> bool:
        """Of one that can be made what it was: neither an order of a table nor an export."""
        return bool(self.before or self.after)


class Proposal(models.Model):
    """A working copy, frozen as its author handed it over for a second person's approval."""

    class Decision(models.TextChoices):
        OPEN = "open", _("open")
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")
        TAKEN_BACK = "taken-back", _("taken back")

    document = models.TextField(_("document"))
    sha256 = models.CharField("sha256", max_length=64)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("author"), related_name="+")
    proposed_at = models.DateTimeField(_("proposed at"), default=timezone.now)
    notes = models.TextField(_("what changed, and why"))
    # Against which release the author saw the impact, and what it was: JSON of causes.impact.
    base = models.ForeignKey(
        Release, models.PROTECT, verbose_name=_("compared with"), null=True, blank=True, related_name="+"
    )
    impact = models.TextField(_("impact"))
    vanished = models.PositiveIntegerField(_("cannot-miss patients lost from sight"), default=0)
    vanished_reason = models.TextField(_("why it is right all the same"), blank=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices, default=Decision.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("decided by"), null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision_note = models.TextField(_("note on the decision"), blank=True)
    release = models.OneToOneField(
        Release, models.PROTECT, verbose_name=_("published as"), null=True, blank=True, related_name="proposal"
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        default_permissions = ("view",)
        permissions = [
            ("propose_release", _("Can propose the working copy for publication")),
            ("approve_release", _("Can approve a proposal of somebody else, and withdraw a release")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(decision="approved") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("author"))),
                name="proposal_approved_by_another",
                violation_error_message=_("A second person approves: not the author."),
            ),
            models.CheckConstraint(
                condition=Q(vanished=0) | ~Q(vanished_reason=""),
                name="proposal_vanished_with_reason",
                violation_error_message=_("Say why it is right that a cannot-miss cause is lost from sight."),
            ),
            models.CheckConstraint(
                condition=Q(decision="open", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(decision="open") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="proposal_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(decision="declined") | ~Q(decision_note=""),
                name="proposal_declined_with_reason",
                violation_error_message=_("Say why it is declined."),
            ),
            models.CheckConstraint(
                condition=~Q(decision="taken-back") | Q(decided_by=F("author")),
                name="proposal_taken_back_by_author",
            ),
            models.UniqueConstraint(
                fields=["decision"],
                condition=Q(decision="open"),
                name="proposal_one_open",
                violation_error_message=_("Another proposal waits for a decision."),
            ),
        ]

    def __str__(self) -> str:
        return _("proposal %(number)s") % {"number": self.pk}

    @property
    def is_open(self) -> bool:
        return self.decision == self.Decision.OPEN

    def catalogue(self) -> Catalogue:
        return _frozen(self.pk, self.sha256)

    def stored_impact(self) -> Impact:
        """As its author saw it."""
        return impact_from_json(self.impact)


# Keyed by hash as well: test databases reuse keys.
@functools.lru_cache(maxsize=4)
def _frozen(pk: int, sha256: str) -> Catalogue:
    document = Proposal.objects.values_list("document", flat=True).get(pk=pk)
    return thawed(document, sha256, _("Proposal %(number)s was altered: its hash differs.") % {"number": pk})


class Withdrawal(AppendOnly):
    """A release that nobody may be ranked by any more, and why. What was signed under it says so."""

    release = models.OneToOneField(Release, models.PROTECT, verbose_name=_("release"), related_name="withdrawal")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    at = models.DateTimeField(_("withdrawn at"), default=timezone.now)
    reason = models.TextField(_("why"))

    class Meta:
        ordering = ["-at"]
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        default_permissions = ("view",)
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="withdrawal_has_a_reason")]

    def __str__(self) -> str:
        return f"{self.release}: {self.reason}"
