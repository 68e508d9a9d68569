from __future__ import annotations

import datetime
import re

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from clinic.invitation_file import MOST_BYTES
from clinic.invitations import own_invitations
from intake.models import Invitation, Patient
from tests import cast

pytestmark = pytest.mark.django_db
MANY, CONFIRM = "/invitations/many/", "/invitations/many/confirm/"
LINES = "Ada Quill; 1959-03-02; ada@example.org; es\nEdith Moss; 1967-06-20"


def a_file(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", text.encode(), content_type="text/csv")


def sealed_rows(response) -> str:
    return response.context["rows"]


@pytest.fixture
def read_in(signed_in, receptionist):
    """What the page of confirmation is posted with."""

    def post(lines: str = LINES, **fields: str) -> dict[str, str]:
        response = signed_in(receptionist).post(MANY, {"lines": lines})
        assert response.status_code == 200
        return {"rows": sealed_rows(response), "days": "14", **fields}

    return post


class TestAsk:
    def test_works(self, signed_in, receptionist):
        response = signed_in(receptionist).post(MANY, {"file": a_file(f"name;date of birth;e-mail;language\n{LINES}")})
        content = response.content.decode()
        assert response.status_code == 200
        assert "Make 2 links" in content
        assert [row.name for row in response.context["preview"].rows] == ["Ada Quill", "Edith Moss"]
        assert "2 March 1959" in content

    def test_nothing_is_made_or_sent_before_it_is_confirmed(self, read_in):
        read_in()
        assert not Patient.objects.exists()
        assert not Invitation.objects.exists()
        assert not mail.outbox

    def test_form(self, signed_in, clinician):
        assert signed_in(clinician).get(MANY).status_code == 200

    def test_anonymous_logs_in_first(self, client):
        assert client.post(MANY, {"lines": LINES}).url == "/login/?next=/invitations/many/"

    def test_a_bad_list_is_refused_whole_with_every_problem(self, signed_in, clinician):
        response = signed_in(clinician).post(
            MANY, {"file": a_file("name,date of birth\nAda,soon\nEdith,1967-06-20\n,")}
        )
        assert response.status_code == 422
        assert [problem[:5] for problem in response.context["problems"]] == ["Row 2"]
        assert "soon" in response.content.decode()

    @pytest.mark.parametrize(
        ("fields", "where", "code"),
        [
            ({}, "__all__", "one"),
            ({"lines": LINES, "file": a_file("name")}, "__all__", "one"),
            ({"file": a_file("x" * (MOST_BYTES + 1))}, "file", "size"),
        ],
    )
    def test_bad_input(self, signed_in, clinician, fields, where, code):
        response = signed_in(clinician).post(MANY, fields)
        assert response.status_code == 422
        assert [error.code for error in response.context["form"].errors.as_data()[where]] == [code]

    def test_what_a_cell_holds_is_escaped(self, signed_in, clinician):
        content = signed_in(clinician).post(MANY, {"lines": "<script>x</script>; 1959-03-02"}).content.decode()
        assert "<script>x" not in content

    @pytest.mark.parametrize("count", [1, 60])
    def test_queries(self, signed_in, clinician, django_assert_num_queries, count):
        client = signed_in(clinician)
        lines = "\n".join(f"Copy {number}; 1959-03-02" for number in range(count))
        with django_assert_num_queries(4):
            client.post(MANY, {"lines": lines})


class TestConfirm:
    def test_works(self, client, practice, receptionist, read_in):
        response = client.post(CONFIRM, read_in(send="on"), follow=True)
        assert "2 links were made." in response.content.decode()
        assert "1 e-mail was sent." in response.content.decode()
        edith, ada = own_invitations(practice).order_by("-patient__name")
        assert (ada.patient.name, ada.email, ada.language) == ("Ada Quill", "ada@example.org", "es")
        assert (edith.patient.birth_date, edith.email) == (datetime.date(1967, 6, 20), "")
        assert ada.created_by == receptionist
        assert ada.emailed_at is not None
        assert edith.emailed_at is None
        assert [message.to for message in mail.outbox] == [["ada@example.org"]]

    def test_without_sending(self, client, practice, read_in):
        client.post(CONFIRM, read_in())
        assert own_invitations(practice).filter(emailed_at=None).count() == 2
        assert not mail.outbox

    def test_twice_makes_and_sends_nothing_more(self, client, read_in):
        posted = read_in(send="on")
        client.post(CONFIRM, posted)
        response = client.post(CONFIRM, posted, follow=True)
        assert "No link was made" in response.content.decode()
        assert Invitation.objects.count() == 2
        assert len(mail.outbox) == 1

    def test_someone_twice_in_the_list_gets_one_link(self, client, read_in):
        client.post(CONFIRM, read_in("Ada Quill;1959-03-02\nADA QUILL;02/03/1959"))
        assert Invitation.objects.count() == 1

    def test_someone_with_an_open_link_gets_no_second(self, client, practice, clinician, read_in):
        cast.an_invitation(cast.a_patient(practice), clinician)
        client.post(CONFIRM, read_in())
        assert [item.patient.name for item in Invitation.objects.order_by("created_at")] == ["Ada Quill", "Edith Moss"]

    @pytest.mark.parametrize("change", [{"days": -1}, {"days": 14, "revoked_at": timezone.now()}])
    def test_a_link_that_no_longer_works_does_not_count(self, client, practice, clinician, read_in, change):
        patient = cast.a_patient(practice)
        cast.an_invitation(patient, clinician, **change)
        client.post(CONFIRM, read_in())
        assert patient.invitations.count() == 2
        assert Patient.objects.count() == 2

    def test_a_list_of_another_practice_is_refused(self, client, outsider, read_in):
        posted = read_in()
        client.force_login(outsider)
        assert "read it in again" in client.post(CONFIRM, posted, follow=True).content.decode()
        assert not Invitation.objects.exists()

    def test_a_list_that_was_altered_or_is_too_old_is_refused(self, client, read_in, monkeypatch):
        posted = read_in()
        client.post(CONFIRM, posted | {"rows": re.sub("^.", "x", posted["rows"])})
        monkeypatch.setattr("clinic.inviting.CONFIRM_WITHIN", datetime.timedelta(seconds=-1))
        client.post(CONFIRM, posted)
        assert not Invitation.objects.exists()

    def test_bad_days(self, client, read_in):
        response = client.post(CONFIRM, read_in(days="90"))
        assert response.status_code == 422
        assert not Invitation.objects.exists()

    def test_anonymous_logs_in_first(self, client):
        assert client.post(CONFIRM, {}).url == "/login/?next=/invitations/many/confirm/"

    def test_get_changes_nothing(self, signed_in, clinician):
        assert signed_in(clinician).get(CONFIRM).status_code == 405


class TestNotes:
    def test_what_will_happen_is_said(self, signed_in, clinician, practice):
        cast.an_invitation(cast.a_patient(practice), clinician)
        cast.a_patient(practice, "Edith Moss", birth_date=datetime.date(1967, 6, 20))
        lines = f"{LINES}\nNew One;1980-01-01\nNew One;1980-01-01"
        preview = signed_in(clinician).post(MANY, {"lines": lines}).context["preview"]
        assert [(row.note.split(",")[0], row.is_skipped) for row in preview.rows] == [
            ("Has a link that still works", True),
            ("Registered already.", False),
            ("New patient.", False),
            ("The same patient as in row 3: no second link.", True),
        ]
        assert preview.button == "Make 2 links"
