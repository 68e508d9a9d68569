"""What happened to a record, version by version, in words, with the way back to each version."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from causes.catalogue import records_from_json
from causes.changes import ADDED, CHANGED, REMOVED, REORDERED, Change, record_changes
from causes.models import DrugEffect, LogEntry, Option
from causes.models.loading import MODELS, name_of_row, rows_named

# Options and effects are parts of their owner's record.
TABLE_OF: dict[type[Model], str] = {
    **{model: table for table, model in MODELS.items()},
    Option: "findings",
    DrugEffect: "drugs",
}
# What a row of these decides reaches patients at once: nobody changes it without saying why.
REASONED = frozenset({"likelihoods", "pretests", "red_flags", "parameters"})
AFTER, BEFORE = "after", "before"


@dataclass(frozen=True, slots=True)
class WayBack:
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    at: datetime
    who: str
    what: str
    record: str  # "" for the page's own
    details: tuple[str, ...]
    reason: str
    ways_back: tuple[WayBack, ...]
    address: str


def name_on(instance: Model) -> str:
    """The name under which the log keeps it; "" for a record that is not there yet."""
    if instance._state.adding:
        return ""
    pk = instance.pk
    return str(pk) if instance._meta.pk.name == "slug" else name_of_row(TABLE_OF[type(instance)], pk)


def entries_of(table: str, name: str, parts: Collection[str] = ()) -> QuerySet[LogEntry]:
    """Of a record and, in tables whose records are named after it, of what hangs on it; the newest first."""
    wanted = Q(table=table, name=name)
    if parts:
        wanted |= Q(table__in=parts) & (Q(name=name) | Q(name__startswith=f"{name}, "))
    return LogEntry.objects.filter(wanted).select_related("user")


def entries_of_cell(cause: str, finding: str) -> QuerySet[LogEntry]:
    """Of all options of the cell; the newest first."""
    name = f"{cause} {finding}"
    wanted = Q(name=name) | Q(name__startswith=f"{name} ")
    return LogEntry.objects.filter(wanted, table="likelihoods").select_related("user")


def history_lines(entries: Iterable[LogEntry], table: str, name: str, user: User) -> list[HistoryLine]:
    """``entries`` begin with the newest of the record."""
    entries = list(entries)
    newest: dict[tuple[str, str], int] = {}
    oldest: dict[tuple[str, str], int] = {}
    for entry in entries:
        newest.setdefault((entry.table, entry.name), entry.pk)
        oldest[entry.table, entry.name] = entry.pk
    return [
        HistoryLine(
            at=entry.at,
            who=who(entry),
            what=entry.get_action_display(),
            record="" if (entry.table, entry.name) == (table, name) else f"{title_of(entry.table)}, {entry.name}",
            details=details_of(entry),
            reason=entry.reason,
            ways_back=_ways_back(
                entry,
                user,
                is_newest=newest[entry.table, entry.name] == entry.pk,
                is_oldest=oldest[entry.table, entry.name] == entry.pk,
            ),
            address=reverse("admin:causes_logentry_change", args=[entry.pk]),
        )
        for entry in entries
    ]


def _ways_back(entry: LogEntry, user: User, is_newest: bool, is_oldest: bool) -> tuple[WayBack, ...]:
    if not entry.is_of_record or not may_restore(user, entry.table):
        return ()
    ways = []
    if entry.after and not is_newest:
        ways.append(WayBack(_("Return to this version"), restore_address(entry, AFTER)))
    if entry.before and (is_oldest or not entry.after):
        label = _("Return to the version before") if entry.after else _("Restore")
        ways.append(WayBack(label, restore_address(entry, BEFORE)))
    return tuple(ways)


def restore_address(entry: LogEntry, state: str) -> str:
    return reverse("admin:causes_logentry_restore", args=[entry.pk, state])


def may_restore(user: Any, table: str) -> bool:
    """Who may add, change and delete there: a way back can be any of these."""
    name = MODELS[table]._meta.model_name
    return all(user.has_perm(f"causes.{action}_{name}") for action in ("add", "change", "delete"))


def who(entry: LogEntry) -> str:
    return (entry.user.get_full_name() or entry.user.get_username()) if entry.user else _("the program")


def title_of(table: str) -> str:
    if table not in MODELS:
        return table
    name = str(MODELS[table]._meta.verbose_name)
    return name[:1].upper() + name[1:]


def details_of(entry: LogEntry) -> tuple[str, ...]:
    """Field by field, as far as the action does not say it."""
    if not entry.is_of_record:
        return ()
    before, after = (records_from_json(entry.table, text) for text in (entry.before, entry.after))
    # Of what was removed: what it was.
    found = list(record_changes(entry.table, before, after) if after else record_changes(entry.table, (), before))
    if len(found) == 1:
        return found[0].details
    return tuple(change_text(change) for change in found)


def change_text(change: Change) -> str:
    kinds = {ADDED: _("added"), REMOVED: _("removed"), REORDERED: _("another order"), CHANGED: ""}
    return "; ".join(part for part in (kinds[change.kind], *change.details) if part)


def record_address(table: str, name: str) -> str:
    """Of the record's page as long as there is one, else of its table's list."""
    model = MODELS[table]
    if model._meta.pk.name == "slug":
        keys = [name] if model._default_manager.filter(pk=name).exists() else []
    else:
        keys = [pk for _order, pk in rows_named(table, [name])[name]]
    if keys:
        return reverse(f"admin:causes_{model._meta.model_name}_change", args=[keys[0]])
    return reverse(f"admin:causes_{model._meta.model_name}_changelist")
