from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from clinic.models import Membership
from intake.models import Intake
from tests import cast

pytestmark = pytest.mark.django_db
OPEN, WELCOME, CLEAR = "/waiting-room/", "/intake/waiting-room/", "/intake/waiting-room/clear/"
EMPTIED = {"own-words": ""}


@pytest.fixture
def tablet(client, receptionist) -> Client:
    client.force_login(receptionist)
    client.post(OPEN)
    return client


@pytest.fixture
def answering(tablet) -> Intake:
    """A patient has answered everything, and has not sent it."""
    tablet.post(WELCOME)
    Intake.objects.update(answers={**cast.ALS_ANSWERS, **EMPTIED})
    return Intake.objects.get()


def pages(intake: Intake) -> list[str]:
    return [f"/intake/{intake.token}/{tail}" for tail in ("", "you/", "check/", "code/", "sent/", "answers/")]


class TestOpen:
    def test_works(self, client, signed_in, receptionist, practice):
        assert signed_in(receptionist).get(OPEN).status_code == 200
        response = client.post(OPEN, follow=True)
        assert response.redirect_chain == [(WELCOME, 302)]
        assert f"Welcome to {practice.name}" in response.content.decode()
        assert 'value="es"' in response.content.decode()

    def test_the_member_is_signed_out(self, tablet):
        assert tablet.get("/").status_code == 302
        assert "_auth_user_id" not in tablet.session
        assert tablet.get("/patients/").url == "/login/?next=/patients/"

    def test_the_session_of_the_member_is_gone(self, client, receptionist):
        client.force_login(receptionist)
        before = client.cookies["sessionid"].value
        client.post(OPEN)
        assert client.cookies["sessionid"].value != before
        thief = Client()
        thief.cookies["sessionid"] = before
        assert thief.get("/").status_code == 302

    def test_anonymous_logs_in_first(self, client):
        assert client.post(OPEN).url == "/login/?next=/waiting-room/"
        assert client.get(WELCOME).status_code == 403

    def test_an_editor_has_no_waiting_room(self, signed_in, editor):
        assert signed_in(editor).post(OPEN).status_code == 404

    def test_looking_opens_nothing(self, signed_in, clinician):
        client = signed_in(clinician)
        client.get(OPEN)
        assert client.get("/").status_code == 200
        assert client.get(WELCOME).status_code == 403


class TestStart:
    def test_works(self, tablet, practice, receptionist, release):
        response = tablet.post(WELCOME)
        intake = Intake.objects.get()
        assert response.url == f"/intake/{intake.token}/"
        assert (intake.practice, intake.release, intake.entered_by) == (practice, release, receptionist)
        assert intake.is_waiting_room
        assert intake.respondent == Intake.Respondent.PATIENT

    def test_a_carer(self, tablet):
        tablet.post(WELCOME, {"respondent": "carer", "respondent_name": "Tom Quill"})
        intake = Intake.objects.get()
        assert (intake.respondent, intake.respondent_name) == ("carer", "Tom Quill")

    def test_bad_input(self, tablet):
        response = tablet.post(WELCOME, {"respondent": "carer"}, follow=True)
        assert "Write your name." in response.content.decode()
        assert not Intake.objects.exists()

    def test_the_language_is_chosen_there(self, tablet):
        response = tablet.post("/intake/language/", {"language": "es", "next": WELCOME}, follow=True)
        assert '<html lang="es"' in response.content.decode()
        tablet.post(WELCOME)
        assert Intake.objects.get().language == "es"

    def test_closed_once_who_opened_it_has_left(self, tablet):
        User.objects.update(is_active=False)
        assert tablet.get(WELCOME).status_code == 403
        assert tablet.post(WELCOME).status_code == 403
        assert not Intake.objects.exists()

    def test_closed_once_who_opened_it_works_elsewhere(self, tablet, other_practice):
        Membership.objects.update(practice=other_practice)
        assert tablet.post(WELCOME).status_code == 403

    def test_not_while_a_member_is_signed_in(self, tablet, clinician):
        tablet.force_login(clinician)
        assert tablet.post(WELCOME).status_code == 403
        assert not Intake.objects.exists()


class TestClear:
    def test_works(self, tablet, answering):
        key = tablet.session.session_key
        assert tablet.get(pages(answering)[2]).status_code == 200
        assert tablet.post(CLEAR).url == WELCOME
        assert tablet.session.session_key != key
        assert [tablet.get(page, follow=True).status_code for page in pages(answering)] == [410] * 6

    @pytest.mark.parametrize("way", ["the address", "a time that ran out", "back"])
    def test_whoever_comes_to_the_welcome_page_finds_it_cleared(self, tablet, answering, way):
        tablet.get(WELCOME)
        assert [tablet.get(page, follow=True).status_code for page in pages(answering)] == [410] * 6

    def test_after_sending(self, tablet, answering):
        answering.send()
        response = tablet.get(f"/intake/{answering.token}/sent/")
        content = response.content.decode()
        assert answering.reference in content
        assert "See a doctor this week, or sooner" in content
        assert "Finish and clear" in content
        assert f'<noscript><meta http-equiv="refresh" content="120;url={CLEAR}"></noscript>' in content
        tablet.post(CLEAR)
        response = tablet.get(f"/intake/{answering.token}/sent/")
        assert response.status_code == 410
        assert answering.reference not in response.content.decode()

    def test_nothing_of_the_patient_is_in_a_cache(self, tablet, answering):
        for page in [*pages(answering)[:4], WELCOME, CLEAR]:
            assert "no-store" in tablet.get(page, follow=True)["Cache-Control"]

    def test_the_next_patient_starts_afresh(self, tablet, answering):
        tablet.post(CLEAR)
        tablet.post(WELCOME)
        fresh = Intake.objects.exclude(pk=answering.pk).get()
        assert fresh.answers == {}
        assert fresh.token != answering.token

    def test_another_browser_cannot_open_it(self, answering):
        stranger = Client()
        assert [stranger.get(page, follow=True).status_code for page in pages(answering)] == [410] * 6
        assert stranger.post(f"/intake/{answering.token}/send/").status_code == 410
        answering.refresh_from_db()
        assert not answering.is_sent

    def test_is_asked_first_and_tells_the_code(self, tablet, answering):
        content = tablet.get(CLEAR).content.decode()
        assert "Clear this screen?" in content
        assert answering.code in content
        assert tablet.get(pages(answering)[2]).status_code == 200

    def test_with_nothing_to_clear(self, tablet):
        assert tablet.get(CLEAR).url == WELCOME

    def test_without_a_screen(self, client, db):
        assert client.post(CLEAR).url == WELCOME

    def test_a_draft_in_which_nothing_was_written_is_not_kept(self, tablet):
        tablet.post(WELCOME)
        tablet.post(CLEAR)
        assert not Intake.objects.exists()

    def test_the_patient_goes_on_at_home(self, tablet, practice, answering):
        tablet.post(CLEAR)
        home = Client()
        posted = {"typed_code": answering.code, "day": "2", "month": "3", "year": "1959"}
        response = home.post(f"/intake/p/{practice.token}/find/", posted, follow=True)
        assert response.status_code == 200
        assert response.redirect_chain[0][0] == f"/intake/{answering.token}/"
        assert "data-waiting-room" not in response.content.decode()


class TestPersonalLink:
    @pytest.fixture
    def link(self, practice, clinician) -> str:
        return f"/intake/i/{cast.an_invitation(cast.a_patient(practice), clinician).token}/"

    def test_is_cleared_too(self, tablet, link, receptionist):
        tablet.post(link)
        intake = Intake.objects.get()
        assert (intake.is_waiting_room, intake.entered_by) == (True, receptionist)
        assert tablet.get(f"/intake/{intake.token}/you/").status_code == 200
        Intake.objects.update(answers={"name": "Ada Quill"})
        tablet.post(CLEAR)
        assert tablet.get(f"/intake/{intake.token}/you/").status_code == 410

    def test_does_not_open_the_answers_again_on_the_screen(self, tablet, link):
        tablet.post(link)
        Intake.objects.update(answers={"name": "Ada Quill"})
        tablet.post(CLEAR)
        assert tablet.post(link, follow=True).status_code == 410

    def test_goes_on_at_home(self, tablet, link):
        tablet.post(link)
        Intake.objects.update(answers={"name": "Ada Quill"})
        tablet.post(CLEAR)
        assert Client().post(link, follow=True).status_code == 200

    def test_begun_at_home(self, tablet, link):
        Client().post(link)
        Intake.objects.update(answers={"name": "Ada Quill"})
        assert tablet.post(link, follow=True).status_code == 200
        tablet.post(CLEAR)
        assert tablet.post(link, follow=True).status_code == 410

    def test_the_link_of_the_practice(self, tablet, practice):
        tablet.post(f"/intake/p/{practice.token}/")
        intake = Intake.objects.get()
        Intake.objects.update(answers={"name": "Ada Quill"})
        tablet.post(CLEAR)
        assert tablet.get(f"/intake/{intake.token}/you/").status_code == 410


class TestTime:
    def test_every_page_knows_when_it_clears_itself(self, tablet, answering, practice):
        for page in [*pages(answering)[1:3], CLEAR, WELCOME]:
            assert f'data-waiting-room="{practice.waiting_room_seconds}"' in tablet.get(page).content.decode()

    def test_without_scripts_a_page_to_read_leads_to_the_question_whether_to_clear(self, tablet, answering, practice):
        refresh = f'<noscript><meta http-equiv="refresh" content="{practice.waiting_room_seconds};url='
        for page in ("check", "code"):
            assert f'{refresh}{CLEAR}"' in tablet.get(f"/intake/{answering.token}/{page}/").content.decode()
        asks = tablet.get(CLEAR).content.decode()
        assert f'{refresh}{WELCOME}"' in asks
        assert f"clears itself in {practice.waiting_room_seconds} seconds" in asks

    def test_a_page_to_write_on_is_never_taken_away_without_scripts(self, tablet, answering):
        assert "http-equiv" not in tablet.get(f"/intake/{answering.token}/you/").content.decode()

    def test_a_patient_at_home_has_no_limit(self, client, practice, draft_intake):
        content = client.get(f"/intake/{draft_intake.token}/check/").content.decode()
        assert "data-waiting-room" not in content
        assert "http-equiv" not in content
        assert "waiting_room.js" not in content
