"""The log of the catalogue: what an operation did to it, record by record, and the way back."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from causes.catalogue import RECORDS, Catalogue, records_from_json, records_to_json
from causes.changes import Version, versions
from causes.models.compilation import working_copy
from causes.models.loading import MODELS, named_rows, place_like, put
from causes.models.release import Release
from causes.models.workflow import LogEntry

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@contextmanager
def recording(user: User | None, reason: str = "", tables: Collection[str] = tuple(RECORDS)) -> Iterator[None]:
    """What happens to these tables inside is logged, in the same transaction: all of it is kept, or nothing."""
    with transaction.atomic():
        wait_for_others()  # Else one would log what another has just changed.
        before = working_copy(tables)
        yield
        log_changes(before, working_copy(tables), user, reason)


def wait_for_others() -> None:
    """Inside a transaction: editors save one after another, where the database can lock."""
    Release.objects.select_for_update().order_by("pk").values_list("pk").first()


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
        _put_back(entry.table, {entry.name: records}, entry.at)


def undo(operation: uuid.UUID, user: User, reason: str) -> None:
    """Make every record of one save, import or deletion what it was before it, all of them or none.

    Raises ValidationError when one no longer fits.
    """
    entries = [entry for entry in LogEntry.objects.filter(operation=operation) if entry.is_of_record]
    with recording(user, reason):
        for table in MODELS:
            former = {e.name: records_from_json(table, e.before) for e in entries if e.table == table and e.before}
            if former:
                _put_back(table, former, entries[0].at)
        for table in reversed(MODELS):
            put(table, {e.name: () for e in entries if e.table == table and not e.before})


def _put_back(table: str, wanted: Mapping[str, tuple[Any, ...]], at: datetime) -> None:
    """What is gone comes back to its place in the release of that time; last where that does not know it."""
    gone = {name for name, records in wanted.items() if records}
    if gone:
        gone -= {name for name, _key in named_rows(table)}
    put(table, wanted)
    release = Release.objects.defer("document").filter(published_at__lte=at).order_by("-number").first()
    if gone and release is not None:
        place_like(table, gone, getattr(release.catalogue(), table))
