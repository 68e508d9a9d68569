"""The pages of the matrix in the admin: the grid, and the editor of one cell."""

from __future__ import annotations

import json

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from causes import words
from causes.admin.history import entries_of_cell, history_lines
from causes.admin.matrix_cell import CellPage, read_rows
from causes.admin.matrix_data import cells_of, figures_of, filters_of, matrix_columns, matrix_rows
from causes.admin.recorded import HISTORY_LENGTH
from causes.catalogue import BACKGROUND
from causes.matrix import Grid, build_grid, cell_class, cell_text, grid_table
from causes.matrix_forms import CellEditor, MatrixCell, MatrixFilterForm, source_text
from causes.models import Cause, Finding, Likelihood, Section, Source
from causes.models.recording import recording

# The element of the matrix's page that the editor opens in.
DIALOG = "matrix-dialog"
# What a source's field offers is in this list; in the dialog the script asks the admin for it, as one types.
SOURCES = "matrix-sources"
SOURCE_LIST = {"list": SOURCES}


class MatrixPages(ModelAdmin):  # type: ignore[type-arg]
    """For the admin of the likelihoods."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("matrix/", view(self.matrix_view), name="causes_likelihood_matrix"),
            path("matrix/<slug:cause>/<slug:finding>/", view(self.cell_view), name="causes_likelihood_cell"),
            path(
                "matrix/<slug:cause>/<slug:finding>/history/",
                view(self.cell_history_view),
                name="causes_likelihood_cell_history",
            ),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def matrix_view(self, request: HttpRequest) -> HttpResponse:
        self._demand(self.has_view_permission(request))
        columns = matrix_columns()
        sections = list(Section.objects.values_list("slug", "title"))
        form = MatrixFilterForm(request.GET, sections, sorted({column.group for column in columns} - {""}))
        grid = build_grid(columns, matrix_rows(), figures_of(Likelihood.objects.all()), filters_of(form))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Matrix of findings by causes"),
            "form": form,
            "table": grid_table(grid, query_of(request)),
            "summary": summary(grid),
            "is_empty": not grid.cells,
            "may_change": self.has_change_permission(request),
            "words": json.dumps(words_of_cells()),
            "grades": words.GRADE_TITLES.items(),
            "dialog": DIALOG,
            "sources": SOURCES,
        }
        return TemplateResponse(request, "admin/causes/likelihood/matrix.html", context)

    def cell_view(self, request: HttpRequest, cause: str, finding: str) -> HttpResponse:
        self._demand(self.has_view_permission(request))
        cell = _cell(cause, finding)
        if request.method != "POST":
            return self._cell_page(request, cell, self._editor(request, cell))
        self._demand(self.has_change_permission(request))
        return self._save_cell(request, cell)

    @transaction.atomic
    def _save_cell(self, request: HttpRequest, cell: MatrixCell) -> HttpResponse:
        # Whoever saves a cell of the same finding at the same moment waits, and is then told.
        Finding.objects.select_for_update().get(pk=cell.finding.pk)
        editor = self._editor(request, cell)
        if editor is None or not editor.is_valid():
            return self._cell_page(request, cell, editor)
        with recording(request.user, editor.reason.cleaned_data["reason"], ("likelihoods",)):  # type: ignore[arg-type]
            editor.rows.save_rows()
        saved = _("Saved: %(cause)s, %(finding)s.") % {"cause": cell.cause_name, "finding": cell.finding.name}
        if is_dialog(request):
            cells = [[option, cell_class(shown), cell_text(shown)] for option, shown in cells_of(cell)]
            return JsonResponse({"cause": cell.slug, "finding": cell.finding.pk, "cells": cells, "message": saved})
        messages.success(request, saved)
        return HttpResponseRedirect(back_to_matrix(request, cell))

    def _editor(self, request: HttpRequest, cell: MatrixCell) -> CellEditor | None:
        """None for those who may but look."""
        if not self.has_change_permission(request):
            return None
        data = request.POST if request.method == "POST" else None
        may_add, may_delete = self.has_add_permission(request), self.has_delete_permission(request)
        return CellEditor(cell, data, SOURCE_LIST, may_add, may_delete)

    def _cell_page(self, request: HttpRequest, cell: MatrixCell, editor: CellEditor | None) -> HttpResponse:
        template = "_cell.html" if is_dialog(request) else "cell.html"
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _title(cell),
            "cell": cell,
            "page": CellPage.of(editor) if editor else None,
            "rows": read_rows(cell) if editor is None else [],
            "sources": None if editor is None or is_dialog(request) else source_list(),
            "is_dialog": is_dialog(request),
            "action": request.get_full_path(),
            "back": back_to_matrix(request, cell),
        }
        return TemplateResponse(request, f"admin/causes/likelihood/{template}", context)

    @method_decorator(require_safe)
    def cell_history_view(self, request: HttpRequest, cause: str, finding: str) -> HttpResponse:
        self._demand(self.has_view_permission(request))
        cell = _cell(cause, finding)
        entries = entries_of_cell(cell.slug, finding)[:HISTORY_LENGTH]
        # Of several options each entry says which one it is of.
        name = f"{cell.slug} {finding}" if cell.options == [("", "")] else ""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("History: %(record)s") % {"record": _title(cell)},
            "cell": cell,
            "cell_title": _title(cell),
            "history": history_lines(entries, "likelihoods", name, request.user),  # type: ignore[arg-type]
        }
        return TemplateResponse(request, "admin/causes/likelihood/cell_history.html", context)

    def _demand(self, is_allowed: bool) -> None:
        if not is_allowed:
            raise PermissionDenied


def _cell(cause: str, finding: str) -> MatrixCell:
    return MatrixCell(_cause(cause), get_object_or_404(Finding.objects.prefetch_related("options"), pk=finding))


def _title(cell: MatrixCell) -> str:
    return f"{cell.finding.name}: {cell.cause_name}"


def _cause(slug: str) -> Cause | None:
    return None if slug == BACKGROUND else get_object_or_404(Cause, pk=slug)


def source_list() -> SafeString:
    """What a source's field offers on a page that may have no scripts: all of them."""
    options = format_html_join("", '<option value="{}"></option>', ((source_text(s),) for s in Source.objects.all()))
    return format_html('<datalist id="{}">{}</datalist>', SOURCES, options)


def is_dialog(request: HttpRequest) -> bool:
    """Whether the script of the matrix asks, which puts the answer into its dialog."""
    return request.headers.get("X-Requested-With") == "fetch"


def query_of(request: HttpRequest) -> str:
    """The filters as an address ends with them; without filters nothing."""
    asked = request.GET.copy()
    for name in [name for name in asked if name not in MatrixFilterForm.base_fields or not asked[name]]:
        del asked[name]
    return f"?{asked.urlencode()}" if asked else ""


def back_to_matrix(request: HttpRequest, cell: MatrixCell) -> str:
    return f"{reverse('admin:causes_likelihood_matrix')}{query_of(request)}#{cell.finding.pk}"


def summary(grid: Grid) -> str:
    """What the filter leaves, in words."""
    parts = [
        ngettext("%(n)s finding", "%(n)s findings", grid.findings) % {"n": words.number(grid.findings)},
        ngettext("%(n)s column", "%(n)s columns", len(grid.columns)) % {"n": words.number(len(grid.columns))},
        ngettext("%(n)s cell", "%(n)s cells", grid.cells) % {"n": words.number(grid.cells)},
        ngettext("%(n)s gap", "%(n)s gaps", grid.gaps) % {"n": words.number(grid.gaps)},
        _("%(n)s uncited") % {"n": words.number(grid.uncited)},
    ]
    return ", ".join(parts)


def words_of_cells() -> dict[str, str]:
    """For the script, which says of a cell what its marks mean."""
    grades = {grade: _("grade %(grade)s") % {"grade": grade} for grade in words.GRADE_TITLES}
    return {
        **grades,
        "n": _("patients counted"),
        "–": _("gap"),
        "+": _("%s more"),
        "failed": _("It could not be loaded. Try again."),
        "discard": _("Close without saving what you entered?"),
        "loading": _("Loading …"),
    }
