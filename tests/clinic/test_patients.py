from __future__ import annotations

import datetime
import json
import uuid
import warnings

import pytest
from django.urls import reverse

from clinic.models import AccessRecord
from intake.models import Patient
from tests import cast

pytestmark = pytest.mark.django_db
LIST = "/patients/"


@pytest.fixture
def patient(sent_intake) -> Patient:
    return sent_intake.patient


def url(patient: Patient) -> str:
    return reverse("patient", args=[patient.key])


class TestList:
    def test_works(self, signed_in, clinician, patient):
        cast.an_invitation(patient, clinician)
        response = signed_in(clinician).get(LIST)
        (row,) = response.context["rows"]
        assert (row.name, row.birth_date, row.intakes) == ("Arthur Lang", "2 March 1959", "1 intake")
        assert row.has_open_link
        assert row.url == url(patient)
        assert "no-store" in response["Cache-Control"]

    def test_anonymous_logs_in_first(self, client):
        assert client.get(LIST).url == "/login/?next=/patients/"

    def test_outsider_sees_only_her_own(self, signed_in, outsider, patient):
        response = signed_in(outsider).get(LIST)
        assert response.context["rows"] == []
        assert "No patients yet" in response.content.decode()

    @pytest.mark.parametrize("text", ["lang", "Arthur", "ART lan"])
    def test_search(self, signed_in, clinician, practice, patient, text):
        cast.a_patient(practice, "Ada Quill")
        response = signed_in(clinician).post(LIST, {"q": text}, follow=True)
        assert [row.name for row in response.context["rows"]] == ["Arthur Lang"]

    def test_search_by_reference(self, signed_in, clinician, practice, patient, sent_intake):
        cast.a_patient(practice, "Ada Quill")
        response = signed_in(clinician).post(LIST, {"q": sent_intake.reference.lower()}, follow=True)
        assert [row.name for row in response.context["rows"]] == ["Arthur Lang"]

    def test_search_without_a_match(self, signed_in, clinician, patient):
        response = signed_in(clinician).post(LIST, {"q": "zz"}, follow=True)
        assert "Nobody matches" in response.content.decode()

    def test_a_search_is_there_again_and_in_no_address(self, signed_in, clinician, practice, patient):
        """So Back, or the way back from a patient's page, leads to what was found."""
        cast.a_patient(practice, "Ada Quill")
        client = signed_in(clinician)
        assert client.post(LIST, {"q": "quill"}).url == LIST
        response = client.get(LIST)
        assert [row.name for row in response.context["rows"]] == ["Ada Quill"]
        assert 'value="quill"' in response.content.decode()
        client.post(LIST, {})
        assert len(client.get(LIST).context["rows"]) == 2

    def test_a_search_too_long(self, signed_in, clinician):
        assert signed_in(clinician).post(LIST, {"q": "z" * 201}).status_code == 400

    def test_further_pages_of_a_search(self, signed_in, clinician, practice, patient):
        for number in range(30):
            cast.a_patient(practice, f"Copy {number:02d}")
        client = signed_in(clinician)
        client.post(LIST, {"q": "copy"})
        assert [row.name for row in client.get(LIST, {"page": 2}).context["rows"]][-1] == "Copy 29"

    def test_a_search_in_the_address_is_not_read(self, signed_in, clinician, patient):
        response = signed_in(clinician).get(LIST, {"q": "zz"})
        assert len(response.context["rows"]) == 1

    def test_the_pages_follow_one_order(self, signed_in, clinician, practice):
        for number in range(30):
            cast.a_patient(practice, f"Copy {29 - number:02d}")
        client = signed_in(clinician)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            pages = [client.get(LIST, {"page": page}).context["rows"] for page in (1, 2)]
        assert [row.name for rows in pages for row in rows] == [f"Copy {number:02d}" for number in range(30)]

    @pytest.mark.parametrize("page", ["0", "x", "-1"])
    def test_bad_page(self, signed_in, clinician, page):
        assert signed_in(clinician).get(LIST, {"page": page}).status_code == 400

    @pytest.mark.parametrize("count", [1, 30])
    def test_queries(self, signed_in, clinician, practice, django_assert_num_queries, count):
        for number in range(count):
            cast.a_patient(practice, f"Copy {number:02d}")
        client = signed_in(clinician)
        with django_assert_num_queries(5):
            response = client.get(LIST)
        assert len(response.context["rows"]) == min(count, 25)


class TestPage:
    def test_works(self, signed_in, clinician, colleague, patient, sent_intake):
        named = json.dumps({"conclusion": "Amyotrophic lateral sclerosis"})
        assessment = cast.a_signed_assessment(sent_intake, colleague, snapshot=named)
        cast.an_invitation(patient, clinician)
        response = signed_in(clinician).get(url(patient))
        page = response.context["page"]
        assert [(row.reference, row.state_name) for row in page.intakes] == [(sent_intake.reference, "Signed off")]
        assert page.intakes[0].url == reverse("differential", args=[sent_intake.key])
        (row,) = page.assessments
        assert (row.conclusion, row.signed_by) == ("Amyotrophic lateral sclerosis", "Carl Olsen")
        assert row.url == reverse("assessment", args=[assessment.key])
        assert [row.state_name for row in page.invitations] == ["Open"]
        assert [(look.who, look.what) for look in page.looks] == [("Diana Clarke", "opened the patient’s page")]
        assert "no-store" in response["Cache-Control"]

    def test_anonymous_logs_in_first(self, client, patient):
        assert client.get(url(patient)).url == f"/login/?next={url(patient)}"
        assert not AccessRecord.objects.exists()

    def test_outsider_404_on_record(self, signed_in, outsider, patient, sent_intake, practice):
        assert signed_in(outsider).get(url(patient)).status_code == 404
        record = AccessRecord.objects.get()
        assert (record.user, record.intake, record.was_allowed) == (outsider, sent_intake, False)
        assert record.practice == practice

    def test_the_practice_sees_that_an_outsider_tried(self, signed_in, outsider, clinician, patient):
        signed_in(outsider).get(url(patient))
        response = signed_in(clinician).get(url(patient))
        assert [look.was_allowed for look in response.context["page"].looks] == [True, False]
        assert "refused" in response.content.decode()

    def test_unknown_key(self, signed_in, clinician):
        assert signed_in(clinician).get(reverse("patient", args=[uuid.uuid4()])).status_code == 404

    def test_post_is_refused(self, signed_in, clinician, patient):
        assert signed_in(clinician).post(url(patient)).status_code == 405

    def test_reception_sees_no_clinical_content(self, signed_in, receptionist, clinician, patient, sent_intake):
        cast.a_signed_assessment(sent_intake, clinician)
        response = signed_in(receptionist).get(url(patient))
        page = response.context["page"]
        assert (page.assessments, page.looks) == ((), ())
        assert [(row.url, row.title) for row in page.intakes] == [("", "")]
        for text in (sent_intake.title, "Amyotrophic", "Who has looked", "Assessments"):
            assert text not in response.content.decode()

    def test_the_token_of_an_invitation_is_not_on_it(self, signed_in, clinician, patient):
        invitation = cast.an_invitation(patient, clinician)
        assert invitation.token not in signed_in(clinician).get(url(patient)).content.decode()

    def test_a_patient_without_anything(self, signed_in, clinician, practice):
        response = signed_in(clinician).get(url(cast.a_patient(practice, birth_date=None)))
        for text in ("not recorded", "Nothing was sent yet", "No personal link was made", "Nobody has looked yet"):
            assert text in response.content.decode()

    @pytest.mark.parametrize("count", [1, 6])
    def test_queries(self, signed_in, clinician, practice, django_assert_num_queries, count):
        patient = cast.a_patient(practice)
        for number in range(count):
            intake = cast.a_sent_intake(practice, patient=patient, waiting=datetime.timedelta(hours=number + 1))
            cast.a_signed_assessment(intake, clinician)
            cast.an_invitation(patient, clinician)
        client = signed_in(clinician)
        # Session, user, patient, membership, intakes, record, the page's four tables, confirmed diagnoses.
        with django_assert_num_queries(11):
            client.get(url(patient))
