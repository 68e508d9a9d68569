"""How well a catalogue ranks published patients whose diagnosis is known. Pure Python and numpy.

A file of cases holds one JSON object a line: ``id``, ``truth``, ``acceptable`` (causes), ``age``, ``sex``, ``setting``,
``presenting``, ``present`` and ``absent`` (findings), ``values`` (of choices and numbers) and ``stage``: which findings
are known at the stages ``history``, ``exam`` and ``tests``. What a case does not mention is not known. ``split`` may be
``development`` (as without it) or ``held-out``: cases that nobody looks at while mending the catalogue.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causes.calibration import mean_interval
from causes.catalogue import GRADES, Catalogue
from causes.conditions import Value
from causes.ranking import Case, is_in_lane, posterior, posteriors
from causes.ranking.model import compiled
from causes.ranking.scoring import meter, observe
from causes.red_flags import fired

# The findings' stages that each stage of an evaluation knows.
STAGES = {"history": ("history",), "exam": ("history", "exam"), "all": ("history", "exam", "tests")}
SPLITS = ("development", "held-out")
BINS = 10
CHANCE_DRAWS, SEED = 1000, 20240229
CITED = ("A", "B", "C")  # the grades that rest on a source
_SETTINGS = {"emergency": "neurology-clinic", "unknown": "neurology-clinic"}
_PRESENTATIONS = {"other": "any"}
_KEYS = ("id", "truth", "acceptable", "age", "sex", "setting", "presenting", "present", "absent", "values", "stage")


@dataclass(frozen=True, slots=True)
class PublishedCase:
    id: str
    accepted: tuple[str, ...]  # the true cause, then others that an expert would call right too
    setting: str
    presentation: str
    split: str
    evidence: Mapping[str, Mapping[str, Value]]  # by stage of STAGES

    @property
    def truth(self) -> str:
        return self.accepted[0]

    def at(self, stage: str) -> Case:
        return Case(self.evidence[stage], self.setting, self.presentation)


def read_cases(catalogue: Catalogue, lines: Iterable[str]) -> tuple[PublishedCase, ...]:
    """Raises ValueError naming every line that is not a case of this catalogue, and for a file without cases."""
    cases: list[PublishedCase] = []
    faults = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                cases.append(_read_case(catalogue, line))
            except ValueError as error:
                faults.append(f"line {number}: {error}")
    if faults:
        raise ValueError("\n".join(faults))
    if not cases:
        raise ValueError("there are no cases")
    return tuple(cases)


def _read_case(catalogue: Catalogue, line: str) -> PublishedCase:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON ({error})") from error
    if not isinstance(row, dict):
        raise ValueError("is not a JSON object")
    if missing := [key for key in _KEYS if key not in row]:
        raise ValueError(f"has no {', '.join(missing)}")
    _check_types(row)
    accepted = (row["truth"], *row["acceptable"])
    if unknown := [slug for slug in accepted if slug not in catalogue.cause]:
        raise ValueError(f"unknown cause {', '.join(unknown)}")
    setting, presenting = str(row["setting"]), str(row["presenting"])
    case = PublishedCase(
        str(row["id"]),
        accepted,
        _SETTINGS.get(setting, setting),
        _PRESENTATIONS.get(presenting, presenting),
        row.get("split", SPLITS[0]),
        {stage: _evidence(catalogue, row, stage) for stage in STAGES},
    )
    posterior(catalogue, *case.at("all"))
    return case


def _check_types(row: Mapping[str, Any]) -> None:
    for key in ("truth", "setting", "presenting"):
        if not isinstance(row[key], str):
            raise ValueError(f"{key} is not a text")
    for key in ("values", "stage"):
        if not isinstance(row[key], dict):
            raise ValueError(f"{key} is not an object")
    lists = {key: row[key] for key in ("acceptable", "present", "absent")} | row["stage"]
    for key, items in lists.items():
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise ValueError(f"{key} is not a list of texts")
    if row.get("split", SPLITS[0]) not in SPLITS:
        raise ValueError(f"split is not one of {', '.join(SPLITS)}")
    if both := sorted(set(row["present"]) & set(row["absent"])):
        raise ValueError(f"both present and absent: {', '.join(both)}")


def _evidence(catalogue: Catalogue, row: Mapping[str, Any], stage: str) -> dict[str, Value]:
    """What is known at a stage: a finding that no stage lists, at the last one; numbers from the examination on."""
    known = {slug for part in STAGES[stage] for slug in row["stage"].get(part, ())}
    answers = {**dict.fromkeys(row["present"], True), **dict.fromkeys(row["absent"], False)}
    evidence: dict[str, Value] = {slug: value for slug, value in answers.items() if stage == "all" or slug in known}
    for slug, value in row["values"].items():
        finding = catalogue.finding.get(slug)
        if stage != "history" or finding is None or finding.kind == "choice":
            evidence[slug] = value
    for slug in ("age", "sex"):
        if row[slug] is not None:
            evidence[slug] = row[slug]
    return evidence


def evaluate(catalogue: Catalogue, cases: Sequence[PublishedCase]) -> dict[str, Any]:
    """Figures for each stage, and each case's rank, first three causes and length of the lane; ready for JSON.

    A case's rank is that of the best of its accepted causes, among the causes without ``other``. ``ece`` is the
    expected calibration error of the first cause's posterior, over 10 bins of equal width. ``recall`` is the share of
    the patients with a cannot-miss cause who have it in the cannot-miss lane or among the first three (None without
    such a patient); ``mean_lane`` the mean length of the lane, with its 90 % interval. ``evidence`` is the mean share
    of the contributions' weight (as in the differential's evidence meter) that rests on each grade, and on cited rows
    together. Raises ValueError without cases.
    """
    return report(catalogue, ranked(catalogue, cases))


def ranked(catalogue: Catalogue, cases: Sequence[PublishedCase]) -> dict[str, list[Result]]:
    """One result a case, by stage; what is told of some of the cases needs no second ranking. Raises ValueError
    without cases.
    """
    if not cases:
        raise ValueError("there are no cases")
    return {stage: list(_results(catalogue, cases, stage)) for stage in STAGES}


def report(catalogue: Catalogue, results: Mapping[str, Sequence[Result]]) -> dict[str, Any]:
    """What ``evaluate`` gives, of cases that are ranked already: at least one, and the same ones at every stage."""
    return {
        "release": catalogue.number,
        "stages": {stage: _figures(catalogue, rows) for stage, rows in results.items()},
        "cases": [
            {
                "id": row.case.id,
                "stage": stage,
                "rank": row.rank,
                "top": [list(pair) for pair in row.top],
                "lane": len(row.lane),
            }
            for rows in zip(*results.values(), strict=True)
            for stage, row in zip(STAGES, rows, strict=True)
        ],
    }


@dataclass(frozen=True, slots=True)
class Result:
    case: PublishedCase
    rank: int
    top: tuple[tuple[str, float], ...]
    lane: frozenset[str]
    order: tuple[str, ...]  # all causes, the most probable first
    evidence: Mapping[str, float]  # grade -> share of the weight of the contributions

    @property
    def is_truth_in_sight(self) -> bool:
        return self.case.truth in self.lane or self.case.truth in [slug for slug, _ in self.top]


def _results(catalogue: Catalogue, cases: Sequence[PublishedCase], stage: str) -> Iterator[Result]:
    slugs = [cause.slug for cause in catalogue.causes]
    model = compiled(catalogue)
    table = posteriors(catalogue, [case.at(stage) for case in cases])
    for case, row in zip(cases, table, strict=True):
        of_causes = row[:-1]
        order = np.argsort(-of_causes, kind="stable").tolist()
        ranked = [(slugs[place], float(row[place])) for place in order]
        rank = next(rank for rank, (slug, _) in enumerate(ranked, start=1) if slug in case.accepted)
        observed = observe(model, *case.at(stage))
        weight = meter(model, observed, observed.contributions, row)
        lane = _lane(catalogue, case.evidence[stage], of_causes.tolist())
        yield Result(case, rank, tuple(ranked[:3]), lane, tuple(slug for slug, _ in ranked), weight)


def _lane(catalogue: Catalogue, evidence: Mapping[str, Value], probabilities: Collection[float]) -> frozenset[str]:
    suspected = {slug for flag in fired(catalogue, evidence) for slug in flag.suspected_causes}
    return frozenset(
        cause.slug
        for cause, probability in zip(catalogue.causes, probabilities, strict=True)
        if is_in_lane(cause, probability, cause.slug in suspected)
    )


def _figures(catalogue: Catalogue, results: Sequence[Result]) -> dict[str, Any]:
    ranks = np.array([result.rank for result in results])
    dangerous = [result for result in results if catalogue.cause[result.case.truth].is_cannot_miss]
    seen = [result.is_truth_in_sight for result in dangerous]
    lanes = [len(result.lane) for result in results]
    interval = mean_interval(lanes)
    return {
        "n": len(results),
        **{f"top{limit}": float(np.mean(ranks <= limit)) for limit in (1, 3, 5)},
        "mrr": float(np.mean(1 / ranks)),
        "ece": calibration_error(np.array([result.top[0][1] for result in results]), ranks == 1),
        "cannot_miss": {
            "recall": sum(seen) / len(seen) if seen else None,
            "mean_lane": float(np.mean(lanes)),
            "mean_lane_interval": list(interval) if interval else None,
        },
        "evidence": _evidence_shares(results),
    }


def _evidence_shares(results: Sequence[Result]) -> dict[str, float]:
    """Patients of whom nothing is known weigh nothing."""
    speaking = [result.evidence for result in results if any(result.evidence.values())]
    shares = {grade: float(np.mean([part[grade] for part in speaking])) if speaking else 0.0 for grade in GRADES}
    return {**shares, "cited": sum(shares[grade] for grade in CITED)}


def calibration_error(probability: NDArray[np.float64], is_right: NDArray[np.bool_]) -> float:
    """Distance of the share of right answers from the mean probability: mean over bins, weighted by their cases."""
    return float(_calibration_errors(probability, is_right))


def calibration_error_by_chance(probability: NDArray[np.float64]) -> tuple[float, float]:
    """What the calibration error would be by chance alone, were each of these probabilities exactly right.

    5th and 95th percentile over outcomes drawn from the probabilities (consistency resampling; fixed seed). Bröcker J,
    Smith LA. Increasing the reliability of reliability diagrams. Weather Forecast 2007;22:651-61.
    """
    draws = np.random.default_rng(SEED).random((CHANCE_DRAWS, len(probability))) < probability
    low, high = np.quantile(_calibration_errors(probability, draws), [0.05, 0.95])
    return float(low), float(high)


def _calibration_errors(probability: NDArray[np.float64], is_right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Of one or many rows of outcomes."""
    bins = np.minimum((probability * BINS).astype(int), BINS - 1)
    gaps = (is_right - probability) @ np.eye(BINS)[bins]
    errors: NDArray[np.float64] = np.abs(gaps).sum(axis=-1) / len(probability)
    return errors
