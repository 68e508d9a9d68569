"""The catalogue of this repository against published patients: a change that makes it worse is seen here."""

from pathlib import Path
from typing import Any

import pytest

from causes.evaluation import evaluate, read_cases
from tests.real import REAL

CASES = Path(__file__).resolve().parents[2] / "intake" / "data"
HISTORY, EXAM, ALL = "history", "exam", "all"


@pytest.fixture(scope="module")
def reports() -> dict[str, dict[str, Any]]:
    """Of the first panel, and of each part of the further one."""
    first, further = (
        read_cases(REAL, (CASES / f"{name}_cases.jsonl").read_text(encoding="utf-8").splitlines())
        for name in ("published", "further")
    )
    parts = {"first": list(first)}
    parts |= {split: [case for case in further if case.split == split] for split in ("development", "held-out")}
    return {name: evaluate(REAL, cases)["stages"] for name, cases in parts.items()}


# About two patients below what was measured when the catalogue was last changed on purpose.
@pytest.mark.parametrize(
    ("part", "stage", "figure", "least"),
    [
        ("first", HISTORY, "top3", 0.82),
        ("first", EXAM, "top3", 0.86),
        ("first", ALL, "top1", 0.86),
        ("first", ALL, "top3", 0.92),
        ("development", HISTORY, "top3", 0.83),
        ("development", ALL, "top1", 0.80),
        ("development", ALL, "top3", 0.93),
        ("held-out", HISTORY, "top3", 0.74),
        ("held-out", ALL, "top1", 0.71),
        ("held-out", ALL, "top3", 0.88),
    ],
)
def test_the_true_cause_comes_first_often_enough(
    reports: dict, part: str, stage: str, figure: str, least: float
) -> None:
    assert reports[part][stage][figure] >= least


@pytest.mark.parametrize("part", ["first", "development", "held-out"])
def test_a_dangerous_cause_stays_in_sight(reports: dict, part: str) -> None:
    for stage in (HISTORY, EXAM, ALL):
        found = reports[part][stage]["cannot_miss"]
        assert found["recall"] >= 0.9
        assert found["mean_lane"] <= 3


def test_most_weight_rests_on_sources(reports: dict) -> None:
    assert all(reports[part][stage]["evidence"]["cited"] > 0.88 for part in reports for stage in (HISTORY, EXAM, ALL))


def test_the_further_panel_is_split_by_its_rule(reports: dict) -> None:
    assert (reports["development"][ALL]["n"], reports["held-out"][ALL]["n"]) == (62, 52)
