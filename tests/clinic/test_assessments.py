from __future__ import annotations

import datetime
import json
import re
import uuid

import pytest
from django.urls import reverse

from causes.models import Cause, Release
from causes.models.publishing import withdraw
from clinic import access
from clinic.chart import chart_of
from clinic.models import AccessRecord, Assessment
from clinic.snapshot import signed_page
from intake.models import Intake
from tests import cast

pytestmark = pytest.mark.django_db


def form_data(intake, **changes):
    data = {
        "key": str(uuid.uuid4()),
        "inputs": chart_of(intake).inputs,
        "conclusion": "als",
        "certainty": "probable",
        "review_on": "2030-01-31",
        "reasons": "Refer today.\nEMG next week.",
        "is_seen": "on",
    }
    return {name: value for name, value in (data | changes).items() if value is not None}


def sign(client, intake, **changes):
    return client.post(reverse("sign", args=[intake.key]), form_data(intake, **changes))


class TestSign:
    def test_it_works(self, signed_in, clinician, sent_intake, release):
        cast.add_findings(sent_intake, clinician)

        response = sign(signed_in(clinician), sent_intake)

        assessment = Assessment.objects.get()
        assert response.url == reverse("assessment", args=[assessment.key])
        assert (assessment.conclusion, assessment.signed_by, assessment.release) == ("als", clinician, release)
        assert assessment.review_on == datetime.date(2030, 1, 31)
        document = json.loads(assessment.snapshot)
        assert document["sha256"] == release.sha256
        assert document["evidence"]["rigidity"] is False
        assert document["conclusion"] == "Amyotrophic lateral sclerosis"

    def test_anonymous_is_sent_to_the_login(self, client, sent_intake):
        assert sign(client, sent_intake).url.startswith(reverse("login"))
        assert not Assessment.objects.exists()

    def test_reception_may_not(self, signed_in, receptionist, sent_intake):
        assert sign(signed_in(receptionist), sent_intake).status_code == 403

    @pytest.mark.parametrize(
        "changes",
        [
            {"is_seen": None},
            {"conclusion": ""},
            {"conclusion": "no-such"},
            {"certainty": "sure"},
            {"review_on": "tomorrow"},
            {"review_on": "2020-01-01"},
            {"key": "x"},
            {"inputs": None},
        ],
    )
    def test_bad_input(self, signed_in, clinician, sent_intake, changes):
        response = sign(signed_in(clinician), sent_intake, **changes)

        assert response.status_code == 422
        assert "EMG next week." in response.content.decode()
        assert not Assessment.objects.exists()

    def test_a_resend_signs_once(self, signed_in, clinician, sent_intake):
        data = form_data(sent_intake)
        client = signed_in(clinician)

        first = client.post(reverse("sign", args=[sent_intake.key]), data)
        cast.add_findings(sent_intake, clinician, {"babinski": True})
        second = client.post(reverse("sign", args=[sent_intake.key]), data)

        assert first.url == second.url
        assert Assessment.objects.count() == 1

    def test_the_key_of_another_intake_is_refused(self, signed_in, clinician, practice, sent_intake):
        client, other = signed_in(clinician), cast.a_sent_intake(practice, cast.ET_ANSWERS)
        key = str(uuid.uuid4())
        sign(client, other, key=key)

        assert sign(client, sent_intake, key=key).status_code == 400
        assert not sent_intake.assessments.exists()

    def test_what_was_not_on_the_screen_is_not_signed(self, signed_in, clinician, colleague, sent_intake):
        data = form_data(sent_intake)
        cast.add_findings(sent_intake, colleague, {"babinski": True})

        response = signed_in(clinician).post(reverse("sign", args=[sent_intake.key]), data)

        text = response.content.decode()
        assert response.status_code == 422
        assert "has changed since you opened this page" in text
        assert not re.search(r'name="is_seen" required checked', text)
        assert chart_of(sent_intake).inputs in text

    def test_a_context_changed_while_it_waited_is_not_signed_unseen(
        self, signed_in, clinician, sent_intake, monkeypatch
    ):
        """The change comes after the intake was read and before it is locked."""
        data, record = form_data(sent_intake), access.record_look

        def change_and_record(*args, **kwargs):
            Intake.objects.filter(pk=sent_intake.pk).update(setting="neurology-clinic")
            record(*args, **kwargs)

        monkeypatch.setattr(access, "record_look", change_and_record)
        response = signed_in(clinician).post(reverse("sign", args=[sent_intake.key]), data)

        assert response.status_code == 422
        assert "has changed since you opened this page" in response.content.decode()
        assert not Assessment.objects.exists()

    def test_without_a_ranking_nothing_is_signed(self, signed_in, clinician, sent_intake):
        Intake.objects.filter(pk=sent_intake.pk).update(setting="moon")
        sent_intake.refresh_from_db()

        response = sign(signed_in(clinician), sent_intake)

        assert response.status_code == 422
        assert "The ranking cannot be shown" in response.content.decode()
        assert not Assessment.objects.exists()

    def test_answers_of_somebody_else_are_checked_first(self, signed_in, clinician, practice):
        patient = cast.a_patient(practice, "Invited Person", birth_date=datetime.date(1980, 1, 1))
        intake = cast.a_sent_intake(practice, patient=patient)
        client = signed_in(clinician)

        refused = sign(client, intake)
        assert refused.status_code == 422
        assert "Confirm that you have checked whose answers these are." in refused.content.decode()

        response = client.get(sign(client, intake, is_person_checked="on").url)
        text = response.content.decode()
        assert "given as “Arthur Lang”, born 2 March 1959" in text
        assert "having checked whose answers these are" in text
        assert "born 1 January 1980" in json.loads(Assessment.objects.get().snapshot)["other_person"]

    def test_none_of_these(self, signed_in, clinician, sent_intake):
        sign(signed_in(clinician), sent_intake, conclusion="other")

        assert json.loads(Assessment.objects.get().snapshot)["conclusion"] == "None of these"

    def test_it_can_be_assessed_again(self, signed_in, clinician, sent_intake):
        client = signed_in(clinician)
        sign(client, sent_intake)
        sign(client, sent_intake, certainty="confirmed")

        text = client.get(reverse("differential", args=[sent_intake.key])).content.decode()

        assert Assessment.objects.count() == 2
        assert text.count("Signed by Diana Clarke") == 2

    def test_the_same_chart_gives_the_same_bytes(self, signed_in, clinician, sent_intake):
        client = signed_in(clinician)
        sign(client, sent_intake)
        sign(client, sent_intake)

        assert Assessment.objects.values("sha256").distinct().count() == 1


class TestShow:
    @pytest.fixture
    def assessment(self, client, clinician, sent_intake):
        cast.add_findings(sent_intake, clinician)
        client.force_login(clinician)
        sign(client, sent_intake)
        client.logout()
        return Assessment.objects.get()

    def url(self, assessment):
        return reverse("assessment", args=[assessment.key])

    def test_it_works(self, signed_in, colleague, assessment):
        response = signed_in(colleague).get(self.url(assessment))

        text = response.content.decode()
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        for part in ("Arthur Lang", "Signed by Diana Clarke", "Refer today.", "31 January 2030", "Probable"):
            assert part in text
        assert assessment.release.sha256 in text

    def test_anonymous_is_sent_to_the_login(self, client, assessment):
        assert client.get(self.url(assessment)).url.startswith(reverse("login"))

    def test_reception_is_refused_on_record(self, signed_in, receptionist, assessment):
        assert signed_in(receptionist).get(self.url(assessment)).status_code == 403
        assert AccessRecord.objects.filter(user=receptionist, intake=assessment.intake, was_allowed=False).exists()

    def test_outsider_gets_404_and_is_recorded(self, signed_in, outsider, assessment):
        assert signed_in(outsider).get(self.url(assessment)).status_code == 404
        assert AccessRecord.objects.filter(user=outsider, intake=assessment.intake, was_allowed=False).exists()

    def test_unknown_is_404(self, signed_in, clinician):
        assert signed_in(clinician).get(reverse("assessment", args=[uuid.uuid4()])).status_code == 404

    def test_later_edits_of_the_catalogue_do_not_change_it(self, signed_in, clinician, colleague, assessment):
        client = signed_in(colleague)
        before = client.get(self.url(assessment)).content
        Cause.objects.filter(slug="als").update(name="Renamed", summary="Renamed.")
        Release.objects.publish()
        cast.add_findings(assessment.intake, clinician, {"babinski": True})

        after = client.get(self.url(assessment)).content

        assert Release.objects.current().number == 2
        assert strip_tokens(after) == strip_tokens(before)

    def test_signed_under_a_withdrawn_release(self, signed_in, colleague, editor, approver, assessment):
        """The signature stays as it is, and every page of it says so with the reason."""
        client = signed_in(colleague)
        assert "withdrawn" not in client.get(self.url(assessment)).content.decode()
        cast.a_release(editor, approver)
        withdraw(assessment.release, approver, "A cohort was misread.")

        pages = [
            client.get(self.url(assessment)),
            client.get(reverse("patient_sheet", args=[assessment.key])),
            client.get(reverse("patient", args=[assessment.intake.patient.key])),
        ]

        for page in pages:
            text = page.content.decode()
            assert "Signed under release 1 of the catalogue, which was withdrawn on" in text
            assert "A cohort was misread." in text

    def test_an_altered_snapshot_is_never_shown(self, assessment):
        assessment.snapshot = json.dumps(json.loads(assessment.snapshot) | {"conclusion": "Forged"})

        with pytest.raises(ValueError, match="was altered"):
            signed_page(assessment)

    def test_queries(self, signed_in, colleague, assessment, django_assert_num_queries):
        client = signed_in(colleague)
        client.get(self.url(assessment))

        # Session, user, membership, assessment with its intake and signer, access record, confirmed diagnosis.
        with django_assert_num_queries(6):
            client.get(self.url(assessment))


def strip_tokens(content):
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", content)
