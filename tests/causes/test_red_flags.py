import pytest
from hypothesis import given
from hypothesis import strategies as st

from causes.red_flags import fired, highest_urgency
from tests.causes.small import a_catalogue, a_flag
from tests.real import REAL

FLAGS = a_catalogue(
    red_flags=(
        a_flag("soon-flag", ("weakness",), "soon"),
        a_flag("old-and-slow", ("age>=60", "speed<4"), "routine"),
        a_flag("worst", ("weakness", "!tremor"), "emergency"),
        a_flag("getting-worse", ("course=worse/stable",), "urgent"),
        a_flag("second-soon", ("weakness", "wasting"), "soon"),
        a_flag("empty", (), "emergency"),
    )
)


def slugs(evidence: dict) -> list[str]:
    return [flag.slug for flag in fired(FLAGS, evidence)]


def test_works() -> None:
    assert slugs({"weakness": True}) == ["soon-flag"]


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ({}, []),
        ({"weakness": False}, []),
        ({"weakness": True, "tremor": True}, ["soon-flag"]),
        ({"weakness": True, "tremor": False}, ["worst", "soon-flag"]),
        ({"weakness": True, "wasting": True}, ["soon-flag", "second-soon"]),
        ({"course": "better"}, []),
        ({"course": "stable"}, ["getting-worse"]),
        ({"age": 60, "speed": 3.9}, ["old-and-slow"]),
        ({"age": 59.9, "speed": 3.9}, []),
        ({"age": 60, "speed": 4}, []),
        ({"age": 60}, []),
    ],
)
def test_all_clauses_must_hold_and_the_most_urgent_comes_first(evidence: dict, expected: list[str]) -> None:
    assert slugs(evidence) == expected


def test_highest_urgency() -> None:
    assert highest_urgency(fired(FLAGS, {"weakness": True, "tremor": False, "course": "worse"})) == "emergency"
    assert highest_urgency(fired(FLAGS, {"course": "worse", "weakness": True})) == "urgent"
    assert highest_urgency(()) is None


def test_a_malformed_clause_is_loud() -> None:
    with pytest.raises(ValueError, match="is not a condition"):
        fired(a_catalogue(red_flags=(a_flag("bad", ("no such thing!",)),)), {})


def test_an_unknown_urgency_is_loud() -> None:
    with pytest.raises(ValueError, match="whenever"):
        fired(a_catalogue(red_flags=(a_flag("bad", ("weakness",), "whenever"),)), {"weakness": True})


@given(st.dictionaries(st.sampled_from(["weakness", "wasting", "tremor"]), st.booleans()))
def test_one_more_finding_present_silences_no_flag_but_those_that_need_it_absent(evidence: dict) -> None:
    unknown = {"wasting"} - evidence.keys()
    assert set(slugs(evidence)) <= set(slugs({**evidence, **dict.fromkeys(unknown, True)}))


def test_every_real_flag_can_fire() -> None:
    assert REAL.red_flags
    for flag in REAL.red_flags:
        assert flag in fired(REAL, _satisfying(flag.findings)), flag.slug


def _satisfying(clauses: tuple[str, ...]) -> dict:
    evidence: dict = {}
    for clause in clauses:
        if ">=" in clause:
            evidence[clause.split(">=")[0]] = float(clause.split(">=")[1])
        elif "<" in clause:
            evidence[clause.split("<")[0]] = float(clause.split("<")[1]) - 1
        elif "=" in clause:
            evidence[clause.split("=")[0]] = clause.split("=")[1].split("/")[0]
        else:
            evidence[clause.lstrip("!")] = not clause.startswith("!")
    return evidence
