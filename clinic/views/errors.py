"""The error pages. They need no database, session or context processor, and say nothing about a patient."""

from __future__ import annotations

import logging
import sys
import uuid

from django.http import HttpRequest, HttpResponse
from django.template import loader

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page("400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page("403.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page("404.html", 404)


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
