from __future__ import annotations

import pytest
from django.urls import reverse

from causes.ranking import rank
from causes.ranking.second_cause import second_causes
from causes.ranking.smallest_change import changed_evidence, smallest_changes
from clinic.chart import chart_of
from clinic.differential_page import tipping_point
from clinic.differential_page.explaining import explained
from tests import cast

pytestmark = pytest.mark.django_db


def url(intake, query=""):
    return reverse("tipping_point", args=[intake.key]) + query


@pytest.fixture
def two_causes(practice):
    """ALS with a tremor and panic attacks, which it does not bring."""
    return cast.a_sent_intake(practice, cast.ALS_ANSWERS | {"tremor": "yes", "panic-attacks": "yes", "tics": "no"})


class TestExplained:
    def test_it_works(self, two_causes):
        chart = chart_of(two_causes)
        differential = chart.differential

        shown = explained(chart)

        assert [item.slug for item in shown.against] == list(differential.unexplained)
        assert [item.slug for item in shown.unspoken] == list(differential.unspoken)
        assert not shown.is_all

    def test_second_causes_say_how_much_better_both_are(self, two_causes):
        chart = chart_of(two_causes)
        found = second_causes(chart.catalogue, chart.differential, 2)

        shown = explained(chart).seconds

        assert [item.slug for item in shown] == [item.cause for item in found]
        assert shown
        for item, second in zip(found, shown, strict=True):
            assert [mention.slug for mention in second.explains] == list(item.explains)
            assert "Both together explain the findings" in second.fit and "alone" in second.fit
            assert ("alone remains" in second.odds) == (item.odds_first < 1)

    def test_nothing_unexplained_is_said(self, practice):
        intake = cast.a_sent_intake(practice, {"name": "Nora Bell", "birth-date": "1990-01-01", "age": 36})

        shown = explained(chart_of(intake))

        assert shown.is_all
        assert shown.seconds == ()


class TestTippingPoint:
    def test_it_works(self, signed_in, clinician, sent_intake):
        response = signed_in(clinician).get(url(sent_intake))

        assert response.status_code == 200
        assert "comes first: what would change that" in response.content.decode()

    def test_anonymous_is_sent_to_the_login(self, client, sent_intake):
        assert client.get(url(sent_intake)).status_code == 302

    def test_outsider_gets_404(self, signed_in, outsider, sent_intake):
        assert signed_in(outsider).get(url(sent_intake)).status_code == 404

    def test_bad_input(self, signed_in, clinician, sent_intake):
        assert signed_in(clinician).get(url(sent_intake, "?without=no-such")).status_code == 400

    def test_htmx_gets_the_sentence_alone(self, signed_in, clinician, sent_intake):
        text = signed_in(clinician).get(url(sent_intake), headers={"HX-Request": "true"}).content.decode()

        assert "<html" not in text
        assert "What would put another cause first" in text

    def test_the_change_that_is_named_puts_that_cause_first(self, sent_intake):
        chart = chart_of(sent_intake)
        overall = smallest_changes(chart.catalogue, chart.differential).overall

        tip = tipping_point(chart).overall

        evidence = changed_evidence(chart.record.values, overall.changes)
        again = rank(chart.catalogue, evidence, sent_intake.setting, sent_intake.presentation)
        assert again.causes[0].slug == overall.cause
        assert tip.lead.startswith(chart.catalogue.cause[overall.cause].name)
        assert [item.slug for item in tip.changes] == [change.finding for change in overall.changes]
        assert all(" instead of " in item.text for item in tip.changes)
