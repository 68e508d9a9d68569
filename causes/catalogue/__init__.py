"""A compiled catalogue: frozen records, read from and written to one canonical JSON document.

Pure Python: usable from a notebook without Django. Slugs are the keys that everything else
(answers, releases, snapshots) refers to; they never change once published.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from causes.catalogue.records import (
    BACKGROUND,
    GENERAL,
    GRADES,
    OTHER,
    REPORTERS,
    STAGE_OF_REPORTER,
    STAGES,
    URGENCIES,
    BodyZone,
    Burden,
    Cause,
    Cluster,
    Drink,
    Drug,
    DrugEffect,
    Epidemiology,
    Fact,
    Finding,
    Investigation,
    Likelihood,
    Option,
    Parameter,
    PatientAdvice,
    Presentation,
    Pretest,
    RedFlag,
    Section,
    Setting,
    Source,
    Translation,
    Treatment,
)

__all__ = [
    "BACKGROUND",
    "FORMAT",
    "GENERAL",
    "GRADES",
    "OTHER",
    "RECORDS",
    "REPORTERS",
    "STAGES",
    "STAGE_OF_REPORTER",
    "URGENCIES",
    "BodyZone",
    "Burden",
    "Catalogue",
    "Cause",
    "Cluster",
    "Drink",
    "Drug",
    "DrugEffect",
    "Epidemiology",
    "Fact",
    "Finding",
    "Investigation",
    "Likelihood",
    "Option",
    "Parameter",
    "PatientAdvice",
    "Presentation",
    "Pretest",
    "Problem",
    "RedFlag",
    "Section",
    "Setting",
    "Source",
    "Translation",
    "Treatment",
    "from_json",
    "name_of",
    "records_from_json",
    "records_to_json",
    "to_json",
]

FORMAT = 1


@dataclass(frozen=True, eq=False)
class Catalogue:
    sources: tuple[Source, ...] = ()
    settings: tuple[Setting, ...] = ()
    presentations: tuple[Presentation, ...] = ()
    causes: tuple[Cause, ...] = ()
    patient_advice: tuple[PatientAdvice, ...] = ()
    burdens: tuple[Burden, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    sections: tuple[Section, ...] = ()
    findings: tuple[Finding, ...] = ()
    likelihoods: tuple[Likelihood, ...] = ()
    pretests: tuple[Pretest, ...] = ()
    epidemiology: tuple[Epidemiology, ...] = ()
    drugs: tuple[Drug, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    investigations: tuple[Investigation, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    facts: tuple[Fact, ...] = ()
    body_zones: tuple[BodyZone, ...] = ()
    drinks: tuple[Drink, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    translations: tuple[Translation, ...] = ()
    number: int = 0  # of the release; 0 for a working copy
    # What this one is a translation of: nothing but words differs, so what is worked out there holds here too.
    original: Catalogue | None = field(default=None, repr=False)

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __eq__(self, other: object) -> bool:
        # What is kept for a catalogue is found by comparing it with its like: by its records, that takes milliseconds.
        return isinstance(other, Catalogue) and self.sha256 == other.sha256

    @cached_property
    def sha256(self) -> str:
        """Hash of the canonical document, without the release's number."""
        return hashlib.sha256(to_json(self).encode()).hexdigest()

    @cached_property
    def cause(self) -> Mapping[str, Cause]:
        return {item.slug: item for item in self.causes}

    @cached_property
    def finding(self) -> Mapping[str, Finding]:
        return {item.slug: item for item in self.findings}

    @cached_property
    def source(self) -> Mapping[str, Source]:
        return {item.slug: item for item in self.sources}

    @cached_property
    def advice(self) -> Mapping[str, PatientAdvice]:
        """What patients are handed, by the cause's slug."""
        return {item.cause: item for item in self.patient_advice}

    @cached_property
    def burden(self) -> Mapping[str, Burden]:
        return {item.slug: item for item in self.burdens}

    @cached_property
    def cluster(self) -> Mapping[str, Cluster]:
        return {item.slug: item for item in self.clusters}

    @cached_property
    def drug(self) -> Mapping[str, Drug]:
        return {item.slug: item for item in self.drugs}

    @cached_property
    def red_flag(self) -> Mapping[str, RedFlag]:
        return {item.slug: item for item in self.red_flags}

    @cached_property
    def parameter(self) -> Mapping[str, float]:
        return {item.slug: item.value for item in self.parameters}

    def limits(self, slug: str) -> tuple[float, float]:
        """The lowest and highest believable value of a number, in its unit, from its two thresholds."""
        return self.parameter[f"{slug}-lowest"], self.parameter[f"{slug}-highest"]

    @cached_property
    def cell(self) -> Mapping[tuple[str, str, str], Likelihood]:
        """The likelihood row used for each (cause or BACKGROUND, finding, option)."""
        return {(row.cause, row.finding, row.option): row for row in self.likelihoods if row.is_used}


RECORDS: dict[str, type[Any]] = {
    "sources": Source,
    "settings": Setting,
    "presentations": Presentation,
    "causes": Cause,
    "patient_advice": PatientAdvice,
    "burdens": Burden,
    "clusters": Cluster,
    "sections": Section,
    "findings": Finding,
    "likelihoods": Likelihood,
    "pretests": Pretest,
    "epidemiology": Epidemiology,
    "drugs": Drug,
    "treatments": Treatment,
    "investigations": Investigation,
    "red_flags": RedFlag,
    "facts": Fact,
    "body_zones": BodyZone,
    "drinks": Drink,
    "parameters": Parameter,
    "translations": Translation,
}
_NESTED: dict[tuple[type[Any], str], type[Any]] = {(Finding, "options"): Option, (Drug, "effects"): DrugEffect}


def to_json(catalogue: Catalogue) -> str:
    """Canonical JSON (sorted keys, no spaces): the same catalogue gives the same bytes."""
    document = {"format": FORMAT, **{name: getattr(catalogue, name) for name in RECORDS}}
    return json.dumps(document, default=_values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _values(record: Any) -> dict[str, Any]:
    # The names of a dataclass's fields; asking for the fields themselves takes most of the time.
    return {name: getattr(record, name) for name in record.__match_args__}


def records_to_json(records: Iterable[Any]) -> str:
    """Records of one table as a JSON list."""
    return json.dumps(list(records), default=_values, ensure_ascii=False)


def records_from_json(table: str, text: str) -> tuple[Any, ...]:
    """The records that ``records_to_json`` wrote; none of an empty text."""
    return tuple(_record(RECORDS[table], item) for item in json.loads(text or "[]"))


def from_json(text: str, number: int = 0, sha256: str = "") -> Catalogue:
    """The catalogue of a release's document. Its hash, where it is known, spares writing the document again.

    Raises ValueError for another format.
    """
    document = json.loads(text)
    if document.get("format") != FORMAT:
        raise ValueError(f"catalogue document of format {document.get('format')!r}, expected {FORMAT}")
    parts: dict[str, Any] = {
        name: tuple(_record(kind, item) for item in document[name]) for name, kind in RECORDS.items()
    }
    catalogue = Catalogue(number=number, **parts)
    if sha256:
        vars(catalogue)["sha256"] = sha256
    return catalogue


def _record(kind: type[Any], item: Mapping[str, Any]) -> Any:
    # A field with a default is younger than some documents.
    values = {name: item[name] for name in kind.__match_args__ if name in item}
    for name, value in values.items():
        if isinstance(value, list):
            nested = _NESTED.get((kind, name))
            values[name] = tuple(_record(nested, part) for part in value) if nested else tuple(value)
    return kind(**values)


@dataclass(frozen=True, slots=True)
class Problem:
    """A defect of a catalogue: which table, which row (by its name), and what is wrong.

    ``record`` is the row itself where one is at fault, so that its line in a file or its page can be found.
    """

    table: str
    row: str
    message: str
    record: object = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.table}, {self.row}: {self.message}"


def name_of(record: Any) -> str:
    """What an editor calls a record: its slug, or what tells it from its neighbours."""
    match record:
        case Likelihood():
            return " ".join(part for part in (record.cause, record.finding, record.option) if part)
        case Pretest():
            return f"{record.setting}, {record.presentation}, {record.cause}"
        case Epidemiology():
            return f"{record.cause}, {record.unit}"
        case Treatment() | Investigation():
            return f"{record.cause}, {record.name}"
        case Fact():
            return f"{record.cause}, {record.statement}"
        case PatientAdvice():
            return record.cause
        case Translation():
            return f"{record.language}, {record.table}, {record.key}, {record.field}"
        case Option():
            return record.value
        case DrugEffect():
            return record.effect
    return str(record.slug)
