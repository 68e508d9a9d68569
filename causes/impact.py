"""What a catalogue does to patients whose diagnosis is known, against an older one. Pure Python.

A practice's patients are counted by their diagnosis and never told one by one: whoever edits the catalogue may not
recognise anybody.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from causes.catalogue import Catalogue
from causes.evaluation import STAGES, PublishedCase, Result, ranked, report

ALL = "all"  # the stage at which everything is known
FIRST = 3


@dataclass(frozen=True, slots=True)
class KnownPatient:
    key: str  # finds the same patient under the other catalogue; it is kept nowhere
    name: str  # of a published patient; "" for a practice's, who is only counted
    case: PublishedCase


Patients = Callable[[Catalogue], Sequence[KnownPatient]]
Ranked = Mapping[str, Sequence[tuple[Result, Result]]]  # stage -> old and new, one pair a patient


@dataclass(frozen=True, slots=True)
class Figures:
    n: int
    top1: float
    top3: float
    ece: float
    recall: float | None  # of the cannot-miss causes: in the lane or among the first three; None without one
    mean_lane: float


@dataclass(frozen=True, slots=True)
class Moved:
    """A published patient with another first cause. The ranks are those of the best accepted cause."""

    patient: str
    truth: str
    stage: str
    was: str
    now: str
    old_rank: int
    new_rank: int


@dataclass(frozen=True, slots=True)
class Fell:
    """A cannot-miss cause that was in sight in a published patient, and stands lower or left the lane."""

    patient: str
    truth: str
    stage: str
    cause: str
    old_rank: int
    new_rank: int
    has_left_lane: bool


@dataclass(frozen=True, slots=True)
class Vanished:
    """A published patient whose own cannot-miss cause is in sight no longer. Without a rank: not ranked any more."""

    patient: str
    truth: str
    stage: str
    new_rank: int | None


@dataclass(frozen=True, slots=True)
class Counts:
    """The practices' patients with one diagnosis, with everything known; ``fell`` and ``vanished`` at any stage."""

    truth: str
    n: int
    was_right: int
    is_right: int
    moved: int
    fell: int
    vanished: int


@dataclass(frozen=True, slots=True)
class Impact:
    stages: Mapping[str, tuple[Figures, Figures]]  # of the published patients, old and new; empty without one
    moved: tuple[Moved, ...]
    fell: tuple[Fell, ...]
    vanished: tuple[Vanished, ...]
    unranked: tuple[str, ...]  # published patients that the new catalogue cannot rank
    confirmed: Mapping[str, tuple[Figures, Figures]]  # of the practices' patients
    counts: tuple[Counts, ...]
    confirmed_unranked: int

    @property
    def vanished_patients(self) -> int:
        """How many patients lose their cannot-miss cause from lane and first three, at one stage or more."""
        return len({row.patient for row in self.vanished}) + sum(row.vanished for row in self.counts)


def compare(old: Catalogue, new: Catalogue, patients: Patients) -> Impact:
    """The impact of ``new``. ``patients`` gives those whom a catalogue can rank and whose diagnosis it knows.

    Figures and ranks are of the patients that both can rank. One who is lost to the new catalogue counts as vanished
    if the diagnosis was a cannot-miss cause in sight.
    """
    before = {patient.key: patient for patient in patients(old)}
    after = {patient.key: patient for patient in patients(new)}
    lost = [patient for key, patient in before.items() if key not in after]
    both = [patient for key, patient in before.items() if key in after]
    published, confirmed = [p for p in both if p.name], [p for p in both if not p.name]
    of_published = _pairs(old, new, published, after)
    of_confirmed = _pairs(old, new, confirmed, after)
    return Impact(
        stages=_figures(old, new, of_published),
        moved=tuple(_moved(published, of_published)),
        fell=tuple(_fell(old, published, of_published)),
        vanished=(*_vanished(old, published, of_published), *_lost(old, [p for p in lost if p.name])),
        unranked=tuple(p.name for p in lost if p.name),
        confirmed=_figures(old, new, of_confirmed),
        counts=tuple(_counts(old, of_confirmed, [p for p in lost if not p.name])),
        confirmed_unranked=sum(not p.name for p in lost),
    )


def to_json(impact: Impact) -> str:
    return json.dumps(asdict(impact), separators=(",", ":"))


def from_json(text: str) -> Impact:
    data = json.loads(text)
    return Impact(
        stages=_read_figures(data["stages"]),
        moved=tuple(Moved(**row) for row in data["moved"]),
        fell=tuple(Fell(**row) for row in data["fell"]),
        vanished=tuple(Vanished(**row) for row in data["vanished"]),
        unranked=tuple(data["unranked"]),
        confirmed=_read_figures(data["confirmed"]),
        counts=tuple(Counts(**row) for row in data["counts"]),
        confirmed_unranked=data["confirmed_unranked"],
    )


def _read_figures(stages: Mapping[str, Any]) -> dict[str, tuple[Figures, Figures]]:
    return {stage: (Figures(**old), Figures(**new)) for stage, (old, new) in stages.items()}


def _pairs(
    old: Catalogue, new: Catalogue, members: Sequence[KnownPatient], after: Mapping[str, KnownPatient]
) -> dict[str, list[tuple[Result, Result]]]:
    if not members:
        return {}
    was = ranked(old, [patient.case for patient in members])
    now = ranked(new, [after[patient.key].case for patient in members])
    return {stage: list(zip(was[stage], now[stage], strict=True)) for stage in STAGES}


def _figures(old: Catalogue, new: Catalogue, pairs: Ranked) -> dict[str, tuple[Figures, Figures]]:
    if not pairs:
        return {}
    was = report(old, {stage: [first for first, _ in rows] for stage, rows in pairs.items()})["stages"]
    now = report(new, {stage: [second for _, second in rows] for stage, rows in pairs.items()})["stages"]
    return {stage: (_side(was[stage]), _side(now[stage])) for stage in pairs}


def _side(found: Mapping[str, Any]) -> Figures:
    danger = found["cannot_miss"]
    return Figures(found["n"], found["top1"], found["top3"], found["ece"], danger["recall"], danger["mean_lane"])


def _moved(patients: Sequence[KnownPatient], pairs: Ranked) -> Iterator[Moved]:
    for stage, rows in pairs.items():
        for patient, (was, now) in zip(patients, rows, strict=True):
            if _has_moved(was, now):
                yield Moved(patient.name, was.case.truth, stage, was.order[0], now.order[0], was.rank, now.rank)


def _has_moved(was: Result, now: Result) -> bool:
    return was.order[0] != now.order[0]


def _fell(old: Catalogue, patients: Sequence[KnownPatient], pairs: Ranked) -> Iterator[Fell]:
    dangerous = _cannot_miss(old)
    for stage, rows in pairs.items():
        for patient, (was, now) in zip(patients, rows, strict=True):
            for cause, old_rank, new_rank, has_left_lane in _fallen(dangerous, was, now):
                yield Fell(patient.name, was.case.truth, stage, cause, old_rank, new_rank, has_left_lane)


def _cannot_miss(catalogue: Catalogue) -> frozenset[str]:
    return frozenset(cause.slug for cause in catalogue.causes if cause.is_cannot_miss)


def _fallen(dangerous: Collection[str], was: Result, now: Result) -> Iterator[tuple[str, int, int, bool]]:
    """The cannot-miss causes that were in sight, and stand lower or left the lane: their ranks, and which it is."""
    for place, cause in enumerate(was.order, start=1):
        if cause not in dangerous or (place > FIRST and cause not in was.lane):
            continue
        rank, has_left_lane = _rank(now, cause), cause in was.lane and cause not in now.lane
        if has_left_lane or rank > place:
            yield cause, place, rank, has_left_lane


def _rank(result: Result, cause: str) -> int:
    """A cause that the catalogue no longer has stands behind all."""
    return result.order.index(cause) + 1 if cause in result.order else len(result.order) + 1


def _has_vanished(old: Catalogue, was: Result, now: Result) -> bool:
    """By the old catalogue's word: what is no longer called a cannot-miss cause would vanish unseen."""
    truth = was.case.truth
    return old.cause[truth].is_cannot_miss and was.is_truth_in_sight and not _is_in_sight(now, truth)


def _is_in_sight(result: Result, cause: str) -> bool:
    return cause in result.lane or cause in result.order[:FIRST]


def _vanished(old: Catalogue, patients: Sequence[KnownPatient], pairs: Ranked) -> Iterator[Vanished]:
    for stage, rows in pairs.items():
        for patient, (was, now) in zip(patients, rows, strict=True):
            if _has_vanished(old, was, now):
                yield Vanished(patient.name, was.case.truth, stage, _rank(now, was.case.truth))


def _lost(old: Catalogue, lost: Sequence[KnownPatient]) -> Iterator[Vanished]:
    for patient, stage in _lost_from_sight(old, lost):
        yield Vanished(patient.name, patient.case.truth, stage, None)


def _lost_from_sight(old: Catalogue, lost: Sequence[KnownPatient]) -> Iterator[tuple[KnownPatient, str]]:
    dangerous = [patient for patient in lost if old.cause[patient.case.truth].is_cannot_miss]
    if not dangerous:
        return
    for stage, rows in ranked(old, [patient.case for patient in dangerous]).items():
        for patient, was in zip(dangerous, rows, strict=True):
            if was.is_truth_in_sight:
                yield patient, stage


def _counts(old: Catalogue, pairs: Ranked, lost: Sequence[KnownPatient]) -> Iterator[Counts]:
    dangerous = _cannot_miss(old)
    by_patient = list(zip(*pairs.values(), strict=True))
    vanished = {patient.key: patient.case.truth for patient, _stage in _lost_from_sight(old, lost)}
    truths = dict.fromkeys([*(stages[0][0].case.truth for stages in by_patient), *vanished.values()])
    for truth in sorted(truths):
        own = [stages for stages in by_patient if stages[0][0].case.truth == truth]
        known = [stages[list(pairs).index(ALL)] for stages in own]
        yield Counts(
            truth=truth,
            n=len(own),
            was_right=sum(was.rank == 1 for was, _now in known),
            is_right=sum(now.rank == 1 for _was, now in known),
            moved=sum(_has_moved(was, now) for was, now in known),
            fell=sum(any(any(_fallen(dangerous & {truth}, *pair)) for pair in stages) for stages in own),
            vanished=sum(any(_has_vanished(old, *pair) for pair in stages) for stages in own)
            + sum(cause == truth for cause in vanished.values()),
        )
