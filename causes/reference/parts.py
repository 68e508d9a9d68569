"""What several reference pages share: a source's link, a frequency as a picture, facts, drugs and red flags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes import conditions, words
from causes.catalogue import BACKGROUND, Catalogue, Drug, DrugEffect, Fact, Likelihood, RedFlag
from causes.models.editable import Urgency
from causes.pooling import pools

_GRID = 2000
_TAIL = 0.05
_FACT_TITLES = {
    "definition": gettext_lazy("What it is"),
    "symptom": gettext_lazy("Symptoms"),
    "cause": gettext_lazy("Causes"),
    "drug": gettext_lazy("Drugs"),
    "see a doctor": gettext_lazy("When to see a doctor"),
}


@dataclass(frozen=True, slots=True)
class Grade:
    letter: str
    style: str  # the letter in lower case, for the classes tw-grade--a and v-ga
    title: str


@dataclass(frozen=True, slots=True)
class SourceLink:
    title: str
    address: str  # the publication itself; this site's page about it when it has no address
    page: str
    is_outside: bool


@dataclass(frozen=True, slots=True)
class Link:
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class UrgencyChip:
    slug: str
    label: str


@dataclass(frozen=True, slots=True)
class Frequency:
    """One likelihood as a row with a bar: how often, how sure, in how many, by whom."""

    name: str
    address: str
    here: str
    others: str
    count: str
    interval: str
    bar: str
    low: str  # "" without a count
    high: str
    tick: str  # of the background; "" where there is none
    grade: Grade
    source: SourceLink | None
    details: str  # population, design and note
    studies: Link | None  # all of the cell, where there are several


@dataclass(frozen=True, slots=True)
class FactGroup:
    title: str
    facts: tuple[tuple[str, Grade, SourceLink | None], ...]


@dataclass(frozen=True, slots=True)
class DrugRow:
    name: str
    brands: str
    drug_class: str
    effect: str
    frequency: str
    mechanism: str
    advice: str
    grade: Grade
    source: SourceLink | None


@dataclass(frozen=True, slots=True)
class Flag:
    slug: str
    name: str
    urgency: UrgencyChip
    condition: tuple[str, ...]
    advice_to_clinician: str
    advice_to_patient: str
    causes: tuple[Link, ...]
    grade: Grade
    source: SourceLink | None


def grade(letter: str) -> Grade:
    return Grade(letter, letter.lower(), str(words.GRADE_TITLES[letter]))


def urgency(slug: str) -> UrgencyChip:
    return UrgencyChip(slug, str(Urgency(slug).label))


def source_link(catalogue: Catalogue, slug: str) -> SourceLink | None:
    source = catalogue.source.get(slug)
    if source is None:
        return None
    title = f"{source.title} ({source.year})" if source.year else source.title
    page = reverse("source", args=[slug])
    return SourceLink(title, source.url or page, page, bool(source.url))


def cause_link(catalogue: Catalogue, slug: str) -> Link:
    return Link(catalogue.cause[slug].name, reverse("cause", args=[slug]))


def finding_link(catalogue: Catalogue, slug: str) -> Link:
    return Link(catalogue.finding[slug].name, reverse("finding", args=[slug]))


@lru_cache(maxsize=8192)
def beta_interval(probability: float, total: float) -> tuple[float, float]:
    """5th and 95th percentile of Beta(k + 1, n - k + 1): what k of n counted patients say about the frequency."""
    a, b = probability * total + 1, (1 - probability) * total + 1
    mean = a / (a + b)
    reach = 8 * (mean * (1 - mean) / (a + b + 1)) ** 0.5
    low, high = max(0.0, mean - reach), min(1.0, mean + reach)
    edges = np.linspace(low, high, _GRID + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    density = (a - 1) * np.log(middles) + (b - 1) * np.log1p(-middles)
    mass = np.exp(density - density.max())
    cumulative = np.concatenate([[0.0], np.cumsum(mass)]) / mass.sum()
    ends = np.interp([_TAIL, 1 - _TAIL], cumulative, edges)
    return float(ends[0]), float(ends[1])


def frequency(catalogue: Catalogue, row: Likelihood, link: Link) -> Frequency:
    """A row of a yes/no finding or of one option of a choice."""
    background = catalogue.cell.get((BACKGROUND, row.finding, row.option))
    has_tick = background is not None and row.cause != BACKGROUND
    pool = pools(catalogue).get((row.cause, row.finding)) if row.is_used else None
    share, total = (pool.mean, pool.total) if pool else (row.probability, row.total)
    ends = beta_interval(share, pool.effective if pool else total) if total else None
    return Frequency(
        name=link.name,
        address=link.address,
        here=words.probability(share),
        others=words.probability(background.probability) if background and has_tick else "–",
        count=words.number(total) if total else "–",
        interval=words.interval(*ends) if ends else "",
        bar=words.length(share),
        low=words.length(ends[0]) if ends else "",
        high=words.length(ends[1]) if ends else "",
        tick=words.length(background.probability) if background and has_tick else "",
        grade=grade(row.grade),
        source=source_link(catalogue, row.source),
        details=details(row),
        studies=_studies_link(catalogue, row, is_pooled=pool is not None),
    )


def _studies_link(catalogue: Catalogue, row: Likelihood, is_pooled: bool) -> Link | None:
    """Only from the used row: the others are on a list of their own."""
    count = _rows_of_cells(catalogue)[row.cause, row.finding, row.option]
    if count < 2 or not row.is_used:
        return None
    name = _("Pooled from studies: all %(n)s rows") if is_pooled else _("All %(n)s rows of this cell")
    return Link(name % {"n": count}, reverse("studies", args=[row.finding, row.cause]))


@lru_cache(maxsize=6)
def _rows_of_cells(catalogue: Catalogue) -> Counter[tuple[str, str, str]]:
    return Counter((row.cause, row.finding, row.option) for row in catalogue.likelihoods)


def details(row: Likelihood) -> str:
    counted = ""
    if row.affected is not None and row.total is not None:
        counted = _("%(affected)s of %(total)s") % {"affected": row.affected, "total": row.total}
    return "; ".join(part for part in (counted, row.population, row.design, row.note) if part)


def fact_groups(catalogue: Catalogue, facts: Iterable[Fact]) -> tuple[FactGroup, ...]:
    groups: dict[str, list[tuple[str, Grade, SourceLink | None]]] = {}
    for fact in facts:
        item = fact.statement, grade(fact.grade), source_link(catalogue, fact.source)
        groups.setdefault(fact.kind, []).append(item)
    return tuple(
        FactGroup(str(_FACT_TITLES.get(kind, words.capitalised(kind))), tuple(items)) for kind, items in groups.items()
    )


def drug_row(catalogue: Catalogue, drug: Drug, effect: DrugEffect) -> DrugRow:
    return DrugRow(
        name=drug.name,
        brands=", ".join(drug.brands),
        drug_class=words.capitalised(drug.drug_class),
        effect=words.capitalised(effect.effect),
        frequency=effect.frequency,
        mechanism=effect.mechanism,
        advice=effect.advice,
        grade=grade(effect.grade),
        source=source_link(catalogue, effect.source),
    )


def flag(catalogue: Catalogue, item: RedFlag) -> Flag:
    return Flag(
        slug=item.slug,
        name=item.name,
        urgency=urgency(item.urgency),
        condition=tuple(_clause_in_words(catalogue, conditions.parse_clause(part)) for part in item.findings),
        advice_to_clinician=item.advice_to_clinician,
        advice_to_patient=item.advice_to_patient,
        causes=tuple(cause_link(catalogue, slug) for slug in item.suspected_causes),
        grade=grade(item.grade),
        source=source_link(catalogue, item.source),
    )


def _clause_in_words(catalogue: Catalogue, clause: conditions.Clause) -> str:
    finding = catalogue.finding.get(clause.slug)
    name = finding.name if finding else clause.slug
    unit = finding.unit if finding else ""
    if clause.operator == "present":
        return name
    if clause.operator == "absent":
        return _("%(finding)s: absent") % {"finding": name}
    if clause.operator == "=":
        return f"{name}: {_(' or ').join(clause.options)}"
    limit = f"{clause.limit:g} {unit}".strip()
    if clause.operator == ">=":
        return _("%(finding)s: %(limit)s or more") % {"finding": name, "limit": limit}
    return _("%(finding)s: below %(limit)s") % {"finding": name, "limit": limit}


def slugs_of(item: RedFlag) -> set[str]:
    """The findings that a red flag looks at."""
    return {conditions.parse_clause(part).slug for part in item.findings}
