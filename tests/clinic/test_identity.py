from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from clinic.chart import chart_of
from clinic.identity import other_person
from clinic.summary import summary
from intake.models import Intake, Patient
from tests import cast

BORN = datetime.date(1980, 1, 2)


def filed(name: str = "", born: str = "", patient: str = "Invited Person", patient_born=BORN) -> Intake:
    answers = {key: value for key, value in (("name", name), ("birth-date", born)) if value}
    return Intake(answers=answers, patient=Patient(name=patient, birth_date=patient_born), invitation_id=1)


def test_it_works():
    assert other_person(filed("Somebody Else", "1950-05-01")) == (
        "These answers were given as “Somebody Else”, born 1 May 1950. "
        "The invitation was for Invited Person, born 2 January 1980. Check whose answers these are."
    )


@pytest.mark.parametrize(
    ("given", "recorded"),
    [
        ("invited  PERSON ", "Invited Person"),
        ("José Núñez", "Jose Nunez"),
        ("Jose\u0301", "José"),
        ("", "Invited Person"),
        ("Somebody Else", ""),
    ],
)
def test_the_same_name_or_none(given, recorded):
    assert other_person(filed(given, "1980-01-02", recorded)) == ""


@pytest.mark.parametrize(("born", "recorded"), [("", BORN), ("1950-05-01", None), ("1980-01-02", BORN)])
def test_the_same_date_or_none(born, recorded):
    assert other_person(filed("Invited Person", born, patient_born=recorded)) == ""


def test_a_different_date_alone():
    assert "born 3 January 1980" in other_person(filed("Invited Person", "1980-01-03"))


def test_a_different_name_alone():
    assert "given as “Twin Person”. The" in other_person(filed("Twin Person"))


def test_without_an_invitation_it_speaks_of_the_chart():
    intake = filed("Somebody Else")
    intake.invitation_id = None
    assert "The chart is that of Invited Person" in other_person(intake)


@pytest.fixture
def misfiled(practice, clinician) -> Intake:
    invitation = cast.an_invitation(cast.a_patient(practice, "Invited Person", birth_date=BORN), clinician)
    return cast.a_sent_intake(practice, patient=invitation.patient, invitation=invitation)


@pytest.mark.django_db
class TestShown:
    def test_on_the_differential(self, signed_in, clinician, misfiled):
        text = signed_in(clinician).get(reverse("differential", args=[misfiled.key])).content.decode()
        assert text.index("The invitation was for Invited Person, born 2 January 1980") < text.index("<h1")
        assert "I have checked whose answers these are" in text

    def test_nothing_when_they_agree(self, signed_in, clinician, sent_intake):
        text = signed_in(clinician).get(reverse("differential", args=[sent_intake.key])).content.decode()
        assert "whose answers these are" not in text

    def test_in_the_summary(self, misfiled):
        assert summary(chart_of(misfiled)).startswith("These answers were given as “Arthur Lang”")

    @pytest.mark.parametrize("role", ["clinician", "receptionist"])
    def test_in_the_worklist(self, request, signed_in, sent_intake, misfiled, role):
        response = signed_in(request.getfixturevalue(role)).get("/")
        marks = {row.patient: row.is_other_person for row in response.context["page"].rows}
        assert marks == {"Arthur Lang": False, "Invited Person": True}
        assert response.content.decode().count("Check whose answers these are") == 1

    def test_correcting_the_record_changes_what_is_signed(self, misfiled):
        before = chart_of(misfiled).inputs
        Patient.objects.filter(pk=misfiled.patient_id).update(name="Arthur Lang", birth_date="1959-03-02")
        assert chart_of(Intake.objects.get(pk=misfiled.pk)).inputs != before
