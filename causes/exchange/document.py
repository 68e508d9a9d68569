"""The whole catalogue as one JSON document: read against its schema, rehearsed, and taken over."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator

from causes.catalogue import RECORDS, Catalogue, from_json, to_json
from causes.catalogue.schema import schema
from causes.catalogue.tables import hints, in_order
from causes.changes import changes
from causes.exchange.tables import Rehearsal, RowProblem, check_seen, rehearsed
from causes.models import LogEntry
from causes.models.compilation import working_copy
from causes.models.loading import replace_working_copy
from causes.models.recording import log_event, recording
from causes.validation import problems, references

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST_BYTES = 20_000_000
# What tells a record of any table from its neighbours.
_NAMES = ("slug", "setting", "presentation", "cause", "finding", "option", "language", "table", "key", "field")


def export_working_copy(user: User) -> str:
    """The document, and a line in the log."""
    catalogue = working_copy()
    log_event(user, LogEntry.Action.EXPORTED, f"working copy, JSON, {count(catalogue)} records")
    return to_json(catalogue)


def count(catalogue: Catalogue) -> int:
    return sum(len(getattr(catalogue, table)) for table in RECORDS)


def read(data: bytes) -> Catalogue:
    """Raises ValidationError listing every place where the document is not as the schema says."""
    if len(data) > MOST_BYTES:
        raise ValidationError(_("The file is larger than %(most)s MB."), "size", {"most": MOST_BYTES // 1_000_000})
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(_("The file is not in UTF-8. Save it as UTF-8, and try again."), "utf-8") from error
    try:
        document = json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise ValidationError(_("The file cannot be read as JSON: %(error)s"), "json", {"error": error}) from error
    if found := [_message(error, document) for error in _validator().iter_errors(document)]:
        raise ValidationError([ValidationError(text, "schema") for text in found])
    return read_checked(data)


def read_checked(data: bytes) -> Catalogue:
    """Of a document that ``read`` has read before: the schema takes seconds."""
    return in_order(_with_floats(from_json(data.decode("utf-8-sig"))))


def rehearse_document(catalogue: Catalogue) -> Rehearsal:
    """What ``import_document`` would do. Nothing of it stays."""
    with transaction.atomic():
        try:
            _take_over(catalogue)
            found: list[RowProblem] = []
        except ValidationError as error:
            found = [RowProblem(0, "", text) for text in error.messages]
        transaction.set_rollback(True)
    return Rehearsal(found) if found else rehearsed(working_copy(), catalogue)


def import_document(catalogue: Catalogue, user: User, reason: str, seen: str = "") -> None:
    """Make it the working copy, logged record by record. ``seen`` as for a table.

    Raises ValidationError listing every problem.
    """
    with recording(user, reason):
        check_seen(seen)
        _take_over(catalogue)


def _take_over(catalogue: Catalogue) -> None:
    if unknown := references(catalogue):
        raise ValidationError([ValidationError(str(problem), "unknown") for problem in unknown])
    try:
        with transaction.atomic():
            replace_working_copy(catalogue)
            connection.check_constraints()
    except (IntegrityError, DataError) as error:
        raise ValidationError(_refusals(catalogue, error)) from error
    if lost := changes(catalogue, working_copy()):
        raise ValidationError([ValidationError(_("Cannot be kept as it is: %s") % change, "lost") for change in lost])


def _refusals(catalogue: Catalogue, error: Exception) -> list[ValidationError]:
    """The rules know the record; the database knows only its own names."""
    found = [str(problem) for problem in problems(catalogue)]
    told = found or [_("The tables refuse it: %(error)s") % {"error": " ".join(str(error).split())}]
    return [ValidationError(text, "refused") for text in told]


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


def _message(error: Any, document: Any) -> str:
    text = error.message if len(error.message) <= 200 else f"{error.message[:200]}…"
    return f"{_place([*error.absolute_path], document) or error.json_path}: {text}"


def _place(path: list[Any], document: Any) -> str:
    """By what the record is called; "" for what lies in no record."""
    if len(path) < 2 or not isinstance(path[1], int):
        return ""
    table, number, *fields = path
    record = document[table][number]
    names = [record[key] for key in _NAMES if record.get(key)] if isinstance(record, dict) else []
    name = f" ({', '.join(map(str, names))})" if names else ""
    return ", ".join([f"{table}, record {number + 1}{name}", *([".".join(map(str, fields))] if fields else [])])


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _with_floats(catalogue: Catalogue) -> Catalogue:
    """JSON does not tell 1 from 1.0, the canonical document does."""
    parts: dict[str, Any] = {}
    for table, kind in RECORDS.items():
        names = [name for name, hint in hints(kind).items() if hint is float]
        if names:
            parts[table] = tuple(
                replace(record, **{name: float(getattr(record, name)) for name in names})
                for record in getattr(catalogue, table)
            )
    return replace(catalogue, **parts)
