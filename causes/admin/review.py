"""What somebody reads before a release: the problems with where to solve them, and the changes table by table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.urls import reverse

from causes import catalogue as compiled
from causes import models
from causes.admin.base import changelist
from causes.admin.history import change_text
from causes.catalogue import Catalogue
from causes.catalogue.translating import untranslated
from causes.changes import Change, changes
from causes.models.loading import MODELS as LOADED
from causes.models.source_warnings import source_warnings

# Options and effects are parts of other records, but have problems and contents of their own.
MODELS: dict[str, type[Model]] = {**LOADED, "options": models.Finding, "drug_effects": models.Drug}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class TableChanges:
    title: str
    lines: tuple[ChangeLine, ...]


def problem_links(problems: list[compiled.Problem]) -> list[tuple[compiled.Problem, str]]:
    return [(problem, _address(problem)) for problem in problems]


def table_changes(before: Catalogue, after: Catalogue) -> tuple[TableChanges, ...]:
    return table_lines(changes(before, after))


def table_lines(found: list[Change]) -> tuple[TableChanges, ...]:
    tables: dict[str, list[ChangeLine]] = {}
    for change in found:
        title = title_of(change.table)
        tables.setdefault(title, []).append(ChangeLine(change.name, change_text(change)))
    return tuple(TableChanges(f"{title} ({len(lines)})", tuple(lines)) for title, lines in tables.items())


def title_of(table: str) -> str:
    name = str(MODELS[table]._meta.verbose_name_plural)
    return name[:1].upper() + name[1:]


def missing_translations(catalogue: Catalogue) -> list[tuple[str, int]]:
    """How many texts of each language are missing or out of date; a language that is complete is left out."""
    return [
        (name, number)
        for code, name in settings.LANGUAGES
        if code != settings.LANGUAGE_CODE and (number := len(untranslated(catalogue, code)))
    ]


def warned_sources(catalogue: Catalogue) -> dict[str, Any]:
    """For ``_source_warnings.html``: sources in use that a check found retracted, corrected or dead."""
    warnings = source_warnings(catalogue)
    return {"warnings": warnings, "grave": any(warning.is_grave for warning in warnings)}


def _address(problem: compiled.Problem) -> str:
    """Where an editor solves it: the record's page, or the list that shows it and its neighbours."""
    model, record = MODELS[problem.table], problem.record
    match record:
        case compiled.Likelihood():
            cause = (
                {"cause__isnull": "True"}
                if record.cause == compiled.BACKGROUND
                else {"cause__slug__exact": record.cause}
            )
            return changelist(model, finding__slug__exact=record.finding, **cause)
        case compiled.Pretest():
            return changelist(model, setting__slug__exact=record.setting, presentation__slug__exact=record.presentation)
        case compiled.Epidemiology() | compiled.Treatment() | compiled.Investigation():
            return changelist(model, cause__slug__exact=record.cause)
        case compiled.Fact():
            return changelist(model, q=record.statement)
        case compiled.PatientAdvice():
            return changelist(model, q=record.cause)
        case compiled.Translation():
            return changelist(model, q=record.key)
        case compiled.DrugEffect():
            return changelist(model, q=problem.row.partition(",")[0])
        case None | compiled.Option():
            return changelist(model)
    return reverse(f"admin:causes_{model._meta.model_name}_change", args=[record.slug])  # type: ignore[attr-defined]
