from __future__ import annotations

import pytest

from clinic.chart import chart_of
from clinic.summary import summary
from tests import cast

pytestmark = pytest.mark.django_db


def test_it_works(sent_intake, clinician):
    cast.add_findings(sent_intake, clinician)

    lines = summary(chart_of(sent_intake)).splitlines()

    assert lines[0].startswith("67-year-old man; setting: primary care; presenting complaint: ")
    text = "\n".join(lines)
    for part in (
        "Muscle weakness; weak grip or clumsy hand; visible muscle wasting",
        "side at onset: both sides, one worse",
        "Takes: Simvastatin, Aspirin.",
        "Alcohol: 9 units a week.",
        "On examination: muscle twitches (fasciculations); weakness on examination",
        "Not found on examination: spasticity or clonus; sensory loss on examination; rigidity.",
        "In the patient’s words: “My left hand has become thin and I drop the screwdriver.”",
        "Worries most about: “That I shall not be able to speak.”",
        "Red flags: twitching with muscle weakness",
        "Ranking (release 1): Amyotrophic lateral sclerosis ",
        "Not yet excluded: ",
    ):
        assert part in text


def test_pertinent_negatives_are_named_and_the_others_counted(sent_intake):
    denied = next(line for line in summary(chart_of(sent_intake)).splitlines() if line.startswith("No to: "))

    assert "breathlessness" in denied


@pytest.mark.parametrize(
    ("pertinent", "text"),
    [
        (("tremor",), "No to: tremor; motor tics."),  # one other: by its name
        ((), "No to 2 questions."),  # none stands out
        (("tremor", "motor-tics"), "No to: tremor; motor tics."),
    ],
)
def test_the_only_other_negative_is_named(practice, monkeypatch, pertinent, text):
    answers = {"name": "Nora Bell", "birth-date": "1990-01-01", "tremor": "no", "motor-tics": "no"}
    chart = chart_of(cast.a_sent_intake(practice, answers))
    monkeypatch.setattr("clinic.summary._pertinent", lambda _chart: set(pertinent))

    denied = next(line for line in summary(chart).splitlines() if line.startswith("No to"))

    assert denied.replace("rhythmic shaking (tremor)", "tremor") == text


def test_what_was_not_asked_is_not_denied(practice):
    intake = cast.a_sent_intake(practice, {"name": "Nora Bell", "birth-date": "1990-01-01", "age": 36, "sex": "female"})

    text = summary(chart_of(intake))

    assert text.startswith("36-year-old woman;")
    assert "No to:" not in text
    assert "Takes" not in text
    assert "Examination: not yet recorded." in text
    assert "Red flags: none from what is known." in text


def test_a_conflict_names_both(sent_intake, clinician):
    cast.add_findings(sent_intake, clinician, {"weakness": False})

    assert "muscle weakness (clinician’s finding; the patient said yes)" in summary(chart_of(sent_intake))


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        ({"no-medicines": True}, "Takes no medicines."),
        (
            {"medicines": [{"drug": "", "name": "Salbutamol", "since": "recent"}]},
            "Takes: Salbutamol (started or changed recently).",
        ),
        (
            {
                "medicines": [
                    {"drug": "lithium", "name": "Lithium", "since": "stopped"},
                    {"drug": "", "name": "Aspirin", "since": "earlier"},
                ]
            },
            "Takes: Aspirin. No longer takes: Lithium.",
        ),
        (
            {"medicines": [{"drug": "", "name": "Haloperidol", "since": "stopped", "stopped": "month"}]},
            "No longer takes: Haloperidol (stopped in the last month).",
        ),
        ({"drinks": {"espresso": 3}}, "Drinks a day: 3 × espresso (60 ml) (caffeine about 240 mg)."),
        ({"drinks": {"espresso": 0}}, "No drinks with caffeine."),
    ],
)
def test_medicines_and_drinks(practice, answers, text):
    intake = cast.a_sent_intake(practice, {"name": "Nora Bell", "birth-date": "1990-01-01", "age": 36} | answers)

    assert text in summary(chart_of(intake))


def test_an_unknown_age_and_sex(practice):
    intake = cast.a_sent_intake(practice, {"name": "Nora Bell", "birth-date": "1990-01-01"})

    assert summary(chart_of(intake)).startswith("Patient; setting")
