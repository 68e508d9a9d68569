"""The catalogue of this repository against published patients: a change that makes it worse is seen here."""

from pathlib import Path
from typing import Any

import pytest

from causes.data_files import read_catalogue
from causes.evaluation import evaluate, read_cases

CASES = Path(__file__).resolve().parents[2] / "intake" / "data" / "published_cases.jsonl"


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    catalogue, _ = read_catalogue()
    return evaluate(catalogue, read_cases(catalogue, CASES.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(
    ("stage", "figure", "least"), [("all", "top1", 0.86), ("all", "top3", 0.92), ("history", "top3", 0.76)]
)
def test_the_true_cause_comes_first_often_enough(report: dict, stage: str, figure: str, least: float) -> None:
    assert report["stages"][stage][figure] >= least


def test_a_dangerous_cause_stays_in_sight(report: dict) -> None:
    assert report["stages"]["all"]["cannot_miss"]["recall"] >= 0.9
    assert report["stages"]["all"]["cannot_miss"]["mean_lane"] <= 4
