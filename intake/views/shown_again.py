"""A form with problems is shown again after a redirect, so that Back never asks whether to send it once more.

What was posted waits in the session for the one page that shows it: no address has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from intake.codes import Try

SHOWN_AGAIN = "shown_again"
LONGEST = 250  # characters of a field


@dataclass(frozen=True)
class Waiting:
    """``problem`` is what the form alone could not find wrong."""

    path: str = ""
    posted: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    wait_seconds: int = 0


def show_again(request: HttpRequest, form: forms.Form, problem: str = "", wait_seconds: int = 0) -> HttpResponse:
    posted = {name: request.POST.get(name, "")[:LONGEST] for name in form.fields}
    request.session[SHOWN_AGAIN] = asdict(Waiting(request.path, posted, problem, wait_seconds))
    return HttpResponseRedirect(request.path)


def posted(request: HttpRequest, waiting: Waiting | None) -> Mapping[str, str] | None:
    """What a form is bound to: what comes with the request, or what waited for it."""
    return request.POST if request.method == "POST" else waiting.posted if waiting else None


def take(request: HttpRequest) -> Waiting | None:
    """Once: loading the page another time shows it empty."""
    if request.method == "HEAD":
        return None
    kept = request.session.pop(SHOWN_AGAIN, None)
    return Waiting(**kept) if kept and kept["path"] == request.path else None


def told_to_wait(response: HttpResponse, made: Try) -> HttpResponse:
    """The page that says so, as a program that asks understands it too."""
    if made.is_refused:
        response.status_code = 429
        response["Retry-After"] = str(made.wait_seconds)
    return response
