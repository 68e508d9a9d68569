"""What patients read in other languages, and what is still missing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from causes.admin.base import CatalogueAdmin
from causes.catalogue.translating import MISSING, Text, missing_texts, patient_texts
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
        now = _texts_now()
        stale = [t.pk for t in queryset if now.get((t.table, t.key, t.field)) != t.original]
        return queryset.filter(pk__in=stale)


class TranslationForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whoever saves a translation has seen the text as it stands now."""

    class Meta:
        model = Translation
        fields = ("language", "table", "key", "field", "text", "order")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        place = tuple(cleaned.get(name) or "" for name in ("table", "key", "field"))
        original = _texts_now().get(place)
        if all(place) and original is None:
            raise ValidationError(_("Patients read no such text: compare table, record and field."), code="place")
        self.instance.original = original or ""
        return cleaned


@admin.register(Translation)
class TranslationAdmin(CatalogueAdmin):
    form = TranslationForm
    fields = ("language", "table", "key", "field", "english", "text", "original", "order")
    readonly_fields = ("english", "original")
    list_display = ["original", "text", "language", "table", "key", "field"]
    list_filter = ["language", FitsFilter, "table", "field"]
    search_fields = ["key", "text", "original"]
    change_list_template = "admin/causes/translation/change_list.html"

    @admin.display(description=_("the text now"))
    def english(self, translation: Translation) -> str:
        return _texts_now().get((translation.table, translation.key, translation.field), "–")

    def get_urls(self) -> list[URLPattern]:
        missing = self.admin_site.admin_view(self.missing)
        return [path("missing/", missing, name="causes_translation_missing"), *super().get_urls()]

    def missing(self, request: HttpRequest) -> HttpResponse:
        """By language, each with the way to its form."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        catalogue = working_copy()
        languages = [(code, name) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Texts that are not translated, or out of date"),
            "opts": self.opts,
            "languages": [
                (name, [_row(code, text, state) for text, state in missing_texts(catalogue, code)])
                for code, name in languages
            ],
        }
        return TemplateResponse(request, "admin/causes/translation/missing.html", context)


def _texts_now() -> dict[tuple[str, ...], str]:
    return {item.place: item.text for item in patient_texts(working_copy())}


def _row(language: str, text: Text, state: str) -> dict[str, str]:
    place = {"language": language, "table": text.table, "key": text.key, "field": text.field}
    if state == MISSING:
        address = f"{reverse('admin:causes_translation_add')}?{urlencode(place)}"
    else:
        address = reverse("admin:causes_translation_change", args=[Translation.objects.get(**place).pk])
    return {"text": text.text, "place": f"{text.table}, {text.key}, {text.field}", "state": state, "address": address}
