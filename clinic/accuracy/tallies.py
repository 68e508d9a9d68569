"""Counts of how often the ranking was right: of the published panel and of a practice's confirmed patients."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Min

from causes import ranking
from causes.catalogue import OTHER, Catalogue
from causes.evaluation import SPLITS, STAGES, PublishedCase, Result, ranked, read_cases, report
from causes.models import Release
from causes.ranking import ENGINE_VERSION
from clinic.confirmed import standing
from clinic.confirmed_cases import confirmed_cases
from clinic.models import Assessment, ClinicianFinding, ConfirmedDiagnosis, ContextChange, OwnList
from intake.models import Practice

ALL, SIGNED = "all", "signed"
DEVELOPMENT, HELD_OUT = SPLITS
PUBLISHED, FURTHER = "published", "further"


@dataclass(frozen=True, slots=True)
class Tally:
    """Of some patients whose diagnosis is known, at one stage."""

    first: int  # have it as the first cause
    three: int  # among the first three
    dangerous: int  # have a cannot-miss cause
    in_sight: int  # of those: in the cannot-miss lane or among the first three
    lanes: tuple[int, ...]  # lengths of the lane, of those whose diagnosis the catalogue knows
    outcomes: tuple[tuple[float, bool], ...]  # posterior of the first cause, and whether it was right

    @property
    def total(self) -> int:
        return len(self.outcomes)


@dataclass(frozen=True, slots=True)
class Part:
    """Some patients of the panel."""

    slug: str
    stages: Mapping[str, Tally]


@dataclass(frozen=True, slots=True)
class PracticeTally:
    stages: Mapping[str, Tally]  # empty without a confirmed patient
    signed: Tally | None  # as the ranking stood in the last assessment before the confirmation
    outside: int  # have a diagnosis that the catalogue lacks
    unranked: int  # could not be ranked at this release
    known_before: int


@dataclass(frozen=True, slots=True)
class OwnTally:
    written: int  # and compared with a ranking
    same_first: int
    overlap: int  # causes of all lists that the ranking had among its first three
    causes: int  # of all lists
    skipped: Mapping[str, int]
    confirmed: int  # lists of patients whose diagnosis was confirmed
    own_right: int  # of those: own first cause was it
    ranking_right: int


@lru_cache(maxsize=2)
def panel(catalogue: Catalogue, texts: tuple[str, ...], engine_version: str) -> tuple[Part, ...]:
    """The whole panel, then its parts. Raises ValueError naming each case that does not fit the catalogue."""
    files = [read_cases(catalogue, text.splitlines()) for text in texts]
    cases = [case for file in files for case in file]
    parts = {ALL: cases} | {split: [case for case in cases if case.split == split] for split in SPLITS}
    parts |= {slug: list(file) for slug, file in zip((PUBLISHED, FURTHER), files, strict=False)}
    results = ranked(catalogue, cases)
    return tuple(Part(slug, _tallies(catalogue, _of(members, results))) for slug, members in _distinct(parts))


def _distinct(parts: Mapping[str, list[PublishedCase]]) -> Iterator[tuple[str, list[PublishedCase]]]:
    seen: set[frozenset[str]] = set()
    for slug, members in parts.items():
        ids = frozenset(case.id for case in members)
        if ids and ids not in seen:
            yield slug, members
        seen.add(ids)


def _of(members: Iterable[PublishedCase], results: Mapping[str, Sequence[Result]]) -> dict[str, list[Result]]:
    chosen = {id(case) for case in members}
    return {stage: [row for row in rows if id(row.case) in chosen] for stage, rows in results.items()}


def tallies(catalogue: Catalogue, cases: Sequence[PublishedCase]) -> dict[str, Tally]:
    """By stage. Raises ValueError without cases."""
    return _tallies(catalogue, ranked(catalogue, cases))


def _tallies(catalogue: Catalogue, results: Mapping[str, Sequence[Result]]) -> dict[str, Tally]:
    found = report(catalogue, results)
    dangerous = sum(catalogue.cause[row.case.truth].is_cannot_miss for row in results[ALL])
    return {stage: _tally(found, stage, dangerous) for stage in STAGES}


def _tally(found: Mapping[str, Any], stage: str, dangerous: int) -> Tally:
    danger = found["stages"][stage]["cannot_miss"]
    rows = [row for row in found["cases"] if row["stage"] == stage]
    return Tally(
        first=sum(row["rank"] == 1 for row in rows),
        three=sum(row["rank"] <= 3 for row in rows),
        dangerous=dangerous,
        in_sight=round((danger["recall"] or 0.0) * dangerous),
        lanes=tuple(row["lane"] for row in rows),
        outcomes=tuple((row["top"][0][1], row["rank"] == 1) for row in rows),
    )


def of_practice(practice: Practice, release: Release) -> PracticeTally:
    """Of the practice's confirmed patients, ranked again without the confirmation; kept until one of them changes."""
    key = ":".join(["accuracy", str(practice.pk), release.sha256, ENGINE_VERSION, *_versions(practice)])
    found: PracticeTally | None = cache.get(key)
    if found is None:
        found = _of_practice(practice, release.catalogue())
        cache.set(key, found)
    return found


def _versions(practice: Practice) -> Iterator[str]:
    """What changes whenever a row that the tally rests on is added: all of them are append-only."""
    for rows, moment in (
        (ConfirmedDiagnosis.objects.all(), "entered_at"),
        (ClinicianFinding.objects.all(), "entered_at"),
        (ContextChange.objects.all(), "changed_at"),
        (Assessment.objects.all(), "signed_at"),
    ):
        found = rows.filter(intake__practice=practice).aggregate(n=Count("pk"), first=Min(moment), last=Max(moment))
        yield "-".join(str(value.timestamp() if hasattr(value, "timestamp") else value) for value in found.values())


def _of_practice(practice: Practice, catalogue: Catalogue) -> PracticeTally:
    found = confirmed_cases(catalogue, practice)
    return PracticeTally(
        stages=_with_outside(catalogue, tuple(found.inside.values()), found.outside),
        signed=_signed(catalogue, found.diagnoses),
        outside=len(found.outside),
        unranked=found.unranked,
        known_before=sum(row.is_known_before for row in found.diagnoses.values()),
    )


def _with_outside(
    catalogue: Catalogue, inside: Sequence[PublishedCase], outside: Sequence[ranking.Case]
) -> dict[str, Tally]:
    """A diagnosis that the catalogue lacks counts as missed: no ranking could have named it."""
    found = tallies(catalogue, inside) if inside else {}
    missed = [(first[0][1], False) for first in (ranking.first_causes(catalogue, outside, 1) if outside else ())]
    if not found and not missed:
        return {}
    empty = Tally(0, 0, 0, 0, (), ())
    return {stage: _more(found.get(stage, empty), missed) for stage in STAGES}


def _more(tally: Tally, missed: Iterable[tuple[float, bool]]) -> Tally:
    outcomes = (*tally.outcomes, *missed)
    return Tally(tally.first, tally.three, tally.dangerous, tally.in_sight, tally.lanes, outcomes)


def _signed(catalogue: Catalogue, confirmed: Mapping[int, ConfirmedDiagnosis]) -> Tally | None:
    """As the snapshots have it, whatever the catalogue says today."""
    newest: dict[int, Assessment] = {}
    for assessment in Assessment.objects.filter(intake__in=confirmed).order_by("signed_at"):
        if assessment.signed_at < confirmed[assessment.intake_id].entered_at:
            newest[assessment.intake_id] = assessment
    rows = [
        (confirmed[intake].cause, document)
        for intake, assessment in newest.items()
        if (document := json.loads(assessment.snapshot)).get("causes")
    ]
    return _signed_tally(catalogue, rows) if rows else None


def _signed_tally(catalogue: Catalogue, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> Tally:
    first = three = dangerous = in_sight = 0
    lanes, outcomes = [], []
    for cause, document in rows:
        ranked = {item["slug"]: item for item in document["causes"]}
        rank = ranked[cause]["rank"] if cause in ranked else len(ranked) + 1
        lane = {item["name"] for item in document["lane"]}
        first, three = first + (rank == 1), three + (rank <= 3)
        lanes.append(len(lane))
        if cause in catalogue.cause and catalogue.cause[cause].is_cannot_miss:
            dangerous += 1
            in_sight += rank <= 3 or (cause in ranked and ranked[cause]["name"] in lane)
        outcomes.append((document["causes"][0]["posterior"], rank == 1))
    return Tally(first, three, dangerous, in_sight, tuple(lanes), tuple(outcomes))


def of_own_lists(practice: Practice) -> OwnTally:
    lists = list(OwnList.objects.filter(intake__practice=practice))
    compared = [item for item in lists if item.overlap is not None]
    rows = ConfirmedDiagnosis.objects.filter(intake__in=[item.intake_id for item in compared])
    confirmed = standing(rows)
    settled = [(item, confirmed[item.intake_id].cause) for item in compared if item.intake_id in confirmed]
    return OwnTally(
        written=len(compared),
        same_first=sum(bool(item.is_first_agreed) for item in compared),
        overlap=sum(item.overlap or 0 for item in compared),
        causes=sum(len(item.causes) for item in compared),
        skipped=Counter(item.skipped for item in lists if item.skipped),
        confirmed=len(settled),
        own_right=sum(item.first_cause == cause != OTHER for item, cause in settled),
        ranking_right=sum(item.ranked[0] == cause for item, cause in settled),
    )
