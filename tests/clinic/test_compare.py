from __future__ import annotations

from itertools import permutations

import pytest
from django.urls import reverse

from clinic.chart import chart_of
from clinic.differential_page import comparison
from clinic.words import statement
from tests import cast

pytestmark = pytest.mark.django_db


def url(intake, query=""):
    return reverse("compare", args=[intake.key]) + query


def hundredths(text):
    return round(float(text.replace("−", "-")) * 100)


def test_it_works(signed_in, clinician, sent_intake):
    response = signed_in(clinician).get(url(sent_intake, "?a=als&b=kennedy-disease"))

    text = response.content.decode()
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "Amyotrophic lateral sclerosis or Kennedy disease" in text
    assert "Visible muscle wasting" in text


def test_without_causes_the_first_two_are_compared(signed_in, clinician, sent_intake):
    assert "Amyotrophic lateral sclerosis or " in signed_in(clinician).get(url(sent_intake)).content.decode()


def test_anonymous_is_sent_to_the_login(client, sent_intake):
    assert client.get(url(sent_intake)).status_code == 302


@pytest.mark.parametrize("query", ["?a=no-such", "?a=als&b=no-such", "?a=", "?b=%00"])
def test_unknown_cause_is_404(signed_in, clinician, sent_intake, query):
    assert signed_in(clinician).get(url(sent_intake, query)).status_code == 404


@pytest.mark.parametrize(("a", "b"), [("als", "kennedy-disease"), ("essential-tremor", "other"), ("als", "als")])
def test_the_printed_differences_add_up(sent_intake, clinician, a, b):
    cast.add_findings(sent_intake, clinician)
    chart = chart_of(sent_intake)

    compared = comparison(chart, a, b)

    assert sum(hundredths(row.difference) for row in compared.rows) == hundredths(compared.total)
    assert hundredths(compared.a.score) - hundredths(compared.b.score) == hundredths(compared.total)
    assert all(hundredths(r.value_a) - hundredths(r.value_b) == hundredths(r.difference) for r in compared.rows)


def test_the_total_is_the_difference_of_the_scores(sent_intake):
    chart = chart_of(sent_intake)
    scores = {cause.slug: cause.score for cause in chart.differential.causes}

    total = comparison(chart, "als", "parkinson-disease").total

    assert hundredths(total) / 100 == pytest.approx(scores["als"] - scores["parkinson-disease"], abs=0.011)


def test_the_states_are_shown(sent_intake, clinician):
    cast.add_findings(sent_intake, clinician)
    chart = chart_of(sent_intake)
    gaps = set(chart.differential.cause("kennedy-disease").gaps)
    names = {statement(chart.catalogue.finding[slug], chart.record.values[slug]) for slug in gaps}

    rows = comparison(chart, "als", "kennedy-disease").rows

    assert rows[0].state == ""
    assert {row.state for row in rows[1:]} == {"present", "absent"}
    assert all(row.is_silent_b == (row.name in names) for row in rows)
    assert all(row.value_b == "0.00" for row in rows if row.is_silent_b)


def silent_pair(chart):
    """A cause without a figure for a finding that tells about the other."""
    for first, second in permutations(chart.differential.causes, 2):
        values = {item.finding: item.value for item in first.contributions}
        if any(abs(values[slug]) > 0.1 for slug in second.gaps):
            return first.slug, second.slug
    raise AssertionError("the catalogue has no gap for this patient")


def test_nothing_is_said_to_be_silent_or_as_in_others(sent_intake, clinician):
    """Two kinds of 0.00: no figure at all, and a figure that is the background's."""
    cast.add_findings(sent_intake, clinician)
    chart = chart_of(sent_intake)
    others = [cause.slug for cause in chart.differential.causes if cause.slug != "als"]

    rows = [row for slug in others for row in comparison(chart, "als", slug).rows[1:]]

    assert {row.note_b for row in rows} == {"catalogue is silent", "as in others", ""}
    for row in rows:
        assert (row.note_b == "catalogue is silent") == row.is_silent_b
        assert (row.value_b == "0.00") == bool(row.note_b)


def test_the_page_marks_silence_in_words(signed_in, clinician, sent_intake):
    cast.add_findings(sent_intake, clinician)
    a, b = silent_pair(chart_of(sent_intake))

    text = signed_in(clinician).get(url(sent_intake, f"?a={a}&b={b}")).content.decode()

    assert "catalogue is silent</span>" in text


def test_causes_are_chosen_by_rank(sent_intake):
    chart = chart_of(sent_intake)

    choices = comparison(chart, "als", "other").choices

    assert [slug for slug, _name in choices] == [*(cause.slug for cause in chart.differential.causes), "other"]
    assert choices[0][1].startswith("1. Amyotrophic lateral sclerosis, ")
    assert choices[-1][1].startswith("None of these, ")


def test_none_of_these_is_never_silent(sent_intake):
    rows = comparison(chart_of(sent_intake), "als", "other").rows

    assert not any(row.is_silent_b for row in rows)


def test_queries(signed_in, clinician, sent_intake, django_assert_num_queries):
    client = signed_in(clinician)
    client.get(url(sent_intake))

    # Session, user, intake, membership, access record, release, findings.
    with django_assert_num_queries(7):
        client.get(url(sent_intake))
