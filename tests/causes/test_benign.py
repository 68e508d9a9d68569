"""The rule that calls a picture benign: each condition alone, failing, keeps it from being so."""

from dataclasses import replace

import pytest

from causes.benign import DANGER, FLAGGED, LITTLE_KNOWN, PRESENT, UNCHECKED, UNLIKELY, Picture, picture
from causes.catalogue import Catalogue, Parameter
from causes.ranking import Differential, rank
from tests.causes.small import a_catalogue, a_cause, a_flag

LIMITS = {"wide-interval": 0.4, "few-findings": 3.0, "benign-posterior": 0.8}
BETA = a_cause("beta", is_benign=True, benign_requires=("weakness", "wasting"))
ALPHA = a_cause("alpha", is_cannot_miss=True, urgency="urgent")
GAMMA = a_cause("gamma")
FLAGS = (
    a_flag("tolerated", ("tremor",)),
    a_flag("worse-and-weak", ("course=worse", "weakness")),
    a_flag("weak-and-fast", ("weakness", "speed>=9")),
    a_flag("worse", ("course=worse",)),
    a_flag("stiff", ("speed<3",)),
)
CATALOGUE = a_catalogue(
    causes=(ALPHA, BETA, GAMMA),
    red_flags=(replace(FLAGS[0], is_benign_compatible=True), *FLAGS[1:]),
    parameters=tuple(Parameter(slug, slug, value, "", "", "") for slug, value in LIMITS.items()),
)
KNOWN = {"tremor": True, "weakness": False, "wasting": False, "course": "better"}
RANKED = rank(CATALOGUE, KNOWN, "clinic", "tremor")
# The posteriors and the lane are set, so that each row of the table changes one condition alone.
SHARES = {"alpha": 0.01, "beta": 0.9, "gamma": 0.04}


def a_differential(shares: dict[str, float] | None = None, lane: str = "", little: bool = False, **evidence):
    known = {slug: value for slug, value in (KNOWN | evidence).items() if value is not None}
    ranked = rank(CATALOGUE, known, "clinic", "tremor")
    causes = [item._replace(posterior=(shares or SHARES)[item.slug]) for item in ranked.causes]
    causes.sort(key=lambda item: -item.posterior)
    entries = [ranked_lane()._replace(is_above_threshold=lane == "above")] if lane else []
    return replace(ranked, causes=tuple(causes), lane=tuple(entries), is_little_known=little)


def ranked_lane():
    """Alpha's entry, from a differential in which it is in the lane."""
    return rank(CATALOGUE, {"weakness": True, "wasting": True, "course": "worse"}, "clinic", "any").lane[0]


def found(differential: Differential, catalogue: Catalogue = CATALOGUE) -> Picture:
    result = picture(catalogue, differential)
    assert result is not None
    return result


def test_works() -> None:
    benign = found(a_differential())
    assert benign.is_benign
    assert benign.cause == "beta"
    assert benign.share == pytest.approx(0.9)
    assert benign.tolerated == ("tolerated",)


@pytest.mark.parametrize(
    ("changes", "kind", "slugs"),
    [
        ({"course": "worse"}, FLAGGED, ("worse",)),
        ({"lane": "above"}, DANGER, ("alpha",)),
        ({"weakness": True}, PRESENT, ("weakness",)),
        ({"wasting": None}, UNCHECKED, ("wasting",)),
        ({"weakness": None, "wasting": None}, UNCHECKED, ("weakness", "wasting")),
        ({"little": True}, LITTLE_KNOWN, ()),
        ({"shares": {"alpha": 0.01, "beta": 0.79, "gamma": 0.04}}, UNLIKELY, ()),
    ],
)
def test_each_condition_alone_stands_in_the_way(changes: dict, kind: str, slugs: tuple[str, ...]) -> None:
    result = found(a_differential(**changes))
    assert not result.is_benign
    assert [(item.kind, item.slugs) for item in result.obstacles] == [(kind, slugs)]


@pytest.mark.parametrize(
    ("shares", "is_benign"),
    [
        ({"alpha": 0.01, "beta": 0.8, "gamma": 0.04}, True),
        ({"alpha": 0.01, "beta": 0.7999, "gamma": 0.04}, False),
    ],
)
def test_the_limit_itself_is_enough(shares: dict[str, float], is_benign: bool) -> None:
    assert found(a_differential(shares)).is_benign == is_benign


def test_a_cause_that_is_not_benign_comes_first() -> None:
    assert picture(CATALOGUE, a_differential({"alpha": 0.01, "beta": 0.4, "gamma": 0.5})) is None


def test_benign_causes_count_together() -> None:
    both = replace(CATALOGUE, causes=(ALPHA, BETA, replace(GAMMA, is_benign=True)))
    shares = {"alpha": 0.01, "beta": 0.5, "gamma": 0.4}
    assert not found(a_differential(shares)).is_benign
    assert found(a_differential(shares), both).is_benign


def test_a_cannot_miss_cause_that_only_a_tolerated_flag_names_is_no_obstacle() -> None:
    assert found(a_differential(lane="named")).is_benign


def test_every_obstacle_is_listed_at_once() -> None:
    result = found(a_differential(little=True, course="worse", weakness=True, wasting=None))
    assert [item.kind for item in result.obstacles] == [FLAGGED, PRESENT, UNCHECKED, LITTLE_KNOWN]


def test_absent_is_never_said_of_what_was_not_asked() -> None:
    result = found(a_differential())
    assert [(s.flag.slug, s.ruled_out_by) for s in result.absent] == [
        ("worse-and-weak", ("course", "weakness")),
        ("weak-and-fast", ("weakness",)),
        ("worse", ("course",)),
    ]
    assert [(s.flag.slug, s.unknown) for s in result.unchecked] == [("stiff", ("speed",))]


def test_a_flag_is_fired_absent_or_unchecked() -> None:
    result = found(a_differential())
    named = [*result.tolerated, *(s.flag.slug for s in (*result.absent, *result.unchecked))]
    assert sorted(named) == sorted(flag.slug for flag in FLAGS)
