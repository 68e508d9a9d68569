"""The admin's pages of the sources' health: what rests on them, and a list that says whether they still hold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from causes.admin.health_page import health_page
from causes.catalogue import Catalogue
from causes.models import LogEntry, SourceCheck
from causes.models.compilation import working_copy
from causes.models.recording import log_event
from causes.source_lists import Check, read_list

MOST_BYTES = 1024 * 1024


class UploadForm(forms.Form):
    """A CSV list of checks. The problems of its lines are errors of the file."""

    file = forms.FileField(
        label=gettext_lazy("List of checks (CSV)"),
        help_text=gettext_lazy(
            "Columns: source (identifier in any spelling, or slug), status (live, corrected, concern, retracted or "
            "dead), checked_on (2026-01-31), note. All of it is kept, or nothing."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def __init__(self, *args: Any, catalogue: Catalogue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.catalogue = catalogue
        self.checks: list[Check] = []

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("At most %(n)s KB.") % {"n": MOST_BYTES // 1024}, code="size")
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValidationError(_("The file is not UTF-8: save it as “CSV UTF-8”."), code="encoding") from error
        self.checks, problems = read_list(text, self.catalogue.sources, _statuses(), timezone.localdate())
        if problems:
            raise ValidationError([ValidationError(problem, code="line") for problem in problems])
        return file


def _statuses() -> dict[str, str]:
    """What may stand in the list: the status itself or its words."""
    return {text.lower(): value for value, label in SourceCheck.Status.choices for text in (value, str(label))}


class SourcePages(ModelAdmin):  # type: ignore[type-arg]
    """For the admin of the sources."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("health/", view(self.health_view), name="causes_source_health"),
            path("health/checks/<int:pk>/remove/", view(self.remove_check_view), name="causes_source_check_remove"),
            *super().get_urls(),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def health_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        may_upload = request.user.has_perm("causes.add_sourcecheck")
        catalogue = working_copy()
        form = UploadForm(request.POST or None, request.FILES or None, catalogue=catalogue)
        if request.method == "POST":
            if not may_upload:
                raise PermissionDenied
            if form.is_valid():
                self._keep(request, form)
                return redirect("admin:causes_source_health")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Health of the sources"),
            "page": health_page(catalogue),
            "form": form,
            "may_upload": may_upload,
            "may_remove": request.user.has_perm("causes.delete_sourcecheck"),
        }
        return TemplateResponse(request, "admin/causes/source/health.html", context)

    def _keep(self, request: HttpRequest, form: UploadForm) -> None:
        user, name = request.user, form.cleaned_data["file"].name
        assert isinstance(user, User)
        with transaction.atomic():
            new = SourceCheck.objects.keep(form.checks, user)
            if new:
                words_ = ngettext("%(n)s check of a source", "%(n)s checks of sources", new) % {"n": new}
                log_event(user, LogEntry.Action.ADDED, words_, _("List %(name)s") % {"name": name})
        known = len(form.checks) - new
        messages.success(request, _("%(new)s new, %(known)s known already.") % {"new": new, "known": known})

    @method_decorator(require_POST)
    def remove_check_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The way back from a list that was wrong."""
        user = request.user
        if not user.has_perm("causes.delete_sourcecheck"):
            raise PermissionDenied
        assert isinstance(user, User)
        check = get_object_or_404(SourceCheck, pk=pk)
        with transaction.atomic():
            name = _("check of a source: %(check)s, %(day)s") % {"check": check, "day": check.checked_on}
            log_event(user, LogEntry.Action.REMOVED, name, check.note)
            check.delete()
        messages.success(request, _("The check was removed."))
        return redirect("admin:causes_source_health")
