from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Max, Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from causes.admin.choosing import ManyRowsInline
from causes.admin.recorded import RecordedAdmin


class CatalogueAdmin(RecordedAdmin):
    """A table of the catalogue: paginated, and a new record comes last."""

    list_per_page = 50
    show_full_result_count = False
    save_on_top = True

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        last = self.model._default_manager.aggregate(last=Max("order"))["last"]
        return {"order": 0 if last is None else last + 1, **super().get_changeform_initial_data(request)}


class GradedAdmin(CatalogueAdmin):
    """Lists show the grade's letter and the beginning of the source's title."""

    @admin.display(description=_("grade"), ordering="grade")
    def grade_letter(self, record: Any) -> str:
        return str(record.grade)

    @admin.display(description=_("source"), ordering="source__title")
    def short_source(self, record: Any) -> str:
        return Truncator(str(record.source)).chars(60) if record.source else "–"


class SluggedAdmin(CatalogueAdmin):
    """The slug is chosen once: answers and releases refer to it."""

    name_field = "name"

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[Any, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return ("slug", *fields) if obj else fields

    def get_prepopulated_fields(self, request: HttpRequest, obj: Model | None = None) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": (self.name_field,)}


class SourcedInline(ManyRowsInline, admin.StackedInline):  # type: ignore[type-arg]
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("source",)


def changelist(model: type[Model], **filters: str) -> str:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address


def changelist_link(model: type[Model], count: int, **filters: str) -> SafeString:
    name = model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural
    return format_html('<a href="{}">{} {}</a>', changelist(model, **filters), count, name)
