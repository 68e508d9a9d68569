"""The worked patient of docs/ranking.md: its tables are read from the page, ranked by the engine, and compared."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from causes.catalogue import BACKGROUND, OTHER, Catalogue, Cluster, Parameter, Presentation, Pretest, Setting
from causes.ranking import Differential, rank
from causes.ranking.results import RankedCause
from tests.causes.small import a_cause, a_finding, a_row

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ranking.md"
CAUSES = ("Essential tremor", "Parkinson's disease")
FINDINGS = {
    "Tremor at rest: present": True,
    "Pill-rolling: present": True,
    "Loss of smell: absent": False,
    "Better after alcohol: absent": False,
}
CLUSTER = ("Tremor at rest", "Pill-rolling")
MINUS = "−"


def number(cell: str) -> float:
    return float(re.search(r"[−+]?\d+(\.\d+)?", cell)[0].replace(MINUS, "-"))  # type: ignore[index]


def tables() -> list[list[list[str]]]:
    """The page's tables, without their heads."""
    blocks = re.findall(r"(?:^\|.*\n)+", PAGE.read_text(encoding="utf-8"), re.M)
    return [
        [[cell.strip() for cell in line.strip("|\n").split("|")] for line in block.splitlines()[2:]] for block in blocks
    ]


def table(first_cell: str) -> dict[str, list[str]]:
    """The table with such a row, by the first cell of its rows."""
    return next({row[0]: row[1:] for row in rows} for rows in tables() if any(row[0] == first_cell for row in rows))


def the_name(finding: str) -> str:
    return finding.split(":")[0]


def the_catalogue() -> Catalogue:
    """Made from the page's first two tables and from nothing else."""
    shares, figures = table("None of these"), table(next(iter(FINDINGS)))
    names = [the_name(finding) for finding in FINDINGS]
    rows = [row for finding, cells in figures.items() for row in _rows(the_name(finding), cells)]
    pretests = [Pretest("clinic", "tremor", cause, number(shares[cause][0]) / 100, "D", "", "") for cause in CAUSES]
    pretests.append(Pretest("clinic", "tremor", OTHER, number(shares["None of these"][0]) / 100, "D", "", ""))
    return Catalogue(
        settings=(Setting("clinic", "Clinic"),),
        presentations=(Presentation("tremor", "Tremor", ()),),
        causes=tuple(a_cause(cause) for cause in CAUSES),
        clusters=(Cluster("kind", "Kind of tremor", 0.5),),
        findings=tuple(a_finding(name, "exam", cluster="kind" if name in CLUSTER else "") for name in names),
        likelihoods=tuple(rows),
        pretests=tuple(pretests),
        red_flags=(),
        parameters=(Parameter("wide-interval", "", 0.5, "", "", ""), Parameter("few-findings", "", 1, "", "", "")),
    )


def _rows(name: str, cells: list[str]) -> Iterator:
    yield a_row(BACKGROUND, name, number(cells[0]) / 100)
    for cause, cell in zip(CAUSES, cells[1:], strict=True):
        if "silent" not in cell:
            grade, *counted = re.search(r"\((A|B|C|D)(?:, n = (\d+))?\)", cell).groups()  # type: ignore[union-attr]
            total = int(counted[0]) if counted[0] else None
            yield a_row(cause, name, number(cell) / 100, grade, total=total)


@pytest.fixture(scope="module")
def differential() -> Differential:
    return rank(the_catalogue(), {the_name(f): answer for f, answer in FINDINGS.items()}, "clinic", "tremor")


def test_works(differential: Differential) -> None:
    assert [cause.slug for cause in differential.causes] == list(reversed(CAUSES))


@pytest.mark.parametrize("place", range(len(CAUSES)))
def test_every_printed_number_is_the_engines(differential: Differential, place: int) -> None:
    printed, cause = table("ln pretest"), differential.cause(CAUSES[place])
    contributions = {item.finding: item for item in cause.contributions}
    assert number(printed["ln pretest"][place]) == pytest.approx(cause.log_pretest, abs=0.0051)
    for finding in FINDINGS:
        assert number(printed[finding][place]) == pytest.approx(contributions[the_name(finding)].value, abs=0.0051)
    assert number(printed["**Score**"][place]) == pytest.approx(cause.score, abs=0.0151)
    assert number(printed["**Posterior**"][place]) == pytest.approx(100 * cause.posterior, abs=0.51)


def test_the_printed_parts_add_up_to_the_printed_scores() -> None:
    printed = table("ln pretest")
    for place in (0, 1):
        parts = [number(printed[row][place]) for row in ("ln pretest", *FINDINGS)]
        assert sum(parts) == pytest.approx(number(printed["**Score**"][place]), abs=0.001)


def test_none_of_these_and_the_sum(differential: Differential) -> None:
    printed = table("ln pretest")["**Posterior**"]
    assert number(printed[2]) == pytest.approx(100 * differential.other_posterior, abs=0.51)
    assert sum(map(number, printed)) == 100


def test_the_steps_in_words_are_right(differential: Differential) -> None:
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    rest: RankedCause = differential.cause("Parkinson's disease")
    item = next(part for part in rest.contributions if part.finding == "Tremor at rest")
    shrunk, ratio = 100 * item.cause_probability, item.lr
    assert f"= {shrunk:.1f}%" in text
    assert f"likelihood ratio {ratio:.1f}" in text
    assert f"ln {ratio:.1f} = {math.log(ratio):.2f}" in text
    assert f"counts {item.weight:.2f}" in text
