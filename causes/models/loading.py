"""From a Catalogue to the editors' tables: how a new installation gets its working copy."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from causes.catalogue import BACKGROUND, GENERAL, OTHER, RECORDS, Catalogue, name_of
from causes.models import editable
from causes.models.compilation import working_copy

_NO_CAUSE = {BACKGROUND, GENERAL, OTHER}
_FOREIGN_KEYS = {
    "source",
    "cause",
    "finding",
    "setting",
    "presentation",
    "cluster",
    "section",
    "burden",
    "recheck_source",
}
# Parents first: what refers comes after what it refers to.
MODELS: dict[str, type[models.Model]] = {
    "sources": editable.Source,
    "settings": editable.Setting,
    "clusters": editable.Cluster,
    "sections": editable.Section,
    "burdens": editable.Burden,
    "findings": editable.Finding,
    "causes": editable.Cause,
    "patient_advice": editable.PatientAdvice,
    "presentations": editable.Presentation,
    "likelihoods": editable.Likelihood,
    "pretests": editable.Pretest,
    "epidemiology": editable.Epidemiology,
    "drugs": editable.Drug,
    "treatments": editable.Treatment,
    "investigations": editable.Investigation,
    "red_flags": editable.RedFlag,
    "facts": editable.Fact,
    "body_zones": editable.BodyZone,
    "drinks": editable.Drink,
    "parameters": editable.Parameter,
    "translations": editable.Translation,
}
_MANY = {
    "causes": ("benign_requires",),
    "presentations": ("findings",),
    "red_flags": ("suspected_causes", "warning_presentations"),
    "body_zones": ("findings", "twitch_findings", "tremor_findings"),
}
# A nested table: the owner's field of it, its model and the column that names the owner.
_NESTED: dict[str, tuple[str, type[models.Model], str]] = {
    "findings": ("options", editable.Option, "finding_id"),
    "drugs": ("effects", editable.DrugEffect, "drug_id"),
}


@transaction.atomic
def replace_working_copy(catalogue: Catalogue) -> None:
    """Empty the editors' tables and fill them from the catalogue. Releases are not touched.

    Raises ValidationError when a record does not fit its table.
    """
    for model in reversed(MODELS.values()):
        model._default_manager.all().delete()
    for table, model in MODELS.items():
        _fill(table, model, getattr(catalogue, table))


@transaction.atomic
def put(table: str, wanted: Mapping[str, Iterable[Any]]) -> None:
    """By name: make these the records of it, instead of those that are there; none removes them.

    Raises ValidationError when a record does not fit, or may not be removed because others refer to it.
    """
    records = {name: tuple(items) for name, items in wanted.items()}
    if "slug" in RECORDS[table].__dataclass_fields__:
        for name in [name for name, items in records.items() if items]:
            put_slugged(table, records.pop(name)[0])
    model = MODELS[table]
    rows = rows_named(table, records)
    further = ((order, None) for order in itertools.count(next_order(model._default_manager)))
    try:
        model._default_manager.filter(pk__in=[pk for keys in rows.values() for _order, pk in keys]).delete()
    except models.ProtectedError as error:
        raise ValidationError(_("Other records refer to it: it cannot be removed."), code="protected") from error
    for name, items in records.items():
        # Rows that were there keep their keys: what points to their pages stays good.
        for (order, pk), record in zip(itertools.chain(rows[name], further), items, strict=False):
            _save(model(pk=pk, order=order, **columns_of(record)))


def rows_named(table: str, names: Collection[str]) -> dict[str, list[tuple[int, Any]]]:
    """Order and key of the rows that have these names."""
    found: dict[str, list[tuple[int, Any]]] = {name: [] for name in names}
    if not names:
        return found
    for name, key in named_rows(table):
        if name in found:
            found[name].append(key)
    return found


def named_rows(table: str) -> list[tuple[str, tuple[int, Any]]]:
    """Name, and order and key, of each row of the table, in its order."""
    keys = sorted(MODELS[table]._default_manager.values_list("order", "pk"))
    return [(name_of(row), key) for key, row in zip(keys, getattr(working_copy((table,)), table), strict=True)]


def name_of_row(table: str, pk: Any) -> str:
    """The name under which the log keeps a row. Raises KeyError when it is not there."""
    return {key: name for name, (_order, key) in named_rows(table)}[pk]


def place_like(table: str, names: Collection[str], example: Iterable[Any]) -> None:
    """Move the rows of these names to where they stand among the example's records; the others keep their order."""
    ordered = _numbered(name_of(record) for record in example)
    found = named_rows(table)
    rows = dict(zip(_numbered(name for name, _key in found), (key for _name, key in found), strict=True))
    sequence = list(rows)
    for at, row in enumerate(ordered):
        if row[0] in names and row in rows:
            sequence.remove(row)
            before = next((other for other in reversed(ordered[:at]) if other in rows), None)
            sequence.insert(sequence.index(before) + 1 if before else 0, row)
    last = -1
    for row in sequence:
        order, key = rows[row]
        # A deletion leaves its number free: as a rule nobody has to make room.
        last, old = (last + 1 if row[0] in names or order <= last else order), order
        if last != old:
            MODELS[table]._default_manager.filter(pk=key).update(order=last)


def _numbered(names: Iterable[str]) -> list[tuple[str, int]]:
    """Each with how often it came before: a name may stand for several rows."""
    counts: Counter[str] = Counter()
    numbered = []
    for name in names:
        numbered.append((name, counts[name]))
        counts[name] += 1
    return numbered


def put_slugged(table: str, record: Any, with_nested: bool = True) -> None:
    """Save the record under its slug, and what lies within it. Raises ValidationError when it does not fit."""
    model, many = MODELS[table], _MANY.get(table, ())
    nested = _NESTED.get(table)
    instance: Any = model._default_manager.filter(pk=record.slug).first() or model(
        order=next_order(model._default_manager)
    )
    for column, value in columns_of(record, {*many, *(nested or ())[:1]}).items():
        setattr(instance, column, value)
    _save(instance)
    for name in many:
        _check_there(model._meta.get_field(name), getattr(record, name))
        getattr(instance, name).set(getattr(record, name))
    if nested and with_nested:
        field, nested_model, owner = nested
        getattr(instance, field).all().delete()
        for order, item in enumerate(getattr(record, field)):
            _save(nested_model(order=order, **{owner: record.slug}, **columns_of(item)))


def _save(instance: models.Model) -> None:
    for field in instance._meta.fields:
        if field.is_relation and (slug := getattr(instance, field.attname)):
            _check_there(field, [slug])
    instance.full_clean()
    instance.save()


def _check_there(field: Any, slugs: Iterable[str]) -> None:
    """Without it a database says only at the end of the transaction, and without a name, that something is missing."""
    wanted = set(slugs)
    gone = wanted - set(field.related_model._default_manager.filter(pk__in=wanted).values_list("pk", flat=True))
    if gone:
        raise ValidationError(
            _("It refers to what is gone: %(kind)s “%(names)s”."),
            code="gone",
            params={"kind": field.related_model._meta.verbose_name, "names": "”, “".join(sorted(gone))},
        )


def next_order(rows: models.Manager[Any] | models.QuerySet[Any]) -> int:
    last: int | None = rows.aggregate(last=models.Max("order"))["last"]
    return 0 if last is None else last + 1


def columns_of(item: Any, leave_out: Iterable[str] = ()) -> dict[str, Any]:
    """A record's values by the columns of its model."""
    values = {f.name: getattr(item, f.name) for f in fields(item) if f.name not in leave_out}
    for name in _FOREIGN_KEYS & values.keys():
        # An epidemiological row's setting and presentation are words, not references.
        if name in ("setting", "presentation") and "age_band" in values:
            continue
        slug = values.pop(name)
        values[f"{name}_id"] = None if slug in _NO_CAUSE else slug or None
    if values.get("reviewed_on") == "":
        values["reviewed_on"] = None
    for name, value in values.items():
        if isinstance(value, tuple | list):
            values[name] = "+".join(value) if name == "findings" else "\n".join(value)
    return values


def _fill(table: str, model: type[models.Model], items: tuple[Any, ...]) -> None:
    many, nested = _MANY.get(table, ()), _NESTED.get(table)
    leave_out = {*many, *(nested or ())[:1]}
    _create(model, [model(order=order, **columns_of(item, leave_out)) for order, item in enumerate(items)])
    for name in many:
        through = getattr(model, name).through
        owner, target = (field.attname for field in through._meta.fields if field.is_relation)
        through._default_manager.bulk_create(
            [through(**{owner: item.slug, target: slug}) for item in items for slug in getattr(item, name)]
        )
    if nested:
        field, nested_model, owner = nested
        parts = [(item.slug, order, part) for item in items for order, part in enumerate(getattr(item, field))]
        _create(nested_model, [nested_model(order=o, **{owner: slug}, **columns_of(part)) for slug, o, part in parts])


def _create(model: type[models.Model], instances: list[Any]) -> None:
    """Create them all. Raises ValidationError for what the admin would refuse too: a text too long, an unknown word."""
    found: list[ValidationError] = []
    # References are left to the database: a query for each would be slow.
    relations = [f.name for f in model._meta.fields if f.is_relation]
    for instance in instances:
        try:
            instance.clean_fields(exclude=relations)
        except ValidationError as error:
            table = model._meta.verbose_name_plural
            found += [
                ValidationError(f"{table}, {instance}: {name}: {' '.join(messages)}", code="field")
                for name, messages in error.message_dict.items()
            ]
    if found:
        raise ValidationError(found)
    model._default_manager.bulk_create(instances)
