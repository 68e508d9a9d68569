"""What the matrix shows, read in a few queries."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from causes.catalogue import BACKGROUND
from causes.matrix import Cell, Column, Figure, Filters, Row, build_grid
from causes.matrix_forms import MatrixCell, MatrixFilterForm
from causes.models import Cause, Finding, Likelihood, Section, Source
from causes.models.editable import Reporter

FIGURE = ("finding", "option", "probability", "total", "source", "grade", "is_used")


def matrix_columns() -> list[Column]:
    causes = Cause.objects.order_by("order", "slug").values_list("slug", "name", "group")
    return [Column(BACKGROUND, _("In others (background)")), *(Column(*cause) for cause in causes)]


def matrix_rows() -> list[Row]:
    """Topic by topic; then what the form does not ask, by who reports it."""
    findings = (
        Finding.objects.order_by("order", "slug")
        .select_related("section")
        .prefetch_related("options")
        .only("name", "kind", "unit", "reported_by", "hpo", "hpo_name", "order", "section__title")
    )
    sections = {slug: number for number, slug in enumerate(Section.objects.values_list("slug", flat=True))}
    reporters = {value: number for number, value in enumerate(Reporter.values)}
    ordered = sorted(
        findings, key=lambda f: (sections.get(f.section_id or "", len(sections)), reporters[f.reported_by])
    )
    return [row for finding in ordered for row in rows_of(finding)]


def rows_of(finding: Finding) -> Iterator[Row]:
    is_choice = finding.kind == Finding.Kind.CHOICE
    for option, label in [(o.value, o.label) for o in finding.options.all()] if is_choice else [("", "")]:
        yield Row(
            finding=finding.slug,
            name=finding.name,
            group=finding.section.title if finding.section else str(Reporter(finding.reported_by).label),
            option=option,
            label=label,
            unit=finding.unit,
            is_number=finding.kind == Finding.Kind.NUMBER,
            section=finding.section_id or "",
            reported_by=finding.reported_by,
            text=" ".join((finding.name, finding.slug, finding.hpo, finding.hpo_name)).casefold(),
        )


def figures_of(likelihoods: QuerySet[Likelihood]) -> Iterator[Figure]:
    cause = Coalesce("cause_id", Value(BACKGROUND))
    return map(Figure._make, likelihoods.order_by().values_list(cause, *FIGURE))


def filters_of(form: MatrixFilterForm) -> Filters:
    """What is not understood is left out; the form says so beside its field."""
    form.full_clean()
    asked = form.cleaned_data
    return Filters(
        section=asked.get("section", ""),
        reported_by=asked.get("reported_by", ""),
        group=asked.get("group", ""),
        words=tuple(asked.get("q", "").casefold().split()),
        sources=_sources(asked["source"]) if asked.get("source") else None,
        grade=asked.get("grade", ""),
        is_gap=asked.get("gaps", False),
        is_uncited=asked.get("uncited", False),
    )


def _sources(text: str) -> frozenset[str]:
    found = Q(title__icontains=text) | Q(identifier__icontains=text) | Q(slug=text)
    return frozenset(Source.objects.filter(found).values_list("pk", flat=True))


def cells_of(cell: MatrixCell) -> list[tuple[str, Cell]]:
    """What the matrix shows of it now: one cell, or one for each option."""
    rows = list(rows_of(cell.finding))
    grid = build_grid([Column(cell.slug, cell.cause_name)], rows, figures_of(cell.rows()))
    return [(row.option, cells[0]) for group in grid.groups for row, cells in group.rows]
