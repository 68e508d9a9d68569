from __future__ import annotations

import datetime

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from clinic.invitations import LinkState, link_of, state_of
from clinic.qr import svg
from intake.models import Invitation, Patient
from tests import cast

pytestmark = pytest.mark.django_db
LIST, NEW = "/invitations/", "/invitations/new/"
FILLED = {"name": "Ada Quill", "birth_date": "1959-03-02", "days": "14"}


@pytest.fixture
def invitation(practice, clinician) -> Invitation:
    return cast.an_invitation(cast.a_patient(practice), clinician)


def url(invitation: Invitation, name: str = "invitation") -> str:
    return reverse(name, args=[invitation.pk])


class TestCreate:
    def test_works(self, signed_in, receptionist, practice):
        response = signed_in(receptionist).post(NEW, FILLED, follow=True)
        invitation = Invitation.objects.get()
        assert (invitation.patient.name, invitation.patient.practice) == ("Ada Quill", practice)
        assert invitation.patient.birth_date == datetime.date(1959, 3, 2)
        assert invitation.created_by == receptionist
        assert invitation.expires_at - timezone.now() == pytest.approx(
            datetime.timedelta(days=14), abs=datetime.timedelta(minutes=1)
        )
        assert f"http://testserver/intake/i/{invitation.token}/" in response.content.decode()

    def test_form(self, signed_in, clinician):
        response = signed_in(clinician).get(NEW)
        assert response.status_code == 200
        assert 'value="14"' in response.content.decode()
        assert not Invitation.objects.exists()

    def test_anonymous_logs_in_first(self, client):
        assert client.post(NEW, FILLED).url == "/login/?next=/invitations/new/"
        assert not Patient.objects.exists()

    def test_someone_registered_is_not_registered_twice(self, signed_in, clinician, practice, other_practice):
        known = cast.a_patient(practice, "ada quill")
        cast.a_patient(other_practice, "Ada Quill")
        signed_in(clinician).post(NEW, FILLED)
        assert Invitation.objects.get().patient == known

    def test_for_a_registered_patient(self, signed_in, clinician, practice):
        patient = cast.a_patient(practice)
        address = f"{NEW}?patient={patient.key}"
        assert "name" not in signed_in(clinician).get(address).context["form"].fields
        signed_in(clinician).post(address, {"days": "3"})
        assert Invitation.objects.get().patient == patient
        assert Patient.objects.count() == 1

    def test_for_a_patient_of_another_practice(self, signed_in, outsider, practice):
        address = f"{NEW}?patient={cast.a_patient(practice).key}"
        assert signed_in(outsider).get(address).status_code == 404
        assert signed_in(outsider).post(address, {"days": "3"}).status_code == 404
        assert not Invitation.objects.exists()

    def test_for_a_key_that_is_none(self, signed_in, clinician):
        assert signed_in(clinician).get(f"{NEW}?patient=17").status_code == 404

    @pytest.mark.parametrize(
        ("change", "field", "code"),
        [
            ({"name": " "}, "name", "required"),
            ({"birth_date": ""}, "birth_date", "required"),
            ({"birth_date": "soon"}, "birth_date", "invalid"),
            ({"birth_date": "2999-01-01"}, "birth_date", "future"),
            ({"birth_date": "1059-03-02"}, "birth_date", "past"),
            ({"days": "0"}, "days", "min_value"),
            ({"days": "61"}, "days", "max_value"),
            ({"days": "x"}, "days", "invalid"),
        ],
    )
    def test_bad_input(self, signed_in, clinician, change, field, code):
        response = signed_in(clinician).post(NEW, FILLED | change)
        assert response.status_code == 422
        assert [error.code for error in response.context["form"].errors.as_data()[field]] == [code]
        assert not Patient.objects.exists()


class TestShow:
    def test_works(self, signed_in, clinician, invitation):
        response = signed_in(clinician).get(url(invitation))
        assert f"http://testserver/intake/i/{invitation.token}/" in response.content.decode()
        assert "no-store" in response["Cache-Control"]

    def test_the_link_opens_the_intake(self, client, invitation):
        assert client.get(reverse("intake_invitation", args=[invitation.token])).status_code in (200, 302)

    def test_anonymous_logs_in_first(self, client, invitation):
        assert client.get(url(invitation)).url == f"/login/?next={url(invitation)}"

    def test_outsider_404(self, signed_in, outsider, invitation):
        assert signed_in(outsider).get(url(invitation)).status_code == 404

    def test_unknown_number(self, signed_in, clinician):
        assert signed_in(clinician).get(reverse("invitation", args=[4711])).status_code == 404

    @pytest.mark.parametrize("change", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now()}])
    def test_a_link_that_no_longer_works_is_not_shown(self, signed_in, clinician, invitation, change):
        Invitation.objects.filter(pk=invitation.pk).update(**change)
        content = signed_in(clinician).get(url(invitation)).content.decode()
        assert invitation.token not in content
        assert "Revoke the link" not in content

    def test_a_link_that_the_patient_has_used_is_not_shown(self, signed_in, clinician, practice, invitation):
        cast.a_draft(practice, invitation=invitation, patient=invitation.patient)
        content = signed_in(clinician).get(url(invitation)).content.decode()
        assert invitation.token not in content
        assert "The patient has begun to answer" in content
        assert "Revoke the link" in content


class TestRevoke:
    def test_works(self, signed_in, receptionist, invitation):
        response = signed_in(receptionist).post(url(invitation, "revoke_invitation"), follow=True)
        assert "The link no longer works." in response.content.decode()
        assert state_of(Invitation.objects.get()) == LinkState.REVOKED

    def test_twice_keeps_the_first_time(self, signed_in, clinician, invitation):
        client = signed_in(clinician)
        client.post(url(invitation, "revoke_invitation"))
        first = Invitation.objects.get().revoked_at
        client.post(url(invitation, "revoke_invitation"))
        assert Invitation.objects.get().revoked_at == first

    def test_anonymous_logs_in_first(self, client, invitation):
        client.post(url(invitation, "revoke_invitation"))
        assert Invitation.objects.get().revoked_at is None

    def test_outsider_404(self, signed_in, outsider, invitation):
        assert signed_in(outsider).post(url(invitation, "revoke_invitation")).status_code == 404
        assert Invitation.objects.get().revoked_at is None

    def test_get_changes_nothing(self, signed_in, clinician, invitation):
        assert signed_in(clinician).get(url(invitation, "revoke_invitation")).status_code == 405
        assert Invitation.objects.get().revoked_at is None


class TestList:
    def test_works(self, signed_in, clinician, invitation):
        response = signed_in(clinician).get(LIST)
        assert [(row.patient, row.state_name) for row in response.context["rows"]] == [("Ada Quill", "Open")]
        assert invitation.token not in response.content.decode()

    def test_anonymous_logs_in_first(self, client):
        assert client.get(LIST).url == "/login/?next=/invitations/"

    def test_outsider_sees_only_her_own(self, signed_in, outsider, invitation):
        response = signed_in(outsider).get(LIST)
        assert response.context["rows"] == []
        assert "No personal links yet" in response.content.decode()

    def test_bad_page(self, signed_in, clinician):
        assert signed_in(clinician).get(LIST, {"page": "x"}).status_code == 400

    @pytest.mark.parametrize("count", [1, 30])
    def test_queries(self, signed_in, clinician, practice, django_assert_num_queries, count):
        for number in range(count):
            cast.an_invitation(cast.a_patient(practice, f"Copy {number:02d}"), clinician)
        client = signed_in(clinician)
        with django_assert_num_queries(7):
            response = client.get(LIST)
        assert len(response.context["rows"]) == min(count, 25)


class TestState:
    @pytest.mark.parametrize(
        ("days", "is_revoked", "intake", "expected"),
        [
            (1, False, None, LinkState.OPEN),
            (1, False, "draft", LinkState.STARTED),
            (1, False, "sent", LinkState.SENT),
            (1, True, None, LinkState.REVOKED),
            (1, True, "draft", LinkState.REVOKED),
            (1, True, "sent", LinkState.SENT),
            (-1, False, None, LinkState.EXPIRED),
            (-1, False, "draft", LinkState.STARTED),
            (-1, True, None, LinkState.REVOKED),
        ],
    )
    def test_state(self, practice, clinician, days, is_revoked, intake, expected):
        revoked_at = timezone.now() if is_revoked else None
        patient = cast.a_patient(practice)
        invitation = cast.an_invitation(patient, clinician, days=days, revoked_at=revoked_at)
        if intake:
            make = cast.a_draft if intake == "draft" else cast.a_sent_intake
            make(practice, patient=patient, invitation=invitation)
        assert state_of(Invitation.objects.get()) == expected


class TestFilter:
    @pytest.fixture
    def all_states(self, practice, clinician):
        """One invitation of each state, by its name."""
        patient = cast.a_patient(practice)
        made = {
            "open": cast.an_invitation(patient, clinician, email="ada@example.org"),
            "started": cast.an_invitation(patient, clinician, days=-1),
            "sent": cast.an_invitation(patient, clinician, revoked_at=timezone.now()),
            "expired": cast.an_invitation(patient, clinician, days=-1, email="ada@example.org"),
            "revoked": cast.an_invitation(patient, clinician, revoked_at=timezone.now(), email="ada@example.org"),
        }
        cast.a_draft(practice, patient=patient, invitation=made["started"])
        cast.a_sent_intake(practice, patient=patient, invitation=made["sent"])
        return {state: invitation.pk for state, invitation in made.items()}

    @pytest.mark.parametrize("state", LinkState)
    def test_works(self, signed_in, clinician, all_states, state):
        rows = signed_in(clinician).get(LIST, {"state": state}).context["rows"]
        assert [row.number for row in rows] == [all_states[state]]
        assert [row.state_name for row in rows] == [state.label]

    def test_not_emailed(self, signed_in, clinician, all_states):
        rows = signed_in(clinician).get(LIST, {"state": "undelivered"}).context["rows"]
        assert [row.number for row in rows] == [all_states["open"]]

    def test_pages_keep_it(self, signed_in, clinician, practice):
        for number in range(26):
            cast.an_invitation(cast.a_patient(practice, f"Copy {number:02d}"), clinician)
        response = signed_in(clinician).get(LIST, {"state": "open"})
        assert len(response.context["rows"]) == 25
        assert 'href="?state=open&amp;page=2"' in response.content.decode()

    def test_bad_state(self, signed_in, clinician):
        assert signed_in(clinician).get(LIST, {"state": "x"}).status_code == 400

    def test_nothing_matches(self, signed_in, clinician):
        assert "Nothing matches" in signed_in(clinician).get(LIST, {"state": "sent"}).content.decode()


class TestCreateWithEmail:
    def test_works(self, signed_in, receptionist):
        posted = FILLED | {"email": "ada@example.org", "language": "es"}
        content = signed_in(receptionist).post(NEW, posted, follow=True).content.decode()
        invitation = Invitation.objects.get()
        assert (invitation.email, invitation.language) == ("ada@example.org", "es")
        assert invitation.emailed_at is not None
        assert invitation.token in mail.outbox[0].body
        assert "The link was sent by e-mail." in content

    def test_without_an_address_nothing_is_sent(self, signed_in, clinician):
        signed_in(clinician).post(NEW, FILLED)
        assert Invitation.objects.get().emailed_at is None
        assert not mail.outbox

    @pytest.mark.parametrize("change", [{"email": "x"}, {"language": "xx"}])
    def test_bad_input(self, signed_in, clinician, change):
        assert signed_in(clinician).post(NEW, FILLED | change).status_code == 422
        assert not Invitation.objects.exists()

    def test_without_e_mail_no_address_is_asked(self, signed_in, clinician, settings):
        settings.HAS_EMAIL = False
        client = signed_in(clinician)
        assert "email" not in client.get(NEW).context["form"].fields
        client.post(NEW, FILLED | {"email": "ada@example.org"})
        assert Invitation.objects.get().email == ""


class TestSheet:
    def test_works(self, signed_in, receptionist, invitation):
        response = signed_in(receptionist).get(url(invitation, "invitation_sheet"))
        content = response.content.decode()
        assert f"http://testserver/intake/i/{invitation.token}/" in content
        assert "For Ada Quill, born 2 March 1959" in content
        assert "01632 960 100" in content
        assert "no-store" in response["Cache-Control"]

    def test_the_code_holds_the_link_and_no_style(self, invitation):
        link = link_of(invitation, "https://forms.example.org")
        drawn = svg(link)
        assert "style" not in drawn
        assert drawn.count("<path") == 2
        assert drawn != svg(f"{link}x")

    @pytest.mark.parametrize(
        ("change", "status"), [({}, 200), ({"revoked_at": timezone.now()}, 302), ({"expires_at": timezone.now()}, 302)]
    )
    def test_only_of_an_open_link(self, signed_in, clinician, invitation, change, status):
        Invitation.objects.filter(pk=invitation.pk).update(**{"revoked_at": None, **change})
        assert signed_in(clinician).get(url(invitation, "invitation_sheet")).status_code == status

    def test_outsider_404(self, signed_in, outsider, invitation):
        assert signed_in(outsider).get(url(invitation, "invitation_sheet")).status_code == 404

    def test_several(self, signed_in, clinician, practice, other_practice, outsider, invitation):
        emailed = cast.an_invitation(cast.a_patient(practice, "By E-mail"), clinician, emailed_at=timezone.now())
        elsewhere = cast.an_invitation(cast.a_patient(other_practice, "Elsewhere"), outsider)
        content = signed_in(clinician).get("/invitations/sheets/").content.decode()
        assert invitation.token in content
        assert emailed.token not in content
        assert elsewhere.token not in content

    def test_in_the_language_of_the_patient(self, signed_in, clinician, practice):
        cast.an_invitation(cast.a_patient(practice), clinician, language="es")
        content = signed_in(clinician).get("/invitations/sheets/").content.decode()
        assert '<section class="tw-card tw-paper" lang="es">' in content
        assert "2 de marzo de 1959" in content

    @pytest.mark.parametrize("count", [1, 20])
    def test_queries(self, signed_in, clinician, practice, django_assert_num_queries, count):
        for number in range(count):
            cast.an_invitation(cast.a_patient(practice, f"Copy {number:02d}"), clinician)
        client = signed_in(clinician)
        with django_assert_num_queries(5):
            client.get("/invitations/sheets/")
