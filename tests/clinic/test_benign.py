"""The benign lane of the differential page; the rule itself is tested in tests/causes/test_benign.py."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from causes.models import Cause, Parameter, PatientAdvice, Release
from clinic.benign import benign_lane, recheck_on
from clinic.chart import chart_of
from clinic.models import Assessment
from tests import cast
from tests.clinic.test_assessments import sign

pytestmark = pytest.mark.django_db

TWITCHES = {
    "name": "Finn Hale",
    "birth-date": "1990-05-04",
    "age": 36,
    "sex": "male",
    "body": ["left-calf", "right-calf", "left-hand"],
    "laterality": "both sides equally",
    "duration": "1 to 5 years",
    "course": "comes and goes",
    **dict.fromkeys(("fasciculations", "muscle-cramps", "worse-stress", "worse-caffeine", "anxiety"), "yes"),
    **dict.fromkeys(("worse-fatigue-exertion", "health-anxiety", "healthcare-worker"), "yes"),
    **dict.fromkeys(("tremor", "abrupt-onset", "weakness", "grip-weakness", "foot-drop", "muscle-wasting"), "no"),
    **dict.fromkeys(("dysarthria", "dysphagia", "breathlessness", "spreading", "carpopedal-spasm", "numbness"), "no"),
    **dict.fromkeys(("unsteady-gait", "slowness", "tingling", "perioral-tingling", "neck-pain", "confusion"), "no"),
    **dict.fromkeys(("seizures", "hallucinations", "sweating", "heat-intolerance", "palpitations", "insomnia"), "no"),
    **dict.fromkeys(("radiating-arm-pain", "weight-loss", "alcohol-stopped", "diarrhoea", "muscle-stiffness"), "no"),
    "medicines": [],
}
NORMAL = {
    "fasciculations-seen-multiregion": True,
    **dict.fromkeys(("objective-weakness", "atrophy", "hyperreflexia", "tongue-fasciculation-atrophy"), False),
    **dict.fromkeys(("reduced-reflexes", "babinski", "sensory-loss"), False),
}
SLUG = "benign-fasciculation-syndrome"


@pytest.fixture
def twitching(practice):
    return cast.a_sent_intake(practice, TWITCHES)


@pytest.fixture
def benign(twitching, clinician):
    cast.add_findings(twitching, clinician, NORMAL)
    return twitching


def page(client, intake) -> str:
    return client.get(reverse("differential", args=[intake.key])).content.decode()


def test_it_works(signed_in, clinician, benign) -> None:
    text = page(signed_in(clinician), benign)

    assert "The picture is benign" in text
    assert "Benign fasciculation syndrome comes first" in text
    assert "Twitching with muscle weakness" in text
    assert "an arm, a leg or a hand gets weaker" in text
    assert "Recheck in 12 weeks" in text


def test_the_review_date_is_proposed_and_not_filled_in(signed_in, clinician, benign) -> None:
    text = page(signed_in(clinician), benign)

    assert recheck_on(chart_of(benign)) == timezone.localdate() + datetime.timedelta(weeks=12)
    assert 'name="review_on" value=' not in text
    assert 'name="is_recheck"' in text
    assert "Review as proposed: Recheck in 12 weeks" in text


class TestProposedReview:
    def sign(self, client, intake, **changes):
        return sign(client, intake, conclusion=SLUG, **{"is_recheck": "on", "review_on": "", **changes})

    def test_it_is_worked_out_when_it_is_signed(self, signed_in, clinician, benign, monkeypatch) -> None:
        later = timezone.localdate() + datetime.timedelta(days=3)
        monkeypatch.setattr(timezone, "localdate", lambda *args: later)

        self.sign(signed_in(clinician), benign)

        assert Assessment.objects.get().review_on == later + datetime.timedelta(weeks=12)

    def test_without_it_there_is_none(self, signed_in, clinician, benign) -> None:
        self.sign(signed_in(clinician), benign, is_recheck=None)

        assert Assessment.objects.get().review_on is None

    def test_two_dates_are_one_too_many(self, signed_in, clinician, benign) -> None:
        response = self.sign(signed_in(clinician), benign, review_on="2030-01-31")

        assert response.status_code == 422
        assert "Either the proposed date or one of your own" in response.content.decode()
        assert not Assessment.objects.exists()

    def test_none_is_taken_over_when_the_picture_is_no_longer_benign(self, signed_in, clinician, benign) -> None:
        client = signed_in(clinician)
        cast.add_findings(benign, clinician, {"atrophy": True})

        response = self.sign(client, benign)

        assert response.status_code == 422
        assert "No date is proposed any more" in response.content.decode()
        assert 'name="is_recheck"' not in page(client, benign)


def test_before_the_examination_it_says_what_stands_in_the_way(signed_in, clinician, twitching) -> None:
    text = page(signed_in(clinician), twitching)

    assert "The picture is benign" not in text
    assert "hyperreflexia not examined" in text
    assert recheck_on(chart_of(twitching)) is None


@pytest.mark.parametrize(
    ("finding", "value", "expected"),
    [
        ("atrophy", True, "present: muscle atrophy on examination"),
        ("hyperreflexia", None, "hyperreflexia not examined"),
        ("weakness", True, "red flag: twitching with muscle weakness"),
    ],
)
def test_one_finding_is_enough_to_stand_in_the_way(benign, clinician, finding, value, expected) -> None:
    cast.add_findings(benign, clinician, {finding: value})

    lane = benign_lane(chart_of(benign))

    assert lane is not None
    assert expected in lane.not_yet
    assert lane.reasons == ()


def test_another_first_cause_has_no_benign_lane(sent_intake) -> None:
    assert benign_lane(chart_of(sent_intake)) is None
    assert recheck_on(chart_of(sent_intake)) is None


def test_absent_and_not_checked_are_told_apart(benign) -> None:
    lane = benign_lane(chart_of(benign))

    assert lane is not None
    absent = {flag.name: flag.because for flag in lane.absent}
    assert absent["Twitching with muscle weakness"] == "muscle weakness: no"
    assert (
        absent["Brisk reflexes and muscle wasting together"]
        == "hyperreflexia: absent, muscle atrophy on examination: absent"
    )
    unchecked = {flag.name: [unknown.text for unknown in flag.unknown] for flag in lane.unchecked}
    assert unchecked["Tics with depression"] == ["motor tics not asked", "depression not asked"]
    assert not absent.keys() & unchecked.keys()


def test_a_tolerated_red_flag_is_named(benign) -> None:
    lane = benign_lane(chart_of(benign))

    assert lane is not None
    assert any("twitching that persists for more than 3 months" in reason for reason in lane.reasons)


def test_an_editor_decides(benign) -> None:
    Parameter.objects.filter(slug="benign-posterior").update(value=1.0)
    PatientAdvice.objects.filter(cause=SLUG).update(recheck_weeks=8)
    Release.objects.publish()
    lane = benign_lane(chart_of(benign))
    assert lane is not None
    assert lane.not_yet

    Cause.objects.filter(slug=SLUG).update(is_benign=False)
    Release.objects.publish()
    assert benign_lane(chart_of(benign)) is None
