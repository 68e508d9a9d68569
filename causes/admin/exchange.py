"""Export and import: each table from its list, the whole catalogue from a page of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes.admin.exchange_preview import Preview, preview
from causes.catalogue.schema import schema
from causes.exchange import document, formats, stash, tables
from causes.exchange.rows import MODEL_OF, OWNERS
from causes.exchange.tables import RowProblem
from causes.exchange_forms import REPLACE, DocumentUploadForm, ExportForm, TableUploadForm
from causes.models.loading import MODELS

CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": formats.XLSX.CONTENT_TYPE}
WHOLE = "catalogue"


class ExchangePages(admin.ModelAdmin):  # type: ignore[type-arg]
    """Of the releases' admin, because no table has a better claim to the whole."""

    def get_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(view)

        return [
            path("exchange/", page(self.exchange), name="causes_exchange"),
            path("exchange/download/", page(self.download_whole), name="causes_exchange_download"),
            path("exchange/schema/", page(self.schema), name="causes_exchange_schema"),
            path("exchange/<slug:table>/export/", page(self.export_table), name="causes_exchange_export"),
            path("exchange/<slug:table>/import/", page(self.import_table), name="causes_exchange_import"),
            *super().get_urls(),
        ]

    # One table

    def export_table(self, request: HttpRequest, table: str) -> HttpResponse:
        model = _model_of(table)
        _require(request, [model], "view")
        form = ExportForm(request.POST or None)
        try:
            keys = self._chosen(request, table)
        except IncorrectLookupParameters:
            return redirect("admin:causes_exchange_export", table)
        if request.method == "POST" and form.is_valid():
            extension = form.cleaned_data["format"]
            try:
                data = tables.export_table(table, extension, request.user, keys)  # type: ignore[arg-type]
            except ValidationError as error:
                form.add_error(None, error)
            else:
                return _file(data, CONTENT_TYPES[extension], f"{table}.{extension}")
        title = _("Export: %(table)s") % {"table": model._meta.verbose_name_plural}
        return self._page(request, "export", table, title, form=form, rows=_rows(model, table, keys))

    def _chosen(self, request: HttpRequest, table: str) -> set[Any] | None:
        """The rows that the filters of the list leave, of a nested table those of the owners; None without filters."""
        if not request.GET:
            return None
        listed = self.admin_site.get_model_admin(MODELS[OWNERS.get(table, table)])
        return set(listed.get_changelist_instance(request).queryset.values_list("pk", flat=True))

    def import_table(self, request: HttpRequest, table: str) -> HttpResponse:
        model = _model_of(table)
        _require(request, [model], "add", "change")
        if "key" in request.POST:
            return self._confirm_table(request, table)
        may_remove = _may(request, [model], "delete")
        form = TableUploadForm(request.POST or None, request.FILES or None, may_remove=may_remove)
        title = _("Import: %(table)s") % {"table": model._meta.verbose_name_plural}
        if request.method != "POST" or not form.is_valid():
            return self._page(request, "import", table, title, form=form)
        is_whole = form.cleaned_data["mode"] == REPLACE
        found = preview(tables.rehearse_table(table, form.dataset, is_whole))
        about = {"extension": form.extension, "is_whole": is_whole}
        return self._preview(request, table, title, found, form.content, **about, reason=form.cleaned_data["reason"])

    def _confirm_table(self, request: HttpRequest, table: str) -> HttpResponse:
        kept = self._kept(request, table)
        if kept is None:
            return redirect("admin:causes_exchange_import", table)
        data, about = kept
        if about["is_whole"]:
            _require(request, [_model_of(table)], "delete")
        dataset = formats.read(data, about["extension"])
        try:
            totals = tables.import_table(
                table,
                dataset,
                request.user,  # type: ignore[arg-type]
                about["reason"],
                about["is_whole"],
                about["seen"],
            )
        except ValidationError as error:
            return self._refused(request, error, "admin:causes_exchange_import", table)
        messages.success(request, _("Imported: %(totals)s.") % {"totals": totals.words()})
        return redirect(_list_of(table))

    # The whole catalogue

    def exchange(self, request: HttpRequest) -> HttpResponse:
        _require(request, MODELS.values(), "view")
        may_import = _may(request, MODEL_OF.values(), "add", "change", "delete")
        title = _("The whole catalogue as a file")
        if request.method != "POST":
            form = DocumentUploadForm() if may_import else None
            return self._page(request, "whole", WHOLE, title, form=form, tables=_links(request))
        if not may_import:
            raise PermissionDenied
        if "key" in request.POST:
            return self._confirm_whole(request)
        form = DocumentUploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, "whole", WHOLE, title, form=form, tables=_links(request))
        try:
            found = preview(document.rehearse_document(document.read(form.content)))
        except ValidationError as error:
            problems = [RowProblem(0, "", text) for text in error.messages]
            found = preview(tables.Rehearsal(problems))
        return self._preview(request, WHOLE, title, found, form.content, reason=form.cleaned_data["reason"])

    def _confirm_whole(self, request: HttpRequest) -> HttpResponse:
        kept = self._kept(request, WHOLE)
        if kept is None:
            return redirect("admin:causes_exchange")
        data, about = kept
        try:
            document.import_document(document.read_checked(data), request.user, about["reason"], about["seen"])  # type: ignore[arg-type]
        except ValidationError as error:
            return self._refused(request, error, "admin:causes_exchange")
        messages.success(request, _("The working copy is now the catalogue of the file."))
        return redirect("admin:causes_release_check")

    def download_whole(self, request: HttpRequest) -> HttpResponse:
        _require(request, MODELS.values(), "view")
        if request.method != "POST":
            return redirect("admin:causes_exchange")
        text = document.export_working_copy(request.user)  # type: ignore[arg-type]
        return _file(text.encode(), "application/json", "twitchwise-working-copy.json")

    def schema(self, request: HttpRequest) -> HttpResponse:
        text = json.dumps(schema(), indent=2) + "\n"
        return _file(text.encode(), "application/schema+json", "catalogue.schema.json")

    # Both

    def _preview(
        self, request: HttpRequest, table: str, title: str, found: Preview, data: bytes, **about: Any
    ) -> HttpResponse:
        key = "" if found.problems else stash.keep(data, **about, table=table, seen=found.seen)
        return self._page(request, "preview", table, title, preview=found, key=key, reason=about["reason"])

    def _kept(self, request: HttpRequest, table: str) -> tuple[bytes, dict[str, Any]] | None:
        kept = stash.find(request.POST["key"])
        if kept is None or kept[1].get("table") != table:
            messages.error(request, _("The file is no longer kept: upload it again."))
            return None
        return kept

    def _refused(self, request: HttpRequest, error: ValidationError, address: str, *arguments: str) -> HttpResponse:
        messages.error(request, _("Nothing was imported. %(why)s") % {"why": " ".join(error.messages[:5])})
        return redirect(address, *arguments)

    def _page(self, request: HttpRequest, template: str, table: str, title: str, **context: Any) -> HttpResponse:
        context |= {
            **self.admin_site.each_context(request),
            "opts": self.opts if table == WHOLE else MODELS[OWNERS.get(table, table)]._meta,
            "title": title,
            "back": reverse("admin:causes_exchange") if table == WHOLE else _list_of(table),
        }
        return TemplateResponse(request, f"admin/import_export/{template}.html", context)


def _model_of(table: str) -> type[Model]:
    if table not in MODEL_OF:
        raise Http404
    return MODEL_OF[table]


def _list_of(table: str) -> str:
    model = MODELS[OWNERS.get(table, table)]
    return reverse(f"admin:causes_{model._meta.model_name}_changelist")


def _may(request: HttpRequest, models: Any, *actions: str) -> bool:
    names = [f"causes.{action}_{model._meta.model_name}" for model in models for action in actions]
    return request.user.has_perms(names)


def _require(request: HttpRequest, models: Any, *actions: str) -> None:
    if not _may(request, models, *actions):
        raise PermissionDenied


def _rows(model: type[Model], table: str, keys: set[Any] | None) -> str:
    rows = model._default_manager.all()
    if keys is not None:
        rows = rows.filter(**{f"{tables.owner_column(table)}__in": keys})
    number = rows.count()
    if keys is None:
        return ngettext("The whole table: %(n)d row.", "The whole table: %(n)d rows.", number) % {"n": number}
    return ngettext("What your filters show: %(n)d row.", "What your filters show: %(n)d rows.", number) % {"n": number}


def _links(request: HttpRequest) -> list[tuple[str, str, str]]:
    """Name of each table, and the addresses of its export and, for those who may, its import."""
    return [
        (
            str(model._meta.verbose_name_plural),
            reverse("admin:causes_exchange_export", args=[table]),
            reverse("admin:causes_exchange_import", args=[table]) if _may(request, [model], "add", "change") else "",
        )
        for table, model in MODEL_OF.items()
    ]


def _file(data: bytes, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        data, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
