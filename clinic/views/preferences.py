from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.access import CLINICIAN, member_required
from clinic.forms import SettingsForm


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(CLINICIAN)
def change(request: HttpRequest) -> HttpResponse:
    """What a clinician may choose for herself."""
    form = SettingsForm(request.POST or None, instance=request.membership)  # type: ignore[attr-defined]
    if form.is_valid():
        form.save()
        messages.success(request, _("Your settings were saved."))
        return redirect("preferences")
    return render(request, "clinic/preferences.html", {"form": form}, status=422 if form.errors else 200)
