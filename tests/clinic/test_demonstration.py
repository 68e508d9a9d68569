from __future__ import annotations

import pytest

from clinic.accuracy import tallies
from clinic.benign import benign_lane
from clinic.chart import chart_of
from clinic.demonstration import CONFIRMED, load_demonstration, published_cases
from clinic.history.steps import steps_of
from clinic.models import ConfirmedDiagnosis, OwnList
from intake.models import Intake, Practice

pytestmark = pytest.mark.django_db


def test_it_shows_every_part_of_the_loop(release):
    assert load_demonstration()

    practice = Practice.objects.get(is_demonstration=True)
    own = OwnList.objects.get()
    tally = tallies.of_practice(practice, release)
    assert Intake.objects.count() == len(list(published_cases())) + 1
    assert ConfirmedDiagnosis.objects.count() == CONFIRMED
    assert {stage.total for stage in tally.stages.values()} == {CONFIRMED}
    assert len(steps_of(chart_of(own.intake))) == 6
    assert own.intake.confirmed_diagnoses.get().cause == own.first_cause


def test_one_patient_is_benign(release):
    """So that the benign lane and, after a signature, the patient's sheet can be seen."""
    load_demonstration()

    lanes = {intake.title: benign_lane(chart_of(intake)) for intake in Intake.objects.all()}
    shown = [title for title, lane in lanes.items() if lane is not None and not lane.not_yet]

    assert shown == ["Twitching calves and hand, strength normal"]
    intake = Intake.objects.get(title=shown[0])
    assert intake.clinician_findings.exists()
    assert "Made-up patient:" in intake.answers["own-words"]


def test_it_is_loaded_once(release):
    load_demonstration()

    assert not load_demonstration()
