"""The e-mails with a personal link: each is claimed before it is sent, so that two who send at once send one."""

from __future__ import annotations

import contextlib
import datetime
import smtplib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formataddr
from enum import Enum

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from causes.models import Release
from clinic import words
from clinic.invitations import link_of, usable
from intake.models import Invitation
from intake.pages import usual_questions

# A second press of the button is not a wish for a second e-mail.
AGAIN_AFTER = datetime.timedelta(minutes=1)
LONGEST = 15.0  # seconds that a page may spend on sending


class Kind(Enum):
    """Which column keeps when it was sent."""

    INVITATION = "emailed_at"
    REMINDER = "reminded_at"


_SUBJECTS = {
    Kind.INVITATION: gettext_lazy("Questions before your visit to %(practice)s"),
    Kind.REMINDER: gettext_lazy("Reminder: questions before your visit to %(practice)s"),
}


class Outcome(Enum):
    SENT = "sent"
    REFUSED = "refused"  # by the mail server, for this address
    UNREACHABLE = "unreachable"  # the mail server itself
    TOO_SOON = "too soon"  # or the link no longer works


@dataclass
class Tally:
    sent: int = 0
    refused: int = 0
    left: int = 0

    @property
    def failed(self) -> int:
        return self.refused + self.left


def send(
    invitation: Invitation, kind: Kind, address: str, connection: BaseEmailBackend | None = None, is_first: bool = False
) -> Outcome:
    """One e-mail. ``is_first``: only when none of this kind was sent before.

    What was not sent is as if it had not been tried: the link is not lost, and can be sent again.
    """
    if not settings.HAS_EMAIL:
        return Outcome.UNREACHABLE
    before, now = getattr(invitation, kind.value), timezone.now()
    is_free = Q(**{kind.value: None})
    if not is_first:
        is_free |= Q(**{f"{kind.value}__lt": now - AGAIN_AFTER})
    claimed = usable(Invitation.objects.filter(pk=invitation.pk)).filter(is_free).update(**{kind.value: now})
    if not claimed:
        return Outcome.TOO_SOON
    outcome = _delivered(message(invitation, kind, address, connection))
    if outcome is not Outcome.SENT:
        Invitation.objects.filter(pk=invitation.pk, **{kind.value: now}).update(**{kind.value: before})
    return outcome


def send_all(invitations: Iterable[Invitation], kind: Kind, address: str, longest: float | None = None) -> Tally:
    """The first of its kind to each, over one connection. What takes too long, or a dead server, leaves the rest."""
    tally, end = Tally(), None if longest is None else time.monotonic() + longest
    waiting = list(invitations)
    connection = get_connection()
    try:
        connection.open()
        for place, invitation in enumerate(waiting):
            if end is not None and time.monotonic() > end:
                tally.left = len(waiting) - place
                break
            outcome = send(invitation, kind, address, connection, is_first=True)
            if outcome is Outcome.UNREACHABLE:
                tally.left = len(waiting) - place
                break
            tally.sent += outcome is Outcome.SENT
            tally.refused += outcome is Outcome.REFUSED
    except OSError:  # from opening it
        tally.left = len(waiting)
    finally:
        _close(connection)
    return tally


def message(
    invitation: Invitation, kind: Kind, address: str, connection: BaseEmailBackend | None = None
) -> EmailMessage:
    """Plain text in the patient's language. It names no one and no complaint: others may read it too."""
    practice = invitation.patient.practice
    context = {
        "practice": practice.name,
        "phone": practice.phone,
        "emergency_phone": practice.emergency_phone,
        "link": link_of(invitation, address),
        "questions": usual_questions(Release.objects.current().catalogue()),
    }
    with translation.override(invitation.language or settings.LANGUAGE_CODE):
        context["expires"] = words.moment(invitation.expires_at)
        body = render_to_string(f"clinic/email/{kind.name.lower()}.txt", context)
        subject = str(_SUBJECTS[kind]) % {"practice": practice.name}
    return EmailMessage(
        subject=subject,
        body=body,
        from_email=formataddr((practice.name, settings.DEFAULT_FROM_EMAIL)),
        to=[invitation.email],
        connection=connection,
        headers={"Auto-Submitted": "auto-generated"},
    )


def _delivered(email: EmailMessage) -> Outcome:
    try:
        email.send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
        return Outcome.REFUSED
    except OSError:  # smtplib's errors are among them
        return Outcome.UNREACHABLE
    return Outcome.SENT


def _close(connection: BaseEmailBackend) -> None:
    """A server that has gone away cannot be said goodbye to, and need not be."""
    with contextlib.suppress(OSError):
        connection.close()
