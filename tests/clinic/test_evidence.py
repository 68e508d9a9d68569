from __future__ import annotations

import pytest

from clinic.evidence import evidence, gather
from clinic.models import ClinicianFinding
from tests import cast

pytestmark = pytest.mark.django_db


def entered(intake, clinician, finding, value):
    return ClinicianFinding.objects.create(intake=intake, finding=finding, value=value, entered_by=clinician)


def record_of(catalogue, intake):
    return gather(catalogue, intake, intake.clinician_findings.all())


def test_it_works(catalogue, sent_intake, clinician):
    cast.add_findings(sent_intake, clinician)

    values = evidence(catalogue, sent_intake)

    assert values["weakness"] is True
    assert values["laterality"] == "both sides, one worse"
    assert values["rigidity"] is False
    assert "babinski" not in values


def test_the_clinician_wins_and_both_stay(catalogue, sent_intake, clinician):
    entered(sent_intake, clinician, "weakness", False)

    known = record_of(catalogue, sent_intake).known["weakness"]

    assert (known.said, known.value, known.is_conflict) == (True, False, True)


def test_agreement_is_no_conflict(catalogue, sent_intake, clinician):
    entered(sent_intake, clinician, "weakness", True)

    assert not record_of(catalogue, sent_intake).known["weakness"].is_conflict


def test_the_same_value_confirms_what_the_patient_said(catalogue, sent_intake, clinician):
    entered(sent_intake, clinician, "weakness", True)
    entered(sent_intake, clinician, "grip-weakness", False)
    entered(sent_intake, clinician, "babinski", True)

    known = record_of(catalogue, sent_intake).known

    assert [known[slug].is_confirmed for slug in ("weakness", "grip-weakness", "babinski")] == [True, False, False]


def test_switched_off_is_left_out_and_stays_known(catalogue, sent_intake):
    record = record_of(catalogue, sent_intake)

    without = record.without(["weakness", "babinski"])

    assert without.switched_off == {"weakness"}
    assert record.values.keys() - without.values.keys() == {"weakness"}
    assert without.known == record.known


def test_not_known_overrules_the_patient(catalogue, sent_intake, clinician):
    entered(sent_intake, clinician, "weakness", "unsure")

    record = record_of(catalogue, sent_intake)

    assert "weakness" not in record.values
    assert record.known["weakness"].is_conflict


def test_taken_back_is_the_patients_answer_again(catalogue, sent_intake, clinician):
    entered(sent_intake, clinician, "weakness", False)
    entered(sent_intake, clinician, "weakness", None)

    record = record_of(catalogue, sent_intake)

    assert record.values["weakness"] is True
    assert len(record.entries) == 2


def test_the_newest_entry_counts(catalogue, sent_intake, clinician, colleague):
    entered(sent_intake, clinician, "babinski", False)
    entered(sent_intake, colleague, "babinski", True)

    known = record_of(catalogue, sent_intake).known["babinski"]

    assert known.value is True
    assert known.entry.entered_by == colleague


def test_unsure_is_not_absent(catalogue, sent_intake):
    known = record_of(catalogue, sent_intake).known["fasciculations"]

    assert known.is_unsure
    assert known.value is None


@pytest.mark.parametrize("tremor", ["unsure", "no", None])
def test_what_was_examined_counts_although_the_patient_did_not_say_so(catalogue, sent_intake, clinician, tremor):
    sent_intake.answers = sent_intake.answers | {"tremor": tremor}
    entered(sent_intake, clinician, "pill-rolling", True)
    entered(sent_intake, clinician, "tremor-frequency", 5)

    values = record_of(catalogue, sent_intake).values

    assert "tremor" in catalogue.finding["tremor-frequency"].ask_if
    assert (values["pill-rolling"], values["tremor-frequency"]) == (True, 5)


@pytest.mark.parametrize(
    ("finding", "value"),
    [("retired-finding", True), ("laterality", "upside down"), ("weakness", "yes"), ("tremor-frequency", True)],
)
def test_what_the_release_does_not_know_is_listed(catalogue, sent_intake, clinician, finding, value):
    entered(sent_intake, clinician, finding, value)

    record = record_of(catalogue, sent_intake)

    assert record.unusable == (f"{finding}: {value}",)
    assert record.values == sent_intake.evidence(catalogue)


def test_a_retired_answer_is_listed(catalogue, practice):
    intake = cast.a_sent_intake(practice, cast.ALS_ANSWERS | {"old-question": "yes"})

    assert record_of(catalogue, intake).unusable == ("old-question: yes",)
