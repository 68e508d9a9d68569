"""Every rule that a catalogue must keep before anyone may be ranked by it."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from datetime import date
from itertools import chain
from typing import Any

from causes import conditions, hpo, pooling
from causes.catalogue import (
    BACKGROUND,
    GENERAL,
    GRADES,
    OTHER,
    RECORDS,
    REPORTERS,
    URGENCIES,
    Catalogue,
    Cause,
    Finding,
    Likelihood,
    Pretest,
    Problem,
    Source,
    name_of,
)
from causes.catalogue.tables import NESTED, SETS, columns, is_kept, lost
from causes.catalogue.translating import PATIENT_TEXTS, record_keys

TOLERANCE = 0.01
# Names that a condition may use although they are no findings.
PSEUDO_FINDINGS = frozenset({"medicines"})
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
# The same limits as the admin's.
_RECHECK_WEEKS = range(1, 105)
_KINDS = ("boolean", "choice", "number")
_CONTROLS = ("question", "derived", "profile", "clinician")
_NUMBER_OPTIONS = ("mean", "sd")
_OPERATORS = {"boolean": ("present", "absent"), "choice": ("=",), "number": (">=", "<")}
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
# Of a disease that a cause stands for.
DISEASE = re.compile(r"^(OMIM|ORPHA):\d{1,9}$")
_SLUG = re.compile(r"^[a-z0-9][a-z0-9-]{0,79}$")
_SLUGGED = tuple(name for name, kind in RECORDS.items() if "slug" in kind.__dataclass_fields__)


def problems(catalogue: Catalogue) -> list[Problem]:
    """Every defect, in the order of the tables; an empty list means that it can be published."""
    return [
        *_missing_tables(catalogue),
        *_keys(catalogue),
        *_lost_texts(catalogue),
        *references(catalogue),
        *_sources(catalogue),
        *_finding_problems(catalogue),
        *hpo.problems(catalogue),
        *_likelihood_problems(catalogue),
        *_cell_problems(catalogue),
        *pooling.problems(catalogue),
        *_pretest_problems(catalogue),
        *_cause_problems(catalogue),
        *_advice_problems(catalogue),
        *_red_flag_problems(catalogue),
        *_number_problems(catalogue),
        *_translation_problems(catalogue),
    ]


def withdrawn(current: Catalogue, catalogue: Catalogue) -> list[Problem]:
    """Settings and complaints of the current release that are gone: intakes filed under them could not be ranked."""
    return [
        Problem(table, slug, "may not be removed: patients are filed under it")
        for table in ("settings", "presentations")
        for slug in sorted(_slugs_of(current, table) - _slugs_of(catalogue, table))
    ]


def _slugs_of(catalogue: Catalogue, table: str) -> set[str]:
    return {item.slug for item in getattr(catalogue, table)}


def _problem(table: str, record: Any, message: str, owner: Any = None) -> Problem:
    name = f"{name_of(owner)}, {name_of(record)}" if owner else name_of(record)
    return Problem(table, name, message, record)


def _missing_tables(catalogue: Catalogue) -> Iterator[Problem]:
    for table in ("settings", "presentations", "causes", "findings"):
        if not getattr(catalogue, table):
            yield Problem(table, "all", "there are none")
    if catalogue.presentations and ANY_PRESENTATION not in {p.slug for p in catalogue.presentations}:
        yield Problem("presentations", ANY_PRESENTATION, "is missing: it serves every other complaint")
    limits = [f"{f.slug}-{end}" for f in catalogue.findings if f.kind == "number" for end in ("lowest", "highest")]
    for slug in (*REQUIRED_PARAMETERS, *limits):
        if slug not in catalogue.parameter:
            yield Problem("parameters", slug, "is missing: the program works with it")


def _keys(catalogue: Catalogue) -> Iterator[Problem]:
    for table in _SLUGGED:
        items = getattr(catalogue, table)
        yield from _repeated(table, [(item.slug, item) for item in items])
        for item in items:
            if not _SLUG.match(item.slug):
                yield _problem(table, item, "a slug has only a-z, 0-9 and -, and at most 80 of them")
    for finding in catalogue.findings:
        yield from _repeated("options", [((finding.slug, option.value), option) for option in finding.options])


def _lost_texts(catalogue: Catalogue) -> Iterator[Problem]:
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
            yield _problem(table, record, f"{name} {why}", owner)
        elif name in SETS.get(table, ()) and len(set(value)) < len(value):
            yield _problem(table, record, f"{name} names something twice", owner)


def _repeated(table: str, keyed: Iterable[tuple[Hashable, Any]]) -> Iterator[Problem]:
    seen: set[Hashable] = set()
    for key, item in keyed:
        if key in seen:
            yield _problem(table, item, "appears more than once")
        seen.add(key)


def _unknown(
    table: str, record: Any, what: str, slugs: Iterable[str], known: Iterable[str], owner: Any = None
) -> Iterator[Problem]:
    for slug in slugs:
        if slug and slug not in known:
            yield _problem(table, record, f"unknown {what} “{slug}”", owner)


def references(catalogue: Catalogue) -> list[Problem]:
    """Every name of a record that is not there."""
    return [*_references(catalogue), *_source_references(catalogue)]


def _source_references(catalogue: Catalogue) -> Iterator[Problem]:
    for table, record, owner in _graded(catalogue):
        yield from _unknown(table, record, "source", [record.source], catalogue.source, owner)
    for table in ("drinks", "parameters", "burdens"):
        for item in getattr(catalogue, table):
            yield from _unknown(table, item, "source", [item.source], catalogue.source)
    for advice in catalogue.patient_advice:
        yield from _unknown("patient_advice", advice, "source", [advice.recheck_source], catalogue.source)


def _references(catalogue: Catalogue) -> Iterator[Problem]:
    causes, findings = catalogue.cause, catalogue.finding
    sections = {section.slug for section in catalogue.sections}
    for p in catalogue.presentations:
        yield from _unknown("presentations", p, "finding", p.findings, findings)
    for f in catalogue.findings:
        yield from _unknown("findings", f, "cluster", [f.cluster], catalogue.cluster)
        yield from _unknown("findings", f, "topic", [f.section], sections)
        yield from _unknown("findings", f, "burden", [f.burden or "(empty)"], catalogue.burden)
    for cause in catalogue.causes:
        yield from _unknown("causes", cause, "finding", cause.benign_requires, findings)
    for investigation in catalogue.investigations:
        yield from _unknown(
            "investigations", investigation, "burden", [investigation.burden or "(empty)"], catalogue.burden
        )
    for row in catalogue.likelihoods:
        yield from _unknown("likelihoods", row, "cause", [row.cause or "(empty)"], {*causes, BACKGROUND})
        yield from _unknown("likelihoods", row, "finding", [row.finding or "(empty)"], findings)
    for table in ("epidemiology", "treatments", "investigations", "patient_advice"):
        for item in getattr(catalogue, table):
            yield from _unknown(table, item, "cause", [item.cause or "(empty)"], causes)
    for fact in catalogue.facts:
        yield from _unknown("facts", fact, "cause", [fact.cause or "(empty)"], {*causes, GENERAL})
    for drug in catalogue.drugs:
        for effect in drug.effects:
            yield from _unknown("drug_effects", effect, "finding", [effect.finding], findings, drug)
    for flag in catalogue.red_flags:
        yield from _unknown("red_flags", flag, "cause", flag.suspected_causes, causes)
        complaints = {p.slug for p in catalogue.presentations}
        yield from _unknown("red_flags", flag, "presenting complaint", flag.warning_presentations, complaints)
    for zone in catalogue.body_zones:
        implied = (*zone.findings, *zone.twitch_findings, *zone.tremor_findings)
        yield from _unknown("body_zones", zone, "finding", implied, findings)


def _graded(catalogue: Catalogue) -> Iterator[tuple[str, Any, Any]]:
    """Table, record and, for a nested record, its owner."""
    for drug in catalogue.drugs:
        for effect in drug.effects:
            yield "drug_effects", effect, drug
    for table in _GRADED:
        for item in getattr(catalogue, table):
            yield table, item, None


def _sources(catalogue: Catalogue) -> Iterator[Problem]:
    for table, record, owner in _graded(catalogue):
        if record.grade not in GRADES:
            yield _problem(table, record, f"grade “{record.grade}” is not one of {', '.join(GRADES)}", owner)
        elif record.grade != "D" and not record.source:
            yield _problem(table, record, f"grade {record.grade} without a source", owner)
    for source in catalogue.sources:
        if not source.title:
            yield _problem("sources", source, "has no title")
        if source.identifier and not IDENTIFIER.match(source.identifier):
            yield _problem("sources", source, f"identifier “{source.identifier}” is no PMID, DOI or address")
        yield from _date_problems(source)
        # The address becomes a link: nothing but the web may stand in it.
        if source.url and not source.url.startswith(("http://", "https://")):
            yield _problem("sources", source, f"address “{source.url}” does not start with http:// or https://")


def _date_problems(source: Source) -> Iterator[Problem]:
    if source.reviewed_on:
        try:
            date.fromisoformat(source.reviewed_on)
        except ValueError:
            yield _problem("sources", source, f"reviewed on “{source.reviewed_on}” is no date")


def _one_of(table: str, record: Any, what: str, value: str, allowed: Iterable[str]) -> Iterator[Problem]:
    if value not in allowed:
        yield _problem(table, record, f"{what} “{value}” is not one of {', '.join(allowed)}")


def _finding_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for f in catalogue.findings:
        yield from _one_of("findings", f, "reported by", f.reported_by, REPORTERS)
        yield from _one_of("findings", f, "kind", f.kind, _KINDS)
        yield from _one_of("findings", f, "control", f.control, _CONTROLS)
        if f.kind == "choice" and len(f.options) < 2:
            yield _problem("findings", f, "a choice needs at least two options")
        if f.control == "question" and not (f.question and f.section):
            yield _problem("findings", f, "asked as a question, but has no question or no topic")
        yield from _condition_problems(f, catalogue)


def _condition_problems(finding: Finding, catalogue: Catalogue) -> Iterator[Problem]:
    for text in (finding.ask_if, finding.implied_if):
        try:
            clauses = tuple(chain.from_iterable(conditions.parse(text)))
        except ValueError as error:
            yield _problem("findings", finding, str(error))
            continue
        for clause in clauses:
            yield from _clause_problems("findings", finding, clause, catalogue)


def _clause_problems(table: str, record: Any, clause: conditions.Clause, catalogue: Catalogue) -> Iterator[Problem]:
    if clause.slug in PSEUDO_FINDINGS:
        return
    finding = catalogue.finding.get(clause.slug)
    if finding is None:
        yield _problem(table, record, f"unknown finding “{clause.slug}” in a condition")
    elif clause.operator not in _OPERATORS.get(finding.kind, ()):
        # Such a clause would never hold, and nothing would say so.
        yield _problem(table, record, f"“{clause.slug}” is of the kind {finding.kind}: the condition never holds")
    else:
        values = {option.value for option in finding.options}
        yield from _unknown(table, record, f"option of {clause.slug}", clause.options, values)


def _allowed_options(finding: Finding) -> tuple[str, ...]:
    if finding.kind == "choice":
        return tuple(option.value for option in finding.options)
    return _NUMBER_OPTIONS if finding.kind == "number" else ("",)


def _likelihood_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for row in catalogue.likelihoods:
        if row.total is not None and row.total < 1:
            yield _problem("likelihoods", row, f"counted in {row.total}")
        if row.affected is not None and (row.total is None or not 0 <= row.affected <= row.total):
            yield _problem("likelihoods", row, f"{row.affected} affected of {row.total}")
        finding = catalogue.finding.get(row.finding)
        if finding is None:
            continue
        if row.option not in _allowed_options(finding):
            yield _problem("likelihoods", row, f"unknown option “{row.option}”")
        if not math.isfinite(row.probability):
            yield _problem("likelihoods", row, "is not a number")
        elif finding.kind == "number" and row.probability < (0 if row.option == "mean" else 1e-9):
            yield _problem("likelihoods", row, f"{row.option} {row.probability} is not above 0")
        elif finding.kind != "number" and not 0 <= row.probability <= 1:
            yield _problem("likelihoods", row, f"probability {row.probability} is outside 0 to 1")


def _cell_problems(catalogue: Catalogue) -> Iterator[Problem]:
    cells: dict[tuple[str, str], list[Likelihood]] = defaultdict(list)
    for row in catalogue.likelihoods:
        if row.is_used:
            cells[row.cause, row.finding].append(row)
    for rows in cells.values():
        yield from _one_cell(rows, catalogue.finding.get(rows[0].finding))
    for finding in catalogue.findings:
        if (BACKGROUND, finding.slug) not in cells:
            yield _problem("findings", finding, "has no background rate among the likelihoods")


def _one_cell(rows: list[Likelihood], finding: Finding | None) -> Iterator[Problem]:
    first, seen = rows[0], set()
    for row in rows:
        if row.option in seen:
            yield _problem("likelihoods", row, "another row of this cell is used too: one may be")
        seen.add(row.option)
    if finding is None or len(seen) < len(rows):
        return
    if missing := [option or "it" for option in _allowed_options(finding) if option not in seen]:
        yield _problem("likelihoods", first, f"no row for {', '.join(missing)}")
    total = math.fsum(row.probability for row in rows)
    if finding.kind == "choice" and not abs(total - 1) <= TOLERANCE:
        yield _problem("likelihoods", first, f"the options add up to {total:.3f}, not to 1")


def _pretest_problems(catalogue: Catalogue) -> Iterator[Problem]:
    known = {*catalogue.cause, OTHER}
    expected = {(s.slug, p.slug) for s in catalogue.settings for p in catalogue.presentations}
    tables: dict[tuple[str, str], list[Pretest]] = defaultdict(list)
    for p in catalogue.pretests:
        tables[p.setting, p.presentation].append(p)
        yield from _unknown("pretests", p, "cause", [p.cause or "(empty)"], known)
        if (p.setting, p.presentation) not in expected:
            yield _problem("pretests", p, "unknown setting or presenting complaint")
        if not 0 < p.share <= 1:
            yield _problem("pretests", p, f"share {p.share} is not above 0 and at most 1")
    yield from _repeated("pretests", [((p.setting, p.presentation, p.cause), p) for p in catalogue.pretests])
    for setting, presentation in sorted(expected):
        name, rows = f"{setting}, {presentation}", tables[setting, presentation]
        first, total = rows[0] if rows else None, math.fsum(p.share for p in rows)
        if missing := known - {p.cause for p in rows}:
            yield Problem("pretests", name, f"no share for {', '.join(sorted(missing))}", first)
        elif not abs(total - 1) <= TOLERANCE:
            yield Problem("pretests", name, f"the shares add up to {total:.4f}, not to 1", first)


def _cause_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for cause in catalogue.causes:
        yield from _one_of("causes", cause, "urgency", cause.urgency, URGENCIES)
        if cause.slug in (OTHER, BACKGROUND, GENERAL):
            yield _problem("causes", cause, "this slug has a meaning of its own")
        if not 0 <= cause.cannot_miss_threshold <= 1:
            yield _problem("causes", cause, f"threshold {cause.cannot_miss_threshold} is outside 0 to 1")
        for identifier in cause.identifiers:
            if not DISEASE.match(identifier):
                yield _problem("causes", cause, f"“{identifier}” is no disease of OMIM or Orphanet")
        if cause.is_benign:
            yield from _benign_problems(cause, catalogue)


def _benign_problems(cause: Cause, catalogue: Catalogue) -> Iterator[Problem]:
    """What the page would have to leave out, or could never ask for."""
    if cause.is_cannot_miss:
        yield _problem("causes", cause, "is benign and cannot be missed: it is one or the other")
    if not cause.benign_requires:
        yield _problem("causes", cause, "is benign, but names no finding that must be absent")
    for slug in cause.benign_requires:
        finding = catalogue.finding.get(slug)
        if finding and finding.kind != "boolean":
            yield _problem("causes", cause, f"“{slug}” is not a yes or no finding: it is never absent")
    advice = catalogue.advice.get(cause.slug)
    if advice is None or advice.recheck_weeks is None:
        yield _problem("causes", cause, "is benign, but has no advice to patients with a recheck")


def _advice_problems(catalogue: Catalogue) -> Iterator[Problem]:
    yield from _repeated("patient_advice", [(advice.cause, advice) for advice in catalogue.patient_advice])
    for advice in catalogue.patient_advice:
        if not advice.explanation:
            yield _problem("patient_advice", advice, "has no explanation")
        if advice.recheck_weeks is not None and advice.recheck_weeks not in _RECHECK_WEEKS:
            yield _problem("patient_advice", advice, f"a recheck after {advice.recheck_weeks} weeks is not believable")


def _red_flag_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for flag in catalogue.red_flags:
        yield from _one_of("red_flags", flag, "urgency", flag.urgency, URGENCIES)
        if flag.warning_presentations and not flag.warning_sign:
            yield _problem("red_flags", flag, "is to be told to patients, but has no warning sign")
        if not flag.findings:
            yield _problem("red_flags", flag, "has no findings")
        for part in flag.findings:
            try:
                clause = conditions.parse_clause(part)
            except ValueError as error:
                yield _problem("red_flags", flag, str(error))
            else:
                yield from _clause_problems("red_flags", flag, clause, catalogue)


def _number_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for cluster in catalogue.clusters:
        if not 0 <= cluster.rho <= 1:
            yield _problem("clusters", cluster, f"rho {cluster.rho} is outside 0 to 1")
    for drink in catalogue.drinks:
        if not 0 <= drink.caffeine_mg < math.inf:
            yield _problem("drinks", drink, f"caffeine {drink.caffeine_mg} mg is below 0")
    for table in ("epidemiology", "parameters"):
        for record in getattr(catalogue, table):
            if not math.isfinite(record.value):
                yield _problem(table, record, "is not a number")


def _translation_problems(catalogue: Catalogue) -> Iterator[Problem]:
    seen: set[str] = set()
    keys = {table: record_keys(catalogue, table) for table in PATIENT_TEXTS}
    for item in catalogue.translations:
        if item.field not in PATIENT_TEXTS.get(item.table, ()):
            yield _problem("translations", item, "is of a field that patients do not read")
        elif item.key not in keys[item.table]:
            yield _problem("translations", item, f"names a record “{item.key}” that patients do not read")
        if not item.text.strip():
            yield _problem("translations", item, "is empty")
        if name_of(item) in seen:
            yield _problem("translations", item, "is there twice")
        seen.add(name_of(item))
