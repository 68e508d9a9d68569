import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causes.catalogue import BACKGROUND, OTHER, Cluster, Pretest
from causes.ranking import rank, second_causes
from causes.ranking.second_cause import present_in_both, unexplained
from tests.causes.drawn import patients
from tests.causes.small import a_catalogue, a_finding, a_row, choices, numbers

FINDINGS = (
    a_finding("weakness", "patient", cluster="power"),
    a_finding("wasting", "exam", cluster="power"),
    a_finding("rash", "exam"),
    a_finding("course", "patient", "choice", "worse", "stable"),
    a_finding("speed", "exam", "number"),
    a_finding("medicine", "history"),
    a_finding("hand", "patient", control="derived"),
    a_finding("head-tremor", "patient", control="derived", hpo="HP:0002346"),
    a_finding("normal-test", "electrodiagnostic"),
)


def known(cause: str, finding: str, rate: float):
    """A cell whose figure is 200 counted patients."""
    return a_row(cause, finding, rate, "A", total=200)


SHARES = {"alpha": 0.4, "beta": 0.05, "gamma": 0.05, OTHER: 0.5}
TWO = a_catalogue(
    findings=FINDINGS,
    pretests=tuple(Pretest("clinic", "any", cause, share, "D", "", "") for cause, share in SHARES.items()),
    presentations=a_catalogue().presentations[:1],
    red_flags=(),
    likelihoods=(
        a_row(BACKGROUND, "weakness", 0.2),
        known("alpha", "weakness", 0.9),
        a_row(BACKGROUND, "wasting", 0.1),
        known("alpha", "wasting", 0.8),
        a_row(BACKGROUND, "rash", 0.1),
        known("alpha", "rash", 0.02),
        known("beta", "rash", 0.7),
        *choices(BACKGROUND, "course", worse=0.4, stable=0.6),
        *choices("alpha", "course", "A", worse=0.8, stable=0.2),
        *choices("beta", "course", "A", worse=0.2, stable=0.8),
        *numbers(BACKGROUND, "speed", 8, 3),
        *numbers("beta", "speed", 5, 1),
        *(a_row(BACKGROUND, slug, 0.3) for slug in ("medicine", "hand", "head-tremor")),
        a_row(BACKGROUND, "normal-test", 0.7),
        *(known("alpha", slug, 0.05) for slug in ("medicine", "hand", "head-tremor", "normal-test")),
        *(known("beta", slug, 0.9) for slug in ("medicine", "hand", "head-tremor", "normal-test")),
    ),
)
EVIDENCE = {"weakness": True, "wasting": True, "rash": True}


def shrunk(rate: float, background: float, weight: float = 200) -> float:
    return (weight * rate + background) / (weight + 1)


def test_works() -> None:
    """Alpha explains weakness and wasting, not the rash; beta explains the rash and is silent on the others."""
    found = rank(TWO, EVIDENCE, "clinic")
    assert [found.causes[0].slug, found.unexplained, found.unspoken] == ["alpha", ("rash",), ()]
    (second,) = second_causes(TWO, found)
    alpha_rash, beta_rash = shrunk(0.02, 0.1), shrunk(0.7, 0.1)
    # Alpha's rate is below the background 0.1, so it is what remains; beta fails to bring the rash in (1 - p) / 0.9.
    pair_rash = 1 - (1 - alpha_rash) * (1 - beta_rash) / 0.9
    power = (shrunk(0.9, 0.2) / 0.2) * (shrunk(0.8, 0.1) / 0.1)
    assert (second.cause, second.explains) == ("beta", ("rash",))
    assert second.fit_ratio_first == pytest.approx(pair_rash / alpha_rash)
    # Two answers of a cluster with rho 0.5 each weigh 1 / 1.5.
    assert second.fit_ratio_second == pytest.approx(pair_rash / beta_rash * power ** (1 / 1.5))
    assert second.odds_first == pytest.approx(0.05 * pair_rash / alpha_rash)  # the share of beta
    assert second.odds_second == pytest.approx(0.4 * second.fit_ratio_second)
    part = next(part for part in second.parts if part.finding == "rash")
    values = [math.log(rate / 0.1) for rate in (alpha_rash, beta_rash, pair_rash)]
    assert [part.value_first, part.value_second, part.value_pair] == pytest.approx(values)


def test_two_causes_that_bring_a_finding_bring_it_more_often() -> None:
    # Background 0.2; of the rest 0.5 escapes the first cause and 0.25 the second: 0.8 * 0.5 * 0.25 = 0.1 is absent.
    assert present_in_both(np.array(0.6), np.array(0.8), np.array(0.2)) == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (0.05, 0.05, 0.05),  # neither brings it; twice unlikely is not rarer still
        (0.05, 0.1, 0.05),
        (0.05, 0.2, 0.05),  # the second adds nothing to the background
        (0.05, 0.6, 1 - 0.95 * 0.5),  # the second brings it to half of those who would not have it
    ],
)
def test_a_cause_with_less_than_the_background_brings_nothing(first: float, second: float, together: float) -> None:
    for pair in ((first, second), (second, first)):
        assert present_in_both(*map(np.array, pair), np.array(0.2)) == pytest.approx(together)


rates = st.floats(0.01, 0.99)


@given(rates, rates, rates)
def test_a_pair_keeps_between_its_causes_and_certainty(first: float, second: float, background: float) -> None:
    both = float(present_in_both(np.array(first), np.array(second), np.array(background)))
    assert both == pytest.approx(float(present_in_both(np.array(second), np.array(first), np.array(background))))
    assert min(first, second) - 1e-12 <= both <= 0.99
    if min(first, second) >= background:
        assert both >= max(first, second) - 1e-12
    alone = float(present_in_both(np.array(first), np.array(background), np.array(background)))
    assert alone == pytest.approx(first)


def test_a_choice_follows_either_cause_at_even_odds() -> None:
    found = rank(TWO, EVIDENCE | {"course": "worse"}, "clinic")
    (second,) = second_causes(TWO, found)
    part = next(part for part in second.parts if part.finding == "course")
    ratios = [shrunk(rate, 0.4, 50) / 0.4 for rate in (0.8, 0.2)]  # grade A without a number counts 50
    assert part.value_pair == pytest.approx(math.log(sum(ratios) / 2))


def test_a_number_on_which_one_is_silent_follows_the_other() -> None:
    found = rank(TWO, EVIDENCE | {"speed": 9.0}, "clinic")
    (second,) = second_causes(TWO, found)
    part = next(part for part in second.parts if part.finding == "speed")
    assert part.value_first == 0
    assert part.value_pair == pytest.approx(part.value_second)


def test_what_the_first_cause_is_silent_on_can_be_explained_too() -> None:
    rows = tuple(row for row in TWO.likelihoods if (row.cause, row.finding) != ("alpha", "rash"))
    catalogue = replace(TWO, likelihoods=rows)
    found = rank(catalogue, EVIDENCE, "clinic")
    assert [found.causes[0].slug, found.unexplained, found.unspoken] == ["alpha", (), ("rash",)]
    assert [second.explains for second in second_causes(catalogue, found)] == [("rash",)]


@pytest.mark.parametrize("evidence", [{}, {"weakness": True}, {"weakness": True, "wasting": True, "rash": False}])
def test_nothing_unexplained_needs_no_second_cause(evidence: dict) -> None:
    found = rank(TWO, evidence | {"wasting": True}, "clinic")
    assert found.causes[0].slug == "alpha"
    assert (found.unexplained, found.unspoken) == ((), ())
    assert second_causes(TWO, found) == ()


@pytest.mark.parametrize(
    ("evidence", "against"),
    [
        ({"course": "stable"}, ()),  # every patient has a course
        ({"medicine": True}, ()),  # a circumstance
        ({"hand": True}, ()),  # a place on the body
        ({"head-tremor": True}, ("head-tremor",)),  # a place that is an abnormality by its term
        ({"normal-test": True}, ()),  # most people have it
        ({"rash": True}, ("rash",)),
    ],
)
def test_only_an_abnormality_needs_an_explanation(evidence: dict, against: tuple) -> None:
    found = rank(TWO, {"weakness": True, "wasting": True} | evidence, "clinic")
    assert found.causes[0].slug == "alpha"
    assert set(found.unexplained) == evidence.keys()
    assert unexplained(TWO, found) == (against, ())
    assert all(second.explains == against for second in second_causes(TWO, found))


def test_what_the_catalogue_is_silent_on_needs_one_only_when_it_is_an_abnormality() -> None:
    rows = tuple(row for row in TWO.likelihoods if (row.cause, row.finding) != ("alpha", "medicine"))
    catalogue = replace(TWO, likelihoods=rows)
    found = rank(catalogue, {"weakness": True, "wasting": True, "medicine": True}, "clinic")
    assert (found.causes[0].slug, found.unspoken) == ("alpha", ("medicine",))
    assert unexplained(catalogue, found) == ((), ())
    assert second_causes(catalogue, found) == ()


def test_another_catalogue_is_refused() -> None:
    other = a_catalogue(clusters=(Cluster("power", "Power", 0.1),))
    with pytest.raises(ValueError, match="the differential is of catalogue"):
        second_causes(other, rank(TWO, EVIDENCE, "clinic"))


@given(patients)
@settings(max_examples=60, deadline=None)
def test_the_parts_of_a_pair_add_up(patient: tuple) -> None:
    catalogue, evidence = patient
    found = rank(catalogue, evidence, "clinic")
    first = found.causes[0]
    open_findings = {*found.unexplained, *found.unspoken}
    assert all(found.evidence[slug] is not False for slug in open_findings)
    for second in second_causes(catalogue, found):
        alone = found.cause(second.cause)
        sums = [sum(getattr(part, f"value_{of}") for part in second.parts) for of in ("first", "second", "pair")]
        assert sums[0] == pytest.approx(first.score - first.log_pretest, abs=1e-9)
        assert sums[1] == pytest.approx(alone.score - alone.log_pretest, abs=1e-9)
        assert second.fit_ratio_first == pytest.approx(math.exp(sums[2] - sums[0]))
        assert second.fit_ratio_second == pytest.approx(math.exp(sums[2] - sums[1]))
        assert second.odds_first / second.odds_second == pytest.approx(math.exp(alone.score - first.score))
        assert second.fit_ratio_first > 1
        assert second.explains and set(second.explains) <= open_findings
        for part in second.parts:
            if part.finding in alone.gaps:
                assert part.value_pair == pytest.approx(part.value_first, abs=1e-9)
