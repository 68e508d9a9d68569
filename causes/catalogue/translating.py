"""The texts that patients read, and the catalogue in another language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from causes.catalogue import Catalogue, Finding, Translation

# What patients read, by table: of the findings only those that they are asked, of the causes those with advice to
# patients. Everything else is read by clinicians and editors.
PATIENT_TEXTS: Mapping[str, tuple[str, ...]] = {
    "sections": ("title", "intro"),
    "findings": ("question", "help", "why"),
    "options": ("label",),
    "body_zones": ("name",),
    "drinks": ("name",),
    "red_flags": ("advice_to_patient", "warning_sign"),
    "patient_advice": ("explanation", "self_care"),
    "causes": ("name",),
    "drugs": ("name",),
}
SEPARATOR = "|"
MISSING, OUTDATED = "missing", "out of date"

Place = tuple[str, str, str]  # table, key, field


class Text(NamedTuple):
    table: str
    key: str
    field: str
    text: str

    @property
    def place(self) -> Place:
        return self.table, self.key, self.field


def patient_texts(catalogue: Catalogue) -> Iterator[Text]:
    """Every text that patients read, in the catalogue's order; the parts of a list are joined by “|”."""
    for table, names in PATIENT_TEXTS.items():
        for key, record in _records(catalogue, table):
            for name in names:
                text = _joined(getattr(record, name))
                if text:
                    yield Text(table, key, name, text)


def missing_texts(catalogue: Catalogue, language: str) -> list[tuple[Text, str]]:
    """The texts without a translation that fits: MISSING, or OUTDATED when it is of an older text."""
    known = _translations(catalogue, language)
    return [
        (item, OUTDATED if item.place in known else MISSING)
        for item in patient_texts(catalogue)
        if not _fits(known.get(item.place), item.text)
    ]


def untranslated(catalogue: Catalogue, language: str) -> list[Text]:
    return [item for item, _state in missing_texts(catalogue, language)]


def record_keys(catalogue: Catalogue, table: str) -> frozenset[str]:
    """How translations name the table's records."""
    return frozenset(key for key, _record in _records(catalogue, table))


def languages(catalogue: Catalogue) -> tuple[str, ...]:
    """The languages that something is translated into, in alphabetical order."""
    return tuple(sorted({item.language for item in catalogue.translations}))


@lru_cache(maxsize=8)
def in_language(catalogue: Catalogue, language: str) -> Catalogue:
    """The same catalogue with the patients' texts in that language; what is not translated stays as it is."""
    known = {place: item.text for place, item in _translations(catalogue, language).items()}
    if not known:
        return catalogue
    parts: dict[str, Any] = {
        table: tuple(_translated(table, _key(table, record), record, known) for record in getattr(catalogue, table))
        for table in PATIENT_TEXTS
        if table != "options"
    }
    parts["findings"] = tuple(_with_options(finding, known) for finding in parts["findings"])
    return replace(catalogue, **parts, original=catalogue)


def _translations(catalogue: Catalogue, language: str) -> dict[Place, Translation]:
    return {(t.table, t.key, t.field): t for t in catalogue.translations if t.language == language}


def _fits(translation: Translation | None, text: str) -> bool:
    return translation is not None and bool(translation.text) and translation.original == text


def _records(catalogue: Catalogue, table: str) -> Iterator[tuple[str, Any]]:
    asked = [finding for finding in catalogue.findings if finding.section]
    if table == "options":
        for finding in asked:
            for option in finding.options:
                yield f"{finding.slug}/{option.value}", option
        return
    told = (cause for cause in catalogue.causes if cause.slug in catalogue.advice)
    for record in {"findings": asked, "causes": told}.get(table, getattr(catalogue, table)):
        yield _key(table, record), record


def _key(table: str, record: Any) -> str:
    return str(record.cause if table == "patient_advice" else record.slug)


def _joined(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else SEPARATOR.join(value)


def _translated(table: str, key: str, record: Any, known: Mapping[Place, str]) -> Any:
    changed = {
        name: _like(getattr(record, name), known[table, key, name])
        for name in PATIENT_TEXTS[table]
        if (table, key, name) in known
    }
    return replace(record, **changed) if changed else record


def _like(value: str | tuple[str, ...], text: str) -> str | tuple[str, ...]:
    return text if isinstance(value, str) else tuple(part.strip() for part in text.split(SEPARATOR) if part.strip())


def _with_options(finding: Finding, known: Mapping[Place, str]) -> Finding:
    options = tuple(_translated("options", f"{finding.slug}/{o.value}", o, known) for o in finding.options)
    return replace(finding, options=options)
