from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from causes.ranking import rank
from causes.ranking.second_cause import second_causes, unexplained
from causes.ranking.smallest_change import SmallestChanges, changed_evidence, contenders, smallest_changes
from clinic.chart import chart_of
from clinic.differential_page import differential_page, tipping_point
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

        left = unexplained(chart.catalogue, differential)
        assert [item.slug for item in shown.against] == list(left.against)
        assert [item.slug for item in shown.unspoken] == list(left.unspoken)
        assert not shown.is_all

    def test_only_what_needs_an_explanation_is_listed(self, practice):
        answers = {"tremor": "yes", "panic-attacks": "yes", "duration": "2 weeks to 3 months"}
        chart = chart_of(cast.a_sent_intake(practice, cast.ALS_ANSWERS | answers))

        shown = explained(chart)

        named = {
            item.slug for item in (*shown.against, *shown.unspoken, *(m for s in shown.seconds for m in s.explains))
        }
        assert "duration" in chart.differential.unexplained
        assert "panic-attacks" in named
        assert {chart.catalogue.finding[slug].kind for slug in named} == {"boolean"}
        assert "history" not in {chart.catalogue.finding[slug].reported_by for slug in named}
        assert not named & {"duration", "course", "laterality", "hand-site"}

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
        overall = smallest_changes(chart.catalogue, chart.differential, contenders(chart.differential)).overall

        tip = tipping_point(chart).tips[0]

        evidence = changed_evidence(chart.record.values, overall.changes)
        again = rank(chart.catalogue, evidence, sent_intake.setting, sent_intake.presentation)
        assert again.causes[0].slug == overall.cause
        assert tip.lead.startswith(chart.catalogue.cause[overall.cause].name)
        assert [item.slug for item in tip.changes] == [change.finding for change in overall.changes]
        assert all(" instead of " in item.text for item in tip.changes)

    def test_no_known_answer_is_to_be_forgotten(self, practice, sent_intake):
        for intake in (sent_intake, cast.a_sent_intake(practice, cast.ET_ANSWERS)):
            tips = tipping_point(chart_of(intake)).tips

            assert any(tip.changes for tip in tips)
            assert not [item.text for tip in tips for item in tip.changes if "not known" in item.text]

    def test_verdict_and_tipping_point_name_the_same_rivals(self, practice, clinician):
        few = {"name": "Nora Bell", "birth-date": "1970-01-01", "age": 56, "fasciculations": "yes", "weakness": "yes"}
        chart = chart_of(cast.a_sent_intake(practice, few))
        names = [chart.catalogue.cause[slug].name for slug in contenders(chart.differential)]

        point = tipping_point(chart)

        assert len(names) > 1
        assert all(name in point.still for name in names)
        assert point.still in differential_page(chart, clinician).verdict.why
        assert {name for name in names for tip in point.tips if tip.lead.startswith(name)} == set(names)
        assert len(point.tips) == len(names)

    def test_a_rival_that_no_three_answers_put_first_is_named_all_the_same(self, practice, monkeypatch):
        few = {"name": "Nora Bell", "birth-date": "1970-01-01", "age": 56, "fasciculations": "yes", "weakness": "yes"}
        chart = chart_of(cast.a_sent_intake(practice, few))
        nothing = SmallestChanges(None, dict.fromkeys(contenders(chart.differential)))
        monkeypatch.setattr("clinic.differential_page.explaining.smallest_changes", lambda *_args: nothing)

        tips = tipping_point(chart).tips

        assert tips
        assert len(tips) == len(contenders(chart.differential))
        assert all("would not come first by 3 known answers otherwise" in tip.lead for tip in tips)

    def test_without_a_rival_the_smallest_change_of_all_is_told(self, sent_intake):
        chart = chart_of(sent_intake)
        settled = tuple(cause._replace(rank_low=cause.rank) for cause in chart.differential.causes)
        chart.__dict__["differential"] = replace(chart.differential, causes=settled)
        overall = smallest_changes(chart.catalogue, chart.differential).overall

        point = tipping_point(chart)

        assert point.still == ""
        assert [[item.slug for item in tip.changes] for tip in point.tips] == [[c.finding for c in overall.changes]]
