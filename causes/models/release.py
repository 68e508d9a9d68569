from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from causes.catalogue import Catalogue, Problem, from_json, to_json
from causes.models.compilation import working_copy
from causes.validation import problems, withdrawn

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ReleaseManager(models.Manager["Release"]):
    def usable(self) -> models.QuerySet[Release]:
        """Those that were not withdrawn, without their documents; the newest first."""
        return self.defer("document").filter(withdrawal__isnull=True).order_by("-number")

    def current(self) -> Release:
        """The newest release that was not withdrawn. Raises Release.DoesNotExist when there is none."""
        release = self.usable().first()
        if release is None:
            raise self.model.DoesNotExist("No catalogue has been published: run “manage.py load_catalogue”.")
        return release

    def obstacles(self, catalogue: Catalogue) -> list[Problem]:
        """Everything that forbids publishing this working copy, after the current release if there is one."""
        newest = self.defer("document").order_by("-number").first()
        return problems(catalogue) + (withdrawn(newest.catalogue(), catalogue) if newest else [])

    def publish(self, author: User | None = None, notes: str = "") -> Release:
        """Freeze the working copy at once: how a new installation gets its first release. Editors propose instead.

        The newest release is returned when nothing changed. Raises ValidationError listing every problem.
        """
        return self.freeze(working_copy(), author, None, notes)

    @transaction.atomic
    def freeze(self, catalogue: Catalogue, author: User | None, approver: User | None, notes: str) -> Release:
        """The next release. Raises ValidationError listing every problem of the catalogue."""
        found = self.obstacles(catalogue)
        if found:
            raise ValidationError([ValidationError(str(problem), code="problem") for problem in found])
        newest = self.defer("document").order_by("-number").first()
        if newest is not None and newest.sha256 == catalogue.sha256 and not hasattr(newest, "withdrawal"):
            return newest
        return self.create(
            number=(newest.number if newest else 0) + 1,
            document=to_json(catalogue),
            sha256=catalogue.sha256,
            author=author,
            approver=approver,
            notes=notes,
        )


class Release(models.Model):
    """An immutable compiled catalogue. The document is text, so that its bytes, and its hash, stay the same."""

    number = models.PositiveIntegerField(_("number"), primary_key=True)
    document = models.TextField(_("document"))
    sha256 = models.CharField("sha256", max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("author"), null=True, blank=True, related_name="+"
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("approver"), null=True, blank=True, related_name="+"
    )
    notes = models.TextField(_("notes"), blank=True)
    published_at = models.DateTimeField(_("published at"), default=timezone.now)

    objects = ReleaseManager()

    class Meta:
        ordering = ["-number"]
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        # A release is published from a checked working copy; it is never added, changed or deleted by hand.
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approver__isnull=True)
                | (models.Q(author__isnull=False) & ~models.Q(approver=models.F("author"))),
                name="release_approved_by_another",
                violation_error_message=_("A second person approves: not the author."),
            )
        ]

    def __str__(self) -> str:
        return _("release %(number)s") % {"number": self.number}

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ValidationError(_("A release never changes."), code="immutable")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise ValidationError(_("A release is never deleted."), code="immutable")

    def catalogue(self) -> Catalogue:
        return _compiled(self.number, self.sha256)


# Keyed by hash as well as number: test databases reuse numbers for other documents.
@functools.lru_cache(maxsize=8)
def _compiled(number: int, sha256: str) -> Catalogue:
    document = Release.objects.values_list("document", flat=True).get(number=number)
    return thawed(document, sha256, _("Release %(number)s was altered: its hash differs.") % {"number": number}, number)


def thawed(document: str, sha256: str, complaint: str, number: int = 0) -> Catalogue:
    """The catalogue of a stored text. Raises ValidationError with the complaint when it is not what was stored."""
    if hashlib.sha256(document.encode()).hexdigest() != sha256:
        raise ValidationError(complaint, code="altered")
    return from_json(document, number, sha256)
