"""What the patient's form asks, and how it works answers out."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from causes import words
from causes.admin.base import SluggedAdmin, changelist_link
from causes.admin.board import QuestionBoard
from causes.admin.choosing import ManyRowsInline
from causes.admin.patient_page import PatientPageAdmin
from causes.admin.recorded import ReadOnlyInline
from causes.hpo_forms import FindingForm
from causes.models import BodyZone, Burden, Cluster, Drink, Finding, Likelihood, Option, Parameter, Section


class OptionInline(ManyRowsInline, admin.TabularInline):  # type: ignore[type-arg]
    model = Option


class UsedLikelihoodInline(ReadOnlyInline, admin.TabularInline):  # type: ignore[type-arg]
    model = Likelihood
    verbose_name_plural = _("likelihoods used in the ranking")
    fields = ("cause_name", "option", "percent", "affected", "total", "grade", "source")
    readonly_fields = fields
    ordering = ["cause__order", "option"]
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Likelihood]:
        return super().get_queryset(request).filter(is_used=True).select_related("cause", "source", "finding")

    @admin.display(description=_("cause"))
    def cause_name(self, row: Likelihood) -> str:
        return row.cause.name if row.cause else str(_("In others (background)"))

    @admin.display(description=_("probability"))
    def percent(self, row: Likelihood) -> str:
        if row.finding.kind == Finding.Kind.NUMBER:
            return f"{row.probability:g} {row.finding.unit}"
        return words.probability(row.probability)


@admin.register(Finding)
class FindingAdmin(PatientPageAdmin, SluggedAdmin):
    form = FindingForm
    list_display = [
        "name",
        "question",
        "reported_by",
        "kind",
        "control",
        "section",
        "cluster",
    ]
    list_select_related = ["section", "cluster"]
    list_filter = ["reported_by", "control", "kind", "section", "cluster", "burden"]
    search_fields = ["name", "slug", "question", "hpo", "hpo_name"]
    readonly_fields = ["evidence", "hpo_name"]
    inlines = [OptionInline, UsedLikelihoodInline]
    fieldsets = [
        (None, {"fields": ["name", "slug", "reported_by", ("kind", "unit"), "cluster", "burden", "order", "evidence"]}),
        (_("Question"), {"fields": ["control", "section", "question", "help", "why", "ask_if", "implied_if"]}),
        (_("Human Phenotype Ontology"), {"fields": [("hpo", "hpo_name")]}),
    ]

    @admin.display(description=_("evidence"))
    def evidence(self, finding: Finding) -> SafeString:
        return changelist_link(Likelihood, finding.likelihoods.count(), finding__slug__exact=finding.pk)


@admin.register(Burden)
class BurdenAdmin(SluggedAdmin):
    name_field = "label"
    list_display = ["label", "description", "source", "order"]
    list_select_related = ["source"]
    search_fields = ["label", "slug", "description"]
    autocomplete_fields = ["source"]


@admin.register(Section)
class SectionAdmin(PatientPageAdmin, QuestionBoard, SluggedAdmin):
    name_field = "title"
    list_display = ["title", "intro", "order"]
    search_fields = ["title", "slug", "intro"]


@admin.register(Cluster)
class ClusterAdmin(SluggedAdmin):
    list_display = ["name", "rho", "order"]
    search_fields = ["name", "slug"]


@admin.register(BodyZone)
class BodyZoneAdmin(SluggedAdmin):
    list_display = ["name", "view", "group", "region", "order"]
    list_filter = ["view", "group", "region"]
    search_fields = ["name", "slug", "region"]
    autocomplete_fields = ["findings", "twitch_findings", "tremor_findings"]


@admin.register(Drink)
class DrinkAdmin(SluggedAdmin):
    list_display = ["name", "caffeine_mg", "source", "order"]
    list_select_related = ["source"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["source"]


@admin.register(Parameter)
class ParameterAdmin(SluggedAdmin):
    list_display = ["name", "value", "unit", "source"]
    list_select_related = ["source"]
    search_fields = ["name", "slug", "note"]
    autocomplete_fields = ["source"]
