"""What a patient has sent, for the patient: to read, print and take along. Never a ranking.

The permission is the session's and short, because the link alone may lie in somebody else's hands.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from intake.languages import prefer
from intake.models import Intake
from intake.moving import aside_rows
from intake.summary import Group, groups

OWN_COPIES = "own_copies"
ALLOWED_FOR = datetime.timedelta(minutes=30)


def own_copy_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Turns the URL's token into a sent intake that this session may read; else to the page of the link alone."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        intake = get_object_or_404(Intake.objects.select_related("practice", "release"), token=token)
        if allowed_until(request, intake) is None:
            return redirect("intake_sent", token)
        prefer(request, intake.language)
        return view(request, intake, *args, **kwargs)

    return never_cache(guarded)


def allow(request: HttpRequest, intake: Intake) -> None:
    """To the session that has sent it, or knows code and date of birth. Staff have their own, recorded, pages."""
    if intake.is_sent:
        until = timezone.now() + ALLOWED_FOR
        request.session[OWN_COPIES] = {**request.session.get(OWN_COPIES, {}), str(intake.key): until.isoformat()}


def allowed_until(request: HttpRequest, intake: Intake) -> datetime.datetime | None:
    if request.user.is_authenticated or not intake.is_sent:
        return None
    text = request.session.get(OWN_COPIES, {}).get(str(intake.key))
    until = datetime.datetime.fromisoformat(text) if text else None
    return until if until and until > timezone.now() else None


def withdraw(request: HttpRequest, intake: Intake) -> None:
    left = {key: until for key, until in request.session.get(OWN_COPIES, {}).items() if key != str(intake.key)}
    request.session[OWN_COPIES] = left


def copied_groups(intake: Intake) -> tuple[Group, ...]:
    """The answers as they were sent, and what was said to questions that a newer release no longer asked."""
    aside = Group(_("What you answered before the questions changed"), aside_rows(intake.aside))
    return groups(intake.catalogue(), intake.answers) + ((aside,) if aside.rows else ())


def as_text(intake: Intake) -> str:
    """The answers as a plain text file."""
    assert intake.sent_at is not None
    lines = [
        _("Your answers to %(practice)s") % {"practice": intake.practice.name},
        _("Sent: %(when)s") % {"when": date_format(timezone.localtime(intake.sent_at), "DATETIME_FORMAT")},
        _("Reference: %(reference)s") % {"reference": intake.reference},
    ]
    for group in copied_groups(intake):
        lines += ["", "", group.title, "=" * len(group.title)]
        for row in group.rows:
            lines += ["", row.question, *(f"    {line}" for line in row.answer.splitlines())]
    return "\n".join([*lines, ""])
