"""A refused method gets a page like any other error."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from clinic.views import errors


class MethodNotAllowedPage:
    """Django answers 405 with an empty page, as when a bookmark of a form's address is opened."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.content:
            return response
        return errors.method_not_allowed(request, response.headers.get("Allow", ""))
