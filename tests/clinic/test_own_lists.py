from __future__ import annotations

import json
import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from clinic import own_lists
from clinic.chart import chart_of
from clinic.models import Assessment, Membership, OwnList
from clinic.own_lists import BlindChart
from tests import cast
from tests.clinic.test_assessments import form_data

pytestmark = pytest.mark.django_db
LIST = {"cause_1": "als", "cause_2": "kennedy-disease", "cause_3": "other", "text_3": "Hirayama disease"}
# Words and parts of the page that only a ranking has.
RANKING = ("Possible causes", "Not yet excluded", "Most useful next", "What this ranking rests on", "tw-posterior")


def url(intake, name="differential"):
    return reverse(name, args=[intake.key])


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def ask_for_lists(user, choice=Membership.OwnListFirst.YES):
    Membership.objects.filter(user=user).update(own_list_first=choice)


@pytest.fixture
def asked(clinician, signed_in):
    """The clinician, signed in, who writes her own list first."""
    ask_for_lists(clinician)
    return signed_in(clinician)


class TestBeforeTheList:
    def test_it_works(self, asked, clinician, sent_intake):
        cast.add_findings(sent_intake, clinician)

        text = text_of(asked.get(url(sent_intake)))

        for part in (
            "Arthur Lang",
            "red flags, whatever the ranking says",
            'id="evidence-form"',
            "Your own list first",
        ):
            assert part in text

    def test_nothing_of_the_ranking_is_shown(self, asked, clinician, sent_intake):
        cast.add_findings(sent_intake, clinician)

        shown = [
            asked.get(url(sent_intake)),
            asked.get(url(sent_intake) + "?open=als"),
            asked.get(url(sent_intake, "differential_part") + "?open=als", headers={"HX-Request": "true"}),
            asked.get(url(sent_intake, "history")),
            asked.post(url(sent_intake, "enter_finding"), {"babinski": "present"}, headers={"HX-Request": "true"}),
            asked.post(url(sent_intake, "sign"), form_data(sent_intake)),
        ]

        for response in shown:
            text = text_of(response)
            assert not [part for part in (*RANKING, "First cause") if part in text], response.request["PATH_INFO"]
        assert sent_intake.clinician_findings.filter(finding="babinski").exists()
        assert not Assessment.objects.exists()

    def test_nothing_is_said_about_ranking_again(self, asked, sent_intake):
        """Neither a switch that shows an effect nor a promise to rank at once: nothing is ranked yet."""
        text = text_of(asked.get(url(sent_intake)))
        after = text_of(asked.get(asked.post(url(sent_intake, "own_list"), LIST).url))

        for part in ("re-rank", "rank again", "tw-switch", "Switch off"):
            assert part not in text
            assert part in after
        assert "Changes are saved at once" in text

    def test_two_causes_cannot_be_compared(self, asked, sent_intake):
        assert asked.get(url(sent_intake, "compare")).url == url(sent_intake)

    def test_the_red_flags_are_those_of_the_open_page(self, asked, clinician, sent_intake):
        cast.add_findings(sent_intake, clinician)
        before = asked.get(url(sent_intake)).context["page"].flags
        asked.post(url(sent_intake, "own_list"), LIST)

        assert before is not None
        assert asked.get(url(sent_intake)).context["page"].flags == before

    def test_the_worklist_does_not_give_it_away(self, asked, sent_intake):
        (row,) = asked.get("/").context["page"].rows
        assert row.clinical.first_causes == ()
        assert row.clinical.urgency_reason == ""
        assert row.clinical.is_own_list_first
        assert row.clinical.flags

        asked.post(url(sent_intake, "own_list"), LIST)
        (row,) = asked.get("/").context["page"].rows
        assert len(row.clinical.first_causes) == 3

    def test_a_colleagues_list_is_not_shown_before_ones_own(self, asked, colleague, sent_intake):
        a_list(sent_intake, colleague)

        assert "Own list of Carl Olsen" not in text_of(asked.get(url(sent_intake)))
        asked.post(url(sent_intake, "own_list"), LIST)
        assert "Own list of Carl Olsen" in text_of(asked.get(url(sent_intake)))

    def test_where_it_was_signed_nothing_is_asked(self, asked, colleague, sent_intake):
        cast.a_signed_assessment(sent_intake, colleague)

        assert "Possible causes" in text_of(asked.get(url(sent_intake)))

    def test_a_blind_chart_has_no_differential(self, sent_intake):
        chart = chart_of(sent_intake)
        blind = BlindChart(chart.intake, chart.release, chart.catalogue, chart.record)

        with pytest.raises(PermissionError):
            blind.differential  # noqa: B018


class TestWhoIsAsked:
    @pytest.mark.parametrize(
        ("practice_asks", "choice", "is_asked"),
        [
            (False, "practice", False),
            (True, "practice", True),
            (False, "yes", True),
            (True, "no", False),
        ],
    )
    def test_the_practice_asks_and_the_user_may_choose(
        self, signed_in, clinician, practice, sent_intake, practice_asks, choice, is_asked
    ):
        practice.own_list_first = practice_asks
        practice.save()
        ask_for_lists(clinician, choice)

        text = text_of(signed_in(clinician).get(url(sent_intake)))

        assert ("Your own list first" in text) is is_asked
        assert ("Possible causes" in text) is not is_asked


class TestWrite:
    def test_it_works(self, asked, clinician, sent_intake, release):
        ranked = [cause.slug for cause in chart_of(sent_intake).differential.causes[:3]]

        response = asked.post(url(sent_intake, "own_list"), LIST)

        own = OwnList.objects.get()
        assert response.url == url(sent_intake)
        assert (own.intake, own.user, own.release, own.ranked) == (sent_intake, clinician, release, ranked)
        assert [item["cause"] for item in own.causes] == ["als", "kennedy-disease", "other"]
        assert own.causes[2]["name"] == "Hirayama disease"
        assert own.is_first_agreed is (ranked[0] == "als")
        assert own.overlap == len({"als", "kennedy-disease"} & set(ranked))
        text = text_of(asked.get(url(sent_intake)))
        assert "Own list of Diana Clarke" in text
        assert f"The ranking had {own.overlap} of them among its first three. Same first cause." in text

    def test_it_never_steers_the_ranking(self, asked, sent_intake):
        before = chart_of(sent_intake)
        asked.post(url(sent_intake, "own_list"), {"cause_1": "wilson-disease"})
        after = chart_of(sent_intake)

        assert after.differential == before.differential
        assert after.inputs == before.inputs

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ({}, "Write at least one cause"),
            ({"cause_1": "no-such"}, "Select a valid choice"),
            ({"cause_1": "other"}, "Write the other cause."),
            ({"cause_1": "als", "cause_2": "als"}, "Each cause once"),
            ({"skip": "1"}, "Say why you skip it."),
            ({"skip": "1", "skipped": "bored"}, "Select a valid choice"),
        ],
    )
    def test_bad_input(self, asked, sent_intake, data, message):
        response = asked.post(url(sent_intake, "own_list"), data)

        assert response.status_code == 422
        assert message in text_of(response)
        assert "Possible causes" not in text_of(response)
        assert not OwnList.objects.exists()

    def test_what_was_chosen_stays(self, asked, sent_intake):
        text = text_of(asked.post(url(sent_intake, "own_list"), {"cause_1": "als", "cause_2": "als", "text_3": "Xyz"}))

        assert text.count('<option value="als" selected>') == 2
        assert 'value="Xyz"' in text

    def test_a_text_alone_counts_and_gaps_close(self, asked, sent_intake):
        asked.post(url(sent_intake, "own_list"), {"text_2": "Myokymia", "cause_3": "als"})

        own = OwnList.objects.get()
        assert [item["name"] for item in own.causes] == ["Myokymia", "Amyotrophic lateral sclerosis"]
        assert (own.first_cause, own.is_first_agreed) == ("other", False)

    def test_skipping_is_recorded_with_its_reason(self, asked, sent_intake):
        response = asked.post(url(sent_intake, "own_list"), {"skip": "1", "skipped": "hurry", "cause_1": "als"})

        own = OwnList.objects.get()
        assert (own.causes, own.skipped, own.overlap, own.is_first_agreed) == ([], "hurry", None, None)
        assert "Skipped: there is no time now." in text_of(asked.get(response.url))

    def test_a_resend_of_the_same_list_is_no_news(self, asked, sent_intake):
        for _time in range(2):
            assert asked.post(url(sent_intake, "own_list"), LIST).url == url(sent_intake)

        assert OwnList.objects.count() == 1

    @pytest.mark.parametrize(
        ("first", "second", "expected"),
        [
            (
                {"cause_1": "als"},
                {"cause_1": "wilson-disease", "text_2": "Myokymia"},
                ["Amyotrophic lateral sclerosis", "Wilson disease", "Myokymia"],
            ),
            ({"skip": "1", "skipped": "hurry"}, {"text_1": "Myokymia"}, ["there is no time now", "Myokymia"]),
            ({"cause_1": "als"}, {"skip": "1", "skipped": "hurry"}, ["Amyotrophic", "There is no time now"]),
            ({"cause_1": "als"}, {"text_1": "Xyz", "text_2": "Xyz"}, ["Amyotrophic", "Xyz"]),
        ],
    )
    def test_the_first_one_counts_and_a_second_one_is_shown_beside_it(
        self, asked, sent_intake, first, second, expected
    ):
        asked.post(url(sent_intake, "own_list"), first)
        response = asked.post(url(sent_intake, "own_list"), second)

        assert response.status_code == 409
        assert OwnList.objects.get().first_cause == first.get("cause_1", "")
        text = text_of(response)
        for part in ("Your list is already recorded", "was not recorded", *expected):
            assert part in text

    def test_another_tab_that_is_faster_by_a_moment(self, asked, clinician, sent_intake, monkeypatch):
        """The first list comes after the second one was found to be asked for."""
        write = own_lists.write

        def slower(*args):
            a_list(sent_intake, clinician)
            return write(*args)

        monkeypatch.setattr(own_lists, "write", slower)
        response = asked.post(url(sent_intake, "own_list"), {"cause_1": "wilson-disease"})

        assert response.status_code == 409
        assert "Wilson disease" in text_of(response)

    def test_what_comes_after_a_signature_is_shown_too(self, asked, colleague, sent_intake):
        cast.a_signed_assessment(sent_intake, colleague)
        response = asked.post(url(sent_intake, "own_list"), {"text_1": "Myokymia"})

        assert response.status_code == 409
        assert "No list is asked for any more" in text_of(response)
        assert "Myokymia" in text_of(response)
        assert not OwnList.objects.exists()

    def test_whoever_is_not_asked_writes_none(self, signed_in, clinician, sent_intake):
        signed_in(clinician).post(url(sent_intake, "own_list"), {"cause_1": "als"})

        assert not OwnList.objects.exists()

    def test_outsider_gets_404(self, signed_in, outsider, sent_intake):
        ask_for_lists(outsider)

        assert signed_in(outsider).post(url(sent_intake, "own_list"), LIST).status_code == 404
        assert not OwnList.objects.exists()

    def test_without_a_ranking_there_is_nothing_to_agree_with(self, asked, sent_intake):
        type(sent_intake).objects.filter(pk=sent_intake.pk).update(setting="moon")
        asked.post(url(sent_intake, "own_list"), {"cause_1": "als"})

        own = OwnList.objects.get()
        assert (own.ranked, own.is_first_agreed, own.overlap) == ([], None, None)
        assert "could not be ranked then" in text_of(asked.get(url(sent_intake)))


class TestKept:
    def test_it_is_in_the_signed_snapshot(self, asked, sent_intake):
        asked.post(url(sent_intake, "own_list"), LIST)
        signed = asked.post(url(sent_intake, "sign"), form_data(sent_intake))

        (own,) = json.loads(Assessment.objects.get().snapshot)["own_lists"]
        assert own["causes"][0] == "Amyotrophic lateral sclerosis"
        assert "Own list, before the ranking was seen" in text_of(asked.get(signed.url))

    @pytest.mark.parametrize("change", ["UPDATE clinic_ownlist SET overlap = 3", "DELETE FROM clinic_ownlist"])
    def test_it_never_changes(self, clinician, sent_intake, change):
        a_list(sent_intake, clinician)

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def a_list(intake, user, causes=("als",)):
    return OwnList.objects.create(
        intake=intake,
        user=user,
        causes=[{"cause": slug, "name": slug} for slug in causes],
        first_cause=causes[0],
        release=chart_of(intake).release,
        engine_version="test",
        ranked=["als", "kennedy-disease", "wilson-disease"],
        is_first_agreed=causes[0] == "als",
        overlap=1,
    )
