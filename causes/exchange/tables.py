"""Export and import of one table, and an import's rehearsal: what it would do, and every row that stands in its way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from import_export.results import Result, RowResult
from tablib import Dataset

from causes.catalogue import Catalogue, Problem
from causes.catalogue.tables import NESTED, lost
from causes.changes import Change, changes
from causes.exchange.formats import FORMATS
from causes.exchange.resource import TableResource, check_columns
from causes.exchange.rows import name_of
from causes.models import LogEntry, Release
from causes.models.compilation import working_copy
from causes.models.recording import log_event, recording

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# The table of the catalogue in which a table's rows lie.
RECORDED_IN = {nested.table: table for table, nested in NESTED.items()}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """``row`` counts as a spreadsheet does, the header being 1; 0 for the file as a whole."""

    row: int
    column: str
    rule: str


@dataclass(frozen=True, slots=True)
class Totals:
    added: int = 0
    changed: int = 0
    removed: int = 0
    same: int = 0

    def words(self) -> str:
        return _("%(added)d added, %(changed)d changed, %(removed)d removed, %(same)d as they were") % asdict(self)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    problems: list[RowProblem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    # What the catalogue as a whole would lack, new or not: it may be imported, but not proposed.
    obstacles: list[Problem] = field(default_factory=list)
    totals: Totals | None = None
    seen: str = ""  # the hash of the working copy that it would change


def export_table(table: str, extension: str, user: User, keys: Collection[Any] | None = None) -> bytes:
    """The file, and a line in the log. Only rows with these keys where they are given; of a nested table, the owners'.

    Raises ValidationError when a text would not come back from the file as it is.
    """
    resource = TableResource(table)
    name = {"pk": "id"}.get(owner_column(table), owner_column(table))
    entries = [entry for entry in resource.get_queryset() if keys is None or getattr(entry, name) in keys]
    for entry in entries:
        for name, value in vars(entry).items():
            if why := lost(value):
                problem = Problem(table, name_of(table, entry), f"{name} {why}")
                raise ValidationError(str(problem), "lost")
    dataset = resource.export(entries)
    data = FORMATS[extension]().export_data(dataset)
    log_event(user, LogEntry.Action.EXPORTED, f"{table}, {extension.upper()}, {len(entries)} rows")
    return data.encode() if isinstance(data, str) else data


def import_table(
    table: str, dataset: Dataset, user: User, reason: str, is_whole: bool = False, seen: str = ""
) -> Totals:
    """All of it, logged, or nothing. ``seen`` is the hash of the working copy that somebody saw the preview of.

    Raises ValidationError listing every problem.
    """
    with recording(user, reason, (RECORDED_IN.get(table, table),)):
        check_seen(seen)
        result, removed = _import(table, dataset, is_whole)
        if found := _problems(result):
            raise ValidationError([ValidationError(f"{p.row}, {p.column}: {p.rule}", "row") for p in found])
    return _totals(result, removed)


def rehearse_table(table: str, dataset: Dataset, is_whole: bool = False) -> Rehearsal:
    """What ``import_table`` would do. Nothing of it stays."""
    lies_in = RECORDED_IN.get(table, table)
    with transaction.atomic():
        result, removed = _import(table, dataset, is_whole)
        found = _problems(result)
        records: Any = () if found else getattr(working_copy((lies_in,)), lies_in)
        transaction.set_rollback(True)
    if found:
        return Rehearsal(found)
    before = working_copy()
    after = replace(before, **{lies_in: records})
    return rehearsed(before, after, _totals(result, removed))


def rehearsed(before: Catalogue, after: Catalogue, totals: Totals | None = None) -> Rehearsal:
    return Rehearsal([], changes(before, after), Release.objects.obstacles(after), totals, before.sha256)


def check_seen(sha256: str) -> None:
    """Raises ValidationError when the working copy is another one by now."""
    if sha256 and working_copy().sha256 != sha256:
        raise ValidationError(_("Someone changed the working copy while you looked at it: look again."), code="stale")


def owner_column(table: str) -> str:
    """By which rows are chosen: of a nested table the owner, of any other its key in the database."""
    return next((nested.owner for nested in NESTED.values() if nested.table == table), "pk")


def _import(table: str, dataset: Dataset, is_whole: bool) -> tuple[Result, int]:
    """Within a transaction that the caller rolls back when there are problems."""
    try:
        check_columns(table, dataset.headers or ())
    except ValidationError as error:
        result = Result()
        result.append_base_error(TableResource.get_error_result_class()(error))
        return result, 0
    resource = TableResource(table, is_whole)
    result = resource.import_data(dataset, use_transactions=False)
    kept = {entry.id for entry in resource.imported.values()}
    return result, len(resource.by_id.keys() - kept) if is_whole else 0


def _totals(result: Result, removed: int) -> Totals:
    return Totals(
        added=result.totals[RowResult.IMPORT_TYPE_NEW],
        changed=result.totals[RowResult.IMPORT_TYPE_UPDATE],
        removed=removed,
        same=result.totals[RowResult.IMPORT_TYPE_SKIP],
    )


def _problems(result: Result) -> list[RowProblem]:
    found = [RowProblem(0, "", text) for error in result.base_errors for text in _messages(error.error)]
    for row in result.error_rows:
        found += [RowProblem(row.number + 1, "", text) for error in row.errors for text in _messages(error.error)]
    for row in result.invalid_rows:
        for column, texts in row.error_dict.items():
            name = "" if column == NON_FIELD_ERRORS else column
            found += [RowProblem(row.number + 1, name, text) for text in texts]
    return sorted(found, key=lambda problem: problem.row)


def _messages(error: Exception) -> list[str]:
    return error.messages if isinstance(error, ValidationError) else [str(error)]
