"""The state of a personal link, and the rows that print it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
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


_IS_UNSENT = Q(intake__sent_at=None)
_IS_KEPT = Q(revoked_at=None)
# What is shown of the list: by ``state_of``, as the database asks for it, and those whose e-mail has not left.
UNDELIVERED = "undelivered"
UNDELIVERED_LABEL = gettext_lazy("Not e-mailed yet")

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
    is_revocable: bool
    email: str
    delivery: str  # "" when it has no e-mail address
    is_undelivered: bool
    can_email: bool
    can_remind: bool


def own_invitations(practice: Practice) -> models.QuerySet[Invitation]:
    return Invitation.objects.filter(patient__practice=practice).select_related("patient__practice", "intake")


def usable(invitations: models.QuerySet[Invitation]) -> models.QuerySet[Invitation]:
    """Those whose link still works."""
    return invitations.filter(revoked_at=None, expires_at__gt=timezone.now(), intake__sent_at=None)


def in_state(invitations: models.QuerySet[Invitation], state: str) -> models.QuerySet[Invitation]:
    """Those of one ``LinkState``, or the undelivered ones."""
    now = timezone.now()
    conditions = {
        LinkState.OPEN: _IS_KEPT & Q(intake=None, expires_at__gt=now),
        LinkState.STARTED: _IS_KEPT & _IS_UNSENT & Q(intake__isnull=False),
        LinkState.SENT: Q(intake__sent_at__isnull=False),
        LinkState.EXPIRED: _IS_KEPT & Q(intake=None, expires_at__lte=now),
        LinkState.REVOKED: _IS_UNSENT & Q(revoked_at__isnull=False),
    }
    return undelivered(invitations) if state == UNDELIVERED else invitations.filter(conditions[LinkState(state)])


def undelivered(invitations: models.QuerySet[Invitation]) -> models.QuerySet[Invitation]:
    """Those that should have been e-mailed, and were not or could not be."""
    return usable(invitations).filter(emailed_at=None).exclude(email="")


def remindable(invitations: models.QuerySet[Invitation], before: datetime.datetime) -> models.QuerySet[Invitation]:
    """Still unsent, e-mailed before this moment, and never reminded of."""
    waiting = usable(invitations).filter(emailed_at__lt=before, reminded_at=None).exclude(email="")
    return waiting.select_related("patient__practice").order_by("emailed_at")


def for_paper(practice: Practice) -> models.QuerySet[Invitation]:
    """Open links that nobody has got by e-mail."""
    return in_state(own_invitations(practice), LinkState.OPEN).filter(emailed_at=None)


def address_of(request: HttpRequest) -> str:
    """Where patients find this server, without a slash at the end."""
    return settings.PUBLIC_ADDRESS or f"{request.scheme}://{request.get_host()}"


def link_of(invitation: Invitation, address: str) -> str:
    return f"{address}{reverse('intake_invitation', args=[invitation.token])}"


def row_of(invitation: Invitation) -> Row:
    state = state_of(invitation)
    is_usable = invitation.is_open() and state in REVOCABLE
    can_email = is_usable and settings.HAS_EMAIL
    return Row(
        number=invitation.pk,
        patient=invitation.patient.name,
        state_name=str(state.label),
        state_icon=STATE_ICONS[state],
        created=words.time(invitation.created_at),
        expires=words.time(invitation.expires_at),
        is_revocable=state in REVOCABLE,
        email=invitation.email,
        delivery=_delivery(invitation),
        is_undelivered=is_usable and bool(invitation.email) and invitation.emailed_at is None,
        can_email=can_email,
        can_remind=can_email and invitation.emailed_at is not None,
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


def _delivery(invitation: Invitation) -> str:
    if not invitation.email:
        return ""
    if invitation.emailed_at is None:
        return str(UNDELIVERED_LABEL)
    if invitation.reminded_at is None:
        return gettext("E-mailed %(when)s") % {"when": words.time(invitation.emailed_at)}
    return gettext("Reminded %(when)s") % {"when": words.time(invitation.reminded_at)}


def expiry(days: int) -> datetime.datetime:
    return timezone.now() + datetime.timedelta(days=days)


def registered(practice: Practice, name: str, birth_date: datetime.date) -> Patient:
    """The practice's patient of this name and date of birth, else a new one: the same person is not split in two."""
    found = Patient.objects.filter(practice=practice, name__iexact=name, birth_date=birth_date).first()
    return found or Patient.objects.create(practice=practice, name=name, birth_date=birth_date)
