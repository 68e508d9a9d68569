"""A compiled catalogue: frozen records, read from and written to one canonical JSON document.

Pure Python: usable from a notebook without Django. Slugs are the keys that everything else
(answers, releases, snapshots) refers to; they never change once published.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any

FORMAT = 1
OTHER = "other"
BACKGROUND = "_background"
GENERAL = "general"  # a fact about twitching, not about one cause
GRADES = ("A", "B", "C", "D")
URGENCIES = ("self-care", "routine", "soon", "urgent", "emergency")
REPORTERS = ("patient", "history", "exam", "lab", "electrodiagnostic", "imaging")
STAGES = ("ask", "examine", "blood", "electrodiagnostic", "imaging")
STAGE_OF_REPORTER = {
    "patient": "ask",
    "history": "ask",
    "exam": "examine",
    "lab": "blood",
    "electrodiagnostic": "electrodiagnostic",
    "imaging": "imaging",
}


@dataclass(frozen=True, slots=True)
class Source:
    slug: str
    title: str
    identifier: str  # "PMID:…", "DOI:…" or an address
    year: int | None
    url: str


@dataclass(frozen=True, slots=True)
class Setting:
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Presentation:
    slug: str  # tremor, fasciculation, tic, any
    name: str
    findings: tuple[str, ...]  # already part of the pretest, so they contribute nothing more


@dataclass(frozen=True, slots=True)
class Cause:
    slug: str
    name: str
    group: str
    urgency: str
    is_cannot_miss: bool
    cannot_miss_threshold: float
    summary: str
    is_in_source_article: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    slug: str
    name: str
    rho: float


@dataclass(frozen=True, slots=True)
class Section:
    """One topic of the intake form: one page."""

    slug: str
    title: str
    intro: str


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str  # the patient's words


@dataclass(frozen=True, slots=True)
class Finding:
    slug: str
    name: str
    reported_by: str  # one of REPORTERS
    kind: str  # boolean, choice or number
    unit: str
    cluster: str  # a cluster's slug, or ""
    options: tuple[Option, ...]
    hpo: str
    hpo_name: str
    section: str  # a section's slug, or "" when the form does not ask
    question: str
    help: str
    why: str
    ask_if: str
    control: str  # how the form asks: "question", or "derived" from another control

    @property
    def stage(self) -> str:
        return STAGE_OF_REPORTER[self.reported_by]


@dataclass(frozen=True, slots=True)
class Likelihood:
    """P(finding = option | cause); for a number, option is ``mean`` or ``sd`` in the finding's unit."""

    cause: str  # a cause's slug, or BACKGROUND
    finding: str
    option: str  # "" for a boolean finding
    probability: float
    affected: int | None
    total: int | None
    population: str
    source: str  # a source's slug, or "" (grade D only)
    design: str
    grade: str
    note: str
    is_used: bool  # exactly one row of a cell is used; the others are shown beside it


@dataclass(frozen=True, slots=True)
class Pretest:
    setting: str
    presentation: str
    cause: str  # a cause's slug, or OTHER
    share: float
    grade: str
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Epidemiology:
    cause: str
    setting: str
    presentation: str
    age_band: str
    sex: str
    value: float
    unit: str
    grade: str
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class DrugEffect:
    effect: str  # tremor, fasciculation, parkinsonism…
    finding: str  # the drug finding it implies, or ""
    frequency: str
    mechanism: str
    advice: str
    is_in_source_article: bool
    source: str
    grade: str


@dataclass(frozen=True, slots=True)
class Drug:
    slug: str
    name: str
    brands: tuple[str, ...]
    atc: str
    drug_class: str
    effects: tuple[DrugEffect, ...]


@dataclass(frozen=True, slots=True)
class Treatment:
    cause: str
    name: str
    kind: str
    line: str  # first, second, third, adjunct, …
    status: str  # approved, off-label, not a drug, …
    role: str
    cautions: str
    is_in_source_article: bool
    source: str
    grade: str


@dataclass(frozen=True, slots=True)
class Investigation:
    cause: str
    name: str
    shows: str
    invasiveness: str
    source: str
    grade: str


@dataclass(frozen=True, slots=True)
class RedFlag:
    slug: str
    name: str
    findings: tuple[str, ...]  # all must be present; "slug=option" or "age>=60" conditions too
    urgency: str
    advice_to_clinician: str
    advice_to_patient: str
    suspected_causes: tuple[str, ...]
    source: str
    grade: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement about a cause that is neither a likelihood nor a treatment."""

    cause: str  # a cause's slug, or "general"
    kind: str
    statement: str
    is_in_source_article: bool
    source: str
    grade: str


@dataclass(frozen=True, slots=True)
class BodyZone:
    slug: str
    name: str
    group: str  # heading of the list: head-face, arms-hands, trunk, legs-feet
    view: str  # front, back or face
    region: str  # counted for "widespread"
    findings: tuple[str, ...]  # implied always
    twitch_findings: tuple[str, ...]  # implied when the patient twitches
    tremor_findings: tuple[str, ...]  # implied when the patient shakes


@dataclass(frozen=True, slots=True)
class Drink:
    slug: str
    name: str  # "cup of coffee"
    caffeine_mg: float
    source: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A threshold of a derived finding: an editor's number, never a constant in code."""

    slug: str
    name: str
    value: float
    unit: str
    source: str
    note: str


@dataclass(frozen=True)
class Catalogue:
    sources: tuple[Source, ...] = ()
    settings: tuple[Setting, ...] = ()
    presentations: tuple[Presentation, ...] = ()
    causes: tuple[Cause, ...] = ()
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
    number: int = field(default=0, compare=False)  # of the release; 0 for a working copy

    def __hash__(self) -> int:
        return hash(self.sha256)

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
}
_NESTED: dict[tuple[type[Any], str], type[Any]] = {(Finding, "options"): Option, (Drug, "effects"): DrugEffect}


def to_json(catalogue: Catalogue) -> str:
    """Canonical JSON (sorted keys, no spaces): the same catalogue gives the same bytes."""
    document = {name: [asdict(item) for item in getattr(catalogue, name)] for name in RECORDS}
    return json.dumps({"format": FORMAT, **document}, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str, number: int = 0) -> Catalogue:
    """The catalogue of a release's document. Raises ValueError for another format."""
    document = json.loads(text)
    if document.get("format") != FORMAT:
        raise ValueError(f"catalogue document of format {document.get('format')!r}, expected {FORMAT}")
    parts: dict[str, Any] = {
        name: tuple(_record(kind, item) for item in document[name]) for name, kind in RECORDS.items()
    }
    return Catalogue(number=number, **parts)


def _record(kind: type[Any], item: Mapping[str, Any]) -> Any:
    values = {f.name: item[f.name] for f in fields(kind)}
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
        case Option():
            return record.value
        case DrugEffect():
            return record.effect
    return str(record.slug)
