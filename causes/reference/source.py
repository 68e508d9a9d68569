"""The page of one source: what it is cited for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from causes import words
from causes.catalogue import BACKGROUND, GENERAL, OTHER, Catalogue, Likelihood
from causes.models.gathering import SourceCheck
from causes.reference import parts


@dataclass(frozen=True, slots=True)
class Use:
    links: tuple[parts.Link, ...]
    text: str
    grade: parts.Grade | None


@dataclass(frozen=True, slots=True)
class SourcePage:
    slug: str
    title: str
    identifier: str
    year: int | None
    address: str
    design: str
    reviewed: str
    state: str  # of the check that counts; "" where there is none, or where it is live
    is_retracted: bool
    release: int
    count: int
    groups: tuple[tuple[str, tuple[Use, ...]], ...]


def source_page(catalogue: Catalogue, slug: str, check: SourceCheck | None = None) -> SourcePage:
    """``check`` is what the editors know of it since the release. Raises KeyError for an unknown source."""
    source = catalogue.source[slug]
    found = (
        (_("How often a finding is found"), tuple(_likelihoods(catalogue, slug))),
        (_("Base rates"), tuple(_pretests(catalogue, slug))),
        (_("Epidemiology"), tuple(_epidemiology(catalogue, slug))),
        (_("Treatments"), tuple(_named(catalogue, slug, "treatments"))),
        (_("Investigations"), tuple(_named(catalogue, slug, "investigations"))),
        (_("Facts"), tuple(_facts(catalogue, slug))),
        (_("Drugs"), tuple(_drugs(catalogue, slug))),
        (_("Red flags"), tuple(_red_flags(catalogue, slug))),
        (_("Advice to patients"), tuple(_advice(catalogue, slug))),
        (_("Thresholds and drinks"), tuple(_numbers(catalogue, slug))),
        (_("Burdens"), tuple(_burdens(catalogue, slug))),
    )
    return SourcePage(
        slug=slug,
        title=source.title,
        identifier=source.identifier,
        year=source.year,
        address=source.url,
        design=words.capitalised(source.design),
        reviewed=_reviewed(source.reviewed_on),
        state=_state(check),
        is_retracted=check is not None and check.status == SourceCheck.Status.RETRACTED,
        release=catalogue.number,
        count=sum(len(uses) for _title, uses in found),
        groups=tuple((title, uses) for title, uses in found if uses),
    )


def _reviewed(day: str) -> str:
    return f"{date.fromisoformat(day):%d %B %Y}" if day else ""


def _state(check: SourceCheck | None) -> str:
    if check is None or check.status == SourceCheck.Status.LIVE:
        return ""
    state = words.capitalised(str(check.get_status_display()))
    return _("%(state)s, as checked on %(day)s") % {"state": state, "day": f"{check.checked_on:%d %B %Y}"}


def _cause(catalogue: Catalogue, slug: str) -> parts.Link:
    names = {BACKGROUND: _("In others"), OTHER: _("None of these causes"), GENERAL: _("Twitching in general")}
    return parts.Link(names[slug], "") if slug in names else parts.cause_link(catalogue, slug)


def _likelihoods(catalogue: Catalogue, slug: str) -> Iterator[Use]:
    for row in catalogue.likelihoods:
        if row.source == slug:
            links = _cause(catalogue, row.cause), parts.finding_link(catalogue, row.finding)
            text = ", ".join(part for part in (_value(catalogue, row), parts.details(row)) if part)
            yield Use(links, text if row.is_used else _("%(text)s (not used)") % {"text": text}, parts.grade(row.grade))


def _value(catalogue: Catalogue, row: Likelihood) -> str:
    finding = catalogue.finding[row.finding]
    if finding.kind == "number":
        return f"{row.option} {row.probability:.3g} {finding.unit}"
    return f"{row.option} {words.probability(row.probability)}".strip()


def _pretests(catalogue: Catalogue, slug: str) -> Iterator[Use]:
    settings = {s.slug: s.name for s in catalogue.settings}
    complaints = {p.slug: p.name for p in catalogue.presentations}
    for p in catalogue.pretests:
        if p.source == slug:
            text = f"{settings[p.setting]}, {complaints[p.presentation]}: {words.probability(p.share)}"
            yield Use((_cause(catalogue, p.cause),), text, parts.grade(p.grade))


def _epidemiology(catalogue: Catalogue, slug: str) -> Iterator[Use]:
    for row in catalogue.epidemiology:
        if row.source == slug:
            yield Use((_cause(catalogue, row.cause),), f"{words.number(row.value)}, {row.unit}", parts.grade(row.grade))


def _named(catalogue: Catalogue, slug: str, table: str) -> Iterator[Use]:
    for row in getattr(catalogue, table):
        if row.source == slug:
            yield Use((_cause(catalogue, row.cause),), row.name, parts.grade(row.grade))


def _facts(catalogue: Catalogue, slug: str) -> Iterator[Use]:
    for fact in catalogue.facts:
        if fact.source == slug:
            yield Use((_cause(catalogue, fact.cause),), fact.statement, parts.grade(fact.grade))


def _drugs(catalogue: Catalogue, slug: str) -> Iterator[Use]:
    for drug in catalogue.drugs:
        for effect in drug.effects:
            if effect.source == slug:
                yield Use((parts.Link(drug.name, ""),), words.capitalised(effect.effect), parts.grade(effect.grade))


def _red_flags(catalogue: Catalogue, slug: str) -> Iterator[Use]:
    for flag in catalogue.red_flags:
        if flag.source == slug:
            yield Use((parts.Link(flag.name, ""),), flag.advice_to_clinician, parts.grade(flag.grade))


def _advice(catalogue: Catalogue, slug: str) -> Iterator[Use]:
    for advice in catalogue.patient_advice:
        cited = (advice.source, advice.explanation), (advice.recheck_source, advice.recheck_note)
        for source, text in cited:
            if source == slug:
                yield Use((_cause(catalogue, advice.cause),), text, parts.grade(advice.grade))


def _burdens(catalogue: Catalogue, slug: str) -> Iterator[Use]:
    for burden in catalogue.burdens:
        if burden.source == slug:
            yield Use((parts.Link(words.capitalised(burden.label), ""),), burden.description, None)


def _numbers(catalogue: Catalogue, slug: str) -> Iterator[Use]:
    for drink in catalogue.drinks:
        if drink.source == slug:
            yield Use((parts.Link(drink.name, ""),), f"{drink.caffeine_mg:g} mg", None)
    for parameter in catalogue.parameters:
        if parameter.source == slug:
            yield Use((parts.Link(parameter.name, ""),), f"{parameter.value:g} {parameter.unit}", None)
