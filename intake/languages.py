"""The language that a patient reads. Staff read English: their pages are not translated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

# The patient's own choice: its name in the session, and in a form that is posted.
LANGUAGE = "language"


@dataclass(frozen=True)
class Language:
    code: str
    name: str  # in the language itself
    is_current: bool


def languages() -> tuple[Language, ...]:
    current = translation.get_language()
    return tuple(Language(code, str(name), code == current) for code, name in settings.LANGUAGES)


def is_known(code: str) -> bool:
    return code in dict(settings.LANGUAGES)


def chosen(request: HttpRequest) -> str:
    """ "" until the patient has chosen one in this session."""
    code = request.session.get(LANGUAGE, "")
    return code if is_known(code) else ""


def choose(request: HttpRequest, code: str) -> None:
    request.session[LANGUAGE] = code
    translation.activate(code)


def prefer(request: HttpRequest, code: str) -> None:
    """The language of a draft or an invitation, unless the patient has chosen another. Ends with the request."""
    if is_known(code) and not chosen(request):
        translation.activate(code)


class PatientLanguage:
    """Instead of Django's own middleware: a Spanish browser must not get half a clinician's page in Spanish."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(settings.PATIENT_PATHS):
            with translation.override(settings.LANGUAGE_CODE):
                return self.get_response(request)
        with translation.override(chosen(request) or translation.get_language_from_request(request)):
            response = self.get_response(request)
            response["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
        patch_vary_headers(response, ("Accept-Language",))
        return response
