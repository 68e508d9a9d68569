import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causes.evaluation import calibration_error, calibration_error_by_chance, evaluate, read_cases
from causes.ranking import posterior
from tests.causes.small import a_catalogue

SMALL = a_catalogue()


def a_line(**changes: Any) -> str:
    case = {
        "id": "case-1",
        "truth": "alpha",
        "acceptable": [],
        "age": 60,
        "sex": "male",
        "setting": "clinic",
        "presenting": "other",
        "present": ["weakness", "wasting"],
        "absent": ["tremor"],
        "values": {"course": "worse", "speed": 7},
        "stage": {"history": ["weakness"], "exam": ["wasting"], "tests": []},
    }
    return json.dumps(case | changes)


def test_works() -> None:
    report = evaluate(SMALL, read_cases(SMALL, [a_line(), "", a_line(id="case-2", truth="gamma")]))
    assert report["release"] == 0
    assert report["stages"]["all"]["n"] == 2
    assert [(c["id"], c["stage"]) for c in report["cases"]] == [
        (case, stage) for case in ("case-1", "case-2") for stage in ("history", "exam", "all")
    ]
    first, second = (c for c in report["cases"] if c["stage"] == "all")
    assert first["rank"] == 1 and second["rank"] > 1
    figures = report["stages"]["all"]
    assert (figures["top1"], figures["top3"], figures["top5"]) == (0.5, 1, 1)
    assert figures["mrr"] == pytest.approx((1 + 1 / second["rank"]) / 2)
    assert figures["cannot_miss"] == {"recall": 1, "mean_lane": 1, "mean_lane_interval": [1, 1]}
    assert [(c["lane"]) for c in report["cases"] if c["stage"] == "all"] == [1, 1]
    assert json.loads(json.dumps(report)) == report


def test_the_evidence_shares_add_up_and_name_what_is_cited() -> None:
    shares = evaluate(SMALL, read_cases(SMALL, [a_line()]))["stages"]["all"]["evidence"]
    assert sum(shares[grade] for grade in "ABCD") == pytest.approx(1)
    assert shares["cited"] == pytest.approx(1 - shares["D"])
    assert 0 < shares["cited"] <= 1


def test_nothing_known_has_no_evidence() -> None:
    line = a_line(age=None, sex=None, present=[], absent=[], values={}, stage={"history": [], "exam": [], "tests": []})
    assert not any(evaluate(SMALL, read_cases(SMALL, [line]))["stages"]["all"]["evidence"].values())


def test_a_case_belongs_to_a_split() -> None:
    cases = read_cases(SMALL, [a_line(), a_line(id="case-2", split="held-out")])
    assert [case.split for case in cases] == ["development", "held-out"]


def test_each_stage_knows_what_it_should() -> None:
    (case,) = read_cases(SMALL, [a_line()])
    assert case.presentation == "any"
    assert case.evidence["history"] == {"weakness": True, "course": "worse", "age": 60, "sex": "male"}
    assert case.evidence["exam"] == {**case.evidence["history"], "wasting": True, "speed": 7}
    assert case.evidence["all"] == {**case.evidence["exam"], "tremor": False}


def test_the_best_accepted_cause_counts() -> None:
    report = evaluate(SMALL, read_cases(SMALL, [a_line(truth="gamma", acceptable=["alpha"])]))
    assert all(case["rank"] == 1 for case in report["cases"])
    slug, probability = report["cases"][2]["top"][0]
    (case,) = read_cases(SMALL, [a_line()])
    assert probability == pytest.approx(posterior(SMALL, *case.at("all"))[slug])


def test_recall_is_unknown_without_a_cannot_miss_cause() -> None:
    report = evaluate(SMALL, read_cases(SMALL, [a_line(truth="beta")]))
    assert report["stages"]["history"]["cannot_miss"]["recall"] is None


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a JSON object"),
        ("{}", "has no id, truth"),
        (a_line(truth="gout"), "unknown cause gout"),
        (a_line(truth=None), "truth is not a text"),
        (a_line(acceptable=["gout"]), "unknown cause gout"),
        (a_line(present=["nonsense"]), "nonsense"),
        (a_line(present="weakness"), "present is not a list of texts"),
        (a_line(present=["tremor"]), "both present and absent: tremor"),
        (a_line(values={"course": "sideways"}), "course"),
        (a_line(values=[]), "values is not an object"),
        (a_line(stage={"history": "weakness"}), "history is not a list"),
        (a_line(age="old"), "age"),
        (a_line(setting="moon"), "moon"),
        (a_line(presenting="hiccups"), "hiccups"),
        (a_line(split="training"), "split is not one of development, held-out"),
    ],
)
def test_every_bad_line_is_named(line: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_cases(SMALL, [a_line(), line, "?"])
    first, second = str(caught.value).splitlines()
    assert first.startswith("line 2: ") and message in first
    assert second.startswith("line 3: ")


def test_no_cases_is_an_error() -> None:
    with pytest.raises(ValueError, match="no cases"):
        read_cases(SMALL, ["", " "])
    with pytest.raises(ValueError, match="no cases"):
        evaluate(SMALL, [])


def test_calibration_error() -> None:
    # bins 0.9-1 (two cases, mean 0.95, half right) and 0.2-0.3 (one case, 0.25, wrong): (2 * 0.45 + 0.25) / 3
    error = calibration_error(np.array([0.92, 0.98, 0.25]), np.array([True, False, False]))
    assert error == pytest.approx((2 * 0.45 + 0.25) / 3)
    assert calibration_error(np.array([1.0]), np.array([True])) == 0


def test_the_mean_of_one_lane_has_no_interval() -> None:
    figures = evaluate(SMALL, read_cases(SMALL, [a_line()]))["stages"]["all"]
    assert figures["cannot_miss"]["mean_lane_interval"] is None


def test_what_chance_alone_would_make_of_it() -> None:
    """One patient at 0.75 is off by 0.25 or by 0.75; many are off by little; the same numbers give the same answer."""
    assert calibration_error_by_chance(np.array([0.75])) == (0.25, 0.75)
    few, many = (calibration_error_by_chance(np.full(n, 0.7)) for n in (20, 2000))
    assert 0 <= many[0] < many[1] < 0.02 < few[1]
    assert calibration_error_by_chance(np.full(20, 0.7)) == few


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_chance_stays_within_what_is_possible(probabilities) -> None:
    low, high = calibration_error_by_chance(np.array(probabilities))
    assert 0 <= low <= high <= 1
