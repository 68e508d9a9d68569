"""Figures by hand, and what must hold of every pool."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from causes.calibration import score_interval
from causes.catalogue import BACKGROUND, Catalogue, Likelihood, Source
from causes.pooling import Count, chi_squared_tail, conflict, heterogeneity, pooled, pools
from causes.ranking import rank
from causes.ranking.cells import cells_of, weight_of
from causes.validation import problems
from tests.causes.small import a_catalogue, a_row
from tests.real import PROBLEMS, REAL

SOURCES = tuple(Source(slug, slug, "", 2020, "") for slug in ("first", "second"))
COUNTED = {"affected": 10, "total": 40, "source": "second", "is_used": False, "is_pooled": True}

counts = st.tuples(st.integers(0, 500), st.integers(1, 500)).map(lambda pair: Count(min(pair), max(pair)))
studies = st.lists(counts, min_size=1, max_size=8)
# Each within one patient of the same share, so that hardly any of them differ by more than chance.
alike = st.tuples(counts, st.lists(st.tuples(st.integers(1, 500), st.integers(0, 1)), min_size=1, max_size=8)).map(
    lambda drawn: [Count(min(total, math.floor(total * drawn[0].share) + more), total) for total, more in drawn[1]]
)


def with_second_study(**changes: Any) -> Catalogue:
    """The small catalogue, where alpha has weakness in 80 of 100, beside another study."""
    small = a_catalogue(sources=SOURCES)
    first = [replace(row, source="first") if row.grade != "D" else row for row in small.likelihoods]
    second = replace(a_row("alpha", "weakness", 0.25, "B"), **(COUNTED | changes))
    return replace(small, likelihoods=(*first, second))


def of_the_row(catalogue: Catalogue) -> list[str]:
    return [problem.message for problem in problems(catalogue) if problem.record == catalogue.likelihoods[-1]]


def test_two_studies_that_differ_by_hand() -> None:
    # Shares 0.2 and 0.4, together 0.3. Q = 100 x 0.01 x 2 / (0.3 x 0.7) = 2 / 0.21. Were all patients of a study
    # alike, Q would exceed 1 by 99 x 0.5 x 2 = 99. Each study weighs 100 / (1 + 99 x spread) = 100 x 0.21 / 2 = 10.5.
    pool = pooled([Count(20, 100), Count(40, 100)])
    assert pool.mean == pytest.approx(0.3)
    assert pool.heterogeneity.q == pytest.approx(2 / 0.21)
    assert pool.heterogeneity.i2 == pytest.approx(1 - 0.105)
    assert pool.spread == pytest.approx((2 / 0.21 - 1) / 99)
    assert pool.effective == pytest.approx(21)
    assert (pool.low, pool.high) == pytest.approx(score_interval(6.3, 21, 0.95))
    assert (pool.total, pool.studies) == (200, 2)


def test_unequal_studies_that_differ_by_hand() -> None:
    # 5 of 10 and 9 of 90: together 0.14, Q = (10 x 0.36^2 + 90 x 0.04^2) / (0.14 x 0.86) = 1.44 / 0.1204; the most is
    # 9 x 0.9 + 89 x 0.1 = 17. A large spread makes the small study weigh nearly as much as the large one.
    pool = pooled([Count(5, 10), Count(9, 90)])
    spread = (1.44 / 0.1204 - 1) / 17
    weights = 10 / (1 + 9 * spread), 90 / (1 + 89 * spread)
    assert pool.spread == pytest.approx(spread)
    assert pool.effective == pytest.approx(sum(weights))
    assert pool.mean == pytest.approx((0.5 * weights[0] + 0.1 * weights[1]) / sum(weights))


@pytest.mark.parametrize(
    ("value", "degrees", "tail"),
    # The 5 % and 1 % points of the printed tables.
    [(3.841, 1, 0.05), (5.991, 2, 0.05), (7.815, 3, 0.05), (18.307, 10, 0.05), (6.635, 1, 0.01), (15.086, 5, 0.01)],
)
def test_chi_squared_is_that_of_the_tables(value, degrees, tail) -> None:
    assert chi_squared_tail(value, degrees) == pytest.approx(tail, abs=1e-4)


def test_nothing_cannot_be_pooled() -> None:
    with pytest.raises(ValueError, match="nothing"):
        pooled([])


@given(counts)
def test_one_study_is_itself(count) -> None:
    pool = pooled([count])
    assert pool.mean == pytest.approx(count.share)
    assert pool.effective == pytest.approx(count.total)
    assert (pool.low, pool.high) == pytest.approx(count.interval)
    assert pool.spread == 0


@given(studies)
def test_the_mean_lies_between_the_studies(found) -> None:
    pool, shares = pooled(found), [count.share for count in found]
    assert min(shares) <= pool.mean <= max(shares)
    assert 0 <= pool.low <= pool.mean <= pool.high <= 1


@given(alike)
def test_studies_that_agree_are_simply_added_up(found) -> None:
    pool = pooled(found)
    assume(pool.heterogeneity.q <= pool.heterogeneity.degrees)
    assert pool.mean == pytest.approx(sum(count.affected for count in found) / sum(count.total for count in found))
    assert pool.effective == pytest.approx(pool.total)


@given(studies)
def test_a_spread_only_widens(found) -> None:
    pool = pooled(found)
    low, high = score_interval(pool.mean * pool.total, pool.total, 0.95)
    assert pool.effective <= pool.total * (1 + 1e-9)
    assert pool.low <= low + 1e-9
    assert pool.high >= high - 1e-9


@given(studies, st.randoms())
def test_the_order_of_the_studies_says_nothing(found, random) -> None:
    shuffled = random.sample(found, len(found))
    one, other = pooled(found), pooled(shuffled)
    assert (one.mean, one.effective) == pytest.approx((other.mean, other.effective))


@given(studies)
def test_counting_the_others_gives_the_complement(found) -> None:
    pool, other = pooled(found), pooled([Count(count.total - count.affected, count.total) for count in found])
    assert pool.mean == pytest.approx(1 - other.mean)
    assert pool.effective == pytest.approx(other.effective)


@pytest.mark.parametrize(
    ("found", "is_conflict"),
    [
        ([Count(80, 100)], False),
        ([Count(80, 100), Count(80, 100)], False),
        ([Count(20, 100), Count(40, 100)], True),
        ([Count(8, 10), Count(5, 10)], False),
        ([Count(0, 50), Count(0, 30)], False),
        ([Count(50, 50), Count(0, 5)], True),
    ],
)
def test_conflicts(found, is_conflict) -> None:
    assert conflict(found) is is_conflict


@given(studies)
def test_equal_shares_never_conflict(found) -> None:
    one = found[0]
    assert not conflict([Count(one.affected * size, one.total * size) for size in range(1, len(found) + 1)])


def test_without_a_spread_by_chance_alone_q_is_small() -> None:
    assert heterogeneity([Count(8, 10), Count(7, 10)]).p > 0.5


def test_a_pooled_cell_counts_what_its_studies_say_together() -> None:
    catalogue = with_second_study(affected=78, probability=0.78, total=100, grade="A")
    cell = cells_of(catalogue)["alpha", "weakness"]
    assert cell.mean.tolist() == pytest.approx([0.79, 0.21])
    assert (cell.weight, cell.grade) == (200, "A")


def test_studies_that_differ_count_for_less_than_either() -> None:
    catalogue = with_second_study()
    pool = pools(catalogue)["alpha", "weakness"]
    cell = cells_of(catalogue)["alpha", "weakness"]
    assert 0.25 < pool.mean < 0.8
    assert cell.mean[0] == pool.mean
    assert cell.weight == pool.effective < 40


def test_the_weight_stays_below_what_the_grade_permits() -> None:
    many = with_second_study(affected=800, total=1000, probability=0.8, grade="A")
    assert pools(many)["alpha", "weakness"].effective == 1100
    assert cells_of(many)["alpha", "weakness"].weight == 200
    rows = [replace(row, grade="B") if row.grade == "A" else row for row in many.likelihoods]
    assert cells_of(replace(many, likelihoods=tuple(rows)))["alpha", "weakness"].weight == 30


def test_what_is_pooled_moves_the_ranking_and_what_only_stands_beside_does_not() -> None:
    def posterior(catalogue: Catalogue) -> float:
        differential = rank(catalogue, {"weakness": True}, "clinic", "any")
        return next(cause.posterior for cause in differential.causes if cause.slug == "alpha")

    alone = posterior(a_catalogue(sources=SOURCES))
    assert posterior(with_second_study(is_pooled=False)) == alone
    assert posterior(with_second_study()) < alone


def test_without_pooled_rows_every_cell_is_the_row_itself() -> None:
    assert PROBLEMS == []
    bare = replace(REAL, likelihoods=tuple(replace(row, is_pooled=False) for row in REAL.likelihoods))
    assert pools(bare) == {}
    cells = cells_of(bare)
    yes_no = [(cause, finding) for cause, finding, option in bare.cell if not option and cause != BACKGROUND]
    assert len(yes_no) > 1000
    for cause, finding in yes_no:
        row: Likelihood = bare.cell[cause, finding, ""]
        cell = cells[cause, finding]
        assert cell.mean.tolist() == [row.probability, 1 - row.probability]
        assert (cell.weight, cell.grade) == (weight_of(row), row.grade)


def test_a_good_pool_has_no_problem() -> None:
    assert of_the_row(with_second_study()) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"affected": None, "total": None}, "only a counted row"),
        ({"affected": None}, "only a counted row"),
        ({"grade": "C"}, "grade C is an estimate"),
        ({"source": "first"}, "same source"),
        ({"finding": "course", "option": "worse"}, "yes/no finding"),
        ({"finding": "tremor"}, "not counted"),
        ({"cause": "beta"}, "not counted"),
    ],
)
def test_what_cannot_be_pooled_is_a_problem(changes, message) -> None:
    (found,) = of_the_row(with_second_study(**changes))
    assert message in found


def test_two_rows_of_one_source_cannot_both_be_pooled() -> None:
    catalogue = with_second_study()
    again = replace(catalogue.likelihoods[-1], affected=11)
    doubled = replace(catalogue, likelihoods=(*catalogue.likelihoods, again))
    assert any("count twice" in message for message in of_the_row(doubled))
