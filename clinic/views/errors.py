"""The error pages. They need no database, session or context processor, and say nothing about a patient."""

from __future__ import annotations

import logging
import sys
import uuid

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.urls import is_valid_path

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page("400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page("403.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page("404.html", 404)


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """For an address that only takes what a form sends: nothing was changed, and the way back is the page above."""
    response = _page("405.html", 405, back=_page_above(request.path_info))
    response["Allow"] = allowed
    return response


def _page_above(path: str) -> str:
    """The nearest address above this one that leads somewhere; "" when that is the start page."""
    parts = path.strip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        above = f"/{'/'.join(parts[:length])}/"
        if is_valid_path(above):
            return above
    return ""


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page("403_csrf.html", 403)


def server_error(request: HttpRequest) -> HttpResponse:
    reference = uuid.uuid4().hex[:8].upper()
    error = sys.exc_info()[0]
    logger.error("Reference %s: %s", reference, error.__qualname__ if error else "unknown")
    return _page("500.html", 500, reference=reference)


def _page(template: str, status: int, **context: str) -> HttpResponse:
    response = HttpResponse(loader.get_template(template).render(context), status=status)
    response["Cache-Control"] = "no-store"
    return response
