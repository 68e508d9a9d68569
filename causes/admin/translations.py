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
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from causes.admin.base import CatalogueAdmin
from causes.admin.patient_page import PatientPageAdmin
from causes.catalogue.translating import MISSING, PATIENT_TEXTS, Text, missing_texts, patient_texts
from causes.models import Translation
from causes.models.compilation import working_copy

_PLACE = ("table", "key", "field")


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            # The place that the list of missing texts gives along, so that the text now can stand beside.
            for name in _PLACE:
                setattr(self.instance, name, self.initial.get(name, ""))

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        place = tuple(cleaned.get(n) or "" if n in self.fields else getattr(self.instance, n) for n in _PLACE)
        original = _texts_now().get(place)
        if all(place) and original is None:
            raise ValidationError(_("Patients read no such text: compare table, record and field."), code="place")
        self.instance.original = original or ""
        return cleaned


@admin.register(Translation)
class TranslationAdmin(PatientPageAdmin, CatalogueAdmin):
    form = TranslationForm
    chooses_language = False
    fields = (("language", "table", "key", "field"), "english", "text", "original", "order")
    readonly_fields = ("english", "original")
    list_display = ["original", "text", "language", "table", "key", "field"]
    list_filter = ["language", FitsFilter, "table", "field"]
    search_fields = ["key", "text", "original"]
    change_list_template = "admin/causes/translation/change_list.html"

    def get_readonly_fields(self, request: HttpRequest, obj: Translation | None = None) -> Any:
        """Which text it is of is chosen once: of another text it would be another translation."""
        return ("language", *_PLACE, *self.readonly_fields) if obj else self.readonly_fields

    @admin.display(description=_("the text now"))
    def english(self, translation: Translation) -> SafeString:
        """Beside the translation, with a mark when it was made from another text."""
        now = _texts_now().get((translation.table, translation.key, translation.field), "–")
        is_stale = translation.pk is not None and translation.original != now
        mark = gettext("Out of date: it was translated from another text, below. Saving says that it fits this one.")
        return format_html(
            '<div class="translation-original">{}</div>{}',
            now,
            format_html('<p class="translation-stale">{}</p>', mark) if is_stale else "",
        )

    def get_urls(self) -> list[URLPattern]:
        missing = self.admin_site.admin_view(self.missing)
        return [path("missing/", missing, name="causes_translation_missing"), *super().get_urls()]

    def missing(self, request: HttpRequest) -> HttpResponse:
        """By language, each with the way to its form."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        catalogue = working_copy((*PATIENT_TEXTS, "translations"))
        may_add = self.has_add_permission(request)
        languages = [(code, name) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Texts that are not translated, or out of date"),
            "opts": self.opts,
            "languages": [
                (name, [_row(code, text, state, may_add) for text, state in missing_texts(catalogue, code)])
                for code, name in languages
            ],
        }
        return TemplateResponse(request, "admin/causes/translation/missing.html", context)


def _texts_now() -> dict[tuple[str, ...], str]:
    return {item.place: item.text for item in patient_texts(working_copy(PATIENT_TEXTS))}


def _row(language: str, text: Text, state: str, may_add: bool) -> dict[str, str]:
    place = {"language": language, "table": text.table, "key": text.key, "field": text.field}
    if state == MISSING:
        address = f"{reverse('admin:causes_translation_add')}?{urlencode(place)}" if may_add else ""
    else:
        address = reverse("admin:causes_translation_change", args=[Translation.objects.get(**place).pk])
    return {"text": text.text, "place": f"{text.table}, {text.key}, {text.field}", "state": state, "address": address}
