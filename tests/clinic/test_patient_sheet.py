import datetime
import json
import re
import uuid

import pytest
from django.urls import reverse

from causes.models import PatientAdvice, RedFlag, Release
from clinic.models import AccessRecord
from clinic.patient_sheet import patient_sheet
from intake.models import Practice
from tests import cast
from tests.clinic.test_benign import NORMAL, SLUG, TWITCHES

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice(db):
    numbers = {"out_of_hours_name": "Night line", "out_of_hours_phone": "01632 960 111", "emergency_phone": "999"}
    return cast.a_practice("Harbour Practice", **numbers)


@pytest.fixture
def twitching(practice, clinician):
    intake = cast.a_sent_intake(practice, TWITCHES)
    cast.add_findings(intake, clinician, NORMAL)
    return intake


def signed(intake, clinician, conclusion=SLUG, **fields):
    fields.setdefault("review_on", datetime.date(2030, 1, 31))
    return cast.a_signed_assessment(
        intake, clinician, conclusion, snapshot=cast.a_snapshot(intake, clinician, conclusion), **fields
    )


@pytest.fixture
def assessment(twitching, clinician):
    return signed(twitching, clinician)


def url(assessment) -> str:
    return reverse("patient_sheet", args=[assessment.key])


def sheet(client, assessment) -> str:
    """What is printed: without the clinic's menu around it."""
    text = client.get(url(assessment)).content.decode()
    return text[text.index("<article") : text.index("</article>")]


def test_it_works(signed_in, colleague, assessment) -> None:
    response = signed_in(colleague).get(url(assessment))

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    text = sheet(signed_in(colleague), assessment)
    for part in (
        "Harbour Practice",
        "01632 960 100",
        "01632 960 111",
        "This is probably the reason: <b>Benign fasciculation syndrome</b>",
        "You have muscle twitches that are harmless.",
        "Cut down on coffee",
        "Phone 999 or go to the emergency department at once if:",
        "an arm, a leg or a hand gets weaker",
        "Thursday, 31 January 2030",
        "Signature",
        "Diana Clarke",
    ):
        assert part in text


def test_anonymous_is_sent_to_the_login(client, assessment) -> None:
    assert client.get(url(assessment)).url.startswith(reverse("login"))


def test_reception_is_refused_on_record(signed_in, receptionist, assessment) -> None:
    assert signed_in(receptionist).get(url(assessment)).status_code == 403
    assert AccessRecord.objects.filter(user=receptionist, view="patient_sheet", was_allowed=False).exists()


def test_outsider_gets_404(signed_in, outsider, assessment) -> None:
    assert signed_in(outsider).get(url(assessment)).status_code == 404
    assert AccessRecord.objects.filter(user=outsider, intake=assessment.intake, was_allowed=False).exists()


def test_an_unknown_key_and_an_unsigned_intake_are_404(signed_in, clinician, twitching) -> None:
    client = signed_in(clinician)
    for key in (uuid.uuid4(), twitching.key):
        assert client.get(reverse("patient_sheet", args=[key])).status_code == 404


def test_a_post_is_refused(signed_in, clinician, assessment) -> None:
    assert signed_in(clinician).post(url(assessment)).status_code == 405


def test_the_look_is_recorded(signed_in, colleague, assessment) -> None:
    signed_in(colleague).get(url(assessment))

    assert AccessRecord.objects.filter(user=colleague, view="patient_sheet", was_allowed=True).count() == 1


def test_no_ranking_and_no_other_cause(signed_in, clinician, assessment, catalogue) -> None:
    text = sheet(signed_in(clinician), assessment)

    assert not re.search(r"\d\s?%|probab(?!ly)|rank", text)
    others = [cause.name for cause in catalogue.causes if cause.slug != SLUG]
    assert [name for name in others if name in text] == []


def test_it_follows_the_clinician_and_not_the_ranking(signed_in, clinician, twitching) -> None:
    text = sheet(signed_in(clinician), signed(twitching, clinician, "exertion-fatigue-caffeine"))

    assert "You have muscle twitches that are harmless." not in text
    assert "Your muscles twitch because they are tired" in text


@pytest.mark.parametrize("conclusion", ["als", "other"])
def test_a_conclusion_without_words_for_patients_is_not_named(signed_in, clinician, twitching, conclusion) -> None:
    text = sheet(signed_in(clinician), signed(twitching, clinician, conclusion))

    assert "We have told you what we found." in text
    assert "an arm, a leg or a hand gets weaker" in text
    assert "31 January 2030" in text
    for name in ("Amyotrophic", "None of these", "This is probably the reason", "What you can do"):
        assert name not in text


@pytest.mark.parametrize(
    ("certainty", "lead"),
    [
        ("working", "We think that this is the most likely reason:"),
        ("probable", "This is probably the reason:"),
        ("confirmed", "This is the reason:"),
    ],
)
def test_how_sure_the_clinician_is(signed_in, clinician, twitching, certainty, lead) -> None:
    assert lead in sheet(signed_in(clinician), signed(twitching, clinician, certainty=certainty))


def test_without_a_review_date(signed_in, clinician, twitching) -> None:
    text = sheet(signed_in(clinician), signed(twitching, clinician, review_on=None))

    assert "We have not fixed a date" in text


def test_the_signs_are_those_of_the_complaint(signed_in, clinician, twitching, practice) -> None:
    shaking = cast.a_sent_intake(practice, cast.ET_ANSWERS)
    client = signed_in(clinician)

    of_tremor = sheet(client, signed(shaking, clinician, "essential-tremor"))
    of_twitches = sheet(client, signed(twitching, clinician))

    slow = "your hand shakes when it rests, or you become slow or stiff"
    assert (slow in of_tremor, slow in of_twitches) == (True, False)
    assert ("a muscle gets thinner" in of_tremor, "a muscle gets thinner" in of_twitches) == (False, True)


def test_it_prints_the_same_later(signed_in, clinician, assessment) -> None:
    client = signed_in(clinician)
    before = sheet(client, assessment)
    PatientAdvice.objects.filter(cause=SLUG).update(explanation="Changed.", self_care="Changed.")
    RedFlag.objects.filter(slug="twitching-with-weakness").update(warning_sign="changed")
    Release.objects.publish()
    Practice.objects.update(name="Renamed", phone="0", emergency_phone="0")
    cast.add_findings(assessment.intake, clinician, {"weakness": True})

    assert sheet(client, assessment) == before


def test_an_altered_snapshot_is_never_printed(assessment, catalogue) -> None:
    assessment.snapshot = json.dumps(json.loads(assessment.snapshot) | {"reference": "Forged"})

    with pytest.raises(ValueError, match="was altered"):
        patient_sheet(assessment, catalogue)


def test_queries(signed_in, colleague, assessment, django_assert_num_queries) -> None:
    client = signed_in(colleague)
    client.get(url(assessment))

    # Session, user, membership, assessment with its intake and signer, access record, release.
    with django_assert_num_queries(6):
        client.get(url(assessment))
