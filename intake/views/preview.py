"""What the patient would see, for an editor who is still typing. Under the admin's address and its sign-in."""

from __future__ import annotations

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from intake.preview import NothingToShowError, Shown, language_of, preview


@require_POST
@never_cache
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF], "form-action": [NONE]})  # type: ignore[arg-type]
def show(request: HttpRequest, form: str) -> HttpResponse:
    """The page looks like a patient's, but nothing can be sent from it."""
    if not request.user.has_perm("causes.view_finding"):
        raise PermissionDenied
    record, posted = request.GET.get("record", ""), request.POST.dict()
    language = language_of(form, record, posted)
    try:
        with translation.override(language):
            found = preview(form, record, posted, language)
            if isinstance(found, Shown):
                context = {"shown": found, "form": found.form, "intake": found.intake, "progress": found.progress}
                return render(request, "admin/intake/patient_page.html", context)
            return render(request, "admin/intake/patient_page_text.html", {"shown": found})
    except NothingToShowError as reason:
        return render(request, "admin/intake/patient_page_nothing.html", {"reason": str(reason)})
    except KeyError:
        raise Http404 from None
