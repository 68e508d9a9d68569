"""The rows of a table as a file has them, read from the working copy and saved to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from causes.catalogue import BACKGROUND, GENERAL, OTHER, RECORDS
from causes.catalogue.tables import NESTED, SETS, columns, key, lost
from causes.models.compilation import working_copy
from causes.models.editable import DrugEffect, Option
from causes.models.loading import MODELS, columns_of, next_order, put_slugged

# Parents first, as they must be imported.
MODEL_OF: Mapping[str, type[models.Model]] = {**MODELS, "options": Option, "drug_effects": DrugEffect}
OWNERS = {nested.table: table for table, nested in NESTED.items()}
_PARTS = {MODELS[table]: MODEL_OF[nested.table] for table, nested in NESTED.items()}
_TABLE_OF: Mapping[type[models.Model], str] = {model: table for table, model in MODELS.items()}
# What a row says where it names none of the causes.
_NO_CAUSE = {"likelihoods": BACKGROUND, "pretests": OTHER, "facts": GENERAL}


class Entry(SimpleNamespace):
    """A row: its columns, and ``id`` of the row that it is in the database, None for a new one."""

    id: Any


def values_of(table: str, entry: Entry) -> tuple[Any, ...]:
    """What the row says. Sets have no order."""
    sets = SETS.get(table, {})
    return tuple(frozenset(getattr(entry, name)) if name in sets else getattr(entry, name) for name in columns(table))


def key_of(table: str, entry: Entry) -> tuple[Any, ...]:
    return tuple(getattr(entry, name) for name in key(table)) or (entry.id,)


def name_of(table: str, entry: Entry) -> str:
    return " ".join(map(str, key_of(table, entry)))


def entries(table: str) -> list[Entry]:
    """Every row of the working copy, in the editors' order."""
    owner_table = OWNERS.get(table)
    if owner_table is None:
        records = getattr(working_copy((table,)), table)
        keys = sorted(MODEL_OF[table]._default_manager.values_list("order", "pk"))
        return [_entry(table, pk, record) for (_order, pk), record in zip(keys, records, strict=True)]
    return list(_nested_entries(owner_table))


def _nested_entries(owner_table: str) -> Iterator[Entry]:
    nested = NESTED[owner_table]
    keys: dict[Any, list[tuple[int, Any]]] = defaultdict(list)
    owner = f"{nested.owner}_id"
    for slug, order, pk in MODEL_OF[nested.table]._default_manager.values_list(owner, "order", "pk"):
        keys[slug].append((order, pk))
    for record in getattr(working_copy((owner_table,)), owner_table):
        for (_order, pk), part in zip(sorted(keys[record.slug]), getattr(record, nested.field), strict=True):
            yield _entry(nested.table, pk, part, **{nested.owner: record.slug})


def _entry(table: str, pk: Any, record: Any, **owner: str) -> Entry:
    return Entry(id=pk, **owner, **{name: getattr(record, name) for name in columns(table) if name not in owner})


@cache
def references(table: str) -> Mapping[str, str]:
    """The columns that name records of another table, and that table."""
    model = MODEL_OF[table]
    fields = {name: model._meta.get_field(name) for name in columns(table)}
    return {name: _TABLE_OF[field.related_model] for name, field in fields.items() if field.is_relation}  # type: ignore[index]


def slugs_of(table: str) -> frozenset[str]:
    return frozenset(MODEL_OF[table]._default_manager.values_list("pk", flat=True))


def faults(table: str, entry: Any, known: Mapping[str, frozenset[str]]) -> dict[str, list[ValidationError]]:
    """What a file would lose, and names of records that are not there, by column."""
    found: dict[str, list[ValidationError]] = {}
    for name in columns(table):
        value = getattr(entry, name)
        if why := lost(value):
            found[name] = [ValidationError(why, "lost")]
        elif name in references(table):
            if error := unknown(table, name, value, known):
                found[name] = [error]
            elif value == "" and _is_required(table, name):
                found[name] = [ValidationError(_("is empty"), "empty")]
    return found


def unknown(table: str, name: str, value: Any, known: Mapping[str, frozenset[str]]) -> ValidationError | None:
    """What the column names and the other table has not."""
    missing = [slug for slug in _named(table, name, value) if slug not in known[references(table)[name]]]
    if not missing:
        return None
    return ValidationError(_("unknown: “%(slug)s”"), "unknown", {"slug": "”, “".join(missing)})


def _named(table: str, name: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return () if value == "" or (name == "cause" and value == _NO_CAUSE.get(table)) else (value,)


def _is_required(table: str, name: str) -> bool:
    field = MODEL_OF[table]._meta.get_field(name)
    return not field.blank or name == "cause"  # type: ignore[union-attr]


def check(table: str, entry: Entry) -> None:
    """Raises ValidationError, by column, for what the admin's forms would refuse too."""
    instance = MODEL_OF[table](**_values(table, entry))
    relations = [f.name for f in instance._meta.fields if f.is_relation]
    instance.clean_fields(exclude=[*relations, "id"])
    instance.clean()


def is_slugged(table: str) -> bool:
    return key(table) == ("slug",)


def save(table: str, entry: Entry) -> None:
    """Raises ValidationError when it goes against the table's rules, until other rows change."""
    try:
        with transaction.atomic():
            if is_slugged(table):
                put_slugged(table, _record(table, entry), with_nested=False)
                entry.id = entry.slug
                return
            instance = _instance(table, entry)
            if entry.id is None:
                instance.order = next_order(MODEL_OF[table]._default_manager)
            instance.save()
            entry.id = instance.pk
    except IntegrityError as error:
        _instance(table, entry).validate_constraints()
        raise ValidationError(_("The database refuses this row."), code="refused") from error


def create(table: str, new: list[Entry]) -> None:
    """All of them, last in order, or none. Raises IntegrityError. Not for a table with slugs."""
    manager = MODEL_OF[table]._default_manager
    instances = [_instance(table, entry) for entry in new]
    for order, instance in enumerate(instances, next_order(manager)):
        instance.order = order
    with transaction.atomic():
        manager.bulk_create(instances)
    for entry, instance in zip(new, instances, strict=True):
        entry.id = instance.pk


def _record(table: str, entry: Entry) -> Any:
    """As the catalogue has it. What lies within it is in a table of its own, and left as it is."""
    nested = {NESTED[table].field: ()} if table in NESTED else {}
    return RECORDS[table](**{name: getattr(entry, name) for name in columns(table)}, **nested)


def _instance(table: str, entry: Entry) -> Any:
    """The model's, with the row's values."""
    if entry.id is None:
        return MODEL_OF[table](**_values(table, entry))
    instance = MODEL_OF[table]._default_manager.get(pk=entry.id)
    for name, value in _values(table, entry).items():
        setattr(instance, name, value)
    return instance


def _values(table: str, entry: Entry) -> dict[str, Any]:
    owner_table = OWNERS.get(table)
    if owner_table is None:
        return columns_of(_record(table, entry), {*SETS.get(table, ()), *_nested_field(table)})
    nested = NESTED[owner_table]
    record = nested.kind(**{name: getattr(entry, name) for name in columns(table) if name != nested.owner})
    return {f"{nested.owner}_id": getattr(entry, nested.owner), **columns_of(record)}


def _nested_field(table: str) -> tuple[str, ...]:
    return (NESTED[table].field,) if table in NESTED else ()


def remove(table: str, unwanted: list[Entry]) -> None:
    """Raises ValidationError while other records refer to one: nothing goes that the file does not speak of."""
    model, names = MODEL_OF[table], {entry.id: name_of(table, entry) for entry in unwanted}
    users: dict[Any, list[str]] = defaultdict(list)
    for relation, user in _relations(model):
        column = f"{relation}__in"
        for pk in user._default_manager.filter(**{column: list(names)}).values_list(relation, flat=True).distinct():
            users[pk].append(str((user._meta.auto_created or user)._meta.verbose_name_plural))  # type: ignore[union-attr]
    if users:
        message = _("“%(name)s” is not in the file, but named by: %(users)s.")
        raise ValidationError(
            [
                ValidationError(message, "used", {"name": names[pk], "users": ", ".join(sorted(set(tables)))})
                for pk, tables in users.items()
            ]
        )
    model._default_manager.filter(pk__in=list(names)).delete()


def _relations(model: type[models.Model]) -> Iterator[tuple[str, type[models.Model]]]:
    """The columns elsewhere that refer to it, and whose they are; what lies within it goes with it."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and (relation.one_to_many or relation.one_to_one):
            user: Any = relation.related_model
            if user is not _PARTS.get(model) and user._meta.auto_created is not model:
                yield relation.field.name, user  # type: ignore[union-attr]


def put_in_order(table: str, wanted: list[Entry]) -> None:
    """Make the working copy's order that of these rows."""
    model = MODEL_OF[table]
    instances = model._default_manager.in_bulk([entry.id for entry in wanted])
    moved = []
    for number, entry in enumerate(wanted):
        instance: Any = instances[entry.id]
        if instance.order != number:
            instance.order = number
            moved.append(instance)
    model._default_manager.bulk_update(moved, ["order"], batch_size=200)
