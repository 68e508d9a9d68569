from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from intake.models import Intake
from tests.cast import ALS_ANSWERS, a_draft, a_patient, a_practice, an_invitation


class TestPracticeLink:
    @pytest.fixture
    def url(self, practice):
        return f"/intake/p/{practice.token}/"

    def test_works(self, client, practice, url):
        response = client.get(url)

        assert response.status_code == 200
        assert practice.name in response.content.decode()
        assert f'href="tel:{practice.emergency_phone}"' in response.content.decode()

    def test_looking_starts_nothing(self, client, url):
        client.get(url)
        assert not Intake.objects.exists()

    def test_starting_shows_the_code_and_leads_to_the_first_topic(self, client, practice, release, url):
        response = client.post(url, follow=True)

        (intake,) = Intake.objects.all()
        assert (intake.practice, intake.release, intake.setting) == (practice, release, practice.setting)
        assert intake.code in response.content.decode()
        assert f'action="/intake/{intake.token}/"' in response.content.decode()
        assert client.get(f"/intake/{intake.token}/")["Location"] == f"/intake/{intake.token}/you/"

    def test_says_how_long_unsent_answers_are_kept(self, client, practice, url):
        practice.draft_days = 12
        practice.save()
        assert "deleted 12 days after your last change" in client.get(url).content.decode()

    def test_bad_token(self, client, url, db):
        assert client.get("/intake/p/nobody/").status_code == 404
        assert client.post("/intake/p/nobody/").status_code == 404

    def test_nothing_is_stored_or_indexed(self, client, url):
        response = client.get(url)
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "same-origin"
        assert '<meta name="robots" content="noindex">' in response.content.decode()


class TestInvitation:
    @pytest.fixture
    def invitation(self, practice, clinician):
        return an_invitation(a_patient(practice), clinician)

    @pytest.fixture
    def url(self, invitation):
        return f"/intake/i/{invitation.token}/"

    def test_works(self, client, url, invitation):
        assert client.get(url).status_code == 200
        client.post(url)

        (intake,) = Intake.objects.all()
        assert (intake.invitation, intake.patient) == (invitation, invitation.patient)

    def test_names_nobody(self, client, url, invitation):
        assert invitation.patient.name not in client.get(url).content.decode()

    def test_opening_it_again_continues_the_same_draft(self, client, url):
        first = client.post(url)
        second = client.post(url)
        assert first["Location"] == second["Location"]
        assert Intake.objects.count() == 1
        assert "Continue where you stopped" in client.get(url).content.decode()

    def test_staff_cannot_continue_what_the_patient_began(self, client, url, clinician):
        client.post(url)
        Intake.objects.update(answers={"name": "Ada"})
        client.force_login(clinician)
        for response in (client.get(url), client.post(url)):
            assert response.status_code == 403
            assert "Only the patient can continue" in response.content.decode()

    def test_expired(self, client, url, invitation):
        invitation.expires_at = timezone.now() - datetime.timedelta(minutes=1)
        invitation.save()
        assert client.get(url).status_code == 410
        response = client.post(url)
        assert "This link has expired" in response.content.decode()
        assert not Intake.objects.exists()

    def test_revoked(self, client, url, invitation):
        token = client.post(url)["Location"].split("/")[2]
        invitation.revoked_at = timezone.now()
        invitation.save()
        assert "This link was withdrawn" in client.get(url).content.decode()
        assert client.get(f"/intake/{token}/you/").status_code == 410
        assert client.post(f"/intake/{token}/you/", {"name": "Eve"}).status_code == 410

    def test_already_used(self, client, url, invitation, practice):
        a_draft(practice, ALS_ANSWERS, invitation=invitation, patient=invitation.patient).send()
        for response in (client.get(url), client.post(url)):
            assert response.status_code == 410
            assert "already been sent" in response.content.decode()
        assert Intake.objects.count() == 1

    def test_bad_token(self, client, db):
        assert client.get("/intake/i/nobody/").status_code == 404

    def test_the_number_of_a_practice_is_its_own(self, client, url, practice):
        a_practice("Another practice", phone="01632 960 999")
        practice.phone = "01632 960 555"
        practice.save()
        assert "01632 960 999" not in client.get(url).content.decode()
