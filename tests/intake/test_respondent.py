from __future__ import annotations

import pytest
from django.urls import reverse

from clinic import words
from intake.models import Intake
from tests import cast

SAID = ("Answered with help", "Answered for the patient by Tom Quill", "Entered by Rose Field, staff")
pytestmark = pytest.mark.django_db


@pytest.fixture
def link(practice) -> str:
    return f"/intake/p/{practice.token}/"


@pytest.fixture
def personal(practice, clinician) -> str:
    return f"/intake/i/{cast.an_invitation(cast.a_patient(practice), clinician).token}/"


@pytest.mark.parametrize(
    ("posted", "respondent", "name"),
    [
        ({}, "patient", ""),
        ({"respondent": "patient"}, "patient", ""),
        ({"respondent": "patient", "respondent_name": "Tom Quill"}, "patient", ""),
        ({"respondent": "helped"}, "helped", ""),
        ({"respondent": "carer", "respondent_name": " Tom Quill "}, "carer", "Tom Quill"),
    ],
)
@pytest.mark.parametrize("way", ["link", "personal"])
def test_works(client, request, way, posted, respondent, name):
    client.post(request.getfixturevalue(way), posted)
    intake = Intake.objects.get()
    assert (intake.respondent, intake.respondent_name, intake.entered_by) == (respondent, name, None)


@pytest.mark.parametrize(("respondent", "is_reminded"), [("patient", False), ("helped", False), ("carer", True)])
def test_who_answers_for_another_is_told_on_each_page_who_is_meant(client, link, respondent, is_reminded):
    client.post(link, {"respondent": respondent, "respondent_name": "Tom Quill"})
    page = client.get(reverse("intake_topic", args=[Intake.objects.get().token, "you"]))
    content = page.content.decode()
    assert ("means the patient on these pages" in content) is is_reminded
    for text in ("the patient’s full name?", "the patient’s date of birth?", "The patient’s sex", "not about you"):
        assert (text in content) is is_reminded
    assert ('autocomplete="name"' in content) is not is_reminded


def test_is_asked(client, link):
    content = client.get(link).content.decode()
    assert "Who is filling this in?" in content
    assert 'value="staff"' not in content


@pytest.mark.parametrize(
    ("posted", "field"),
    [
        ({"respondent": "carer"}, "respondent_name"),
        ({"respondent": "carer", "respondent_name": "  "}, "respondent_name"),
        ({"respondent": "carer", "respondent_name": "x" * 201}, "respondent_name"),
        ({"respondent": "staff"}, "respondent"),
        ({"respondent": "nobody"}, "respondent"),
    ],
)
@pytest.mark.parametrize("way", ["link", "personal"])
def test_bad_input(client, request, way, posted, field):
    url = request.getfixturevalue(way)
    assert client.post(url, posted)["Location"] == url, "an answer that Back would have to post again"
    response = client.get(url)
    assert list(response.context["respondent"].errors) == [field]
    assert "There is a problem" in response.content.decode()
    assert not Intake.objects.exists()


def test_staff_are_not_asked_and_recorded(client, link, receptionist):
    client.force_login(receptionist)
    assert "Who is filling this in?" not in client.get(link).content.decode()
    client.post(link, {"respondent": "patient"})
    intake = Intake.objects.get()
    assert (intake.respondent, intake.entered_by) == ("staff", receptionist)


def test_going_on_asks_and_changes_nothing(client, personal):
    client.post(personal, {"respondent": "helped"})
    assert "Who is filling this in?" not in client.get(personal).content.decode()
    client.post(personal, {"respondent": "patient"})
    assert Intake.objects.get().respondent == "helped"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ""),
        ({"respondent": "helped"}, "Answered with help"),
        ({"respondent": "carer", "respondent_name": "Tom Quill"}, "Answered for the patient by Tom Quill"),
        ({"respondent": "staff"}, "Entered by Rose Field, staff"),
    ],
)
def test_the_clinician_reads_who_it_was(signed_in, clinician, receptionist, practice, fields, expected):
    intake = cast.a_sent_intake(practice, entered_by=receptionist, **fields)
    assert words.respondent(intake) == expected
    client = signed_in(clinician)
    for address in ("/", f"/intakes/{intake.key}/"):
        content = client.get(address).content.decode()
        assert [text for text in SAID if text in content] == ([expected] if expected else [])
