"""The patient's choice of a language."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from intake.languages import LANGUAGE, choose, is_known
from intake.models import Intake


@require_POST
@never_cache
def change(request: HttpRequest) -> HttpResponse:
    """Remembered in this session and with the draft, and back to the page that it was chosen on."""
    there = request.POST.get("next", "")
    if not there.startswith(settings.PATIENT_PATHS) or not url_has_allowed_host_and_scheme(there, allowed_hosts=None):
        raise BadRequest("The language is chosen on a patient's page.")
    choose_posted(request, Intake.objects.drafts().filter(token=request.POST.get("intake", "")).first())
    return HttpResponseRedirect(there)


def choose_posted(request: HttpRequest, draft: Intake | None) -> None:
    code = request.POST.get(LANGUAGE, "")
    if not is_known(code):
        raise BadRequest("This language is not spoken here.")
    choose(request, code)
    if draft is not None:
        Intake.objects.drafts().filter(pk=draft.pk).update(language=code)
