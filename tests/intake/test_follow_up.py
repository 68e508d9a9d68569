from __future__ import annotations

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from intake.follow_up import to_confirm
from intake.models import CodeAttempt, Intake
from intake.topics import MEDICINES, PROFILE
from tests.cast import ALS_ANSWERS, a_draft, a_patient, a_sent_intake, an_invitation
from tests.intake.posting import address
from tests.intake.test_keeping import Tab

BORN = {"day": "2", "month": "3", "year": "1959"}
STILL_RIGHT = "still right?"
PAGES = {"you": "Arthur Lang", "medicines": "Simvastatin"}


@pytest.fixture
def patient(practice):
    return a_patient(practice, "Arthur Lang")


@pytest.fixture
def last(practice, patient):
    return a_sent_intake(practice, ALS_ANSWERS, patient=patient, waiting=datetime.timedelta(days=90))


@pytest.fixture
def draft(client, last, patient, clinician):
    """As it is after “Start” on the page of a second personal link."""
    return begun(client, an_invitation(patient, clinician))


@pytest.fixture
def known(client, draft):
    """The same, once the date of birth was given."""
    client.post(address(draft, "again"), BORN)
    return draft


def begun(client, invitation) -> Intake:
    client.post(f"/intake/i/{invitation.token}/", {"respondent": "patient"})
    return Intake.objects.get(invitation=invitation)


def opened(client, intake, page) -> Tab:
    """The page as a browser holds it, with what is chosen in its lists."""
    tab, content = Tab(client, intake, page), client.get(address(intake, page)).content.decode()
    for name, options in re.findall(r'<select[^>]* name="([\w-]+)">(.*?)</select>', content):
        tab.data[name] = re.findall('value="([^"]*)" selected', options)
    tab.data["suggested"] = re.findall('name="suggested" value="([^"]*)"', content)
    return tab


def saved(intake: Intake) -> Intake:
    intake.refresh_from_db()
    return intake


def shows(client, intake, page) -> bool:
    content = client.get(address(intake, page)).content.decode()
    assert (STILL_RIGHT in content) == (PAGES[page] in content)
    return STILL_RIGHT in content


class TestAgain:
    def test_works(self, client, patient, last, clinician):
        invitation = an_invitation(patient, clinician)
        response = client.post(f"/intake/i/{invitation.token}/", {"respondent": "patient"})
        draft = Intake.objects.get(invitation=invitation)
        assert response["Location"] == address(draft, "again")
        assert client.post(address(draft, "again"), BORN)["Location"] == address(draft)

    def test_names_nobody(self, client, draft):
        content = client.get(address(draft, "again")).content.decode()
        assert not [said for said in ("Arthur", "Lang<", "1959", "Simvastatin") if said in content]

    @pytest.mark.parametrize(
        ("born", "problem"),
        [
            ({**BORN, "year": "1958"}, "another date of birth"),
            ({**BORN, "day": "31", "month": "2"}, "There is no such day"),
            ({}, "Enter the date of birth"),
        ],
    )
    def test_bad_input(self, client, draft, born, problem):
        response = client.post(address(draft, "again"), born)
        assert response["Location"] == address(draft, "again"), "an answer that Back would have to post again"
        assert problem in client.get(address(draft, "again")).content.decode()
        assert not shows(client, draft, "you")

    @pytest.mark.parametrize(("respondent", "who"), [("patient", "You have"), ("carer", "The patient has")])
    def test_speaks_of_whoever_is_meant(self, client, draft, respondent, who):
        Intake.objects.update(respondent=respondent)
        assert f"<h1>{who} answered before</h1>" in client.get(address(draft, "again")).content.decode()

    def test_tries_are_counted(self, client, draft, settings):
        settings.CODE_TRIES_BY_ORIGIN = 2
        for _try in range(2):
            client.post(address(draft, "again"), {**BORN, "year": "1958"})
        response = client.post(address(draft, "again"), BORN, follow=True)
        assert response.status_code == 429
        assert int(response["Retry-After"]) > 0
        assert not shows(client, draft, "you")
        assert CodeAttempt.objects.count() == 2

    def test_the_first_time_there_is_nothing_to_confirm(self, client, patient, clinician):
        draft = begun(client, an_invitation(patient, clinician))
        assert client.get(address(draft, "again"))["Location"] == address(draft)

    def test_a_stranger_finds_nothing(self, client, db):
        assert client.get("/intake/nobody/again/").status_code == 404


class TestWhatIsShown:
    @pytest.mark.parametrize("page", PAGES)
    def test_works(self, client, known, page):
        assert shows(client, known, page)

    def test_says_when_it_was_said(self, client, known, last):
        day = f"{timezone.localtime(last.sent_at):%B %Y}"
        assert f"{day}: still right?" in client.get(address(known, "you")).content.decode()

    def test_symptoms_start_empty(self, client, known):
        for page in ("what-you-notice", "strength", "where"):
            assert not re.search('value="[^"]*" checked', client.get(address(known, page)).content.decode())
        assert ALS_ANSWERS["own-words"] not in client.get(address(known, "your-words")).content.decode()

    def test_that_nothing_was_taken_must_be_said_anew(self):
        assert to_confirm({"name": "Ada", "no-medicines": True, "medicines": []}) == {"name": "Ada"}

    def test_a_start_that_was_recent_then_is_not_known_now(self):
        rows = [{"drug": "lithium", "name": "Lithium", "since": since} for since in ("recent", "earlier", "")]
        assert [row["since"] for row in to_confirm({"medicines": rows})["medicines"]] == ["", "earlier", ""]

    def test_what_was_stopped_then_is_not_there_to_confirm(self):
        rows = [{"drug": "lithium", "name": "Lithium", "since": "stopped"}]
        assert to_confirm({"name": "Ada", "medicines": rows}) == {"name": "Ada"}

    @pytest.mark.parametrize("page", PAGES)
    def test_not_before_the_date_of_birth_is_known(self, client, draft, page):
        assert not shows(client, draft, page)

    @pytest.mark.parametrize("page", PAGES)
    def test_not_on_another_device(self, client, known, page):
        client.cookies.clear()
        assert not shows(client, known, page)


class TestNeverAnotherPersons:
    """Each of these could show one person's name to another."""

    def test_not_in_a_draft_of_the_practices_link(self, client, known, practice):
        other = a_draft(practice, {"weakness": "no"})
        assert client.get(address(other, "again"))["Location"] == address(other)
        assert not shows(client, other, "you")

    def test_not_without_a_personal_link_even_of_the_same_patient(self, client, known, practice, patient):
        other = a_draft(practice, {"weakness": "no"}, patient=patient)
        assert client.get(address(other, "again"))["Location"] == address(other)

    def test_not_in_the_waiting_room(self, client, known):
        Intake.objects.filter(pk=known.pk).update(is_waiting_room=True)
        session = client.session
        session["waiting_room_intake"] = str(known.key)
        session.save()
        assert not shows(client, known, "you")

    def test_not_on_the_waiting_rooms_screen(self, client, known, practice):
        session = client.session
        session["waiting_room"] = {"practice": practice.pk, "opened_by": 1, "seconds": 120}
        session.save()
        assert not shows(client, known, "you")

    def test_not_to_staff(self, client, known, clinician):
        client.force_login(clinician)
        assert not shows(client, known, "you")

    def test_not_another_patients(self, client, known, practice, clinician):
        invitation = an_invitation(a_patient(practice, "Bea Stone", birth_date=datetime.date(1959, 3, 2)), clinician)
        other = begun(client, invitation)
        assert client.get(address(other, "again"))["Location"] == address(other)
        assert not shows(client, other, "you")

    def test_not_of_another_practice(self, client, draft, other_practice, last):
        Intake.objects.filter(pk=last.pk).update(practice=other_practice)
        assert client.post(address(draft, "again"), BORN)["Location"] == address(draft)
        assert not shows(client, draft, "you")

    def test_not_what_somebody_else_sent_with_the_patients_link(self, client, draft, patient):
        patient.birth_date = datetime.date(1960, 1, 1)
        patient.save()
        client.post(address(draft, "again"), BORN)
        assert not shows(client, draft, "you")


class TestConfirm:
    @pytest.mark.parametrize(("page", "item"), [("you", PROFILE), ("medicines", MEDICINES)])
    def test_nothing_counts_until_continue(self, client, known, page, item):
        tab = opened(client, known, page)
        assert saved(known).answers == {}
        assert tab.data["suggested"] == [item]
        tab.keep()
        assert (saved(known).answers, known.typed) == ({}, {})
        tab.go_on()
        expected = to_confirm(ALS_ANSWERS)
        kept = saved(known).answers
        assert {key: kept[key] for key in kept if key in expected} == {
            key: expected[key] for key in expected if (key == "medicines") == (page == "medicines")
        }

    def test_a_change_is_kept_at_once_but_is_no_answer_yet(self, client, known):
        tab = opened(client, known, "medicines")
        tab.keep(medicine_1="Lithium")
        assert saved(known).answers == {}
        content = client.get(address(known, "medicines")).content.decode()
        assert 'value="Lithium"' in content
        assert 'value="Simvastatin"' not in content
        assert STILL_RIGHT in content

        again = opened(client, known, "medicines")
        again.go_on()
        assert [row["name"] for row in saved(known).answers["medicines"]] == ["Lithium", "Aspirin"]

    def test_another_question_of_the_page_does_not_confirm_it(self, client, known, catalogue):
        other = next(item for item in catalogue.findings if item.section == "medicines" and item.control == "question")
        tab = opened(client, known, "medicines")
        tab.keep(**{other.slug: "no"})
        assert "medicines" not in saved(known).answers

    def test_a_page_left_open_does_not_undo_what_was_said_since(self, client, known):
        old = opened(client, known, "medicines")
        known.save_answers({"medicines": [{"drug": "", "name": "Ramipril", "since": ""}], "no-medicines": False})
        old.go_on()
        assert [row["name"] for row in saved(known).answers["medicines"]] == ["Ramipril"]

    def test_it_cannot_be_sent_unconfirmed(self, client, known):
        response = client.post(reverse("intake_send", args=[known.token]))
        assert response["Location"] == address(known, "check")
        assert not saved(known).is_sent
        assert "Arthur Lang" not in client.get(address(known, "check")).content.decode()
