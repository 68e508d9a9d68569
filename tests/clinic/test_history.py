from __future__ import annotations

import datetime
import hashlib
import re
import uuid
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from causes.catalogue import BACKGROUND, to_json
from causes.models import Release
from causes.models.publishing import withdraw
from clinic.chart import chart_of
from clinic.history import SHOWN, changes_since, history
from clinic.history.steps import steps_of
from clinic.models import AccessRecord, ClinicianFinding, ContextChange, OwnList, SheetOverrule
from clinic.own_lists import BlindChart
from intake.models import Intake
from tests import cast

pytestmark = pytest.mark.django_db
LONG_AGO = datetime.timedelta(days=3)


def url(intake, name="differential"):
    return reverse(name, args=[intake.key])


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def intake(practice):
    return cast.a_sent_intake(practice, waiting=LONG_AGO)


def publish_with(cause, finding, probability):
    """A release in which one figure is another one."""
    catalogue = Release.objects.current().catalogue()
    old = catalogue.cell[cause, finding, ""]
    rows = tuple(replace(row, probability=probability) if row is old else row for row in catalogue.likelihoods)
    changed = replace(catalogue, likelihoods=rows)
    number, document = Release.objects.count() + 1, to_json(changed)
    sha256 = hashlib.sha256(document.encode()).hexdigest()
    Release.objects.create(number=number, document=document, sha256=sha256, notes="Counted again.")


class TestSteps:
    def test_from_the_sending_to_now(self, intake, clinician, colleague, signed_in, release):
        cast.add_findings(intake, clinician, {"babinski": True})
        signed_in(colleague).post(
            url(intake, "change_context"), {"setting": "neurology-clinic", "presentation": "fasciculation"}
        )
        publish_with("als", "weakness", 0.5)
        intake.refresh_from_db()

        steps = steps_of(chart_of(intake))

        assert [step.reason for step in steps] == ["patient", "clinician", "clinician", "catalogue"]
        assert [step.setting for step in steps] == ["primary-care", "primary-care", *["neurology-clinic"] * 2]
        assert [step.release.number for step in steps] == [1, 1, 1, 2]
        assert ["babinski" in step.values for step in steps] == [False, True, True, True]

    def test_the_last_one_is_the_page_itself(self, intake, clinician):
        cast.add_findings(intake, clinician)
        publish_with("als", "weakness", 0.5)
        chart = chart_of(intake)

        last = steps_of(chart)[-1]

        assert list(last.ranked) == [cause.slug for cause in chart.differential.causes]
        assert list(last.ranked.values()) == pytest.approx([cause.posterior for cause in chart.differential.causes])

    def test_many_releases_make_two_steps(self, intake):
        for probability in (0.5, 0.6, 0.7):
            publish_with("als", "weakness", probability)

        steps = steps_of(chart_of(intake))

        assert [[release.number for release in step.releases] for step in steps] == [[], [2, 3], [4]]

    def test_what_was_entered_under_a_release_in_between_is_ranked_by_it(self, intake, clinician):
        publish_with("als", "weakness", 0.5)
        publish_with("als", "weakness", 0.6)
        cast.add_findings(intake, clinician, {"babinski": True})
        for probability in (0.7, 0.8, 0.9):
            publish_with("als", "weakness", probability)

        steps = steps_of(chart_of(intake))

        assert [[release.number for release in step.releases] for step in steps] == [[], [2, 3], [], [4, 5], [6]]
        assert [step.release.number for step in steps] == [1, 3, 3, 5, 6]

    def test_every_release_is_named(self, intake, clinician):
        for probability in (0.5, 0.6, 0.7):
            publish_with("als", "weakness", probability)

        _sent, line, _newest = history(chart_of(intake), clinician)

        assert line.what == tuple(f"Release {number} of the catalogue: Counted again." for number in (2, 3))

    def test_a_change_to_the_same_setting_is_none(self, intake, clinician, signed_in):
        data = {"setting": intake.setting, "presentation": intake.presentation}
        signed_in(clinician).post(url(intake, "change_context"), data)

        assert not ContextChange.objects.exists()

    @pytest.mark.parametrize(
        "change", ["UPDATE clinic_contextchange SET setting = 'x'", "DELETE FROM clinic_contextchange"]
    )
    def test_a_change_of_setting_stays(self, intake, clinician, signed_in, change):
        data = {"setting": "neurology-clinic", "presentation": "any"}
        signed_in(clinician).post(url(intake, "change_context"), data)

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


class TestLines:
    def test_findings_name_who_what_and_the_effect(self, intake, clinician, colleague):
        cast.add_findings(intake, clinician, {"tinel-phalen": True, "weakness": False})

        _sent, line = history(chart_of(intake), colleague)

        assert (line.reason, line.who) == ("Clinician", "Diana Clarke")
        assert line.what == (
            "Positive Tinel or Phalen test: present",
            "Muscle weakness: no (corrected; the patient said yes)",
        )
        assert re.match(r"First cause (now|unchanged: )", line.effect)
        assert len(line.first) == 3

    def test_what_one_did_oneself_is_called_so(self, intake, clinician):
        cast.add_findings(intake, clinician, {"babinski": True})

        assert history(chart_of(intake), clinician)[-1].who == "you"

    def test_a_finding_taken_back(self, intake, clinician):
        cast.add_findings(intake, clinician, {"babinski": True})
        ClinicianFinding.objects.create(
            intake=intake, finding="babinski", value=None, entered_by=clinician, entered_at=timezone.now()
        )

        lines = history(chart_of(intake), clinician)

        assert lines[-1].what == ("Babinski sign: taken back",)
        assert lines[-1].first == lines[0].first

    def test_a_release_names_the_causes_that_moved_and_the_figures_behind(self, intake, clinician):
        before = chart_of(intake).differential.cause("als").posterior
        publish_with("als", "weakness", 0.05)

        line = history(chart_of(intake), clinician)[-1]

        assert (line.reason, line.what) == ("Catalogue", ("Release 2 of the catalogue: Counted again.",))
        assert chart_of(intake).differential.cause("als").posterior < before
        assert any(
            why.startswith("Amyotrophic lateral sclerosis")
            and re.search(r"muscle weakness in it \d+% \(.\) → 5% \(.\)", why)
            for why in line.why
        ), line.why

    def test_a_changed_background_is_told_apart(self, intake, clinician):
        publish_with(BACKGROUND, "weakness", 0.9)

        line = history(chart_of(intake), clinician)[-1]

        assert any("muscle weakness in others" in why for why in line.why), line.why

    def test_a_release_that_touches_nothing_here_gives_no_reason(self, intake, clinician):
        publish_with("wilson-disease", "kayser-fleischer", 0.3)

        assert history(chart_of(intake), clinician)[-1].why == ()

    def test_what_cannot_be_ranked_says_so(self, intake, clinician, signed_in):
        Intake.objects.filter(pk=intake.pk).update(setting="moon")
        data = {"setting": "primary-care", "presentation": "any"}
        signed_in(clinician).post(url(intake, "change_context"), data)
        intake.refresh_from_db()

        _sent, line = history(chart_of(intake), clinician)

        assert line.effect == "It could not be ranked before."
        assert line.what[0] == "Setting: Primary care (was moon)"


class TestRecords:
    """What never changes the ranking, and belongs into its history all the same."""

    @pytest.fixture
    def said(self, intake, clinician):
        """What the history says of the newest step, and who did it, for a colleague who reads it."""

        def last(reader):
            line = history(chart_of(Intake.objects.get(pk=intake.pk)), reader)[-1]
            assert (line.reason, line.effect, line.first) == ("Clinician", "", ())
            return line.who, " | ".join(line.what)

        return last

    def test_a_confirmed_diagnosis_its_correction_and_its_withdrawal(self, intake, clinician, colleague, said):
        cast.a_confirmed_diagnosis(intake, clinician, note="EMG of three regions.", is_known_before=True)
        who, text = said(colleague)
        assert who == "Diana Clarke"
        assert text.startswith("Diagnosis confirmed: Amyotrophic lateral sclerosis (A specialist’s diagnosis, ")
        assert "; known before the answers were sent)" in text
        assert "EMG of three regions." in text

        cast.a_confirmed_diagnosis(intake, colleague, "kennedy-disease")
        who, text = said(colleague)
        assert who == "you"
        assert text.startswith("Confirmed diagnosis corrected: Kennedy disease")
        assert text.endswith("before Amyotrophic lateral sclerosis")

        blank = {"name": "", "basis": "", "confirmed_on": None, "is_withdrawn": True}
        cast.a_confirmed_diagnosis(intake, clinician, "", note="Another patient’s.", **blank)
        assert said(colleague)[1].startswith("Confirmed diagnosis withdrawn: Kennedy disease")
        assert "reason: Another patient’s." in said(colleague)[1]

    def test_one_after_a_withdrawal_corrects_none(self, intake, clinician, colleague, said):
        blank = {"name": "", "basis": "", "confirmed_on": None, "is_withdrawn": True}
        cast.a_confirmed_diagnosis(intake, clinician)
        cast.a_confirmed_diagnosis(intake, clinician, "", note="Wrong.", **blank)
        cast.a_confirmed_diagnosis(intake, clinician, "kennedy-disease")

        assert said(colleague)[1].startswith("Diagnosis confirmed: Kennedy disease")

    def test_an_own_list_and_a_skipped_one(self, intake, clinician, colleague, release, said):
        common = {"intake": intake, "release": release, "engine_version": "test"}
        OwnList.objects.create(user=clinician, skipped="hurry", **common)
        assert said(colleague) == ("Diana Clarke", "Own list skipped: there is no time now")

        causes = [{"cause": "als", "name": "ALS"}, {"cause": "other", "name": "Myokymia"}]
        OwnList.objects.create(
            user=colleague, causes=causes, first_cause="als", is_first_agreed=True, overlap=1, **common
        )
        assert said(clinician)[1].startswith("Own list: ALS, Myokymia. The ranking had 1 of them")

    def test_who_is_to_write_a_list_is_told_no_other(self, intake, clinician, colleague, release):
        OwnList.objects.create(intake=intake, user=clinician, skipped="hurry", release=release, engine_version="test")
        chart = chart_of(intake)
        blind = BlindChart(chart.intake, chart.release, chart.catalogue, chart.record)

        assert [line.reason for line in history(blind, colleague)] == ["Patient"]

    def test_a_signature_and_an_overruled_sheet(self, intake, clinician, colleague, said):
        assessment = cast.a_signed_assessment(intake, clinician)
        assert said(colleague) == ("Diana Clarke", "Signed off: als (probable)")

        SheetOverrule.objects.create(
            key=uuid.uuid4(),
            assessment=assessment,
            obstacles=["too little is known"],
            marks=["little-known:"],
            reason="EMG normal.",
            entered_by=clinician,
        )
        assert "Not met: too little is known. Reason: EMG normal." in said(colleague)[1]

    def test_what_the_patient_said_is_confirmed_or_corrected(self, intake, clinician):
        cast.add_findings(intake, clinician, {"weakness": True, "dysphagia": False, "dysarthria": "unsure"})

        assert [text.split(": ")[1] for text in history(chart_of(intake), clinician)[-1].what] == [
            "yes (confirmed; the patient said so)",
            "no (corrected; the patient said yes)",
            "not known (corrected; the patient said yes)",
        ]

    def test_they_do_not_change_what_comes_after(self, intake, clinician):
        cast.a_confirmed_diagnosis(intake, clinician)
        cast.add_findings(intake, clinician, {"babinski": True})

        sent, _confirmed, line = history(chart_of(intake), clinician)

        assert line.effect.startswith("First cause")
        assert line.first != sent.first

    def test_since_the_last_look(self, signed_in, clinician, colleague, intake):
        client = signed_in(clinician)
        client.get(url(intake))
        cast.a_confirmed_diagnosis(intake, colleague)

        changes = client.get(url(intake)).context["changes"]

        assert [line.what[0][:19] for line in changes.lines] == ["Diagnosis confirmed"]
        assert changes.before == ()


class TestSinceTheLastLook:
    def test_at_a_first_look_since_it_was_sent(self, signed_in, clinician, colleague, intake):
        cast.add_findings(intake, colleague, {"babinski": True})

        text = text_of(signed_in(clinician).get(url(intake)))

        assert "Since it was sent (" in text
        assert "Babinski sign: present <span" in text
        assert "Carl Olsen, today" in text

    def test_afterwards_only_what_is_new(self, signed_in, clinician, colleague, intake):
        client = signed_in(clinician)
        cast.add_findings(intake, colleague, {"babinski": True})
        client.get(url(intake))
        cast.add_findings(intake, colleague, {"hoffmann": True})

        changes = client.get(url(intake)).context["changes"]

        assert [line.what for line in changes.lines] == [("Hoffmann sign: present",)]
        *_earlier, before, after = history(chart_of(intake), clinician)
        assert (changes.before, changes.after) == (before.first, after.first)
        assert "Since you last looked" in changes.title

    def test_nothing_new_is_said_briefly(self, signed_in, clinician, intake):
        client = signed_in(clinician)
        client.get(url(intake))
        response = client.get(url(intake))

        assert response.context["changes"].lines == ()
        assert "nothing changed" in text_of(response)

    def test_what_is_entered_on_the_page_is_told_on_the_page(self, signed_in, clinician, intake):
        client = signed_in(clinician)
        client.get(url(intake))
        response = client.post(url(intake, "enter_finding"), {"babinski": "present"}, headers={"HX-Request": "true"})

        assert response.context["changes"].spoken.startswith("Babinski sign: present (you, today")

    def test_a_new_release_is_a_change(self, signed_in, clinician, intake):
        client = signed_in(clinician)
        client.get(url(intake))
        publish_with("als", "weakness", 0.05)

        (line,) = client.get(url(intake)).context["changes"].lines

        assert line.reason == "Catalogue"
        assert line.why

    def test_a_colleagues_look_and_a_refused_one_do_not_count(self, signed_in, clinician, colleague, outsider, intake):
        for user in (colleague, outsider):
            signed_in(user).get(url(intake))

        assert "Since it was sent" in signed_in(clinician).get(url(intake)).context["changes"].title

    def test_many_steps_are_shown_in_part(self, intake, clinician):
        for number, slug in enumerate(("babinski", "hoffmann", "rigidity", "spasticity", "atrophy", "sensory-loss")):
            ClinicianFinding.objects.create(
                intake=intake,
                finding=slug,
                value=True,
                entered_by=clinician,
                entered_at=timezone.now() + datetime.timedelta(seconds=number),
            )

        changes = changes_since(chart_of(intake), clinician, None)

        assert len(changes.lines) == SHOWN
        assert changes.lines[0].what == ("Sensory loss on examination: present",)
        assert changes.earlier == "and 2 earlier changes"

    def test_many_findings_at_once_are_named_in_part(self, intake, clinician):
        signs = ("babinski", "hoffmann", "rigidity", "spasticity", "atrophy", "sensory-loss")
        cast.add_findings(intake, clinician, dict.fromkeys(signs, True))

        (line,) = changes_since(chart_of(intake), clinician, None).lines

        assert line.what[-1] == "2 more findings"


class TestPage:
    def test_it_works(self, signed_in, clinician, intake):
        cast.add_findings(intake, clinician)

        response = signed_in(clinician).get(url(intake, "history"))

        assert response.status_code == 200
        for part in ("asked from release 1", "First causes then", "Clinician"):
            assert part in text_of(response)

    def test_anonymous_is_sent_to_the_login(self, client, intake):
        assert client.get(url(intake, "history")).url.startswith(reverse("login"))

    def test_outsider_gets_404_on_record(self, signed_in, outsider, intake):
        assert signed_in(outsider).get(url(intake, "history")).status_code == 404
        assert AccessRecord.objects.get().was_allowed is False

    @pytest.mark.parametrize("steps", [1, 6])
    def test_queries(self, signed_in, clinician, colleague, intake, django_assert_num_queries, steps):
        for number in range(steps):
            ClinicianFinding.objects.create(
                intake=intake,
                finding="babinski",
                value=bool(number % 2),
                entered_by=colleague,
                entered_at=timezone.now() + datetime.timedelta(seconds=number),
            )
        client = signed_in(clinician)
        client.get(url(intake, "history"))

        # Session, user, intake, membership, access record, release, findings; changes of setting, own lists, confirmed
        # diagnoses, assessments, all releases.
        with django_assert_num_queries(12):
            client.get(url(intake, "history"))


class TestWithdrawnRelease:
    """A release that came and went left its mark on whoever was ranked by it, and the ranking is the older one's."""

    def test_works(self, intake, clinician, approver, release):
        publish_with("als", "weakness", 0.5)
        second = Release.objects.current()
        withdraw(second, approver, "A cohort was misread.")

        chart = chart_of(intake)
        steps = steps_of(chart)
        lines = history(chart, clinician)

        assert chart.release == release
        assert [step.release.number for step in steps] == [1, 2, 1]
        assert steps[-1].ranked == steps[0].ranked
        assert lines[-1].what == (
            "Release 2 of the catalogue withdrawn: A cohort was misread. Release 1 is used again.",
        )

    def test_asked_from_it(self, practice, clinician, approver, release):
        publish_with("als", "weakness", 0.5)
        intake = cast.a_sent_intake(practice)
        withdraw(Release.objects.current(), approver, "Misread.")

        steps = steps_of(chart_of(intake))

        assert [step.release.number for step in steps] == [2, 1]

    def test_what_came_and_went_before_it_began_is_left_out(self, practice, approver):
        publish_with("als", "weakness", 0.5)
        withdraw(Release.objects.current(), approver, "Misread.")
        intake = cast.a_sent_intake(practice)
        publish_with("als", "weakness", 0.6)

        assert [step.release.number for step in steps_of(chart_of(intake))] == [1, 3]

    def test_a_signature_under_it_says_so(self, signed_in, intake, clinician, approver):
        publish_with("als", "weakness", 0.5)
        cast.a_signed_assessment(intake, clinician)
        second = Release.objects.current()

        page = text_of(signed_in(clinician).get(url(intake, "history")))
        assert "Signed under release 2" not in page
        withdraw(second, approver, "A cohort was misread.")
        page = text_of(signed_in(clinician).get(url(intake, "history")))

        assert "Signed under release 2 of the catalogue, which was withdrawn on" in page
