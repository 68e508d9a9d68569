from __future__ import annotations

import datetime
import re
import uuid

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from clinic.chart import chart_of
from clinic.models import AccessRecord, ConfirmedDiagnosis
from tests import cast

pytestmark = pytest.mark.django_db


def url(intake, name="confirm_diagnosis"):
    return reverse(name, args=[intake.key])


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def form_data(**changes):
    data = {
        "key": str(uuid.uuid4()),
        "cause": "als",
        "basis": "specialist",
        "confirmed_on": timezone.localdate().isoformat(),
        "note": "EMG of three regions.",
        "is_person_checked": "on",
    }
    return {name: value for name, value in (data | changes).items() if value is not None}


class TestConfirm:
    def test_it_works(self, signed_in, clinician, sent_intake):
        client = signed_in(clinician)
        assert "This is the diagnosis of Arthur Lang, born 2 March 1959" in text_of(client.get(url(sent_intake)))

        response = client.post(url(sent_intake), form_data())

        row = ConfirmedDiagnosis.objects.get()
        assert response.url == url(sent_intake, "differential")
        assert (row.intake, row.cause, row.entered_by) == (sent_intake, "als", clinician)
        assert row.name == "Amyotrophic lateral sclerosis"
        assert "<b>Amyotrophic lateral sclerosis</b> (A specialist’s diagnosis" in text_of(client.get(response.url))

    def test_anonymous_is_sent_to_the_login(self, client, sent_intake):
        assert client.post(url(sent_intake), form_data()).url.startswith(reverse("login"))

    @pytest.mark.parametrize("name", ["confirm_diagnosis", "withdraw_diagnosis"])
    def test_outsider_gets_404_on_record(self, signed_in, outsider, sent_intake, name):
        assert signed_in(outsider).post(url(sent_intake, name), form_data(reason="x")).status_code == 404
        assert AccessRecord.objects.get(user=outsider).was_allowed is False
        assert not ConfirmedDiagnosis.objects.exists()

    def test_reception_may_not(self, signed_in, receptionist, sent_intake):
        assert signed_in(receptionist).get(url(sent_intake)).status_code == 403

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"cause": ""}, "This field is required"),
            ({"cause": "no-such"}, "Select a valid choice"),
            ({"cause": "other"}, "Write the diagnosis."),
            ({"basis": ""}, "This field is required"),
            ({"confirmed_on": "2999-01-01"}, "This date is in the future."),
            ({"confirmed_on": "soon"}, "Enter a valid date"),
            ({"confirmed_on": "2020-02-03"}, "The answers were sent later"),
            ({"is_person_checked": None}, "Confirm that the diagnosis is this patient’s."),
            ({"key": "x"}, "Please correct what is marked"),
        ],
    )
    def test_bad_input(self, signed_in, clinician, sent_intake, changes, message):
        response = signed_in(clinician).post(url(sent_intake), form_data(**changes))

        assert response.status_code == 422
        assert message in text_of(response)
        assert "EMG of three regions." in text_of(response)
        assert not ConfirmedDiagnosis.objects.exists()

    def test_a_diagnosis_that_was_known_before_says_so(self, signed_in, clinician, sent_intake):
        signed_in(clinician).post(url(sent_intake), form_data(confirmed_on="2020-02-03", is_known_before="on"))

        row = ConfirmedDiagnosis.objects.get()
        assert (row.confirmed_on, row.is_known_before) == (datetime.date(2020, 2, 3), True)

    def test_one_that_the_catalogue_lacks(self, signed_in, clinician, sent_intake):
        signed_in(clinician).post(url(sent_intake), form_data(cause="other", name="Hirayama disease"))

        row = ConfirmedDiagnosis.objects.get()
        assert (row.cause, row.name, row.is_in_catalogue) == ("other", "Hirayama disease", False)

    def test_a_resend_records_once(self, signed_in, clinician, sent_intake):
        client, data = signed_in(clinician), form_data()
        client.post(url(sent_intake), data)

        assert client.post(url(sent_intake), data).status_code == 302
        assert ConfirmedDiagnosis.objects.count() == 1

    def test_the_form_of_another_intake_is_refused(self, signed_in, clinician, practice, sent_intake):
        client, data = signed_in(clinician), form_data()
        client.post(url(sent_intake), data)
        other = cast.a_sent_intake(practice, cast.ET_ANSWERS)

        assert client.post(url(other), data).status_code == 400
        assert not other.confirmed_diagnoses.exists()

    def test_a_correction_leaves_the_older_one_in_sight(self, signed_in, clinician, sent_intake):
        client = signed_in(clinician)
        client.post(url(sent_intake), form_data())
        client.post(url(sent_intake), form_data(cause="kennedy-disease"))

        text = text_of(client.get(url(sent_intake)))
        older = text.index("<h3>Amyotrophic lateral sclerosis</h3>")
        replaced = text.index("replaced, does not count</span>")
        assert text.index("<h3>Kennedy disease") < text.index('strong">counts</span>') < older < replaced

    def test_a_correction_starts_from_what_is_recorded(self, signed_in, clinician, sent_intake):
        client = signed_in(clinician)
        client.post(url(sent_intake), form_data(cause="other", name="Hirayama disease"))

        form = client.get(url(sent_intake)).context["form"]
        assert {name: form[name].value() for name in ("cause", "name", "basis", "confirmed_on", "note")} == {
            "cause": "other",
            "name": "Hirayama disease",
            "basis": "specialist",
            "confirmed_on": timezone.localdate(),
            "note": "EMG of three regions.",
        }
        assert not form["is_person_checked"].value()
        assert 'value="Hirayama disease"' in text_of(client.get(url(sent_intake)))

    def test_one_whose_cause_the_catalogue_has_lost_is_kept_by_its_name(self, signed_in, clinician, sent_intake):
        cast.a_confirmed_diagnosis(sent_intake, clinician, "lost", name="Lost disease")

        form = signed_in(clinician).get(url(sent_intake)).context["form"]

        assert (form["cause"].value(), form["name"].value()) == ("other", "Lost disease")

    def test_nothing_is_corrected_without_a_change(self, signed_in, clinician, sent_intake):
        client = signed_in(clinician)
        client.post(url(sent_intake), form_data())

        response = client.post(url(sent_intake), form_data())

        assert response.status_code == 422
        assert "This is what is recorded already" in text_of(response)
        assert ConfirmedDiagnosis.objects.count() == 1

    def test_it_never_changes_the_ranking(self, signed_in, clinician, sent_intake):
        before = chart_of(sent_intake)
        signed_in(clinician).post(url(sent_intake), form_data(cause="wilson-disease"))

        assert chart_of(sent_intake).differential == before.differential


class TestWithdraw:
    def test_it_works(self, signed_in, clinician, sent_intake):
        client = signed_in(clinician)
        client.post(url(sent_intake), form_data())

        client.post(url(sent_intake, "withdraw_diagnosis"), {"key": str(uuid.uuid4()), "reason": "Another patient’s."})

        older, newest = ConfirmedDiagnosis.objects.all()
        assert (older.cause, newest.is_withdrawn, newest.note) == ("als", True, "Another patient’s.")
        text = text_of(client.get(url(sent_intake)))
        assert text.index("<h3>Withdrawn</h3>") < text.index("<h3>Amyotrophic lateral sclerosis</h3>")
        assert "none yet" in text_of(client.get(url(sent_intake, "differential")))
        assert re.findall(r'<span class="tw-tag[^>]*>([^<]*)</span>', text)[1:] == [
            "no diagnosis counts",
            "withdrawn, does not count",
        ]
        assert client.get(url(sent_intake)).context["form"]["cause"].value() is None

    @pytest.mark.parametrize("data", [{}, {"key": "x", "reason": "y"}, {"key": str(uuid.uuid4()), "reason": " "}])
    def test_bad_input(self, signed_in, clinician, sent_intake, data):
        client = signed_in(clinician)
        client.post(url(sent_intake), form_data())

        assert client.post(url(sent_intake, "withdraw_diagnosis"), data).status_code == 422
        assert ConfirmedDiagnosis.objects.count() == 1

    def test_nothing_is_withdrawn_twice(self, signed_in, clinician, sent_intake):
        client, data = signed_in(clinician), {"key": str(uuid.uuid4()), "reason": "Wrong."}
        client.post(url(sent_intake), form_data())
        client.post(url(sent_intake, "withdraw_diagnosis"), data)
        client.post(url(sent_intake, "withdraw_diagnosis"), data | {"key": str(uuid.uuid4())})

        assert ConfirmedDiagnosis.objects.filter(is_withdrawn=True).count() == 1


class TestShown:
    def test_on_the_pages_about_the_patient(self, signed_in, clinician, sent_intake):
        cast.a_confirmed_diagnosis(sent_intake, clinician)
        page = cast.a_snapshot(sent_intake, clinician)
        assessment = cast.a_signed_assessment(sent_intake, clinician, snapshot=page)
        client = signed_in(clinician)

        for address in (
            "/",
            reverse("patient", args=[sent_intake.patient.key]),
            reverse("assessment", args=[assessment.key]),
        ):
            assert re.search("(?i)confirmed", text_of(client.get(address))), address

    def test_reception_sees_none(self, signed_in, clinician, receptionist, sent_intake):
        cast.a_confirmed_diagnosis(sent_intake, clinician)
        client = signed_in(receptionist)

        for address in ("/", reverse("patient", args=[sent_intake.patient.key])):
            assert "Amyotrophic" not in text_of(client.get(address))


@pytest.mark.parametrize(
    "change", ["UPDATE clinic_confirmeddiagnosis SET cause = 'x'", "DELETE FROM clinic_confirmeddiagnosis"]
)
def test_it_never_changes(clinician, sent_intake, change):
    cast.a_confirmed_diagnosis(sent_intake, clinician)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


@pytest.mark.parametrize("fields", [{"name": ""}, {"basis": ""}, {"confirmed_on": None}, {"is_withdrawn": True}])
def test_half_a_record_is_refused_by_the_database(clinician, sent_intake, fields):
    with pytest.raises(DatabaseError), transaction.atomic():
        cast.a_confirmed_diagnosis(sent_intake, clinician, **fields)
