"""What a neurologist expects of the catalogue that is shipped: directions, not figures."""

from __future__ import annotations

from functools import cache

import pytest

from causes.catalogue import Catalogue
from causes.conditions import Evidence, Value
from causes.ranking import rank
from causes.red_flags import fired
from tests.real import REAL

SETTING = "neurology-clinic"


@cache
def shipped() -> Catalogue:
    return REAL


def ratio(cause: str, finding: str, answer: Value = True) -> float:
    found = rank(shipped(), {finding: answer}, SETTING).cause(cause).contributions
    return next(part.lr for part in found if part.finding == finding)


def suggested(evidence: Evidence) -> set[str]:
    return {item.slug for items in rank(shipped(), evidence, SETTING).next_findings.values() for item in items}


def flags(evidence: Evidence) -> list[str]:
    return [flag.slug for flag in fired(shipped(), evidence)]


def test_works() -> None:
    assert ratio("als", "babinski") > 3 > 1 / 3 > ratio("benign-fasciculation-syndrome", "babinski")


@pytest.mark.parametrize(
    ("cause", "finding", "low", "high"),
    [
        # Signs of disease are no reason for a benign cause, and a normal test is.
        ("benign-fasciculation-syndrome", "objective-weakness", 0, 0.4),
        ("benign-fasciculation-syndrome", "atrophy", 0, 0.7),
        ("benign-fasciculation-syndrome", "weakness", 0, 1.5),
        ("benign-fasciculation-syndrome", "emg-normal", 1, 3),
        ("benign-fasciculation-syndrome", "emg-fasciculations-only", 3, 20),
        ("benign-fasciculation-syndrome", "emg-denervation-multiregion", 0, 1),
        ("als", "emg-normal", 0, 0.3),
        ("als", "sensory-ncs-abnormal", 0, 1),
        ("als", "breathlessness", 1.5, 10),
        ("anxiety-related", "breathlessness", 0, 3),
        # Tremor at rest, cogwheeling and past-pointing belong to other tremors.
        ("essential-tremor", "rest-tremor", 0, 1),
        ("essential-tremor", "cogwheel", 0, 2),
        ("essential-tremor", "dysmetria", 0, 2),
        ("essential-tremor", "anxiety", 0, 3),
        ("parkinson-disease", "rest-tremor", 3, 20),
        ("parkinson-disease", "pill-rolling", 3, 20),
        # Loss of appetite is hardly a sign of it.
        ("hyperthyroidism", "poor-appetite", 0, 3),
    ],
)
def test_a_finding_speaks_in_the_right_direction(cause: str, finding: str, low: float, high: float) -> None:
    assert low < ratio(cause, finding) < high


def test_the_kind_of_a_tremor_is_not_suggested_without_one() -> None:
    of_tremor = {"tremor-frequency", "entrainment", "variable-tremor", "wing-beating-tremor", "rest-tremor"}
    of_rest_tremor = {"rest-tremor-stops-on-moving", "pill-rolling"}
    assert suggested({"tremor": True}) & of_tremor
    assert not suggested({"tremor": False}) & of_tremor
    assert suggested({"tremor": True, "rest-tremor": True}) & of_rest_tremor
    assert not suggested({"tremor": True, "rest-tremor": False}) & of_rest_tremor


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ({"foot-drop": True, "weakness": True}, ["foot-drop-with-weakness"]),
        ({"foot-drop": True, "weakness": False}, []),
        ({"fasciculations": True, "objective-weakness": True}, ["twitching-with-objective-weakness"]),
        ({"abrupt-onset": True, "objective-weakness": True, "duration": "under 2 weeks"}, ["sudden-weakness"]),
        ({"abrupt-onset": True, "objective-weakness": True, "duration": "1 to 5 years"}, []),
    ],
)
def test_weakness_is_flagged(evidence: Evidence, expected: list[str]) -> None:
    assert flags(evidence) == expected
