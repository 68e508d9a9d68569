"""Keys, references and sources: what a record names must be there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from causes.catalogue import BACKGROUND, GENERAL, GRADES, RECORDS, Catalogue, Problem, Source
from causes.catalogue.tables import NESTED, SETS, columns, is_kept, lost
from causes.validation.common import problem, repeated, unknown

# The presenting complaint of an intake that has no other: without it nobody can be ranked.
ANY_PRESENTATION = "any"
# Thresholds that the program reads: without one of them a page or a patient's answers could not be worked out.
REQUIRED_PARAMETERS = (
    "caffeine-limit",
    "alcohol-limit",
    "childhood-onset-age",
    "widespread-regions",
    "wide-interval",
    "few-findings",
    "accuracy-least-patients",
    "calibration-least-patients",
    "benign-posterior",
    "base-rate-weight",
    "source-review-months",
)
_GRADED = (
    "likelihoods",
    "pretests",
    "red_flags",
    "facts",
    "epidemiology",
    "treatments",
    "investigations",
    "patient_advice",
)
# Of a source: PubMed, a DOI, a disease of OMIM or Orphanet, or the web.
IDENTIFIER = re.compile(r"^(PMID:\d{1,9}|PMCID:PMC\d{1,9}|DOI:10\.\d{4,9}/\S+|(OMIM|ORPHA):\d{1,9}|https?://\S+)$")
_SLUG = re.compile(r"^[a-z0-9][a-z0-9-]{0,79}$")
_SLUGGED = tuple(name for name, kind in RECORDS.items() if "slug" in kind.__dataclass_fields__)


def missing_tables(catalogue: Catalogue) -> Iterator[Problem]:
    for table in ("settings", "presentations", "causes", "findings"):
        if not getattr(catalogue, table):
            yield Problem(table, "all", "there are none")
    if catalogue.presentations and ANY_PRESENTATION not in {p.slug for p in catalogue.presentations}:
        yield Problem("presentations", ANY_PRESENTATION, "is missing: it serves every other complaint")
    limits = [f"{f.slug}-{end}" for f in catalogue.findings if f.kind == "number" for end in ("lowest", "highest")]
    for slug in (*REQUIRED_PARAMETERS, *limits):
        if slug not in catalogue.parameter:
            yield Problem("parameters", slug, "is missing: the program works with it")


def keys(catalogue: Catalogue) -> Iterator[Problem]:
    for table in _SLUGGED:
        items = getattr(catalogue, table)
        yield from repeated(table, [(item.slug, item) for item in items])
        for item in items:
            if not _SLUG.match(item.slug):
                yield problem(table, item, "a slug has only a-z, 0-9 and -, and at most 80 of them")
    for finding in catalogue.findings:
        yield from repeated("options", [((finding.slug, option.value), option) for option in finding.options])


def lost_texts(catalogue: Catalogue) -> Iterator[Problem]:
    """What would come back otherwise from a file: nobody may find out by losing it."""
    for table in RECORDS:
        nested = NESTED.get(table)
        for record in getattr(catalogue, table):
            yield from _lost_of(table, record)
            for part in getattr(record, nested.field) if nested else ():
                yield from _lost_of(nested.table, part, record)  # type: ignore[union-attr]


def _lost_of(table: str, record: Any, owner: Any = None) -> Iterator[Problem]:
    if is_kept(record):
        return
    for name in columns(table):
        value = getattr(record, name, "")  # a nested record does not name its owner
        if why := lost(value):
            yield problem(table, record, f"{name} {why}", owner)
        elif name in SETS.get(table, ()) and len(set(value)) < len(value):
            yield problem(table, record, f"{name} names something twice", owner)


def references(catalogue: Catalogue) -> list[Problem]:
    """Every name of a record that is not there."""
    return [*_references(catalogue), *_source_references(catalogue)]


def _source_references(catalogue: Catalogue) -> Iterator[Problem]:
    for table, record, owner in _graded(catalogue):
        yield from unknown(table, record, "source", [record.source], catalogue.source, owner)
    for table in ("drinks", "parameters", "burdens"):
        for item in getattr(catalogue, table):
            yield from unknown(table, item, "source", [item.source], catalogue.source)
    for advice in catalogue.patient_advice:
        yield from unknown("patient_advice", advice, "source", [advice.recheck_source], catalogue.source)


def _references(catalogue: Catalogue) -> Iterator[Problem]:
    causes, findings = catalogue.cause, catalogue.finding
    sections = {section.slug for section in catalogue.sections}
    for p in catalogue.presentations:
        yield from unknown("presentations", p, "finding", p.findings, findings)
    for f in catalogue.findings:
        yield from unknown("findings", f, "cluster", [f.cluster], catalogue.cluster)
        yield from unknown("findings", f, "topic", [f.section], sections)
        yield from unknown("findings", f, "burden", [f.burden or "(empty)"], catalogue.burden)
    for cause in catalogue.causes:
        yield from unknown("causes", cause, "finding", cause.benign_requires, findings)
    for investigation in catalogue.investigations:
        yield from unknown(
            "investigations", investigation, "burden", [investigation.burden or "(empty)"], catalogue.burden
        )
    for row in catalogue.likelihoods:
        yield from unknown("likelihoods", row, "cause", [row.cause or "(empty)"], {*causes, BACKGROUND})
        yield from unknown("likelihoods", row, "finding", [row.finding or "(empty)"], findings)
    for table in ("epidemiology", "treatments", "investigations", "patient_advice"):
        for item in getattr(catalogue, table):
            yield from unknown(table, item, "cause", [item.cause or "(empty)"], causes)
    for fact in catalogue.facts:
        yield from unknown("facts", fact, "cause", [fact.cause or "(empty)"], {*causes, GENERAL})
    for drug in catalogue.drugs:
        for effect in drug.effects:
            yield from unknown("drug_effects", effect, "finding", [effect.finding], findings, drug)
    for flag in catalogue.red_flags:
        yield from unknown("red_flags", flag, "cause", flag.suspected_causes, causes)
        complaints = {p.slug for p in catalogue.presentations}
        yield from unknown("red_flags", flag, "presenting complaint", flag.warning_presentations, complaints)
    for zone in catalogue.body_zones:
        implied = (*zone.findings, *zone.twitch_findings, *zone.tremor_findings)
        yield from unknown("body_zones", zone, "finding", implied, findings)


def _graded(catalogue: Catalogue) -> Iterator[tuple[str, Any, Any]]:
    """Table, record and, for a nested record, its owner."""
    for drug in catalogue.drugs:
        for effect in drug.effects:
            yield "drug_effects", effect, drug
    for table in _GRADED:
        for item in getattr(catalogue, table):
            yield table, item, None


def source_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for table, record, owner in _graded(catalogue):
        if record.grade not in GRADES:
            yield problem(table, record, f"grade “{record.grade}” is not one of {', '.join(GRADES)}", owner)
        elif record.grade != "D" and not record.source:
            yield problem(table, record, f"grade {record.grade} without a source", owner)
    for source in catalogue.sources:
        if not source.title:
            yield problem("sources", source, "has no title")
        if source.identifier and not IDENTIFIER.match(source.identifier):
            yield problem("sources", source, f"identifier “{source.identifier}” is no PMID, DOI or address")
        yield from _date_problems(source)
        # The address becomes a link: nothing but the web may stand in it.
        if source.url and not source.url.startswith(("http://", "https://")):
            yield problem("sources", source, f"address “{source.url}” does not start with http:// or https://")


def _date_problems(source: Source) -> Iterator[Problem]:
    if source.reviewed_on:
        try:
            date.fromisoformat(source.reviewed_on)
        except ValueError:
            yield problem("sources", source, f"reviewed on “{source.reviewed_on}” is no date")
