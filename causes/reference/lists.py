"""The lists: causes with the general facts, findings, drugs, red flags."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.urls import reverse

from causes import words
from causes.catalogue import BACKGROUND, GENERAL, STAGES, URGENCIES, Catalogue
from causes.reference import parts


@dataclass(frozen=True, slots=True)
class CauseRow:
    name: str
    address: str
    summary: str
    urgency: parts.UrgencyChip
    is_cannot_miss: bool
    findings: int  # with a source
    sources: int


@dataclass(frozen=True, slots=True)
class CauseGroup:
    title: str
    rows: tuple[CauseRow, ...]


@dataclass(frozen=True, slots=True)
class CausesPage:
    release: int
    query: str
    count: int
    total: int
    groups: tuple[CauseGroup, ...]
    general: tuple[parts.FactGroup, ...]


@dataclass(frozen=True, slots=True)
class FindingRow:
    name: str
    address: str
    question: str
    causes: int
    sourced: int
    background: str


@dataclass(frozen=True, slots=True)
class FindingGroup:
    title: str
    rows: tuple[FindingRow, ...]


@dataclass(frozen=True, slots=True)
class FindingsPage:
    release: int
    query: str
    count: int
    total: int
    causes: int
    groups: tuple[FindingGroup, ...]


@dataclass(frozen=True, slots=True)
class DrugsPage:
    release: int
    query: str
    count: int
    total: int
    groups: tuple[tuple[str, tuple[parts.DrugRow, ...]], ...]


@dataclass(frozen=True, slots=True)
class RedFlagsPage:
    release: int
    flags: tuple[parts.Flag, ...]


def _has(query: str, *texts: str) -> bool:
    """Whether every word of the query is somewhere in the texts."""
    text = " ".join(texts).casefold()
    return all(word in text for word in query.casefold().split())


def causes_page(catalogue: Catalogue, query: str = "") -> CausesPage:
    findings: Counter[str] = Counter()
    sources: dict[str, set[str]] = defaultdict(set)
    for row in catalogue.likelihoods:
        if row.source:
            findings[row.cause] += row.is_used
            sources[row.cause].add(row.source)
    groups: dict[str, list[CauseRow]] = {}
    for cause in catalogue.causes:
        if _has(query, cause.name, cause.group, cause.summary, cause.slug):
            item = CauseRow(
                name=cause.name,
                address=reverse("cause", args=[cause.slug]),
                summary=cause.summary,
                urgency=parts.urgency(cause.urgency),
                is_cannot_miss=cause.is_cannot_miss,
                findings=findings[cause.slug],
                sources=len(sources[cause.slug]),
            )
            groups.setdefault(cause.group, []).append(item)
    return CausesPage(
        release=catalogue.number,
        query=query,
        count=sum(len(rows) for rows in groups.values()),
        total=len(catalogue.causes),
        groups=tuple(CauseGroup(words.capitalised(group), tuple(rows)) for group, rows in groups.items()),
        general=parts.fact_groups(catalogue, (fact for fact in catalogue.facts if fact.cause == GENERAL)),
    )


def findings_page(catalogue: Catalogue, query: str = "") -> FindingsPage:
    speaking, sourced = defaultdict(set), defaultdict(set)
    for (cause, slug, _option), row in catalogue.cell.items():
        if cause != BACKGROUND:
            speaking[slug].add(cause)
            if row.source:
                sourced[slug].add(cause)
    groups: dict[str, list[FindingRow]] = {stage: [] for stage in STAGES}
    for finding in catalogue.findings:
        if _has(query, finding.name, finding.question, finding.hpo, finding.hpo_name, finding.slug):
            background = catalogue.cell.get((BACKGROUND, finding.slug, ""))
            item = FindingRow(
                name=finding.name,
                address=reverse("finding", args=[finding.slug]),
                question=finding.question,
                causes=len(speaking[finding.slug]),
                sourced=len(sourced[finding.slug]),
                background=words.probability(background.probability) if background else "–",
            )
            groups[finding.stage].append(item)
    return FindingsPage(
        release=catalogue.number,
        query=query,
        count=sum(len(rows) for rows in groups.values()),
        total=len(catalogue.findings),
        causes=len(catalogue.causes),
        groups=tuple(
            FindingGroup(str(words.STAGE_TITLES[stage]), tuple(rows)) for stage, rows in groups.items() if rows
        ),
    )


def drugs_page(catalogue: Catalogue, query: str = "") -> DrugsPage:
    groups: dict[str, list[parts.DrugRow]] = {}
    count = 0
    for drug in sorted(catalogue.drugs, key=lambda drug: (drug.drug_class.casefold(), drug.name.casefold())):
        effects = " ".join(effect.effect for effect in drug.effects)
        if _has(query, drug.name, drug.drug_class, drug.atc, effects, *drug.brands):
            count += 1
            rows = groups.setdefault(words.capitalised(drug.drug_class), [])
            rows += [parts.drug_row(catalogue, drug, effect) for effect in drug.effects]
    return DrugsPage(
        release=catalogue.number,
        query=query,
        count=count,
        total=len(catalogue.drugs),
        groups=tuple((title, tuple(rows)) for title, rows in groups.items()),
    )


def red_flags_page(catalogue: Catalogue) -> RedFlagsPage:
    flags = sorted(catalogue.red_flags, key=lambda flag: -URGENCIES.index(flag.urgency))
    return RedFlagsPage(catalogue.number, tuple(parts.flag(catalogue, item) for item in flags))
