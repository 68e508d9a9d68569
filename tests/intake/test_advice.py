from __future__ import annotations

import pytest

from causes.red_flags import fired
from intake.advice import advice, calls
from intake.models import Practice

PRACTICE = Practice(phone="01632 960 100", out_of_hours_phone="111", emergency_phone="112")


@pytest.mark.parametrize(
    ("evidence", "urgencies"),
    [
        ({}, []),
        ({"weakness": True}, []),
        ({"fasciculations": True, "weakness": True}, ["urgent"]),
        ({"breathlessness": True, "weakness": True, "fasciculations": True}, ["emergency"]),
    ],
)
def test_advice(catalogue, evidence, urgencies):
    assert [block.urgency for block in advice(catalogue, evidence)] == urgencies


def test_only_the_most_urgent_flags_speak_and_each_sentence_once(catalogue):
    everything = {finding.slug: True for finding in catalogue.findings if finding.kind == "boolean"}
    (block,) = advice(catalogue, everything)
    flags = [flag for flag in fired(catalogue, everything) if flag.urgency == "emergency"]
    assert set(block.texts) == {flag.advice_to_patient for flag in flags}
    assert len(block.texts) == len(set(block.texts)) > 3


def test_in_an_emergency_its_number_comes_first(catalogue):
    given = advice(catalogue, {"breathlessness": True, "weakness": True})
    assert [call.number for call in calls(PRACTICE, given)] == ["112", "01632 960 100", "111"]


def test_otherwise_the_practice_comes_first():
    numbers = calls(PRACTICE, ())
    assert [(call.address, call.look) for call in numbers] == [
        ("tel:01632960100", "first"),
        ("tel:111", ""),
        ("tel:112", "emergency"),
    ]


def test_a_number_that_is_not_known_is_left_out():
    assert [call.number for call in calls(Practice(phone="", emergency_phone="112"), ())] == ["112"]
