"""The records of a compiled catalogue, one frozen dataclass a table, and the words that they are limited to."""

from __future__ import annotations

from dataclasses import dataclass

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
    design: str = ""  # of the study; "" where nobody said
    reviewed_on: str = ""  # ISO date of the last reading against the catalogue


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
    is_benign: bool = False  # an editor's mark: harmless once it is the conclusion
    benign_requires: tuple[str, ...] = ()  # findings that must be known absent before it is called so
    identifiers: tuple[str, ...] = ()  # of the diseases it stands for elsewhere: OMIM:105400, ORPHA:803


@dataclass(frozen=True, slots=True)
class PatientAdvice:
    """What a patient is handed about a cause, in words of a reading age of about 11."""

    cause: str
    explanation: str
    self_care: tuple[str, ...]
    source: str  # of the words
    grade: str
    recheck_weeks: int | None  # from the signature to the recheck; None when no date is proposed
    recheck_source: str  # a source's slug, or "" for an expert's choice
    recheck_note: str


@dataclass(frozen=True, slots=True)
class Burden:
    """What it costs the patient to find something out; the catalogue lists the lightest first."""

    slug: str
    label: str  # short: “blood sample”
    description: str
    source: str


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
    burden: str = ""  # a burden's slug
    implied_if: str = ""  # a condition under which the answer follows from others and says nothing more

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
    is_pooled: bool = False  # beside the used one, and counted together with it


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
    burden: str  # a burden's slug
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
    warning_sign: str = ""  # what a patient is told to come back for; "" when no patient can notice it
    warning_presentations: tuple[str, ...] = ()  # the complaints with which the sign is told
    is_benign_compatible: bool = False  # an editor's mark: when it fires, the picture may still be benign


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


@dataclass(frozen=True, slots=True)
class Translation:
    """One text that patients read, in another language."""

    language: str  # “es”
    table: str
    key: str  # the record's slug; of an option, “finding/value”
    field: str
    text: str  # parts of a list are separated by “|”
    original: str  # what was translated: once the record says otherwise, the translation is out of date
