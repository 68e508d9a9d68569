from __future__ import annotations

from dataclasses import replace

import pytest

from clinic.chart import chart_of
from clinic.differential_page.next_findings import next_useful
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def chart(sent_intake, clinician):
    cast.add_findings(sent_intake, clinician, {"fasciculations": True})
    return chart_of(sent_intake)


def suggestions(chart):
    found = {item.slug: item for items in chart.differential.next_findings.values() for item in items}
    for stage in next_useful(chart.catalogue, chart.differential).stages:
        for item in stage.suggestions:
            yield found[item.slug], item


def test_it_works(chart):
    assert list(suggestions(chart))
    for found, shown in suggestions(chart):
        assert shown.gain == f"{found.gain:.2f}"
        assert shown.outcomes


def test_each_suggestion_names_its_burden(chart):
    for found, shown in suggestions(chart):
        burden = chart.catalogue.finding[found.slug].burden
        assert shown.burden == (chart.catalogue.burden[burden].label if burden else "")
    assert any(shown.burden for _found, shown in suggestions(chart))


def test_each_answer_previews_the_first_three(chart):
    for _found, shown in suggestions(chart):
        for outcome in shown.outcomes:
            assert len(outcome.causes) == 3
            assert outcome.causes[0].name in outcome.first


def test_a_change_of_the_first_place_is_said_in_words(chart):
    first = chart.differential.causes[0].slug
    for found, shown in suggestions(chart):
        if len(found.outcomes) == 2:
            for outcome, text in zip(found.outcomes, shown.outcomes, strict=True):
                is_change = outcome.first_causes[0][0] != first
                assert text.is_change == is_change
                assert (" first instead, " in text.first) == is_change


@pytest.mark.parametrize(
    ("gain", "text", "is_named"),
    [
        (0.0004, "No single check noticeably lowers", False),
        (0.00099, "No single check noticeably lowers", False),
        (0.0011, "by 0.1 points", True),
        (0.012, "by 1.2 points", True),
    ],
)
def test_a_safest_check_that_helps_nothing_is_not_named(chart, gain, text, is_named):
    check = chart.differential.safest_check._replace(gain=gain)

    shown = next_useful(chart.catalogue, replace(chart.differential, safest_check=check))

    assert text in shown.safest_text
    assert (shown.safest_slug == check.slug) == bool(shown.safest_name) == is_named


def test_without_a_safest_check_that_is_said_too(chart):
    shown = next_useful(chart.catalogue, replace(chart.differential, safest_check=None))

    assert shown.safest_text.startswith("No single check")


def test_a_finding_that_is_switched_off_is_not_called_unknown(chart):
    slug = next(found.slug for found, _shown in suggestions(chart))

    stages = next_useful(chart.catalogue, chart.differential, {slug}).stages

    assert [item.slug for stage in stages for item in stage.suggestions if item.is_off] == [slug]
