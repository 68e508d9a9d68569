from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causes.calibration import groups, mean_interval, share

OUTCOMES = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60)


# Newcombe RG. Two-sided confidence intervals for the single proportion. Stat Med 1998;17:857-72, table I, method 3.
@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_wilsons(count, total, low, high) -> None:
    found = share(count, total, level=0.95)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_nothing_counted_says_nothing() -> None:
    assert (share(0, 0).low, share(0, 0).high) == (0.0, 1.0)


@pytest.mark.parametrize(("count", "total"), [(-1, 3), (4, 3)])
def test_an_impossible_count_is_refused(count, total) -> None:
    with pytest.raises(ValueError, match="of 3"):
        share(count, total)


@given(st.integers(1, 500).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_interval_holds_the_share_and_narrows(counted) -> None:
    count, total = counted
    found, more = share(count, total), share(10 * count, 10 * total)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert more.high - more.low < found.high - found.low


def test_small_bins_are_merged_with_their_neighbours() -> None:
    outcomes = [(0.12, True), (0.31, False), (0.55, True), (0.56, False), (0.97, True)]
    first, second = groups(outcomes, 2)
    assert (first.mean, first.share.count, first.share.total) == (pytest.approx(0.215), 1, 2)
    assert (second.mean, second.share.count, second.share.total) == (pytest.approx(2.08 / 3), 2, 3)


def test_too_few_make_no_group() -> None:
    assert groups([(0.5, True)] * 4, 5) == ()
    assert len(groups([(0.1, True)] * 4 + [(0.9, False)] * 4, 5)) == 1


@given(OUTCOMES, st.integers(1, 8))
def test_every_outcome_is_in_one_group_and_no_group_is_too_small(outcomes, least) -> None:
    found = groups(outcomes, least)
    assert all(group.share.total >= least for group in found)
    assert sum(group.share.total for group in found) == (len(outcomes) if len(outcomes) >= least else 0)
    assert [group.mean for group in found] == sorted(group.mean for group in found)


# 10, 12, 23, 23, 16, 23, 21, 16: mean 18, standard deviation 5.2373; 1.6449 * 5.2373 / sqrt(8) = 3.0457.
def test_the_interval_of_a_mean() -> None:
    low, high = mean_interval([10, 12, 23, 23, 16, 23, 21, 16])
    assert (round(low, 3), round(high, 3)) == (14.954, 21.046)
    assert mean_interval([0, 0, 0, 5])[0] == 0


@pytest.mark.parametrize("values", [[], [3]])
def test_too_few_have_no_interval(values) -> None:
    assert mean_interval(values) is None
