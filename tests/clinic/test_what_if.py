from __future__ import annotations

import re

import pytest
from django.urls import reverse

from clinic.chart import chart_of
from clinic.differential_page import differential_page
from clinic.words import in_sentence
from tests import cast

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "differential"}


def url(intake, *without):
    return reverse("differential", args=[intake.key]) + "?" + "&".join(f"without={slug}" for slug in without)


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def intake(sent_intake, clinician):
    cast.add_findings(sent_intake, clinician)
    return sent_intake


def page_of(intake, user, *without):
    return differential_page(chart_of(intake), user, without=without)


def row_of(page, slug):
    rows = (row for group in page.evidence.groups for row in (*group.rows, *group.denied, *group.more))
    return next(row for row in rows if row.slug == slug)


def test_it_works(signed_in, clinician, intake):
    response = signed_in(clinician).get(url(intake, "atrophy", "rigidity"))

    text = text_of(response)
    assert response.status_code == 200
    assert "Without: " in text and "rigidity" in text
    assert "What-if: nothing is saved." in text
    assert "Switch all on again" in text


def test_anonymous_is_sent_to_the_login(client, intake):
    assert client.get(url(intake, "atrophy")).status_code == 302


def test_outsider_gets_404(signed_in, outsider, intake):
    assert signed_in(outsider).get(url(intake, "atrophy")).status_code == 404


def test_unknown_finding_is_refused(signed_in, clinician, intake):
    assert signed_in(clinician).get(url(intake, "no-such")).status_code == 400


def test_it_ranks_as_if_the_finding_were_not_known(intake, clinician):
    page = page_of(intake, clinician, "atrophy")
    cast.add_findings(intake, clinician, {"atrophy": None})

    without = page_of(intake, clinician)

    assert page.causes.first[0].posterior == without.causes.first[0].posterior
    assert [row.slug for row in page.causes.first] == [row.slug for row in without.causes.first]


def test_nothing_is_saved(signed_in, clinician, intake):
    before = list(intake.clinician_findings.values()), chart_of(intake).inputs

    signed_in(clinician).get(url(intake, "atrophy", "weakness"))

    assert (list(intake.clinician_findings.values()), chart_of(intake).inputs) == before


def test_red_flags_and_summary_are_of_the_record(intake, clinician):
    known = chart_of(intake).record.values

    page, without = page_of(intake, clinician), page_of(intake, clinician, *known)

    assert page.flags is not None
    assert (without.flags, without.summary, without.head) == (page.flags, page.summary, page.head)
    assert without.benign is None


def test_first_place_and_posteriors_are_compared(intake, clinician):
    trial = page_of(intake, clinician, "atrophy", "muscle-wasting").what_if
    chart = chart_of(intake)

    names = [chart.catalogue.cause[cause.slug].name for cause in chart.differential.causes[:3]]

    assert [change.name for change in trial.changes][:3] == names
    assert trial.changes[0].before.startswith("1st, ")
    assert trial.effect.startswith("First place ")


def test_a_changed_first_place_is_said(intake, clinician):
    page = page_of(intake, clinician, *(set(chart_of(intake).record.values) - {"age", "sex"}))

    assert page.what_if.effect.startswith("First place changes: ")


def test_each_known_finding_has_its_switch(intake, clinician):
    page, without = page_of(intake, clinician), page_of(intake, clinician, "atrophy")

    assert row_of(page, "atrophy").switch_url == "?without=atrophy"
    assert row_of(page, "babinski").switch_url == ""
    assert row_of(without, "atrophy").is_off
    assert row_of(without, "atrophy").switch_url == "?"
    assert row_of(without, "rigidity").switch_url == "?without=atrophy&without=rigidity"


def test_a_finding_that_is_not_known_switches_nothing(intake, clinician):
    assert page_of(intake, clinician, "babinski").what_if is None


def test_what_is_switched_off_is_not_called_not_asked(intake, clinician):
    lane = {row.name: row for row in page_of(intake, clinician).lane}
    slugs = [slug for slug in chart_of(intake).record.values if slug not in ("age", "sex")]

    page = page_of(intake, clinician, *slugs)

    off = [check for row in page.lane for check in row.checks if check.slug in slugs]
    assert lane and off
    assert all(check.outcome.startswith("switched off (") for check in off)
    suggested = {item.slug: item.is_off for stage in page.next.stages for item in stage.suggestions}
    assert suggested.keys() & slugs
    assert all(is_off == (slug in slugs) for slug, is_off in suggested.items())


def test_the_verdict_does_not_ask_for_what_is_switched_off(practice, clinician):
    few = {"name": "Nora Bell", "birth-date": "1970-01-01", "age": 56, "fasciculations": "yes", "weakness": "yes"}
    intake = cast.a_sent_intake(practice, few)
    chart = chart_of(intake)
    telling = chart.differential.next_findings[chart.differential.causes[0].rank_stage][:2]
    first = next(item.slug for item in telling if len(item.outcomes) == 2)
    name = in_sentence(chart.catalogue.finding[first].name)
    cast.add_findings(intake, clinician, {first: True})

    assert name in differential_page(chart, clinician).verdict.why
    assert name not in page_of(intake, clinician, first).verdict.why


def test_nothing_is_entered_or_signed_from_it(signed_in, clinician, intake):
    text = text_of(signed_in(clinician).get(url(intake, "atrophy")))

    assert "<fieldset disabled" in text
    assert 'name="inputs"' not in text
    assert "Findings are switched off. Switch all on again to sign off." in text


def test_signing_without_having_seen_the_record_is_refused(signed_in, clinician, intake):
    data = {"conclusion": "als", "certainty": "working", "is_seen": "on"}

    response = signed_in(clinician).post(reverse("sign", args=[intake.key]), data)

    assert response.status_code == 422
    assert not intake.assessments.exists()


def test_htmx_gets_the_part_of_the_page(signed_in, clinician, intake):
    text = text_of(signed_in(clinician).get(url(intake, "atrophy"), headers=HTMX))

    assert "<html" not in text
    assert "What-if: nothing is saved." in text


def test_links_that_open_a_table_stay_with_it(intake, clinician):
    row = page_of(intake, clinician, "atrophy").causes.first[1]

    assert row.open_query == f"?open={row.slug}&without=atrophy"
