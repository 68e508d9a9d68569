"""Answers that ask for help at once: they interrupt the questions, and the number then stays on every page."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from causes.catalogue import RedFlag
from causes.red_flags import fired
from intake.advice import EMERGENCY
from intake.models import Intake

TO = "to"
# A page of the same draft and what it is opened with: nothing that leads anywhere else.
_PAGE = re.compile(r"[\w-]+/(\?[a-z&-]*)?", re.ASCII)


def emergencies(intake: Intake) -> tuple[RedFlag, ...]:
    """The red flags of the answers so far that cannot wait."""
    catalogue = intake.catalogue()
    return tuple(flag for flag in fired(catalogue, intake.evidence(catalogue)) if flag.urgency == EMERGENCY)


def is_due(intake: Intake) -> bool:
    """Whether one of them has not been read yet."""
    return any(flag.slug not in intake.interruptions for flag in emergencies(intake))


def on_the_way_to(intake: Intake, url: str) -> str:
    """``url``, unless the page that interrupts must come before it."""
    if not is_due(intake):
        return url
    page, _, anchor = url.removeprefix(_draft(intake)).partition("#")
    query = f"?{urlencode({TO: page})}" if _PAGE.fullmatch(page) else ""
    # The browser takes the anchor along; in the query, the server's log would tell what was answered.
    return reverse("intake_interrupt", args=[intake.token]) + query + (f"#{anchor}" if anchor else "")


def destination(intake: Intake, page: str) -> str:
    """Where the patient goes on: the page that she was led away from, else the first open question."""
    return _draft(intake) + (page if _PAGE.fullmatch(page) else "")


def fingerprint(flags: Iterable[RedFlag]) -> str:
    """Of what was read. Their names stay on the server: some are those of diseases."""
    return hashlib.sha256("\n".join(sorted(flag.slug for flag in flags)).encode()).hexdigest()[:16]


def interruptible(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a page of a draft: it is shown only after what cannot wait was read, however it is come to."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, intake: Intake, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" and is_due(intake):
            return redirect(on_the_way_to(intake, request.get_full_path()))
        return view(request, intake, *args, **kwargs)

    return guarded


def _draft(intake: Intake) -> str:
    return reverse("intake_resume", args=[intake.token])
