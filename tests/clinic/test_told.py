"""The clinician sees what the patient was told to do, and when."""

from __future__ import annotations

import datetime

import pytest

from clinic.told import told
from intake.advice import advice
from tests.cast import ALS_ANSWERS, a_sent_intake

BREATHLESS = ALS_ANSWERS | {"breathlessness": "yes"}  # with weakness: help at once
READ = datetime.datetime(2026, 3, 4, 21, 4, tzinfo=datetime.UTC)


@pytest.fixture
def intake(practice):
    return a_sent_intake(practice, BREATHLESS, interruptions={"respiratory-weakness": READ.isoformat()})


def test_works(intake):
    read, shown = told(intake, intake.catalogue())
    assert read.startswith("“Get medical help now”, read 4 Mar")
    assert "21:04" in read
    assert "after sending" in shown


def test_every_time_is_a_line_and_flags_read_together_are_one(intake):
    later = READ + datetime.timedelta(minutes=5)
    slugs = [flag.slug for flag in intake.release.catalogue().red_flags[:3]]
    intake.interruptions = {
        slugs[0]: later.isoformat(),
        slugs[1]: READ.isoformat(),
        slugs[2]: READ.isoformat(),
    }
    first, second, _shown = told(intake, intake.catalogue())
    assert "21:04" in first
    assert " and " in first
    assert "21:09" in second


def test_a_flag_that_the_release_does_not_know_still_counts(intake):
    intake.interruptions = {"long-gone": READ.isoformat()}
    assert "long-gone" in told(intake, intake.catalogue())[0]


def test_without_a_red_flag_nothing_was_said(practice):
    quiet = a_sent_intake(practice, {"name": "Ada", "fasciculations": "yes"})
    assert not advice(quiet.catalogue(), quiet.evidence(quiet.catalogue()))
    assert told(quiet, quiet.catalogue()) == ()


def test_it_stands_on_the_differential(signed_in, clinician, intake):
    page = signed_in(clinician).get(f"/intakes/{intake.key}/").content.decode()
    assert "Patient was told" in page
    assert told(intake, intake.catalogue())[0] in page
