"""The log of the catalogue: to read, to search, and to make a record or a whole import what it was."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from causes.admin.history import (
    AFTER,
    BEFORE,
    REASONED,
    WayBack,
    change_text,
    details_of,
    may_restore,
    record_address,
    restore_address,
    title_of,
    who,
)
from causes.admin_forms import REASON, ReasonForm
from causes.catalogue import name_of, records_from_json
from causes.changes import record_changes
from causes.models import LogEntry
from causes.models.compilation import working_copy
from causes.models.loading import MODELS
from causes.models.recording import restore, undo

MOST_SHOWN = 200


class TableFilter(admin.SimpleListFilter):
    title = gettext_lazy("table")
    parameter_name = "table"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(table, title_of(table)) for table in MODELS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        return queryset.filter(table=self.value()) if self.value() in MODELS else queryset


@dataclass(frozen=True, slots=True)
class RecordChange:
    """What an undoing would do now to one record."""

    name: str
    lines: tuple[str, ...]


@admin.register(LogEntry)
class LogEntryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["at", "person", "action", "table_title", "name", "summary", "reason"]
    list_display_links = ["at"]
    list_select_related = ["user"]
    list_filter = ["action", TableFilter, ("user", admin.RelatedOnlyFieldListFilter), "at"]
    search_fields = ["name", "reason", "user__username", "user__last_name"]
    list_per_page = 50
    show_full_result_count = False
    fields = ["at", "person", "action", "table_title", "record", "changes", "reason", "together"]
    change_form_template = "admin/causes/logentry/change_form.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_list_display(self, request: HttpRequest) -> Any:
        if not any(may_restore(request.user, table) for table in MODELS):
            return self.list_display

        @admin.display(description=gettext_lazy("way back"), empty_value="")
        def way_back(entry: LogEntry) -> SafeString | str:
            if not entry.is_of_record or not may_restore(request.user, entry.table):
                return ""
            label = _("Undo…") if entry.after else _("Restore…")
            return format_html('<a href="{}">{}</a>', restore_address(entry, BEFORE), label)

        return [*self.list_display, way_back]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/restore/<str:state>/", wrap(self.restore_view), name="causes_logentry_restore"),
            path("together/<uuid:operation>/undo/", wrap(self.undo_view), name="causes_logentry_undo"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("who"), ordering="user__username")
    def person(self, entry: LogEntry) -> str:
        return who(entry)

    @admin.display(description=gettext_lazy("table"), ordering="table")
    def table_title(self, entry: LogEntry) -> str:
        return title_of(entry.table)

    @admin.display(description=gettext_lazy("what changed"))
    def summary(self, entry: LogEntry) -> str:
        return Truncator("; ".join(details_of(entry))).chars(200)

    @admin.display(description=gettext_lazy("what changed"))
    def changes(self, entry: LogEntry) -> SafeString | str:
        lines = format_html_join("", "<li>{}</li>", ((line,) for line in details_of(entry)))
        return format_html("<ul>{}</ul>", lines) if lines else "–"

    @admin.display(description=gettext_lazy("record"))
    def record(self, entry: LogEntry) -> SafeString | str:
        if not entry.table or not entry.name:
            return entry.name or "–"
        return format_html('<a href="{}">{}</a>', record_address(entry.table, entry.name), entry.name)

    @admin.display(description=gettext_lazy("done together with"))
    def together(self, entry: LogEntry) -> SafeString | str:
        others = LogEntry.objects.filter(operation=entry.operation).exclude(pk=entry.pk).count()
        if not others:
            return "–"
        address = f"{reverse('admin:causes_logentry_changelist')}?operation__exact={entry.operation}"
        text = ngettext("%(number)d other entry", "%(number)d other entries", others) % {"number": others}
        return format_html('<a href="{}">{}</a>', address, text)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "operation__exact" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        entry = context["original"]
        context["ways_back"] = _ways_back(entry, request.user)
        return super().render_change_form(request, context, *args, **kwargs)

    def restore_view(self, request: HttpRequest, pk: int, state: str) -> HttpResponse:
        """What would change now, and then the change."""
        entry = get_object_or_404(LogEntry.objects.select_related("user"), pk=pk)
        if state not in (AFTER, BEFORE) or not entry.is_of_record:
            raise Http404
        if not may_restore(request.user, entry.table):
            raise PermissionDenied
        is_before = state == BEFORE
        form = ReasonForm(request.POST if request.method == "POST" else None, is_required=entry.table in REASONED)
        if request.method == "POST" and form.is_valid():
            try:
                restore(entry, request.user, _reason(form, entry), is_before)  # type: ignore[arg-type]
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, _("%(record)s is what it was.") % {"record": _title(entry)})
                return redirect(record_address(entry.table, entry.name))
        wanted = records_from_json(entry.table, entry.before if is_before else entry.after)
        return self._confirm(request, form, _title(entry), [(entry, wanted)])

    def undo_view(self, request: HttpRequest, operation: uuid.UUID) -> HttpResponse:
        """The same for all that one save, import or deletion did."""
        entries = [entry for entry in LogEntry.objects.filter(operation=operation) if entry.is_of_record]
        if not entries:
            raise Http404
        if not all(may_restore(request.user, entry.table) for entry in entries):
            raise PermissionDenied
        form = ReasonForm(
            request.POST if request.method == "POST" else None,
            is_required=any(entry.table in REASONED for entry in entries),
        )
        title = ngettext("%(number)d record", "%(number)d records", len(entries)) % {"number": len(entries)}
        if request.method == "POST" and form.is_valid():
            try:
                undo(operation, request.user, _reason(form, entries[0]))  # type: ignore[arg-type]
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, _("Undone: %(records)s.") % {"records": title})
                return redirect("admin:causes_logentry_changelist")
        wanted = [(entry, records_from_json(entry.table, entry.before)) for entry in entries]
        return self._confirm(request, form, title, wanted)

    def _confirm(
        self, request: HttpRequest, form: ReasonForm, title: str, wanted: list[tuple[LogEntry, tuple[Any, ...]]]
    ) -> HttpResponse:
        changes = record_restorings(wanted)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Back to an earlier version: %(record)s") % {"record": title},
            "opts": self.opts,
            "entry": wanted[0][0],
            "changes": changes[:MOST_SHOWN],
            "further": max(0, len(changes) - MOST_SHOWN),
            "form": form,
            "reason": form[REASON],
            "back": reverse("admin:causes_logentry_change", args=[wanted[0][0].pk]),
        }
        return TemplateResponse(request, "admin/causes/logentry/restore.html", context)


def record_restorings(wanted: list[tuple[LogEntry, tuple[Any, ...]]]) -> list[RecordChange]:
    """What is otherwise now than it is to be; nothing of records that are so already."""
    now = working_copy({entry.table for entry, _records in wanted})
    found = []
    for entry, records in wanted:
        present = tuple(item for item in getattr(now, entry.table) if name_of(item) == entry.name)
        lines = tuple(change_text(change) for change in record_changes(entry.table, present, records))
        if lines:
            found.append(RecordChange(_title(entry), lines))
    return found


def _title(entry: LogEntry) -> str:
    return f"{title_of(entry.table)}, {entry.name}"


def _reason(form: ReasonForm, entry: LogEntry) -> str:
    """Says also by itself what it was."""
    undone = _("Back to an earlier version (entry %(number)d of the log).") % {"number": entry.pk}
    return " ".join(part for part in (form.cleaned_data[REASON], undone) if part)


def _ways_back(entry: LogEntry, user: Any) -> list[WayBack]:
    if not entry.is_of_record or not may_restore(user, entry.table):
        return []
    ways = [WayBack(_("Undo…") if entry.after else _("Restore…"), restore_address(entry, BEFORE))]
    if entry.after:
        ways.append(WayBack(_("Return to this version…"), restore_address(entry, AFTER)))
    together = [each for each in LogEntry.objects.filter(operation=entry.operation) if each.is_of_record]
    if len(together) > 1 and all(may_restore(user, each.table) for each in together):
        address = reverse("admin:causes_logentry_undo", args=[entry.operation])
        ways.append(WayBack(_("Undo all that was done together…"), address))
    return ways
