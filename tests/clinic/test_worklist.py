from __future__ import annotations

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from causes.models import Release
from causes.models.publishing import withdraw
from clinic.models import AccessRecord
from clinic.patient_forms import State
from clinic.views.worklist import KEPT
from clinic.worklist import PAGE_SIZE, Listed, person, waiting
from intake.models import Intake
from tests import cast

pytestmark = pytest.mark.django_db
URL = "/"


def names(response) -> list[str]:
    return [row.patient for row in response.context["page"].rows]


def test_works(signed_in, clinician, sent_intake):
    response = signed_in(clinician).get(URL)
    assert response.status_code == 200
    (row,) = response.context["page"].rows
    assert (row.patient, row.person, row.urgency, row.state_name) == ("Arthur Lang", "Man, 67", "urgent", "New")
    assert row.url == reverse("differential", args=[sent_intake.key])
    assert "Difficulty swallowing with muscle weakness" in row.clinical.flags
    assert row.clinical.first_causes[0].name == "Amyotrophic lateral sclerosis"
    assert [bar.css for bar in row.clinical.first_causes] == ["v-bar", "v-tint", "v-tint"]
    for text in (sent_intake.reference, row.clinical.first_causes[0].probability, "most urgent first"):
        assert text in response.content.decode()


def test_anonymous_logs_in_first(client, sent_intake):
    assert client.get(URL).url == "/login/?next=/"


def test_no_cache_keeps_it(signed_in, clinician):
    assert "no-store" in signed_in(clinician).get(URL)["Cache-Control"]


def test_outsider_sees_only_her_own(signed_in, outsider, sent_intake):
    response = signed_in(outsider).get(URL)
    assert names(response) == []
    assert b"Arthur Lang" not in response.content


def test_drafts_stay_out(signed_in, clinician, draft_intake):
    assert names(signed_in(clinician).get(URL)) == []


def test_without_intakes_it_says_how_to_get_them(signed_in, clinician, practice):
    response = signed_in(clinician).get(URL)
    assert "No intakes yet" in response.content.decode()
    assert f"http://testserver/intake/p/{practice.token}/" in response.content.decode()


def test_order_is_urgency_then_waiting_and_signed_off_last(signed_in, clinician, practice):
    hours = {"Routine": 9, "Urgent new": 1, "Urgent old": 5, "Urgent signed": 8}
    for name, waited in hours.items():
        answers = cast.ET_ANSWERS if name == "Routine" else cast.ALS_ANSWERS
        cast.a_sent_intake(practice, {**answers, "name": name}, datetime.timedelta(hours=waited))
    cast.a_signed_assessment(Intake.objects.get(patient__name="Urgent signed"), clinician)
    response = signed_in(clinician).get(URL)
    assert names(response) == ["Urgent old", "Urgent new", "Routine", "Urgent signed"]
    assert "4 of 4 intakes · oldest waits 9 h" in response.content.decode()


def test_findings_of_the_clinician_count(signed_in, clinician, sent_intake):
    before = signed_in(clinician).get(URL).context["page"].rows[0]
    cast.add_findings(sent_intake, clinician)
    after = signed_in(clinician).get(URL).context["page"].rows[0]
    assert (before.state_name, after.state_name) == ("New", "Findings added")
    assert "Twitching with muscle weakness" in after.clinical.flags
    assert len(after.clinical.flags) == 2
    assert re.fullmatch(r"and \d+ more", after.clinical.more_flags)
    assert after.clinical.first_causes != before.clinical.first_causes


def test_urgency_of_an_older_release_is_worked_out_anew_and_not_written(signed_in, clinician, sent_intake):
    Intake.objects.filter(pk=sent_intake.pk).update(urgency="self-care", urgency_release=None)
    response = signed_in(clinician).get(URL)
    assert response.context["page"].rows[0].urgency == "urgent"
    assert Intake.objects.get(pk=sent_intake.pk).urgency == "self-care"


def test_the_urgency_follows_a_withdrawal(signed_in, clinician, editor, approver, sent_intake):
    """A stored urgency of a release that was withdrawn is stale, although its number is the higher one."""
    second = cast.a_release(editor, approver)
    Intake.objects.filter(pk=sent_intake.pk).update(urgency="self-care", urgency_release=second)
    assert signed_in(clinician).get(URL).context["page"].rows[0].urgency == "self-care"
    withdraw(second, approver, "Misread.")
    assert signed_in(clinician).get(URL).context["page"].rows[0].urgency == "urgent"


def test_an_intake_that_the_release_cannot_rank_says_so(signed_in, clinician, practice, sent_intake):
    cast.a_sent_intake(practice, cast.ET_ANSWERS)
    Intake.objects.filter(pk=sent_intake.pk).update(setting="withdrawn", urgency_release=None)
    response = signed_in(clinician).get(URL)
    bars = {row.patient: row.clinical.first_causes for row in response.context["page"].rows}
    assert bars["Arthur Lang"] == ()
    assert len(bars["Edith Moss"]) == 3
    assert "no longer has the intake’s setting" in response.content.decode()
    assert "Not ranked" in response.content.decode()


def test_an_intake_that_cannot_be_ranked_never_costs_the_others_theirs(signed_in, clinician, practice, catalogue):
    intakes = [cast.a_sent_intake(practice, {**cast.ET_ANSWERS, "name": f"P{n}"}) for n in range(5)]
    Intake.objects.filter(pk__in=[intakes[1].pk, intakes[4].pk]).update(presentation="withdrawn", urgency_release=None)
    rows = signed_in(clinician).get(URL).context["page"].rows
    assert {row.patient for row in rows if not row.clinical.first_causes} == {"P1", "P4"}
    assert len(rows) == 5


def test_what_is_found_after_the_signature_opens_it_again(signed_in, clinician, practice):
    for name in ("Signed", "Changed", "New"):
        cast.a_sent_intake(practice, {**cast.ET_ANSWERS, "name": name})
    for name in ("Signed", "Changed"):
        cast.a_signed_assessment(Intake.objects.get(patient__name=name), clinician)
    changed = Intake.objects.get(patient__name="Changed")
    cast.add_findings(changed, clinician, {"rigidity": True})
    Intake.objects.filter(pk=changed.pk).update(urgency="emergency")
    client = signed_in(clinician)
    states = {row.patient: (row.state_name, row.state_icon) for row in client.get(URL).context["page"].rows}
    assert list(states) == ["Changed", "New", "Signed"]
    assert states["Changed"] == ("Changed since signed", "warning")
    assert names(client.get(URL, {"state": "changed"})) == ["Changed"]
    assert names(client.get(URL, {"state": "signed"})) == ["Signed"]
    cast.a_signed_assessment(changed, clinician)
    assert names(client.get(URL, {"state": "signed"})) == ["Changed", "Signed"]


def test_a_stale_urgency_is_worked_out_for_what_changed_since_it_was_signed(signed_in, clinician, sent_intake):
    cast.a_signed_assessment(sent_intake, clinician)
    cast.add_findings(sent_intake, clinician)
    Intake.objects.filter(pk=sent_intake.pk).update(urgency="self-care", urgency_release=None)
    assert signed_in(clinician).get(URL).context["page"].rows[0].urgency == "urgent"


def test_a_confirmed_diagnosis_is_a_state_of_its_own(signed_in, clinician, sent_intake):
    client = signed_in(clinician)
    cast.a_confirmed_diagnosis(sent_intake, clinician)
    (row,) = client.get(URL).context["page"].rows
    assert (row.state_name, row.urgency) == ("Diagnosis confirmed, not signed", "urgent")
    assert names(client.get(URL, {"state": "confirmed"})) == ["Arthur Lang"]
    assert names(client.get(URL, {"state": "new"})) == []

    blank = {"name": "", "basis": "", "confirmed_on": None, "note": "Wrong.", "is_withdrawn": True}
    cast.a_confirmed_diagnosis(sent_intake, clinician, "", **blank)
    assert names(client.get(URL, {"state": "new"})) == ["Arthur Lang"]
    cast.a_confirmed_diagnosis(sent_intake, clinician)
    cast.a_signed_assessment(sent_intake, clinician)
    assert names(client.get(URL, {"state": "signed"})) == ["Arthur Lang"]


def test_an_urgency_without_a_red_flag_says_where_it_comes_from(signed_in, clinician, practice):
    answers = {"age": 30, "sex": "male", "tremor": "yes", "name": "Wilson Case"}
    intake = cast.a_sent_intake(practice, answers)
    cast.add_findings(intake, clinician, {"kayser-fleischer": True, "low-ceruloplasmin": True})
    Intake.objects.update(urgency_release=None)
    client = signed_in(clinician)
    (row,) = client.get(URL).context["page"].rows
    assert (row.clinical.flags, row.urgency) == ((), "urgent")
    assert row.clinical.urgency_reason == "Urgency by the first cause, Wilson disease."
    assert "No red flag. Urgency by the first cause, Wilson disease." in client.get(URL).content.decode()

    cast.a_signed_assessment(intake, clinician)
    Intake.objects.filter(pk=intake.pk).update(urgency="soon")
    (row,) = client.get(URL).context["page"].rows
    assert row.clinical.urgency_reason == "Urgency as it was when signed."


def test_where_a_red_flag_fired_the_first_cause_is_no_reason(signed_in, clinician, sent_intake):
    assert signed_in(clinician).get(URL).context["page"].rows[0].clinical.urgency_reason == ""


def test_every_row_shown_is_on_record(signed_in, clinician, sent_intake):
    signed_in(clinician).get(URL)
    record = AccessRecord.objects.get()
    assert (record.intake, record.user, record.view, record.was_allowed) == (sent_intake, clinician, "worklist", True)


def test_reception_sees_no_clinical_content(signed_in, receptionist, clinician, sent_intake):
    cast.add_findings(sent_intake, clinician)
    response = signed_in(receptionist).get(URL)
    (row,) = response.context["page"].rows
    assert (row.patient, row.clinical) == ("Arthur Lang", None)
    assert row.url == reverse("patient", args=[sent_intake.patient.key])
    for text in (sent_intake.title, "Amyotrophic", "swallowing", "Red flags", "First three causes"):
        assert text not in response.content.decode()
    assert AccessRecord.objects.get().user == receptionist


def test_reception_cannot_search_or_filter_by_complaint(signed_in, receptionist, sent_intake):
    client = signed_in(receptionist)
    word = sent_intake.title.split()[0]
    assert names(client.post(URL, {"q": word}, follow=True)) == []
    assert names(client.post(URL, {"q": "lang"}, follow=True)) == ["Arthur Lang"]
    assert client.get(URL, {"complaint": "tremor"}).status_code == 400


@pytest.fixture
def two(practice, clinician):
    cast.a_sent_intake(practice)
    tremor = cast.a_sent_intake(practice, cast.ET_ANSWERS)
    cast.add_findings(tremor, clinician, {"rigidity": False})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"urgency": "urgent"}, ["Arthur Lang"]),
        ({"urgency": ["urgent", "routine", "soon"]}, ["Arthur Lang", "Edith Moss"]),
        ({"urgency": "emergency"}, []),
        ({"state": "new"}, ["Arthur Lang"]),
        ({"state": "findings"}, ["Edith Moss"]),
        ({"state": "signed"}, []),
        ({"complaint": "tremor"}, ["Edith Moss"]),
        ({"complaint": "any"}, ["Arthur Lang"]),
        ({"complaint": "tremor", "state": "new"}, []),
    ],
)
def test_filters(signed_in, clinician, two, query, expected):
    response = signed_in(clinician).get(URL, query)
    assert names(response) == expected
    assert ("Nothing matches" in response.content.decode()) is (not expected)


def test_toggles_count_what_the_other_filters_leave(signed_in, clinician, two):
    toggles = signed_in(clinician).get(URL, {"complaint": "tremor", "urgency": "urgent"}).context["page"].toggles
    assert [toggle.urgency for toggle in toggles] == ["emergency", "urgent", "soon", "routine", "self-care"]
    assert sum(toggle.count for toggle in toggles) == 1
    assert [toggle.urgency for toggle in toggles if toggle.is_checked] == ["urgent"]


@pytest.mark.parametrize(
    "query",
    [
        {"urgency": "soonish"},
        {"state": "old"},
        {"complaint": "x"},
        {"page": "0"},
        {"page": "x"},
        {"q": "Lang"},
        {"y": 1},
    ],
)
def test_an_unknown_value_is_an_error(signed_in, clinician, query):
    assert signed_in(clinician).get(URL, query).status_code == 400


def test_search_is_posted_and_stays_out_of_addresses(signed_in, clinician, two):
    client = signed_in(clinician)
    intake = Intake.objects.get(patient__name="Arthur Lang")
    for text in ("lang", "ARTHUR lang", intake.reference.lower(), intake.title.split(", ")[0]):
        response = client.post(URL, {"q": text}, follow=True)
        assert names(response) == ["Arthur Lang"], text
        assert f'value="{text}"' in response.content.decode()
        assert response.redirect_chain == [(URL, 302)]
    assert names(client.post(URL, {"q": "lang", "state": "findings"}, follow=True)) == []


def test_the_list_is_found_again_as_it_was_left(signed_in, clinician, two):
    """Coming back from a patient, by the browser's button or by the menu, keeps search and filters."""
    client = signed_in(clinician)
    address = client.post(URL, {"q": "lang", "state": "new"}).url
    for back in (address, URL):
        response = client.get(back)
        assert names(response) == ["Arthur Lang"]
        assert (response.context["filters"].text, response.context["filters"].state) == ("lang", "new")
        assert "Clear search" in response.content.decode()


def test_the_search_is_cleared_and_the_filters_stay(signed_in, clinician, two):
    client = signed_in(clinician)
    client.post(URL, {"q": "lang", "state": "findings"})
    response = client.post(URL, {"q": "lang", "state": "findings", "clear": "1"}, follow=True)
    assert names(response) == ["Edith Moss"]
    assert "Clear search" not in response.content.decode()


def test_where_nothing_matches_all_can_be_shown(signed_in, clinician, two):
    client = signed_in(clinician)
    assert "Nothing matches" in client.post(URL, {"q": "nobody", "state": "new"}, follow=True).content.decode()
    assert len(names(client.post(URL, {"clear": "1"}, follow=True))) == 2


def test_a_kept_filter_that_the_release_has_lost_is_dropped(signed_in, clinician, two):
    client = signed_in(clinician)
    session = client.session
    session[KEPT] = {"text": "", "query": "complaint=withdrawn"}
    session.save()
    assert len(names(client.get(URL))) == 2


def test_nobody_else_finds_the_search(signed_in, clinician, colleague, two):
    signed_in(clinician).post(URL, {"q": "lang"})
    client = signed_in(colleague)
    assert client.get(URL).context["filters"].text == ""


def test_posted_filters_without_a_search_become_an_address(signed_in, clinician):
    client = signed_in(clinician)
    response = client.post(URL, {"q": "", "urgency": ["urgent", "soon"], "state": "new", "complaint": "", "page": "2"})
    assert response.url == "/?urgency=urgent&urgency=soon&state=new&page=2"
    everything = ["emergency", "urgent", "soon", "routine", "self-care"]
    assert client.post(URL, {"urgency": everything}).url == "/"


def test_search_needs_the_token_of_the_form(client, clinician):
    strict = client.__class__(enforce_csrf_checks=True)
    strict.force_login(clinician)
    assert strict.post(URL, {"q": "lang"}).status_code == 403


def many(practice, count: int) -> None:
    """Copies of one intake: what the page costs does not hang on what was answered."""
    first = cast.a_sent_intake(practice)
    for number in range(count - 1):
        patient = cast.a_patient(practice, f"Copy {number:02d}")
        Intake.objects.create(
            practice=practice,
            patient=patient,
            release=first.release,
            answers=first.answers,
            setting=first.setting,
            presentation=first.presentation,
            title=first.title,
            urgency=first.urgency,
            urgency_release=first.urgency_release,
            sent_at=timezone.now() - datetime.timedelta(hours=number + 1),
            reference=f"COPY-{number:04d}",
        )


def test_pages(signed_in, clinician, practice):
    many(practice, PAGE_SIZE + 2)
    client = signed_in(clinician)
    first, second, beyond = (client.get(URL, {"page": page}).context["page"] for page in (1, 2, 99))
    assert (len(first.rows), first.span, first.earlier, first.later) == (25, "1 to 25 of 27", None, 2)
    assert (len(second.rows), second.span, second.earlier, second.later) == (2, "26 to 27 of 27", 1, None)
    assert beyond.span == second.span
    assert AccessRecord.objects.count() == 25 + 2 + 2
    found = client.post(URL, {"q": "copy", "page": "2"}, follow=True).context["page"]
    assert (len(found.rows), found.earlier) == (1, 1)


@pytest.mark.parametrize("rows", [1, PAGE_SIZE])
@pytest.mark.parametrize("is_stale", [False, True])
def test_queries(signed_in, clinician, practice, django_assert_num_queries, rows, is_stale):
    many(practice, rows)
    for intake in Intake.objects.all():
        cast.add_findings(intake, clinician, {"hyperreflexia": True})
    if is_stale:
        Intake.objects.update(urgency_release=None)
    client = signed_in(clinician)
    # Session, user, membership, release, count, stale, list, page, its findings, confirmed, record; stale findings.
    with django_assert_num_queries(12 if is_stale else 11):
        client.get(URL)


def test_get_writes_nothing_but_the_record(signed_in, clinician, sent_intake):
    client = signed_in(clinician)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(URL)
    writes = [query["sql"] for query in queries if not query["sql"].lstrip().startswith("SELECT")]
    assert len(writes) == 1
    assert "clinic_accessrecord" in writes[0]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (-3, "0 min"),
        (0, "0 min"),
        (59, "59 min"),
        (60, "1 h"),
        (130, "2 h 10 min"),
        (190, "3 h"),
        (23 * 60 + 59, "23 h"),
        (24 * 60, "1 day"),
        (3 * 24 * 60 + 5, "3 days"),
    ],
)
def test_waiting(minutes, expected):
    now = timezone.now()
    assert waiting(now - datetime.timedelta(minutes=minutes), now) == expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"age": 67, "sex": "male"}, "Man, 67"),
        ({"age": 17, "sex": "female"}, "Girl, 17"),
        ({"age": 10, "sex": "male"}, "Boy, 10"),
        ({"age": 18, "sex": ""}, "Adult, 18"),
        ({"age": 5}, "Child, 5"),
        ({"sex": "female"}, "Woman"),
        ({}, ""),
    ],
)
def test_person(answers, expected):
    assert person(Intake(answers=answers), child_before=18) == expected


def test_listed_knows_whether_it_is_signed():
    now = timezone.now()
    assert Listed(1, "soon", now, State.SIGNED).is_signed
    assert not Listed(1, "soon", now, State.FINDINGS).is_signed


def test_an_account_without_a_practice_is_told_whom_to_ask(signed_in, django_user_model):
    response = signed_in(django_user_model.objects.create_user("nobody")).get(URL)
    assert response.status_code == 403
    assert "belongs to no practice yet" in response.content.decode()


def test_an_editor_without_a_practice_goes_to_the_catalogue(signed_in, editor):
    assert signed_in(editor).get(URL).url == reverse("admin:index")


def test_without_a_catalogue_it_fails_loudly(signed_in, clinician, monkeypatch):
    def none(self):
        raise Release.DoesNotExist("No catalogue")

    monkeypatch.setattr(type(Release.objects), "current", none)
    with pytest.raises(Release.DoesNotExist):
        signed_in(clinician).get(URL)
