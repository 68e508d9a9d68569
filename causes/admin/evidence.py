"""Likelihoods, base rates and the sources that they rest on."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import EmptyFieldListFilter
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from causes import words
from causes.admin.base import GradedAdmin, SluggedAdmin, changelist_link
from causes.admin.matrix import MatrixPages
from causes.admin.source_health import SourcePages
from causes.admin.studies import StudiesPages
from causes.catalogue import BACKGROUND
from causes.forms import LikelihoodForm
from causes.models import (
    Burden,
    Drink,
    DrugEffect,
    Epidemiology,
    Fact,
    Investigation,
    Likelihood,
    Parameter,
    PatientAdvice,
    Presentation,
    Pretest,
    RedFlag,
    Setting,
    Source,
    SourceCheck,
    Treatment,
)
from causes.models.editable import Finding
from causes.source_forms import SourceForm

# Tables with a list of their own that cite sources; drug effects are on their drug's page.
CITING = (
    Likelihood,
    Pretest,
    Epidemiology,
    Treatment,
    Investigation,
    RedFlag,
    Fact,
    Drink,
    Parameter,
    Burden,
    PatientAdvice,
)


@admin.register(Likelihood)
class LikelihoodAdmin(MatrixPages, StudiesPages, GradedAdmin):
    form = LikelihoodForm
    list_display = ["finding", "cause_name", "option", "percent", "counted", "grade_letter", "short_source", "part"]
    list_display_links = ["finding"]
    list_select_related = ["cause", "finding", "source"]
    list_filter = [
        "grade",
        "is_used",
        "is_pooled",
        ("source", EmptyFieldListFilter),
        "finding__section",
        "finding__reported_by",
        "design",
        "cause",
    ]
    search_fields = ["finding__name", "finding__slug", "cause__name", "cause__slug", "source__title", "population"]
    autocomplete_fields = ["cause", "finding", "source"]
    readonly_fields = ["studies"]
    save_as = True
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("cause", "finding", "option"),
                    "probability",
                    ("affected", "total"),
                    "is_used",
                    "is_pooled",
                    "studies",
                ]
            },
        ),
        (_("Evidence"), {"fields": ["source", "grade", "design", "population", "note", "order"]}),
    ]

    @admin.display(description=_("cause"), ordering="cause__name")
    def cause_name(self, row: Likelihood) -> str:
        return row.cause.name if row.cause else str(_("In others (background)"))

    @admin.display(description=_("probability"), ordering="probability")
    def percent(self, row: Likelihood) -> str:
        if row.finding.kind == Finding.Kind.NUMBER:
            return f"{row.probability:g} {row.finding.unit}"
        return words.probability(row.probability)

    @admin.display(description=_("counted"), ordering="total")
    def counted(self, row: Likelihood) -> str:
        return words.counted(row.affected, row.total)

    @admin.display(description=_("source"), ordering="source__title")
    def short_source(self, record: Likelihood) -> str:
        return super().short_source(record) if record.source else str(_("no source: an estimate"))

    @admin.display(description=_("in the ranking"), ordering="is_used")
    def part(self, row: Likelihood) -> str:
        if row.is_used:
            return str(_("used"))
        return str(_("pooled")) if row.is_pooled else "–"

    @admin.display(description=_("all studies of this cell"))
    def studies(self, row: Likelihood) -> SafeString | str:
        if not row.finding_id:
            return "–"
        address = reverse("admin:causes_likelihood_studies", args=[row.cause_id or BACKGROUND, row.finding_id])
        return format_html('<a href="{}">{}</a>', address, _("Side by side, with a picture"))


@admin.register(Pretest)
class PretestAdmin(GradedAdmin):
    list_display = ["cause_name", "setting", "presentation", "share", "grade_letter", "short_source"]
    list_display_links = ["cause_name"]
    list_editable = ["share"]
    list_select_related = ["cause", "setting", "presentation", "source"]
    list_filter = ["setting", "presentation", "grade", "cause"]
    search_fields = ["cause__name", "cause__slug", "note", "source__title"]
    autocomplete_fields = ["cause", "source"]

    @admin.display(description=_("cause"), ordering="cause__name")
    def cause_name(self, row: Pretest) -> str:
        return row.cause.name if row.cause else str(_("None of these causes"))


class CheckFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*SourceCheck.Status.choices, ("none", _("On no list"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Source]) -> QuerySet[Source]:
        wanted = self.value()
        if not wanted:
            return queryset
        standing = SourceCheck.objects.standing()
        if wanted == "none":
            return queryset.exclude(pk__in=standing)
        return queryset.filter(pk__in=[slug for slug, check in standing.items() if check.status == wanted])


@admin.register(Source)
class SourceAdmin(SourcePages, SluggedAdmin):
    form = SourceForm
    name_field = "title"
    list_display = ["title", "year", "design", "identifier", "reviewed_on", "state", "likelihoods"]
    list_filter = [
        CheckFilter,
        "design",
        ("identifier", EmptyFieldListFilter),
        ("year", EmptyFieldListFilter),
        ("design", EmptyFieldListFilter),
        ("reviewed_on", EmptyFieldListFilter),
        "year",
    ]
    search_fields = ["title", "identifier", "slug", "url"]
    readonly_fields = ["state", "where_used"]
    fields = ["slug", "title", "identifier", "year", "url", "design", "reviewed_on", "state", "where_used", "order"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        rows = Likelihood.objects.filter(source=OuterRef("pk")).order_by().values("source")
        counted = Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
        sources: QuerySet[Source] = super().get_queryset(request)
        checks = SourceCheck.objects.filter(source=OuterRef("pk")).weightiest_first()
        return sources.annotate(
            likelihood_count=Coalesce(counted, 0), check_status=Subquery(checks.values("status")[:1])
        )

    @admin.display(description=_("state"), ordering="check_status")
    def state(self, source: Source) -> str:
        status = getattr(source, "check_status", None)
        return str(SourceCheck.Status(status).label) if status else "–"

    @admin.display(description=_("likelihoods"), ordering="likelihood_count")
    def likelihoods(self, source: Source) -> str:
        return f"{source.likelihood_count}"  # type: ignore[attr-defined]

    @admin.display(description=_("where it is used"))
    def where_used(self, source: Source) -> SafeString | str:
        counts = [(model, model._default_manager.filter(source=source).count()) for model in CITING]
        links = [changelist_link(model, n, source__slug__exact=source.pk) for model, n in counts if n]
        if rechecks := PatientAdvice.objects.filter(recheck_source=source).count():
            links.append(changelist_link(PatientAdvice, rechecks, recheck_source__slug__exact=source.pk))
        drugs = DrugEffect.objects.filter(source=source).order_by("drug__name").values_list("drug__name", flat=True)
        parts = [*links, *drugs]
        return format_html_join(", ", "{}", ((part,) for part in parts)) if parts else str(_("Nowhere."))


@admin.register(Setting)
class SettingAdmin(SluggedAdmin):
    list_display = ["name", "slug", "order"]
    search_fields = ["name", "slug"]


@admin.register(Presentation)
class PresentationAdmin(SluggedAdmin):
    list_display = ["name", "slug", "order"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["findings"]
