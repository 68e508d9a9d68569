"""The catalogue as flat tables: which columns each has, and what a cell's text stands for.

The same in the files of ``causes/data``, in an editor's CSV and in a spreadsheet.
"""

from __future__ import annotations

import math
import re
import types
import typing
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from causes.catalogue import RECORDS, Catalogue
from causes.catalogue.records import DrugEffect, Option

SEPARATOR = "|"
# More than a spreadsheet's cell holds (32,767) would be cut off there.
LONGEST = 30_000


@dataclass(frozen=True, slots=True)
class Nested:
    """A table whose records lie within those of another: its name, and the column that names the owner."""

    table: str
    kind: type[Any]
    owner: str
    field: str  # of the owner


# By the owners' table.
NESTED: Mapping[str, Nested] = {
    "findings": Nested("options", Option, "finding", "options"),
    "drugs": Nested("drug_effects", DrugEffect, "drug", "effects"),
}
# Sets of slugs and the table that they refer to: its order is theirs, that of a file says nothing.
SETS: Mapping[str, Mapping[str, str]] = {
    "presentations": {"findings": "findings"},
    "causes": {"benign_requires": "findings"},
    "red_flags": {"suspected_causes": "causes", "warning_presentations": "presentations"},
    "body_zones": {"findings": "findings", "twitch_findings": "findings", "tremor_findings": "findings"},
}
# What tells a record from its neighbours where it has no slug. The other tables' rows are told apart by a number only.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "patient_advice": ("cause",),
    "pretests": ("setting", "presentation", "cause"),
    "translations": ("language", "table", "key", "field"),
    "options": ("finding", "value"),
}
# What no spreadsheet, CSV file or browser brings back as it was: control characters, halves of a character, other line
# ends than \n, and Excel's own way of writing such characters.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_CODE = re.compile("_x[0-9A-Fa-f]{4}_|x005F_")
# A spreadsheet takes what begins so for a formula; what begins with ' is marked too, so that the mark can be taken off.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def hints(kind: type[Any]) -> Mapping[str, Any]:
    """The type of each field of a record, in the fields' order."""
    return _hints(typing.cast("Hashable", kind))


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    known = typing.get_type_hints(kind)
    return {f.name: known[f.name] for f in fields(kind)}


@cache
def columns(table: str) -> Mapping[str, Any]:
    """The type of each column, in order. A nested table begins with the owner's slug. Raises KeyError."""
    for nested in NESTED.values():
        if nested.table == table:
            return {nested.owner: str, **hints(nested.kind)}
    left_out = NESTED[table].field if table in NESTED else ""
    return {name: hint for name, hint in hints(RECORDS[table]).items() if name != left_out}


TABLES: tuple[str, ...] = (*RECORDS, *(nested.table for nested in NESTED.values()))


def key(table: str) -> tuple[str, ...]:
    """The columns that tell the table's records apart; none where only a number of the row does."""
    return ("slug",) if "slug" in columns(table) else _KEYS.get(table, ())


def read(text: str, hint: Any) -> Any:
    """The value that a cell's text stands for. Raises ValueError."""
    if hint is str:
        return text
    if isinstance(hint, types.UnionType):
        return int(text) if text else None
    if typing.get_origin(hint) is tuple:
        return tuple(part.strip() for part in text.split(SEPARATOR) if part.strip())
    if hint is bool:
        if text not in ("yes", "no"):
            raise ValueError(text)
        return text == "yes"
    if hint is float:
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(text)
        return number
    raise TypeError(f"no column of the catalogue is {hint}")


def write(value: Any) -> str | int | float:
    """What a cell holds; ``read`` gives the value back, unless ``lost`` says why not."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return SEPARATOR.join(value)
    return typing.cast("str | int | float", value)


def describe(hint: Any) -> str:
    if hint is bool:
        return "yes or no"
    return "a whole number" if isinstance(hint, types.UnionType) else "a number"


def is_kept(record: Any) -> bool:
    """Whether ``lost`` is sure to find nothing in any of the record's values: quick, for whole catalogues."""
    texts = []
    for name in record.__match_args__:
        value = getattr(record, name)
        if isinstance(value, str):
            if value != value.strip():
                return False
            texts.append(value)
        elif isinstance(value, tuple) and value:
            return False
    text = "".join(texts)
    return len(text) <= LONGEST and "_" not in text and not _CONTROL.search(text)


def lost(value: Any) -> str:
    """Why a file would not bring this value back as it is; empty when it does."""
    if isinstance(value, str):
        return _lost_text(value)
    if not isinstance(value, tuple):
        return ""
    if len(SEPARATOR.join(value)) > LONGEST:
        return f"has more than {LONGEST} characters"
    return next((why for part in value if (why := _lost_part(part))), "")


def _lost_text(text: str) -> str:
    if text != text.strip():
        return "begins or ends with a space"
    if len(text) > LONGEST:
        return f"has more than {LONGEST} characters"
    found = _CONTROL.search(text) or _CODE.search(text)
    return f"has a character that files lose: {found[0]!r}" if found else ""


def _lost_part(part: str) -> str:
    if not part:
        return "has an empty part"
    if SEPARATOR in part:
        return f"has a part with “{SEPARATOR}”, which separates parts"
    if len(part.splitlines()) > 1:
        return "has a part of several lines"
    return _lost_text(part)


def marked(text: str) -> str:
    """The text with a mark before what a spreadsheet would work out; ``unmarked`` gives it back."""
    return f"'{text}" if _FORMULA.match(text) else text


def unmarked(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def in_order(catalogue: Catalogue) -> Catalogue:
    """The same with each set of slugs in the order of the table that it refers to."""
    parts = {table: tuple(_in_order(catalogue, table)) for table in SETS}
    return replace(catalogue, **parts)  # type: ignore[arg-type]


def _in_order(catalogue: Catalogue, table: str) -> Iterator[Any]:
    positions = {
        name: {item.slug: number for number, item in enumerate(getattr(catalogue, of))}
        for name, of in SETS[table].items()
    }
    for record in getattr(catalogue, table):
        yield with_sets_sorted(record, positions)


def with_sets_sorted(record: Any, positions: Mapping[str, Mapping[str, int]]) -> Any:
    """The record with the slugs of each field sorted by their positions, unknown ones last."""
    sets = {
        name: tuple(sorted(getattr(record, name), key=lambda slug, at=at: at.get(slug, len(at))))  # type: ignore[misc]
        for name, at in positions.items()
    }
    return replace(record, **sets)
