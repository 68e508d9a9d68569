"""Releases, and the page that checks the working copy and publishes it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes import catalogue as compiled
from causes import models
from causes.admin.base import changelist
from causes.catalogue.translating import untranslated
from causes.changes import Change, changes
from causes.forms import PublishForm
from causes.models import Release
from causes.models.compilation import working_copy

_MODELS: dict[str, type[Model]] = {
    "sources": models.Source,
    "settings": models.Setting,
    "presentations": models.Presentation,
    "causes": models.Cause,
    "patient_advice": models.PatientAdvice,
    "burdens": models.Burden,
    "clusters": models.Cluster,
    "sections": models.Section,
    "findings": models.Finding,
    "options": models.Finding,
    "likelihoods": models.Likelihood,
    "pretests": models.Pretest,
    "epidemiology": models.Epidemiology,
    "drugs": models.Drug,
    "drug_effects": models.Drug,
    "treatments": models.Treatment,
    "investigations": models.Investigation,
    "red_flags": models.RedFlag,
    "facts": models.Fact,
    "body_zones": models.BodyZone,
    "drinks": models.Drink,
    "parameters": models.Parameter,
    "translations": models.Translation,
}


@admin.register(Release)
class ReleaseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["number", "published_at", "author", "notes", "short_hash"]
    list_select_related = ["author"]
    search_fields = ["notes", "sha256"]
    fields = ["number", "published_at", "author", "notes", "sha256", "contents", "download"]
    readonly_fields = ["contents", "download"]
    change_list_template = "admin/causes/release/change_list.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Release]:
        return super().get_queryset(request).defer("document")

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        return [
            path("check/", site.admin_view(self.check_and_publish), name="causes_release_check"),
            path("<int:number>/document/", site.admin_view(self.document), name="causes_release_document"),
            *super().get_urls(),
        ]

    @admin.display(description="sha256")
    def short_hash(self, release: Release) -> str:
        return release.sha256[:12]

    @admin.display(description=gettext_lazy("contents"))
    def contents(self, release: Release) -> str:
        catalogue = release.catalogue()
        counts = ((len(getattr(catalogue, table)), _MODELS[table]) for table in compiled.RECORDS)
        return ", ".join(f"{n} {model._meta.verbose_name_plural}" for n, model in counts)

    @admin.display(description=gettext_lazy("document"))
    def download(self, release: Release) -> SafeString:
        address = reverse("admin:causes_release_document", args=[release.number])
        return format_html('<a href="{}">{}</a>', address, _("Download as JSON"))

    def document(self, request: HttpRequest, number: int) -> HttpResponse:
        """The stored text, byte for byte: its hash is the release's."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        release = get_object_or_404(Release, number=number)
        response = HttpResponse(release.document, content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="twitchwise-release-{number}.json"'
        return response

    def check_and_publish(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("causes.propose_release"):
            raise PermissionDenied
        catalogue = working_copy()
        form = PublishForm(request.POST or None, working_copy=catalogue.sha256)
        if request.method == "POST" and form.is_valid():
            published = self._publish(request, form)
            if published:
                return redirect("admin:causes_release_change", published.pk)
        found = Release.objects.obstacles(catalogue)
        current = Release.objects.defer("document").first()
        before = current.catalogue() if current else compiled.Catalogue()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Check and publish"),
            "form": form,
            "current": current,
            "problems": [(problem, _address(problem)) for problem in found],
            "changes": _by_table(changes(before, catalogue)),
            "is_changed": before.sha256 != catalogue.sha256,
            "untranslated": [
                (name, number)
                for code, name in settings.LANGUAGES
                if code != settings.LANGUAGE_CODE and (number := len(untranslated(catalogue, code)))
            ],
        }
        return TemplateResponse(request, "admin/causes/release/check.html", context)

    def _publish(self, request: HttpRequest, form: PublishForm) -> Release | None:
        try:
            release = Release.objects.publish(author=request.user, notes=form.cleaned_data["notes"])  # type: ignore[arg-type]
        except ValidationError:
            form.add_error(None, ValidationError(_("Nothing was published: solve the problems below."), code="problem"))
            return None
        messages.success(request, _("This is %(release)s.") % {"release": release})
        return release


def _by_table(found: list[Change]) -> list[tuple[str, list[Change]]]:
    tables: dict[str, list[Change]] = {}
    for change in found:
        tables.setdefault(str(_MODELS[change.table]._meta.verbose_name_plural), []).append(change)
    return list(tables.items())


def _address(problem: compiled.Problem) -> str:
    """Where an editor solves it: the record's page, or the list that shows it and its neighbours."""
    model, record = _MODELS[problem.table], problem.record
    match record:
        case compiled.Likelihood():
            cause = (
                {"cause__isnull": "True"}
                if record.cause == compiled.BACKGROUND
                else {"cause__slug__exact": record.cause}
            )
            return changelist(model, finding__slug__exact=record.finding, **cause)
        case compiled.Pretest():
            return changelist(model, setting__slug__exact=record.setting, presentation__slug__exact=record.presentation)
        case compiled.Epidemiology() | compiled.Treatment() | compiled.Investigation():
            return changelist(model, cause__slug__exact=record.cause)
        case compiled.Fact():
            return changelist(model, q=record.statement)
        case compiled.PatientAdvice():
            return changelist(model, q=record.cause)
        case compiled.Translation():
            return changelist(model, q=record.key)
        case compiled.DrugEffect():
            return changelist(model, q=problem.row.partition(",")[0])
        case None | compiled.Option():
            return changelist(model)
    return reverse(f"admin:causes_{model._meta.model_name}_change", args=[record.slug])  # type: ignore[attr-defined]
