"""Whatever an editor's page changes goes into the log of the catalogue, with a reason, and comes back from it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes.admin.history import REASONED, TABLE_OF, entries_of, history_lines, name_on
from causes.admin.naming import lists_without, named_in, without_list_places
from causes.admin_forms import (
    REASON,
    SEEN,
    ReasonedFormSet,
    ReasonForm,
    SeenForm,
    reason_field,
    reason_of,
)
from causes.models.recording import recording

LAST_ENTRIES = 5
_PLACES = "relationships"  # as Django calls the places in a list of many
HISTORY_LENGTH = 200


class RecordedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Every way in which Django's admin writes is wrapped; what a form refuses leaves nothing to log."""

    delete_confirmation_template = "admin/causes/delete_confirmation.html"
    delete_selected_confirmation_template = "admin/causes/delete_selected_confirmation.html"
    object_history_template = "admin/causes/history.html"
    actions = ["delete_selected"]

    @property
    def table(self) -> str:
        return TABLE_OF[self.model]

    @property
    def is_reasoned(self) -> bool:
        return self.table in REASONED

    @property
    def is_deletion_reasoned(self) -> bool:
        """What goes along may decide about patients though the record itself does not."""
        return bool(deletion_tables(self.model) & REASONED)

    def part_tables(self, request: HttpRequest) -> set[str]:
        """Of the inlines that this page can change."""
        inlines = self.get_inline_instances(request)
        return {TABLE_OF[inline.model] for inline in inlines if not isinstance(inline, ReadOnlyInline)} - {self.table}

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        fields = {REASON: reason_field(self.is_reasoned), "newest_entry": self.newest_entry(request, obj)}
        fields[SEEN] = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=fields["newest_entry"])
        kwargs.setdefault("form", type(self.form.__name__, (SeenForm, self.form), fields))
        return super().get_form(request, obj, change=change, **kwargs)

    def newest_entry(self, request: HttpRequest, obj: Model | None) -> int:
        """Key of the newest in the log of what this page changes; 0 where nobody has changed it."""
        if obj is None:
            return 0
        entries = entries_of(self.table, name_on(obj), self.part_tables(request))
        return entries.order_by("-pk").values_list("pk", flat=True).first() or 0

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return [name for name in super().get_fields(request, obj) if name not in (REASON, SEEN)]

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["formset"] = type("Rows", (ReasonedFormSet,), {"is_reason_required": self.is_reasoned})
        return super().get_changelist_formset(request, **kwargs)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        with recording(request.user, reason_of(request), {self.table} | self.part_tables(request)):  # type: ignore[arg-type]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if request.method != "POST":
            return super().changelist_view(request, extra_context)
        tables = {self.table} if "_save" in request.POST else deletion_tables(self.model)
        with recording(request.user, reason_of(request), tables):  # type: ignore[arg-type]
            return super().changelist_view(request, extra_context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        form = ReasonForm(request.POST if request.method == "POST" else None, is_required=self.is_deletion_reasoned)
        record = self.get_object(request, unquote(object_id))
        context = {**(extra_context or {}), "reason_form": form, **_naming([record] if record else [])}
        if not form.is_valid():
            request.POST = QueryDict()  # Not confirmed: asked again.
            return super().delete_view(request, object_id, context)
        with recording(request.user, reason_of(request), deletion_tables(self.model)):  # type: ignore[arg-type]
            return super().delete_view(request, object_id, context)

    @admin.action(permissions=["delete"], description=gettext_lazy("Delete selected %(verbose_name_plural)s"))
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        form = ReasonForm(request.POST if "post" in request.POST else None, is_required=self.is_deletion_reasoned)
        naming = _naming(list(queryset))
        if not form.is_valid():
            answers = request.POST.copy()
            answers.pop("post", None)
            request.POST = answers  # type: ignore[assignment]
        response = delete_selected(self, request, queryset)
        if isinstance(response, TemplateResponse) and response.context_data is not None:
            response.context_data |= {"reason_form": form, **naming}
        return response

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        texts, counts, lacking, protected = super().get_deleted_objects(objs, request)
        kept = {name: n for name, n in counts.items() if not str(name).endswith(_PLACES)}
        return without_list_places(self.model, texts), kept, lacking, protected

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        may_save = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        form = context["adminform"].form
        context |= {"reason": form[REASON], "seen": form[SEEN]} if may_save else {"reason": None}
        if obj and not context["is_popup"]:
            name = name_on(obj)
            entries = entries_of(self.table, name, self.part_tables(request))[: LAST_ENTRIES + 1]
            lines = history_lines(entries, self.table, name, request.user)  # type: ignore[arg-type]
            context["history"] = lines[:LAST_ENTRIES]
            context["has_more_history"] = len(lines) > LAST_ENTRIES
        return super().render_change_form(request, context, add, change, form_url, obj)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        name = name_on(obj)
        entries = entries_of(self.table, name, self.part_tables(request))[:HISTORY_LENGTH]
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %(record)s") % {"record": obj},
            "opts": self.opts,
            "object": obj,
            "history": history_lines(entries, self.table, name, request.user),  # type: ignore[arg-type]
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)


class ReadOnlyInline(InlineModelAdmin):  # type: ignore[type-arg]
    """An inline to read: its rows are changed on pages of their own."""

    can_delete = False
    max_num = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _naming(records: list[Model]) -> dict[str, Any]:
    return {"named_in": named_in(records), "lists_without": lists_without(records)}


def deletion_tables(model: type[Model]) -> set[str]:
    """What a deletion there can change: what goes along, and what names it in a list of many."""
    reached, queue = {model}, [model]
    while queue:
        for relation in queue.pop()._meta.get_fields(include_hidden=True):
            if not relation.auto_created or relation.concrete or not relation.is_relation:
                continue
            other = relation.related_model
            is_many = relation.many_to_many
            if other in reached or not (is_many or relation.on_delete is models.CASCADE):  # type: ignore[union-attr]
                continue
            reached.add(other)  # type: ignore[arg-type]
            if not is_many:
                queue.append(other)  # type: ignore[arg-type]
    return {TABLE_OF[each] for each in reached if each in TABLE_OF}
