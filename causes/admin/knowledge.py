"""Causes and what is known about them: treatments, tests, facts, drugs, red flags."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import EmptyFieldListFilter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from causes.admin.base import GradedAdmin, SluggedAdmin, SourcedInline, changelist_link
from causes.condition_forms import RedFlagForm
from causes.hpo_forms import CauseForm
from causes.models import (
    Cause,
    Drug,
    DrugEffect,
    Epidemiology,
    Fact,
    Investigation,
    Likelihood,
    PatientAdvice,
    Pretest,
    RedFlag,
    Treatment,
)


class PatientAdviceInline(SourcedInline):
    model = PatientAdvice
    fk_name = "cause"
    autocomplete_fields = ("source", "recheck_source")


class TreatmentInline(SourcedInline):
    model = Treatment


class InvestigationInline(SourcedInline):
    model = Investigation


class FactInline(SourcedInline):
    model = Fact


class EpidemiologyInline(SourcedInline):
    model = Epidemiology


@admin.register(Cause)
class CauseAdmin(SluggedAdmin):
    form = CauseForm
    list_display = ["name", "group", "urgency", "is_cannot_miss", "cannot_miss_threshold", "is_benign", "order"]
    list_filter = ["urgency", "is_cannot_miss", "is_benign", "group", "is_in_source_article"]
    search_fields = ["name", "slug", "summary", "group"]
    readonly_fields = ["evidence", "named_by_red_flags"]
    autocomplete_fields = ["benign_requires"]
    inlines = [PatientAdviceInline, TreatmentInline, InvestigationInline, FactInline, EpidemiologyInline]

    @admin.display(description=_("evidence"))
    def evidence(self, cause: Cause) -> SafeString:
        links = (
            changelist_link(model, model._default_manager.filter(cause=cause).count(), cause__slug__exact=cause.pk)
            for model in (Likelihood, Pretest)
        )
        return format_html_join(", ", "{}", ((link,) for link in links))

    @admin.display(description=_("suspected by red flags"))
    def named_by_red_flags(self, cause: Cause) -> SafeString | str:
        flags = cause.red_flags.values_list("pk", "name") if cause.pk else []
        links = [(reverse("admin:causes_redflag_change", args=[slug]), name) for slug, name in flags]
        return format_html_join(", ", '<a href="{}">{}</a>', links) or "–"


class OfCauseAdmin(GradedAdmin):
    """Records that hang on a cause and name a source."""

    list_select_related = ["cause", "source"]
    autocomplete_fields = ["cause", "source"]


@admin.register(Treatment)
class TreatmentAdmin(OfCauseAdmin):
    list_display = ["name", "cause", "kind", "line", "status", "grade_letter", "short_source"]
    list_filter = ["line", "status", "kind", "grade", ("source", EmptyFieldListFilter), "is_in_source_article", "cause"]
    search_fields = ["name", "role", "cautions", "cause__name", "cause__slug", "source__title"]


@admin.register(Investigation)
class InvestigationAdmin(OfCauseAdmin):
    list_display = ["name", "cause", "shows", "burden", "grade_letter", "short_source"]
    list_select_related = ["cause", "burden", "source"]
    list_filter = ["burden", "grade", "cause"]
    search_fields = ["name", "shows", "cause__name", "cause__slug", "source__title"]


@admin.register(Fact)
class FactAdmin(OfCauseAdmin):
    list_display = ["statement", "cause", "kind", "grade_letter", "short_source"]
    list_filter = ["kind", "grade", "is_in_source_article", "cause"]
    search_fields = ["statement", "kind", "cause__name", "cause__slug", "source__title"]


@admin.register(PatientAdvice)
class PatientAdviceAdmin(OfCauseAdmin):
    list_display = ["cause", "explanation", "recheck_weeks", "grade_letter", "short_source"]
    list_filter = ["grade", ("source", EmptyFieldListFilter)]
    search_fields = ["explanation", "self_care", "cause__name", "cause__slug", "source__title"]
    autocomplete_fields = ["cause", "source", "recheck_source"]


@admin.register(Epidemiology)
class EpidemiologyAdmin(OfCauseAdmin):
    list_display = [
        "cause",
        "value",
        "unit",
        "setting",
        "presentation",
        "age_band",
        "sex",
        "grade_letter",
        "short_source",
    ]
    list_filter = ["grade", "presentation", "setting", "cause"]
    search_fields = ["unit", "note", "cause__name", "cause__slug", "source__title"]


class DrugEffectInline(SourcedInline):
    model = DrugEffect
    autocomplete_fields = ("finding", "source")


@admin.register(Drug)
class DrugAdmin(SluggedAdmin):
    list_display = ["name", "drug_class", "atc", "brand_names"]
    list_filter = ["effects__effect", "drug_class"]
    search_fields = ["name", "slug", "brands", "drug_class", "atc", "effects__effect"]
    inlines = [DrugEffectInline]

    @admin.display(description=_("brand names"), ordering="brands", empty_value="–")
    def brand_names(self, drug: Drug) -> str:
        return ", ".join(drug.brands.splitlines())


@admin.register(RedFlag)
class RedFlagAdmin(SluggedAdmin, GradedAdmin):
    form = RedFlagForm
    list_display = [
        "name",
        "findings",
        "urgency",
        "warning_sign",
        "is_benign_compatible",
        "grade_letter",
        "short_source",
    ]
    list_select_related = ["source"]
    list_filter = ["urgency", "grade", "is_benign_compatible", "warning_presentations", "suspected_causes"]
    search_fields = [
        "name",
        "slug",
        "findings",
        "advice_to_clinician",
        "advice_to_patient",
        "warning_sign",
        "suspected_causes__name",
    ]
    autocomplete_fields = ["suspected_causes", "source"]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "warning_presentations":  # A handful: all in sight.
            kwargs["widget"] = forms.CheckboxSelectMultiple()
        return super().formfield_for_manytomany(db_field, request, **kwargs)
