import datetime
import json
import re
import uuid

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from causes.models import PatientAdvice, RedFlag, Release
from clinic.models import AccessRecord, SheetOverrule
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
    cast.add_findings(assessment.intake, clinician, {"tinel-phalen": False})

    assert sheet(client, assessment) == before


def test_an_altered_snapshot_is_never_printed(assessment, catalogue) -> None:
    assessment.snapshot = json.dumps(json.loads(assessment.snapshot) | {"reference": "Forged"})

    with pytest.raises(ValueError, match="was altered"):
        patient_sheet(assessment, catalogue)


def test_queries(signed_in, colleague, assessment, django_assert_num_queries) -> None:
    client = signed_in(colleague)
    client.get(url(assessment))

    # Session, user, membership, assessment with its intake, signer and release, access record; the current release,
    # findings, confirmed diagnoses, what was overruled.
    with django_assert_num_queries(9):
        client.get(url(assessment))


class TestOverrule:
    """A sheet that calls it harmless, though the app's own conditions for that are not met."""

    @pytest.fixture
    def doubtful(self, practice, clinician):
        return signed(cast.a_sent_intake(practice, TWITCHES), clinician)

    def form(self, client, assessment, **changes):
        page = client.get(url(assessment)).context["form"]
        data = {"key": str(uuid.uuid4()), "marks": page.current_marks, "reason": "EMG normal.", "is_overruled": "on"}
        return {name: value for name, value in (data | changes).items() if value is not None}

    def post(self, client, assessment, **changes):
        return client.post(reverse("overrule_sheet", args=[assessment.key]), self.form(client, assessment, **changes))

    def test_it_works(self, signed_in, clinician, doubtful) -> None:
        client = signed_in(clinician)
        text = client.get(url(doubtful)).content.decode()
        assert "This sheet is not made yet" in text
        assert "hyperreflexia" in text
        assert "<article" not in text

        response = self.post(client, doubtful)

        row = SheetOverrule.objects.get()
        assert response.url == url(doubtful)
        assert (row.assessment, row.entered_by, row.reason) == (doubtful, clinician, "EMG normal.")
        assert any("hyperreflexia" in text for text in row.obstacles)
        assert "You have muscle twitches that are harmless." in sheet(client, doubtful)
        assert "overruled by Diana Clarke" in client.get(url(doubtful)).content.decode()
        assert "overruled by" not in sheet(client, doubtful)

    def test_anonymous_is_sent_to_the_login(self, client, doubtful) -> None:
        assert client.post(reverse("overrule_sheet", args=[doubtful.key])).url.startswith(reverse("login"))

    def test_outsider_gets_404(self, signed_in, outsider, doubtful) -> None:
        assert signed_in(outsider).post(reverse("overrule_sheet", args=[doubtful.key])).status_code == 404
        assert not SheetOverrule.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"is_overruled": None}, "Confirm that you have read what is not met."),
            ({"reason": "  "}, "This field is required"),
            ({"marks": "unlikely:"}, "Something else stands in the way now"),
            ({"key": "x"}, "Please correct what is marked"),
        ],
    )
    def test_bad_input(self, signed_in, clinician, doubtful, changes, message) -> None:
        client = signed_in(clinician)

        response = self.post(client, doubtful, **changes)

        assert response.status_code == 422
        assert message in response.content.decode()
        assert ("EMG normal." in response.content.decode()) is ("reason" not in changes)
        assert not SheetOverrule.objects.exists()
        assert client.get(url(doubtful)).context["conditions"].hindrances

    def test_a_resend_records_once(self, signed_in, clinician, doubtful) -> None:
        client = signed_in(clinician)
        data = self.form(client, doubtful)
        for _time in range(2):
            assert client.post(reverse("overrule_sheet", args=[doubtful.key]), data).url == url(doubtful)

        assert SheetOverrule.objects.count() == 1

    def test_the_form_of_another_assessment_is_refused(self, signed_in, clinician, doubtful) -> None:
        client = signed_in(clinician)
        data = self.form(client, doubtful)
        client.post(reverse("overrule_sheet", args=[doubtful.key]), data)
        other = signed(doubtful.intake, clinician)

        assert client.post(reverse("overrule_sheet", args=[other.key]), data).status_code == 400

    def test_what_comes_later_needs_a_new_reason(self, signed_in, clinician, doubtful) -> None:
        client = signed_in(clinician)
        self.post(client, doubtful)
        cast.add_findings(doubtful.intake, clinician, {"weakness": True})

        text = client.get(url(doubtful)).content.decode()

        assert "This sheet is not made yet" in text
        assert "twitching with muscle weakness" in text

    def test_a_new_finding_asks_even_where_nothing_stood_in_the_way(self, signed_in, clinician, assessment) -> None:
        cast.add_findings(assessment.intake, clinician, {"atrophy": True})

        assert "muscle atrophy on examination" in signed_in(clinician).get(url(assessment)).content.decode()

    def test_another_first_cause_stands_in_the_way(self, signed_in, clinician, sent_intake) -> None:
        text = signed_in(clinician).get(url(signed(sent_intake, clinician))).content.decode()

        assert "First of the ranking is Amyotrophic lateral sclerosis" in text

    def test_what_cannot_be_ranked_stands_in_the_way(self, signed_in, clinician, assessment) -> None:
        type(assessment.intake).objects.filter(pk=assessment.intake_id).update(setting="moon")

        assert "It cannot be ranked now" in signed_in(clinician).get(url(assessment)).content.decode()

    def test_a_cause_that_is_not_benign_is_not_called_so_and_needs_none(self, signed_in, clinician, practice) -> None:
        shaking = cast.a_sent_intake(practice, cast.ET_ANSWERS)

        assert "<article" in sheet(signed_in(clinician), signed(shaking, clinician, "essential-tremor"))

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE clinic_sheetoverrule SET reason = 'x'",
            "DELETE FROM clinic_sheetoverrule",
        ],
    )
    def test_it_never_changes(self, signed_in, clinician, doubtful, change) -> None:
        self.post(signed_in(clinician), doubtful)

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)

    def test_the_database_asks_for_a_reason(self, clinician, doubtful) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            SheetOverrule.objects.create(
                key=uuid.uuid4(), assessment=doubtful, obstacles=[], marks=[], reason="", entered_by=clinician
            )


class TestConfirmedOtherwise:
    """A sheet never contradicts what the patient is known to have."""

    @pytest.mark.parametrize("cause", ["als", "other"])
    @pytest.mark.parametrize("conclusion", [SLUG, "essential-tremor"])
    def test_it_cannot_be_made(self, signed_in, clinician, twitching, cause, conclusion) -> None:
        made = signed(twitching, clinician, conclusion)
        cast.a_confirmed_diagnosis(twitching, clinician, cause)
        client = signed_in(clinician)
        data = {"key": str(uuid.uuid4()), "marks": "", "reason": "I know.", "is_overruled": "on"}

        for response in (client.get(url(made)), client.post(reverse("overrule_sheet", args=[made.key]), data)):
            assert response.status_code == 409
            assert "but the confirmed diagnosis is" in response.content.decode()
            assert "<article" not in response.content.decode()
        assert not SheetOverrule.objects.exists()

    def test_not_even_where_it_was_confirmed_for_another_intake(
        self, signed_in, clinician, practice, assessment
    ) -> None:
        later = cast.a_sent_intake(practice, TWITCHES, patient=assessment.intake.patient)
        cast.a_confirmed_diagnosis(later, clinician)

        assert signed_in(clinician).get(url(assessment)).status_code == 409

    def test_an_overrule_does_not_outlive_it(self, signed_in, clinician, practice) -> None:
        made = signed(cast.a_sent_intake(practice, TWITCHES), clinician)
        TestOverrule().post(signed_in(clinician), made)
        cast.a_confirmed_diagnosis(made.intake, clinician)

        assert signed_in(clinician).get(url(made)).status_code == 409

    def test_another_benign_one_is_overruled_with_a_reason(self, signed_in, clinician, assessment) -> None:
        cast.a_confirmed_diagnosis(assessment.intake, clinician, "anxiety-related")

        (item,) = signed_in(clinician).get(url(assessment)).context["conditions"].hindrances
        assert item.text.startswith("another diagnosis is confirmed: ")

    def test_the_same_one_stands_in_nobodys_way(self, signed_in, clinician, assessment) -> None:
        cast.a_confirmed_diagnosis(assessment.intake, clinician, SLUG)

        assert "<article" in sheet(signed_in(clinician), assessment)

    def test_a_withdrawn_one_does_not_count(self, signed_in, clinician, assessment) -> None:
        cast.a_confirmed_diagnosis(assessment.intake, clinician)
        cast.a_confirmed_diagnosis(
            assessment.intake, clinician, "", name="", basis="", confirmed_on=None, note="Wrong.", is_withdrawn=True
        )

        assert "<article" in sheet(signed_in(clinician), assessment)
