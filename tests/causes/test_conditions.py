import pytest
from hypothesis import given
from hypothesis import strategies as st

from causes.conditions import holds, never_met, parse, parse_clause


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"a": "a"}, ["a"]),
        ({"a": "b", "b": "!a"}, ["a", "b"]),
        ({"a": "b", "b": "c+d", "c": "a>=3", "d": ""}, ["a", "b", "c"]),
        ({"a": "b", "b": "a|d", "d": ""}, []),
        ({"a": "b", "b": "b", "c": "d", "d": ""}, ["a", "b"]),
        ({"a": "medicines+nobody", "b": "not a condition"}, []),
        ({}, []),
    ],
)
def test_conditions_that_wait_for_themselves_are_never_met(texts, expected) -> None:
    assert never_met(texts) == expected


@pytest.mark.parametrize(
    ("text", "evidence", "expected"),
    [
        ("", {}, True),
        ("tremor", {"tremor": True}, True),
        ("tremor", {"tremor": False}, False),
        ("tremor", {}, False),
        ("!tremor", {"tremor": False}, True),
        ("!tremor", {}, False),
        ("a+b|c", {"c": True}, True),
        ("a+b|c", {"a": True}, False),
        ("a+b|c", {"a": True, "b": True}, True),
        ("course=improving/stable", {"course": "stable"}, True),
        ("course=improving", {"course": "stable"}, False),
        ("age>=60", {"age": 60.0}, True),
        ("age>=60", {"age": 59.9}, False),
        ("age<18", {"age": 17}, True),
        ("age>=60", {"age": True}, False),
        ("age", {"age": 61}, False),
    ],
)
def test_it_works(text, evidence, expected) -> None:
    assert holds(text, evidence) is expected


@pytest.mark.parametrize("text", ["Tremor", "!age>=3", "age>=old", "a b", "a++b", "=x", "|"])
def test_a_malformed_condition_is_refused(text) -> None:
    with pytest.raises(ValueError, match="is not a"):
        parse(text)


@given(st.text())
def test_any_other_text_is_refused_and_never_crashes(text) -> None:
    try:
        clause = parse_clause(text)
    except ValueError:
        return
    assert clause.slug in text
