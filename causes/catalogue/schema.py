"""The JSON Schema of a catalogue's document: shapes and fixed words. Its rules are in ``causes.validation``."""

from __future__ import annotations

import types
import typing
from dataclasses import MISSING, fields
from typing import Any

from causes.catalogue import FORMAT, RECORDS
from causes.catalogue.records import GRADES, REPORTERS, URGENCIES
from causes.catalogue.tables import NESTED, SETS, hints

DIALECT = "https://json-schema.org/draft/2020-12/schema"
IDENTIFIER = f"urn:twitchwise:catalogue:{FORMAT}"
_WORDS = {
    "grade": GRADES,
    "urgency": URGENCIES,
    "reported_by": REPORTERS,
    "kind of finding": ("boolean", "choice", "number"),
}
_SLUG = {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,79}$"}
_FROM_0_TO_1 = {"rho", "share", "cannot_miss_threshold"}


def schema() -> dict[str, Any]:
    """Draft 2020-12, made from the records: a field that is added to one is in the schema too."""
    kinds = {kind.__name__: kind for kind in RECORDS.values()}
    kinds |= {nested.kind.__name__: nested.kind for nested in NESTED.values()}
    return {
        "$schema": DIALECT,
        "$id": IDENTIFIER,
        "title": "A catalogue of Twitchwise",
        "description": "A release or a working copy, whole. Lists are in the editors' order.",
        "type": "object",
        "required": ["format", *RECORDS],
        "additionalProperties": False,
        "properties": {"format": {"const": FORMAT}}
        | {table: {"type": "array", "items": _reference(kind)} for table, kind in RECORDS.items()},
        "$defs": {name: _record(kind) for name, kind in kinds.items()},
    }


def _reference(kind: type[Any]) -> dict[str, str]:
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _record(kind: type[Any]) -> dict[str, Any]:
    return {
        "type": "object",
        # A field with a default is younger than some documents.
        "required": [f.name for f in fields(kind) if f.default is MISSING],
        "additionalProperties": False,
        "properties": {name: _field(kind, name, hint) for name, hint in hints(kind).items()},
    }


def _field(kind: type[Any], name: str, hint: Any) -> dict[str, Any]:
    if name == "slug":
        return _SLUG
    if hint is str:
        words = _WORDS.get("kind of finding" if (kind, name) == (RECORDS["findings"], "kind") else name)
        return {"type": "string", "enum": list(words)} if words else {"type": "string"}
    if hint is bool:
        return {"type": "boolean"}
    if hint is float:
        return {"type": "number", "minimum": 0, "maximum": 1} if name in _FROM_0_TO_1 else {"type": "number"}
    if isinstance(hint, types.UnionType):
        return {"type": ["integer", "null"], "minimum": 0}
    return _list(kind, name, typing.get_args(hint)[0])


def _list(kind: type[Any], name: str, item: Any) -> dict[str, Any]:
    if item is not str:
        return {"type": "array", "items": _reference(item)}
    text = {"type": "array", "items": {"type": "string", "minLength": 1}}
    table = next((table for table, known in RECORDS.items() if known is kind), "")
    return {**text, "uniqueItems": True} if name in SETS.get(table, ()) else text
