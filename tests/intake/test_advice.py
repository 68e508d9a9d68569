from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.utils import translation

from causes.catalogue.translating import in_language
from causes.red_flags import fired
from intake.advice import advice, calls, emergency_calls
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
    said = re.split(r"(?<=[.!?]) ", " ".join(block.texts))
    assert len(said) == len(set(said)) > 3
    assert set(said) == set(re.split(r"(?<=[.!?]) ", " ".join(flag.advice_to_patient for flag in flags)))
    assert block.texts[0] == flags[0].advice_to_patient, "the first is whole"


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


def test_while_still_answering_the_emergency_number_comes_first():
    assert [call.number for call in emergency_calls(PRACTICE)] == ["112", "01632 960 100", "111"]


# Words that tell a worried person that all is well, and those that name what is wrong.
REASSURING = (
    r"harmless|benign|nothing (serious|to worry)|not (serious|dangerous|urgent)|(do not|don.t|no need to) (worry|see)|"
    r"(is|are|all) (fine|normal|well|good|okay|ok)\b|all clear|no need|probably|most likely|reassur|safe to|"
    r"inofensiv|benign[oa]|nada (grave|serio)|no (es|son) (grave|urgente|peligros)|no (se )?preocup|tranquil|"
    r"todo (est[aá] )?bien|es normal|no hace falta|probablemente"
)
DIAGNOSING = (
    r"you (probably|may|might|could) have|disease|syndrome|disorder|cancer|tumou?r|stroke|sclerosis|neurone|"
    r"enfermedad|s[ií]ndrome|trastorno|c[aá]ncer|tumor|ictus|esclerosis|usted (probablemente )?tiene"
)
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def told(catalogue, code: str) -> list[str]:
    """Every text that red flags can put before a patient in this language."""
    spoken = in_language(catalogue, code)
    with translation.override(code):
        headings = [advice(spoken, _evidence(flag, spoken))[0].heading for flag in spoken.red_flags]
    return [*{flag.advice_to_patient for flag in spoken.red_flags}, *set(headings)]


def _evidence(flag, catalogue):
    """Findings that make this flag, and perhaps others, fire."""
    evidence: dict = {}
    for clause in flag.findings:
        slug, _, option = re.sub(r"[<>]", "=", clause).partition("=")
        value = option.split("/")[0] if option else not slug.startswith("!")
        finding = catalogue.finding[slug.lstrip("!")]
        evidence[finding.slug] = float(value) - 1 if finding.kind == "number" else value
    return evidence


def names_of(cause) -> list[str]:
    return [part.casefold() for part in re.split(r" \(|\)|, |/", cause.name) if len(part) > 2]


@pytest.mark.parametrize("code", LANGUAGES)
class TestEveryText:
    def test_is_there(self, catalogue, code):
        assert len(told(catalogue, code)) > 20
        assert all(text.strip() for text in told(catalogue, code))

    def test_never_gives_an_all_clear(self, catalogue, code):
        assert [text for text in told(catalogue, code) if re.search(REASSURING, text, re.IGNORECASE)] == []

    def test_never_names_what_is_wrong(self, catalogue, code):
        names = {name for cause in in_language(catalogue, code).causes for name in names_of(cause)}
        for text in told(catalogue, code):
            assert not re.search(DIAGNOSING, text, re.IGNORECASE), text
            assert not [name for name in names if re.search(rf"\b{re.escape(name)}\b", text.casefold())], text

    def test_says_what_to_do(self, catalogue, code):
        """None only describes: each asks for somebody or something."""
        for flag in in_language(catalogue, code).red_flags:
            assert re.search(
                r"doctor|ambulance|emergency|hospital|help|practice|clinic|médic|ambulancia|urgencias|ayuda|consult|centro",
                flag.advice_to_patient,
                re.IGNORECASE,
            ), flag.slug


@pytest.mark.parametrize(
    "text", ["This is harmless.", "Do not worry.", "All is well.", "Probably nothing.", "No es grave."]
)
def test_an_all_clear_would_be_found(text):
    assert re.search(REASSURING, text, re.IGNORECASE)


@pytest.mark.parametrize("text", ["You may have a stroke.", "This disease is rare.", "Puede ser una enfermedad."])
def test_a_diagnosis_would_be_found(text):
    assert re.search(DIAGNOSING, text, re.IGNORECASE)
