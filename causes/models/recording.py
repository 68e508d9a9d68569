"""The log of the catalogue: what an operation did to it, record by record, and the way back."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import transaction

from causes.catalogue import RECORDS, Catalogue, records_from_json, records_to_json
from causes.changes import Version, versions
from causes.models.compilation import working_copy
from causes.models.loading import MODELS, put
from causes.models.workflow import LogEntry

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@contextmanager
def recording(user: User | None, reason: str = "", tables: Collection[str] = tuple(RECORDS)) -> Iterator[None]:
    """What happens to these tables inside is logged, in the same transaction: all of it is kept, or nothing."""
    with transaction.atomic():
        before = working_copy(tables)
        yield
        log_changes(before, working_copy(tables), user, reason)


def log_changes(before: Catalogue, after: Catalogue, user: User | None, reason: str = "") -> None:
    operation = uuid.uuid4()
    LogEntry.objects.bulk_create(
        LogEntry(
            user=user,
            action=_action(version),
            operation=operation,
            table=version.table,
            name=version.name,
            before=records_to_json(version.before) if version.before else "",
            after=records_to_json(version.after) if version.after else "",
            reason=reason,
        )
        for version in versions(before, after)
    )


def _action(version: Version) -> LogEntry.Action:
    if not version.name:
        return LogEntry.Action.REORDERED
    if not version.before:
        return LogEntry.Action.ADDED
    return LogEntry.Action.CHANGED if version.after else LogEntry.Action.REMOVED


def log_event(user: User | None, action: LogEntry.Action, name: str, reason: str = "") -> LogEntry:
    """What is no change of a record: an export, a proposal, a release."""
    return LogEntry.objects.create(user=user, action=action, operation=uuid.uuid4(), name=name, reason=reason)


def restore(entry: LogEntry, user: User, reason: str, is_before: bool = False) -> None:
    """Make the record what it was after this entry, or before it.

    Raises ValidationError when it no longer fits: something that it refers to is gone, or refers to it.
    """
    records = records_from_json(entry.table, entry.before if is_before else entry.after)
    # What is removed takes others along.
    with recording(user, reason, (entry.table,) if records else tuple(RECORDS)):
        put(entry.table, {entry.name: records})


def undo(operation: uuid.UUID, user: User, reason: str) -> None:
    """Make every record of one save, import or deletion what it was before it, all of them or none.

    Raises ValidationError when one no longer fits.
    """
    entries = [entry for entry in LogEntry.objects.filter(operation=operation) if entry.is_of_record]
    with recording(user, reason):
        for table in MODELS:
            put(table, {e.name: records_from_json(table, e.before) for e in entries if e.table == table and e.before})
        for table in reversed(MODELS):
            put(table, {e.name: () for e in entries if e.table == table and not e.before})
