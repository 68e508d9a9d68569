"""What patients read in other languages, and what is still missing."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from causes.admin.base import CatalogueAdmin
from causes.catalogue.translating import patient_texts
from causes.models import Translation
from causes.models.compilation import working_copy


class FitsFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("stale", _("Out of date"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Translation]) -> QuerySet[Translation]:
        if self.value() != "stale":
            return queryset
        now = {item.place: item.text for item in patient_texts(working_copy())}
        stale = [t.pk for t in queryset if now.get((t.table, t.key, t.field)) != t.original]
        return queryset.filter(pk__in=stale)


@admin.register(Translation)
class TranslationAdmin(CatalogueAdmin):
    list_display = ["original", "text", "language", "table", "key", "field"]
    list_filter = ["language", FitsFilter, "table", "field"]
    search_fields = ["key", "text", "original"]
