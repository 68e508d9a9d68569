"""Findings and their questions, causes, advice, red flags, translations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Protocol

from causes import conditions
from causes.catalogue import (
    BACKGROUND,
    GENERAL,
    OTHER,
    REPORTERS,
    URGENCIES,
    Catalogue,
    Cause,
    Finding,
    Problem,
    name_of,
)
from causes.catalogue.translating import PATIENT_TEXTS, record_keys
from causes.validation.common import clause_problems, one_of, problem, repeated

# Of a disease that a cause stands for.
DISEASE = re.compile(r"^(OMIM|ORPHA):\d{1,9}$")
# The same limits as the admin's.
_RECHECK_WEEKS = range(1, 105)
# "Wilson's disease (hepatolenticular degeneration)" has two names.
_BETWEEN_NAMES = re.compile(r" \(|\)|, |/")
_KINDS = ("boolean", "choice", "number")
_CONTROLS = ("question", "derived", "profile", "clinician")


def finding_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for f in catalogue.findings:
        yield from one_of("findings", f, "reported by", f.reported_by, REPORTERS)
        yield from one_of("findings", f, "kind", f.kind, _KINDS)
        yield from one_of("findings", f, "control", f.control, _CONTROLS)
        if f.kind == "choice" and len(f.options) < 2:
            yield problem("findings", f, "a choice needs at least two options")
        if f.control == "question" and not (f.question and f.section):
            yield problem("findings", f, "asked as a question, but has no question or no topic")
        yield from _condition_problems(f, catalogue)
    for slug in conditions.never_met({f.slug: f.ask_if for f in catalogue.findings}):
        yield problem(
            "findings",
            catalogue.finding[slug],
            "is never asked: its condition waits for its own answer, or for one that does",
        )


def _condition_problems(finding: Finding, catalogue: Catalogue) -> Iterator[Problem]:
    for text in (finding.ask_if, finding.implied_if):
        try:
            clauses = tuple(chain.from_iterable(conditions.parse(text)))
        except ValueError as error:
            yield problem("findings", finding, str(error))
            continue
        for clause in clauses:
            yield from clause_problems("findings", finding, clause, catalogue)


def cause_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for cause in catalogue.causes:
        yield from one_of("causes", cause, "urgency", cause.urgency, URGENCIES)
        if cause.slug in (OTHER, BACKGROUND, GENERAL):
            yield problem("causes", cause, "this slug has a meaning of its own")
        if not 0 <= cause.cannot_miss_threshold <= 1:
            yield problem("causes", cause, f"threshold {cause.cannot_miss_threshold} is outside 0 to 1")
        for identifier in cause.identifiers:
            if not DISEASE.match(identifier):
                yield problem("causes", cause, f"“{identifier}” is no disease of OMIM or Orphanet")
        if cause.is_benign:
            yield from _benign_problems(cause, catalogue)


def _benign_problems(cause: Cause, catalogue: Catalogue) -> Iterator[Problem]:
    """What the page would have to leave out, or could never ask for."""
    if cause.is_cannot_miss:
        yield problem("causes", cause, "is benign and cannot be missed: it is one or the other")
    if not cause.benign_requires:
        yield problem("causes", cause, "is benign, but names no finding that must be absent")
    for slug in cause.benign_requires:
        finding = catalogue.finding.get(slug)
        if finding and finding.kind != "boolean":
            yield problem("causes", cause, f"“{slug}” is not a yes or no finding: it is never absent")
    advice = catalogue.advice.get(cause.slug)
    if advice is None or advice.recheck_weeks is None:
        yield problem("causes", cause, "is benign, but has no advice to patients with a recheck")


def advice_problems(catalogue: Catalogue) -> Iterator[Problem]:
    yield from repeated("patient_advice", [(advice.cause, advice) for advice in catalogue.patient_advice])
    for advice in catalogue.patient_advice:
        if not advice.explanation:
            yield problem("patient_advice", advice, "has no explanation")
        if advice.recheck_weeks is not None and advice.recheck_weeks not in _RECHECK_WEEKS:
            yield problem("patient_advice", advice, f"a recheck after {advice.recheck_weeks} weeks is not believable")


def red_flag_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for flag in catalogue.red_flags:
        yield from one_of("red_flags", flag, "urgency", flag.urgency, URGENCIES)
        if flag.warning_presentations and not flag.warning_sign:
            yield problem("red_flags", flag, "is to be told to patients, but has no warning sign")
        if not flag.findings:
            yield problem("red_flags", flag, "has no findings")
        for name in diseases_told(f"{flag.advice_to_patient} {flag.warning_sign}", catalogue.causes):
            yield problem("red_flags", flag, told(name))
        for part in flag.findings:
            try:
                clause = conditions.parse_clause(part)
            except ValueError as error:
                yield problem("red_flags", flag, str(error))
            else:
                yield from clause_problems("red_flags", flag, clause, catalogue)


class Named(Protocol):
    """A cause, of the catalogue or of the admin."""

    @property
    def slug(self) -> str: ...
    @property
    def name(self) -> str: ...


def diseases_told(text: str, causes: Iterable[Named]) -> list[str]:
    """Names of causes in what patients read. A slug is what people call the cause in short, such as ALS."""
    called = [name for cause in causes for name in (*_BETWEEN_NAMES.split(cause.name), cause.slug.replace("-", " "))]
    return _names_in(text, called)


def told(name: str) -> str:
    return f"tells patients of “{name}”: what they read names no disease"


def _names_in(text: str, called: Iterable[str]) -> list[str]:
    names = dict.fromkeys(name for name in called if len(name) > 2)
    return [name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)]


def translation_problems(catalogue: Catalogue) -> Iterator[Problem]:
    seen: set[str] = set()
    translated_names = cache(_translated_names)
    keys = {table: record_keys(catalogue, table) for table in PATIENT_TEXTS}
    for item in catalogue.translations:
        if item.field not in PATIENT_TEXTS.get(item.table, ()):
            yield problem("translations", item, "is of a field that patients do not read")
        elif item.table == "red_flags" and (names := _names_in(item.text, translated_names(catalogue, item.language))):
            yield problem("translations", item, told(names[0]))
        elif item.key not in keys[item.table]:
            yield problem("translations", item, f"names a record “{item.key}” that patients do not read")
        if not item.text.strip():
            yield problem("translations", item, "is empty")
        if name_of(item) in seen:
            yield problem("translations", item, "is there twice")
        seen.add(name_of(item))


def _translated_names(catalogue: Catalogue, language: str) -> list[str]:
    named = (t for t in catalogue.translations if (t.table, t.field, t.language) == ("causes", "name", language))
    return [name for item in named for name in _BETWEEN_NAMES.split(item.text)]
