from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse

from causes.evaluation import evaluate, read_cases
from causes.models import Cause, Parameter, Release
from clinic import accuracy
from clinic.accuracy import tallies
from clinic.accuracy.picture import picture
from clinic.accuracy.shares import figure, mean
from clinic.chart import chart_of
from clinic.models import AccessRecord, OwnList
from intake.models import Intake
from tests import cast

pytestmark = pytest.mark.django_db
URL = "/accuracy/"


@pytest.fixture(autouse=True)
def panel(monkeypatch):
    """A few of its patients: ranking them all is what makes the page slow, and is tested in TestPanel."""
    few = "\n".join(lines_of(PANEL[0])[:9])
    monkeypatch.setattr(accuracy, "_texts", lambda *paths: iter((few,)))


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines()


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def tally_of(practice):
    return tallies.of_practice(practice, Release.objects.current())


def confirmed_patients(practice, clinician, count, cause="als"):
    for number in range(count):
        intake = cast.a_sent_intake(practice, {**cast.ALS_ANSWERS, "name": f"Patient {number}"})
        cast.a_confirmed_diagnosis(intake, clinician, cause)


def set_least(number):
    Parameter.objects.filter(slug=accuracy.LEAST).update(value=number)
    Release.objects.publish()


class TestPage:
    def test_it_works(self, signed_in, clinician, release):
        response = signed_in(clinician).get(URL)

        text = text_of(response)
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        for part in (
            "Published patients",
            "They are unlike the patients of a practice",
            "No diagnosis was confirmed yet",
        ):
            assert part in text
        assert release.sha256[:12] in text

    def test_anonymous_is_sent_to_the_login(self, client):
        assert client.get(URL).url.startswith(reverse("login"))

    def test_reception_may_not(self, signed_in, receptionist):
        assert signed_in(receptionist).get(URL).status_code == 403

    def test_a_user_of_no_practice_gets_404(self, signed_in, editor):
        assert signed_in(editor).get(URL).status_code == 404

    def test_nobody_is_named_and_the_look_is_recorded(self, signed_in, clinician, practice):
        confirmed_patients(practice, clinician, 2)

        text = text_of(signed_in(clinician).get(URL))

        assert "2 patients so far" in text
        assert "Patient 0" not in text
        record = AccessRecord.objects.get()
        assert (record.practice, record.user, record.view, record.intake) == (practice, clinician, "accuracy", None)

    def test_another_practice_is_not_counted(self, signed_in, clinician, outsider, other_practice):
        confirmed_patients(other_practice, outsider, 2)

        assert "No diagnosis was confirmed yet" in text_of(signed_in(clinician).get(URL))

    @pytest.mark.parametrize("count", [1, 4])
    def test_queries(self, signed_in, clinician, practice, django_assert_num_queries, count):
        confirmed_patients(practice, clinician, count)
        client = signed_in(clinician)
        client.get(URL)

        # Session, user, membership, access record, release; whether the four tables grew; own lists.
        with django_assert_num_queries(10):
            client.get(URL)


class TestPanel:
    @pytest.fixture(autouse=True)
    def panel(self):
        """All of them."""

    def test_the_figures_are_those_of_the_evaluation(self, signed_in, clinician, catalogue):
        page = signed_in(clinician).get(URL).context["page"]

        whole = page.panel.tables[0]
        (expected, *_parts) = tallies.panel(catalogue, tuple(accuracy._texts(*PANEL)), accuracy.ENGINE_VERSION)
        assert [row.total for row in whole.rows] == [expected.stages["all"].total] * 3
        assert whole.rows[2].first.count == f"{expected.stages['all'].first} of {expected.stages['all'].total}"
        assert [item.slug for item in page.panel.pictures] == ["history", "exam", "all"]
        cases = read_cases(catalogue, "\n".join(accuracy._texts(*PANEL)).splitlines())
        figures = evaluate(catalogue, cases)["stages"]
        for item, row in zip(page.panel.pictures, whole.rows, strict=True):
            assert item.error == f"{figures[item.slug]['ece'] * 100:.1f}% in {len(cases)} patients"
            assert row.lane.value == f"{figures[item.slug]['cannot_miss']['mean_lane']:.1f}"

    def test_its_parts_are_told_apart(self, catalogue):
        lines = lines_of(PANEL[0])[:20]
        held_out = [
            json.dumps({**json.loads(line), "id": f"h{n}", "split": "held-out"}) for n, line in enumerate(lines[:9])
        ]

        parts = tallies.panel(catalogue, ("\n".join(lines), "\n".join(held_out)), "test")

        totals = {part.slug: part.stages["all"].total for part in parts}
        # The two files are the two splits again: each is shown once.
        assert totals == {"all": len(lines) + 9, "development": len(lines), "held-out": 9}

    def test_two_files_without_a_split(self, catalogue):
        lines = lines_of(PANEL[0])[:20]

        parts = tallies.panel(catalogue, ("\n".join(lines[:9]), "\n".join(lines[9:20])), "test")

        assert {part.slug: part.stages["all"].total for part in parts} == {"all": 20, "published": 9, "further": 11}

    def test_a_split_inside_a_file_is_shown(self, catalogue):
        lines = [json.loads(line) for line in lines_of(PANEL[0])[:20]]
        split = [json.dumps({**line, "split": ("held-out", "development")[n % 2]}) for n, line in enumerate(lines)]

        assert [part.slug for part in tallies.panel(catalogue, ("\n".join(split),), "test")] == [
            "all",
            "development",
            "held-out",
        ]

    def test_patients_that_do_not_fit_the_release_are_said_and_not_left_out(self, signed_in, clinician, monkeypatch):
        texts = ('{"id": "broken"}',)
        monkeypatch.setattr(accuracy, "_texts", lambda *paths: iter(texts))

        response = signed_in(clinician).get(URL)

        assert response.context["page"].panel.tables == ()
        assert "do not fit this release" in text_of(response)
        assert "line 1: has no truth" in text_of(response)


class TestFewPatients:
    def test_no_percentage_over_fewer_than_it_can_bear(self, signed_in, clinician, practice):
        confirmed_patients(practice, clinician, 3)
        client = signed_in(clinician)

        section = client.get(URL).context["page"].practice
        assert {row.first.value for row in section.table.rows} == {""}
        assert {row.lane.value for row in section.table.rows} == {""}
        assert section.pictures == ()
        assert section.table.rows[2].first.count.endswith("of 3")

    def test_the_number_is_the_catalogues(self, signed_in, clinician, practice):
        confirmed_patients(practice, clinician, 3)
        set_least(3)

        section = signed_in(clinician).get(URL).context["page"].practice
        assert section.table.note == ""
        assert all(row.first.value for row in section.table.rows)
        assert all(re.fullmatch(r"\d\.\d to \d\.\d", row.lane.interval) for row in section.table.rows)

    @pytest.mark.parametrize(
        ("count", "total", "shown", "interval"),
        [(19, 19, "", ""), (20, 20, "100%", "88% to 100%"), (0, 20, "0%", "0% to 12%"), (0, 0, "", "")],
    )
    def test_a_figure(self, count, total, shown, interval):
        assert (figure(count, total, 20).value, figure(count, total, 20).interval) == (shown, interval)


class TestPractice:
    def test_it_is_ranked_again_without_the_diagnosis(self, practice, clinician, sent_intake):
        cast.a_confirmed_diagnosis(sent_intake, clinician)
        first = chart_of(sent_intake).differential.causes[0]

        stages = tally_of(practice).stages

        assert stages["all"].outcomes == ((pytest.approx(first.posterior), first.slug == "als"),)
        assert (stages["all"].dangerous, stages["all"].in_sight) == (1, 1)

    def test_a_new_finding_is_counted_at_once(self, practice, clinician, sent_intake):
        cast.a_confirmed_diagnosis(sent_intake, clinician)
        before = tally_of(practice).stages
        cast.add_findings(sent_intake, clinician, {"conduction-block": True})

        after = tally_of(practice).stages

        assert after["all"].outcomes != before["all"].outcomes
        assert after["history"].outcomes == before["history"].outcomes

    def test_withdrawn_and_corrected_ones(self, practice, clinician, sent_intake):
        cast.a_confirmed_diagnosis(sent_intake, clinician, "wilson-disease")
        assert tally_of(practice).stages["all"].first == 0
        cast.a_confirmed_diagnosis(sent_intake, clinician, chart_of(sent_intake).differential.causes[0].slug)
        assert tally_of(practice).stages["all"].first == 1
        cast.a_confirmed_diagnosis(
            sent_intake, clinician, "", name="", basis="", confirmed_on=None, note="Wrong.", is_withdrawn=True
        )
        assert tally_of(practice).stages == {}

    def test_one_that_the_catalogue_lacks_counts_as_missed(self, practice, clinician, sent_intake):
        cast.a_confirmed_diagnosis(sent_intake, clinician, "other")

        found = tally_of(practice)

        assert found.outside == 1
        assert (found.stages["all"].total, found.stages["all"].first) == (1, 0)
        assert found.stages["all"].outcomes[0][0] > 0

    def test_one_that_cannot_be_ranked_is_said(self, signed_in, practice, clinician, sent_intake):
        cast.a_confirmed_diagnosis(sent_intake, clinician)
        Intake.objects.filter(pk=sent_intake.pk).update(setting="moon")

        assert tally_of(practice).unranked == 1
        assert "1 cannot be ranked at this release" in text_of(signed_in(clinician).get(URL))

    def test_a_patient_counts_once(self, practice, clinician):
        patient = cast.a_patient(practice, "Arthur Lang")
        for cause in ("wilson-disease", "als"):
            cast.a_confirmed_diagnosis(cast.a_sent_intake(practice, patient=patient), clinician, cause)

        assert tally_of(practice).stages["all"].total == 1

    def test_as_it_was_when_signed(self, practice, clinician, sent_intake):
        page = cast.a_snapshot(sent_intake, clinician)
        cast.a_signed_assessment(sent_intake, clinician, snapshot=page)
        cast.a_confirmed_diagnosis(sent_intake, clinician)
        first = json.loads(page)["causes"][0]
        Cause.objects.filter(slug="als").update(summary="Changed.")
        Release.objects.publish()
        cast.add_findings(sent_intake, clinician, {"conduction-block": True})

        signed = tally_of(practice).signed

        assert signed is not None
        assert signed.outcomes == ((first["posterior"], first["slug"] == "als"),)
        assert (signed.dangerous, signed.in_sight) == (1, 1)

    def test_what_was_signed_after_the_confirmation_does_not_count(self, practice, clinician, sent_intake):
        cast.a_confirmed_diagnosis(sent_intake, clinician)
        cast.a_signed_assessment(sent_intake, clinician, snapshot=cast.a_snapshot(sent_intake, clinician))

        assert tally_of(practice).signed is None


class TestOwnLists:
    def test_agreement_and_who_was_right(self, signed_in, clinician, practice, sent_intake, release):
        common = {"user": clinician, "release": release, "engine_version": "test"}
        OwnList.objects.create(
            intake=sent_intake,
            causes=[{"cause": "kennedy-disease", "name": "Kennedy"}, {"cause": "als", "name": "ALS"}],
            first_cause="kennedy-disease",
            ranked=["als", "kennedy-disease", "wilson-disease"],
            is_first_agreed=False,
            overlap=2,
            **common,
        )
        OwnList.objects.create(intake=cast.a_sent_intake(practice), skipped="hurry", **common)
        cast.a_confirmed_diagnosis(sent_intake, clinician, "kennedy-disease")

        tally = tallies.of_own_lists(practice)
        text = text_of(signed_in(clinician).get(URL))

        assert (tally.written, tally.same_first, tally.overlap, tally.causes) == (1, 0, 2, 2)
        assert (tally.confirmed, tally.own_right, tally.ranking_right) == (1, 1, 0)
        assert "There is no time now: 1" in text
        assert "0 of 1" in text


class TestPicture:
    def test_dots_and_whiskers_lie_in_the_frame(self):
        outcomes = tuple((number / 40, number % 3 > 0) for number in range(40))

        for point in picture("all", "All", outcomes, 5).points:
            assert 44 <= float(point.x) <= 308
            assert 8 <= float(point.high) <= float(point.y) <= float(point.low) <= 272

    def test_it_is_said_in_words_too(self):
        found = picture("all", "All findings", ((0.75, True),) * 3 + ((0.75, False),), 4)

        assert found.label == "All findings: stated 75%, right in 3 of 4"
        assert (found.points[0].x, found.points[0].y) == ("242.0", "74.0")

    def test_the_error_has_its_number_of_patients_and_what_chance_would_do(self):
        found = picture("all", "All findings", ((0.75, True),) * 20 + ((0.75, False),) * 20, 4)

        assert found.error == "25.0% in 40 patients"
        low, high = (float(part.strip("%")) for part in found.chance.split(" to "))
        assert 0 <= low < 5 < high < 15


class TestMean:
    @pytest.mark.parametrize(
        ("values", "shown", "interval"),
        [([2] * 10 + [4] * 10, "3.0", "2.6 to 3.4"), ([2] * 10 + [4] * 9, "", ""), ([], "", "")],
    )
    def test_a_figure(self, values, shown, interval):
        found = mean(values, 20)
        assert (found.value, found.interval) == (shown, interval)


PANEL = (accuracy.files.PUBLISHED, accuracy.files.FURTHER)
