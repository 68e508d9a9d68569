from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causes.catalogue import Catalogue
from intake import derivation
from intake.contradictions import contradictions, settled_by_patient
from intake.topics import QUESTION, all_topics
from tests.cast import a_draft, a_sent_intake
from tests.intake.posting import address
from tests.real import REAL

TREMOR = {"tremor": "no", "rest-tremor": "yes"}


def named(catalogue: Catalogue, answers: dict) -> list[tuple[list[str], str]]:
    found = contradictions(catalogue, answers)
    return [([item.name for item in one.items], one.out_of_reach.name if one.out_of_reach else "") for one in found]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, []),
        ({"tremor": "yes", "rest-tremor": "yes"}, []),
        ({"tremor": "no", "rest-tremor": "no"}, []),
        (TREMOR, [(["tremor", "rest-tremor"], "rest-tremor")]),
        ({"tremor": "unsure", "rest-tremor": "yes"}, [(["tremor", "rest-tremor"], "rest-tremor")]),
        ({"rest-tremor": "yes"}, []),
        (
            {"no-medicines": True, "medicines": [], "drug-temporal": "yes"},
            [(["medicines", "drug-temporal"], "drug-temporal")],
        ),
        ({"age": 40, "onset-age": 41}, [(["profile", "onset-age"], "")]),
        ({"age": 40, "onset-age": 40}, []),
        ({"age": 40, "onset-age": 39, "duration": "under 2 weeks"}, []),
        ({"age": 40, "onset-age": 30, "duration": "under 2 weeks"}, [(["onset-age", "duration"], "")]),
        ({"age": 40, "onset-age": 30, "duration": "1 to 5 years"}, [(["onset-age", "duration"], "")]),
        ({"age": 40, "onset-age": 36, "duration": "over 5 years"}, [(["onset-age", "duration"], "")]),
        ({"age": 40, "onset-age": 35, "duration": "over 5 years"}, []),
        ({"age": 40, "onset-age": "unsure", "duration": "over 5 years"}, []),
    ],
)
def test_works(catalogue, answers, expected):
    assert named(catalogue, answers) == expected


def test_places_of_someone_who_has_nothing_there(catalogue):
    none = dict.fromkeys(("fasciculations", "tremor", "motor-tics", "vocal-tics"), "no") | {"body": ["left-hand"]}
    assert named(catalogue, none)[0][0][-1] == "body"
    assert named(catalogue, none | {"body": []}) == []
    assert named(catalogue, none | {"muscle-cramps": "yes"}) == []
    assert named(catalogue, none | {"tremor": "unsure"}) == []


def test_one_that_is_left_is_not_asked_about_again_until_an_answer_changes(catalogue):
    answers = dict(TREMOR)
    answers |= settled_by_patient(answers, contradictions(catalogue, answers)[0].key)
    assert contradictions(catalogue, answers) == ()
    assert derivation.unusable(catalogue, answers) == []
    assert len(contradictions(catalogue, answers | {"tremor": "unsure"})) == 1


def _answers_of(catalogue: Catalogue) -> st.SearchStrategy[dict]:
    def one(finding):
        if finding.kind == "number":
            return st.integers(0, 120)
        return st.sampled_from([*(option.value for option in finding.options)] or ["yes", "no"]) | st.just("unsure")

    controls = {
        "body": st.lists(st.sampled_from([zone.slug for zone in catalogue.body_zones]), unique=True, max_size=4),
        "onset-age": st.integers(0, 110) | st.just("unsure"),
        "alcohol-units": st.integers(0, 60) | st.just("unsure"),
        "no-medicines": st.just(True),
    }
    questions = {finding.slug: one(finding) for finding in catalogue.findings if finding.section}
    return st.fixed_dictionaries({}, optional=questions | controls)


@settings(max_examples=80, deadline=None)
@given(_answers_of(REAL))
def test_every_answer_is_evidence_or_not_sure_or_set_aside(answers):
    found = derivation.evidence(REAL, answers)
    aside = derivation.set_aside(REAL, answers)
    for slug, said in answers.items():
        if slug in REAL.finding and said != "unsure":
            value = {"yes": True, "no": False}.get(said, said)
            assert found.get(slug) == value or aside.get(slug) == value, slug
    for key, slug in (("onset-age", "onset-under-18"), ("alcohol-units", "heavy-alcohol")):
        if answers.get(key, "unsure") != "unsure":
            assert slug in found or slug in aside


@settings(max_examples=80, deadline=None)
@given(_answers_of(REAL))
def test_whatever_says_yes_and_is_set_aside_by_another_answer_is_asked_about(answers):
    asked = {slug for one in contradictions(REAL, answers) if one.out_of_reach for slug in one.out_of_reach.slugs}
    questions = {item.name for topic in all_topics(REAL) for item in topic.items if item.control == QUESTION}
    for slug, value in derivation.set_aside(REAL, answers).items():
        if value is not False and slug in questions:
            assert slug in asked, slug


class TestThePage:
    def test_works(self, client, practice):
        draft = a_draft(practice, TREMOR)
        content = client.get(address(draft, "check")).content.decode()
        assert "Which of these is right?" in content
        assert "They are right, or I am not sure" in content
        assert "Take this answer back" in content
        assert f'{address(draft, "what-you-notice")}?change#item-tremor"' in content

    def test_nothing_to_ask(self, client, practice):
        assert "Which of these" not in client.get(address(a_draft(practice), "check")).content.decode()

    def test_an_answer_is_taken_back(self, client, practice, catalogue):
        draft = a_draft(practice, TREMOR)
        data = {"answers": contradictions(catalogue, TREMOR)[0].key, "take-back": ""}
        assert client.post(address(draft, "check", "settle"), data)["Location"] == address(draft, "check")
        draft.refresh_from_db()
        assert draft.answers == {"tremor": "no"}

    def test_both_are_left(self, client, practice, catalogue):
        draft = a_draft(practice, TREMOR)
        client.post(address(draft, "check", "settle"), {"answers": contradictions(catalogue, TREMOR)[0].key})
        draft.refresh_from_db()
        assert draft.answers.items() >= TREMOR.items()
        assert "Which of these" not in client.get(address(draft, "check")).content.decode()

    @pytest.mark.parametrize("key", ["", "tremor=no", "x" * 5000])
    def test_bad_input_changes_nothing(self, client, practice, key):
        draft = a_draft(practice, TREMOR)
        client.post(address(draft, "check", "settle"), {"answers": key, "take-back": ""})
        draft.refresh_from_db()
        assert draft.answers == TREMOR

    def test_looking_settles_nothing(self, client, practice):
        assert client.get(address(a_draft(practice, TREMOR), "check", "settle")).status_code == 405

    def test_once_sent_nothing_is_settled(self, client, practice, catalogue):
        intake = a_sent_intake(practice, TREMOR | {"name": "A", "birth-date": "1959-03-02", "age": 67, "sex": "male"})
        data = {"answers": contradictions(catalogue, TREMOR)[0].key, "take-back": ""}
        assert client.post(address(intake, "check", "settle"), data)["Location"] == address(intake, "sent")
        intake.refresh_from_db()
        assert intake.answers["rest-tremor"] == "yes"
