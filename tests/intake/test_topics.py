from __future__ import annotations

import pytest

from intake.topics import all_topics, asked_topics, incomplete_topics, open_condition
from tests.cast import ALS_ANSWERS


def test_every_question_of_the_catalogue_is_asked_exactly_once(catalogue):
    asked = [finding.slug for topic in all_topics(catalogue) for item in topic.items for finding in item.findings]
    assert sorted(asked) == sorted(finding.slug for finding in catalogue.findings if finding.section)


def test_derived_findings_share_their_control(catalogue):
    items = {item.name: item for topic in all_topics(catalogue) for item in topic.items}
    assert {"hand-site", "widespread", "head-tremor"} <= {finding.slug for finding in items["body"].findings}
    assert {"drug-tremor", "diabetes-treated"} <= {finding.slug for finding in items["medicines"].findings}
    assert [finding.slug for finding in items["drinks"].findings] == ["high-caffeine"]
    assert "hand-site" not in items


def test_the_last_topic_ends_with_the_patients_own_words(catalogue):
    assert [topic.items[-1].control for topic in all_topics(catalogue)].index("words") == len(catalogue.sections) - 1


def test_an_empty_questionnaire_is_incomplete_throughout(catalogue, whole_form):
    assert incomplete_topics(catalogue, {}) == asked_topics(catalogue, {}) == all_topics(catalogue)


def test_a_topic_is_complete_when_all_that_applies_is_answered(catalogue):
    open_slugs = [topic.slug for topic in incomplete_topics(catalogue, ALS_ANSWERS)]
    assert "you" not in open_slugs
    assert "strength" in open_slugs


@pytest.mark.parametrize(
    ("circumstances", "expected"),
    [
        ({"age": 12.0}, ""),
        ({"age": 40.0}, "motor-tics|vocal-tics|myoclonic-jerks"),
        ({}, "motor-tics|vocal-tics|myoclonic-jerks"),
    ],
)
def test_open_condition(catalogue, circumstances, expected):
    (item,) = [item for topic in all_topics(catalogue) for item in topic.items if item.name == "suppressible"]
    assert open_condition(item, circumstances, {"motor-tics", "vocal-tics", "myoclonic-jerks"}) == expected


def test_a_condition_that_no_answer_of_the_page_can_meet(catalogue):
    (item,) = [item for topic in all_topics(catalogue) for item in topic.items if item.name == "rest-tremor"]
    assert open_condition(item, {"tremor": False}, {"rest-tremor"}) is None
