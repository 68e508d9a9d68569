"""Finding answers again by their code and the date of birth, and how often one may try."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import ngettext

from intake import derivation
from intake.models import CodeAttempt, Intake, Practice

WINDOW = datetime.timedelta(hours=1)
SALT = "intake.codes"
HALF = 4


@dataclass(frozen=True)
class Try:
    wait_seconds: int = 0

    @property
    def is_refused(self) -> bool:
        return self.wait_seconds > 0

    @property
    def wait_words(self) -> str:
        if not self.is_refused:
            return ""
        minutes = math.ceil(self.wait_seconds / 60)
        return ngettext(
            "There were too many tries. You can try again in %(minutes)d minute.",
            "There were too many tries. You can try again in %(minutes)d minutes.",
            minutes,
        ) % {"minutes": minutes}


def normalised(typed: str) -> str:
    """As it is stored; case, spaces and dashes do not matter."""
    letters = "".join(letter for letter in typed.upper() if letter.isascii() and letter.isalnum())
    return f"{letters[:HALF]}-{letters[HALF:]}"


def origin_of(request: HttpRequest) -> str:
    """A keyed hash of the network address: enough to count by, and not an address."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_TLS_PROXY:
        # Only the last one was written by our own proxy; whoever asks may have sent the others.
        address = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or address
    return salted_hmac(SALT, address, algorithm="sha256").hexdigest()


@transaction.atomic
def take_try(practice: Practice, origin: str) -> Try:
    """Count this one, or refuse it when there were too many within an hour. One that was refused does not count."""
    Practice.objects.select_for_update().get(pk=practice.pk)
    now = timezone.now()
    CodeAttempt.objects.filter(made_at__lte=now - WINDOW).delete()
    # By whoever asks, whatever the practice: one who guesses does not get more tries by changing it.
    by_origin = CodeAttempt.objects.filter(origin=origin).order_by("-made_at").values_list("made_at", flat=True)
    at_practice = CodeAttempt.objects.filter(practice=practice).order_by("-made_at").values_list("made_at", flat=True)
    limits = ((by_origin, settings.CODE_TRIES_BY_ORIGIN), (at_practice, settings.CODE_TRIES_AT_PRACTICE))
    wait = max(_wait(list(made[:most]), most, now) for made, most in limits)
    if not wait:
        CodeAttempt.objects.create(practice=practice, origin=origin, made_at=now)
    return Try(wait)


def found(practice: Practice, code: str, birth_date: datetime.date) -> Intake | None:
    """A wrong code and a wrong date of birth look the same, and take the same time."""
    intake = Intake.objects.filter(practice=practice, code=code).select_related("practice", "patient").first()
    is_same = constant_time_compare(_birth_date(intake), birth_date.isoformat())
    return intake if is_same else None


def _birth_date(intake: Intake | None) -> str:
    """As the patient has given it, else as it was registered; "" matches no date."""
    if intake is None:
        return ""
    registered = intake.patient.birth_date if intake.patient else None
    return intake.answers.get(derivation.BIRTH_DATE) or (registered.isoformat() if registered else "")


def _wait(made: Iterable[datetime.datetime], most: int, now: datetime.datetime) -> int:
    """Seconds until fewer than ``most`` of the last tries lie within the hour."""
    latest = list(made)
    return 0 if len(latest) < most else math.ceil((latest[-1] + WINDOW - now).total_seconds())
