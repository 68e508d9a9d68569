from __future__ import annotations

import re

import pytest
from django.urls import reverse

from causes.models import Likelihood, Proposal
from causes.models.compilation import working_copy
from clinic.known_patients import known_patients
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("few_known_patients")]
CHECK = "admin:causes_release_check"


def a_change() -> None:
    Likelihood.objects.filter(cause="als", is_used=True, finding__kind="boolean").update(
        probability=0.0001, affected=None, total=None
    )


def test_works(release, practice, other_practice, clinician, outsider):
    """Published patients by name; those of every practice without one, each once."""
    catalogue = release.catalogue()
    intake = cast.a_sent_intake(practice)
    cast.a_confirmed_diagnosis(intake, clinician, "essential-tremor")
    cast.a_confirmed_diagnosis(intake, clinician, "als")
    cast.a_confirmed_diagnosis(cast.a_sent_intake(other_practice, cast.ET_ANSWERS), outsider, "essential-tremor")
    cast.a_sent_intake(practice)

    found = known_patients(catalogue)

    assert len({patient.key for patient in found}) == len(found) == 11
    assert [patient.name for patient in found][-2:] == ["", ""]
    assert [patient.case.truth for patient in found if not patient.name] == ["als", "essential-tremor"]


def test_a_diagnosis_that_the_catalogue_lacks_is_left_out(release, practice, clinician):
    cast.a_confirmed_diagnosis(cast.a_sent_intake(practice), clinician, "other")
    assert all(patient.name for patient in known_patients(release.catalogue()))


def test_an_editor_sees_nobody(release, practice, clinician, editor, client):
    intake = cast.a_sent_intake(practice)
    cast.a_confirmed_diagnosis(intake, clinician, note="As seen in Harbour Hospital.")
    a_change()
    client.force_login(editor)

    text = re.sub(r"\s+", " ", client.get(reverse(CHECK)).content.decode())
    form = {"notes": "x", "vanished_reason": "x", "sha256": working_copy().sha256}
    client.post(reverse(CHECK), form)
    stored = Proposal.objects.get().impact

    assert "and 1 confirmed one." in text
    assert "Counted by their diagnosis" in text
    for word in ("Arthur Lang", intake.reference, practice.name, str(intake.key), "1959", "Harbour Hospital", "Diana"):
        assert word not in text
        assert word not in stored


def test_a_patient_counts_in_whether_a_reason_is_needed(release, practice, clinician, editor, client):
    cast.a_confirmed_diagnosis(cast.a_sent_intake(practice), clinician)
    a_change()
    client.force_login(editor)
    page = client.get(reverse(CHECK))
    (row,) = page.context["impact"].counts
    assert (row.truth, row.n, row.was_right, row.is_right, row.fell) == ("Amyotrophic lateral sclerosis", 1, 1, 0, 1)
