"""One table of the catalogue as django-import-export sees it: its columns, how a row is found, checked and saved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _
from import_export import fields, widgets
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from import_export.results import Error, Result, RowResult
from tablib import Dataset

from causes.catalogue.tables import columns, describe, key, read, write
from causes.exchange import rows
from causes.exchange.rows import Entry

# A row found by its number is changed, not moved: a number from another installation would change a stranger.
_FIXED = {"likelihoods": ("cause", "finding"), "drug_effects": ("drug",)}


def check_columns(table: str, headers: Collection[str]) -> None:
    """Raises ValidationError."""
    found, expected = set(headers) - {"id"}, set(columns(table))
    if found != expected:
        raise ValidationError(
            _("The columns do not fit. Missing: %(missing)s. Unknown: %(unknown)s."),
            "columns",
            {
                "missing": ", ".join(sorted(expected - found)) or "–",
                "unknown": ", ".join(sorted(found - expected)) or "–",
            },
        )


class Cell(widgets.Widget):  # type: ignore[misc]
    """The words of ``causes/data``: yes and no, parts separated by |."""

    def __init__(self, hint: Any) -> None:
        super().__init__(coerce_to_string=False)
        self.hint = hint

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = str(value).strip()
        try:
            return read(text, self.hint)
        except ValueError as error:
            raise ValueError(_("“%(text)s” is not %(what)s") % {"text": text, "what": describe(self.hint)}) from error

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return write(value)


class TableResource(Resource):  # type: ignore[misc]
    """Rows are instances of ``Entry``.

    ``is_whole``: the file is the table. What it does not have is removed, and its order is the table's.
    """

    class Meta:
        skip_diff = True
        report_skipped = False
        store_instance = True
        using_db = "default"
        instance_loader_class = BaseInstanceLoader

    def __init__(self, table: str, is_whole: bool = False) -> None:
        super().__init__()
        self.table, self.is_whole = table, is_whole
        numbered = {} if key(table) else {"id": int | None}
        for name, hint in {**numbered, **columns(table)}.items():
            self.fields[name] = fields.Field(name, name, Cell(hint))
        self.known: dict[str, frozenset[str]] = {}
        self.by_id: dict[Any, Entry] = {}
        self.by_key: dict[tuple[Any, ...], Entry] = {}
        self.equal: dict[tuple[Any, ...], list[Entry]] = defaultdict(list)
        self.seen: set[Any] = set()
        self.imported: dict[int, Entry] = {}  # by the number of the row in the file
        self.postponed: dict[int, Entry] = {}
        self.new: dict[int, Entry] = {}

    def get_queryset(self) -> list[Entry]:
        return rows.entries(self.table)

    def get_import_order(self) -> list[str]:
        return list(self.fields)

    get_export_order = get_import_order

    # The library looks the fields up anew for every row.

    def get_import_fields(self) -> list[fields.Field]:
        return list(self.fields.values())

    def export_resource(self, instance: Entry, selected_fields: Any = None, **kwargs: Any) -> list[Any]:
        return [field.widget.render(getattr(instance, name)) for name, field in self.fields.items()]

    def get_import_id_fields(self) -> list[str]:
        return ["id"]

    # The file

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        self.known = {target: rows.slugs_of(target) for target in rows.references(self.table).values()}
        self.by_id = {entry.id: entry for entry in self.get_queryset()}
        self.by_key = {rows.key_of(self.table, entry): entry for entry in self.by_id.values()}
        named = set() if self.is_whole else set(_column(dataset, "id"))
        for entry in self.by_id.values():
            if str(entry.id) not in named:
                self.equal[rows.values_of(self.table, entry)].append(entry)

    def after_import(self, dataset: Dataset, result: Result, **kwargs: Any) -> None:
        try:
            if self.is_whole and (_is_sound(result) or not rows.is_slugged(self.table)):
                kept = {entry.id for entry in self.imported.values()}
                rows.remove(self.table, [entry for pk, entry in self.by_id.items() if pk not in kept])
            # With faulty rows nothing stays, but what is wrong with the others is to be told as well.
            self.create()
            self.save_postponed(result)
            if self.is_whole and _is_sound(result):
                rows.put_in_order(self.table, [self.imported[number] for number in sorted(self.imported)])
            self.check_kept(result)
        except ValidationError as error:
            result.append_base_error(Error(error))

    def create(self) -> None:
        try:
            rows.create(self.table, list(self.new.values()))
        except IntegrityError:
            # One by one, to find the row that is refused.
            self.postponed |= self.new

    def save_postponed(self, result: Result) -> None:
        """What stood in a row's way may have changed further down: a used row that is used no more."""
        errors: dict[int, ValidationError] = {}
        while self.postponed:
            waiting = len(self.postponed)
            for number, entry in list(self.postponed.items()):
                try:
                    rows.save(self.table, entry)
                except ValidationError as error:
                    errors[number] = error
                else:
                    del self.postponed[number]
            if len(self.postponed) == waiting:
                break
        for number in self.postponed:
            result.append_invalid_row(number, {}, errors[number])

    def check_kept(self, result: Result) -> None:
        """Nothing that was imported reads otherwise than in the file."""
        if not _is_sound(result):
            return
        now = {entry.id: rows.values_of(self.table, entry) for entry in self.get_queryset()}
        for number, entry in self.imported.items():
            if now[entry.id] != rows.values_of(self.table, entry):
                result.append_invalid_row(
                    number, {}, ValidationError(_("It could not be kept as it is in the file."), "lost")
                )

    # One row of it

    def import_row(self, row: dict[str, str], instance_loader: Any, **kwargs: Any) -> RowResult:
        if any(row.values()):
            return super().import_row(row, instance_loader, **kwargs)
        result = RowResult()
        result.import_type = RowResult.IMPORT_TYPE_SKIP
        return result

    def get_instance(self, instance_loader: Any, row: dict[str, str]) -> Entry | None:
        found = self.find(row)
        identity = tuple(row[name].strip() for name in key(self.table)) or (found and found.id)
        if identity and identity in self.seen:
            raise ValidationError(_("It is in the file twice."), "twice")
        self.seen.add(identity)
        return None if found is None else Entry(**vars(found))

    def find(self, row: dict[str, str]) -> Entry | None:
        """The row of the working copy that this one is. Raises ValidationError."""
        if names := key(self.table):
            return self.by_key.get(tuple(row[name].strip() for name in names))
        number = row.get("id", "").strip()
        if number and not self.is_whole:
            return self.numbered(number, row)
        if not self.equal:
            return None
        wanted = self.init_instance(row)
        try:
            self.import_instance(wanted, row)
        except ValidationError:
            return None
        equal = self.equal.get(rows.values_of(self.table, wanted))
        return equal.pop(0) if equal else None

    def numbered(self, number: str, row: dict[str, str]) -> Entry:
        found = self.by_id.get(int(number)) if number.isdecimal() else None
        if found is None:
            message = _("There is no record with the id %(number)s (any more). Leave it empty to add a row.")
            raise ValidationError({"id": message % {"number": number}})
        for name in _FIXED.get(self.table, ("cause",)):
            there, here = getattr(found, name), row[name].strip()
            if there != here:
                message = _("The record with the id %(number)s has “%(there)s” here. Leave the id empty to add a row.")
                error = rows.unknown(self.table, name, here, self.known)
                raise ValidationError({name: error or message % {"number": number, "there": there}})
        return found

    def init_instance(self, row: dict[str, str] | None = None) -> Entry:
        return Entry(id=None, **dict.fromkeys(columns(self.table)))

    def import_field(self, field: fields.Field, instance: Entry, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        # Which row it is has been found.
        if field.column_name != "id":
            super().import_field(field, instance, row, is_m2m, **kwargs)

    def skip_row(self, instance: Entry, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        before = self.by_id.get(instance.id)
        if import_validation_errors or before is None:
            return False
        return rows.values_of(self.table, before) == rows.values_of(self.table, instance)

    def validate_instance(
        self, instance: Entry, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        errors = {**rows.faults(self.table, instance, self.known), **(import_validation_errors or {})}
        if not import_validation_errors:
            try:
                rows.check(self.table, instance)
            except ValidationError as error:
                errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def save_instance(self, instance: Entry, is_create: bool, row: Any, **kwargs: Any) -> None:
        if is_create and not rows.is_slugged(self.table):
            self.new[kwargs["row_number"]] = instance
            return
        try:
            rows.save(self.table, instance)
        except ValidationError:
            self.postponed[kwargs["row_number"]] = instance

    def after_import_row(self, row: Any, row_result: RowResult, **kwargs: Any) -> None:
        self.imported[kwargs["row_number"]] = row_result.instance


def _is_sound(result: Result) -> bool:
    return not (result.has_errors() or result.has_validation_errors())


def _column(dataset: Dataset, name: str) -> list[str]:
    return [str(value).strip() for value in dataset[name]] if name in (dataset.headers or ()) else []
