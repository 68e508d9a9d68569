"""The state of a personal link, and the rows that print it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic import words
from intake.models import Intake, Invitation, Patient, Practice


class LinkState(models.TextChoices):
    OPEN = "open", _("Open")
    STARTED = "started", _("Started")
    SENT = "sent", _("Sent")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


STATE_ICONS = {
    LinkState.OPEN: "ring",
    LinkState.STARTED: "half",
    LinkState.SENT: "check",
    LinkState.EXPIRED: "open",
    LinkState.REVOKED: "cross",
}


# A draft that was started goes on after the link has expired, so it can still be stopped.
REVOCABLE = (LinkState.OPEN, LinkState.STARTED)


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    patient: str
    state_name: str
    state_icon: str
    created: str
    expires: str
    has_link: bool  # it still opens the intake, so it is shown
    is_revocable: bool


def own_invitations(practice: Practice) -> models.QuerySet[Invitation]:
    return Invitation.objects.filter(patient__practice=practice).select_related("patient", "intake")


def usable(invitations: models.QuerySet[Invitation]) -> models.QuerySet[Invitation]:
    """Those whose link still works."""
    return invitations.filter(revoked_at=None, expires_at__gt=timezone.now(), intake__sent_at=None)


def row_of(invitation: Invitation) -> Row:
    state = state_of(invitation)
    return Row(
        number=invitation.pk,
        patient=invitation.patient.name,
        state_name=str(state.label),
        state_icon=STATE_ICONS[state],
        created=words.time(invitation.created_at),
        expires=words.time(invitation.expires_at),
        has_link=invitation.is_open() and state != LinkState.SENT,
        is_revocable=state in REVOCABLE,
    )


def state_of(invitation: Invitation) -> LinkState:
    """What was sent stays sent, whatever became of the link afterwards."""
    intake: Intake | None = getattr(invitation, "intake", None)
    if intake is not None and intake.is_sent:
        return LinkState.SENT
    if invitation.revoked_at is not None:
        return LinkState.REVOKED
    if intake is not None:
        return LinkState.STARTED
    return LinkState.OPEN if invitation.is_open() else LinkState.EXPIRED


def expiry(days: int) -> datetime.datetime:
    return timezone.now() + datetime.timedelta(days=days)


def registered(practice: Practice, name: str, birth_date: datetime.date) -> Patient:
    """The practice's patient of this name and date of birth, else a new one: the same person is not split in two."""
    found = Patient.objects.filter(practice=practice, name__iexact=name, birth_date=birth_date).first()
    return found or Patient.objects.create(practice=practice, name=name, birth_date=birth_date)
