from __future__ import annotations

import pytest
from django.test import Client

from intake.models import Intake
from intake.topics import incomplete_topics
from tests.cast import ALS_ANSWERS, a_draft
from tests.intake.posting import PROFILE, address, filled

pytestmark = pytest.mark.usefixtures("whole_form")


@pytest.fixture
def draft(practice):
    return a_draft(practice, {"age": 67, "sex": "male", "name": "Arthur Lang", "birth-date": "1959-03-02"})


def saved(intake: Intake) -> dict:
    return Intake.objects.get(pk=intake.pk).answers


def test_works(client, draft):
    page = client.get(address(draft, "strength"))
    assert page.status_code == 200
    assert "Have any of your muscles become weaker?" in page.content.decode()
    assert "Topic 6 of 15: strength, speech and breathing" in page.content.decode()

    response = client.post(address(draft, "strength"), filled(draft, "strength", weakness="yes"))
    assert response["Location"] == address(draft, "movement")
    assert saved(draft)["weakness"] == "yes"


def test_bad_token(client, db):
    for tail in ("", "strength/", "check/", "sent/"):
        assert client.get(f"/intake/nobody/{tail}").status_code == 404
    assert client.post("/intake/nobody/send/").status_code == 404


def test_bad_topic(client, draft):
    assert client.get(address(draft, "astrology")).status_code == 404


def test_bad_input_keeps_everything(client, draft):
    data = filled(draft, "drinks-and-habits", nicotine="yes", alcohol_units="lots")
    response = client.post(address(draft, "drinks-and-habits"), data)
    assert response["Location"] == address(draft, "drinks-and-habits") + "?problems"
    content = client.get(response["Location"]).content.decode()

    assert 'href="#id_alcohol-units"' in content
    assert 'value="lots"' in content
    assert 'name="nicotine" value="yes" checked' in content
    assert saved(draft)["nicotine"] == "yes"
    assert "alcohol-units" not in saved(draft)


@pytest.mark.parametrize(
    ("slug", "key", "saved_before", "changes"),
    [
        ("medicines", "medicines", [{"drug": "lithium", "name": "Lithium", "since": ""}], {"medicine_1": ""}),
        ("how-it-began", "onset-age", 60, {"onset_age": "90"}),
        ("drinks-and-habits", "drinks", {"espresso": 2}, {"drink_espresso": "6"}),
        ("where", "body", ["left-hand"], {"no_place": "on"}),
        ("strength", "weakness", "no", {"weakness": ""}),
    ],
)
def test_what_is_emptied_or_refused_leaves_no_older_answer_to_be_sent(client, draft, slug, key, saved_before, changes):
    draft.answers[key] = saved_before
    draft.save()
    data = filled(draft, slug, **changes)
    if key == "medicines":
        del data["no-medicines"]
    assert "There is a problem" in client.post(address(draft, slug), data, follow=True).content.decode()

    draft.refresh_from_db()
    assert key not in draft.answers
    assert slug in [topic.slug for topic in incomplete_topics(draft.release.catalogue(), draft.answers)]
    assert client.post(address(draft, "send"))["Location"] == address(draft, "check")


def test_a_hidden_answer_is_not_cleared(client, draft):
    draft.answers |= {"vocal-tics": "yes", "coprolalia": "yes"}
    draft.save()
    data = filled(draft, "what-you-notice", vocal_tics="no")
    del data["coprolalia"]
    client.post(address(draft, "what-you-notice"), data)
    assert saved(draft)["coprolalia"] == "yes"


class TestSignedInStaff:
    @pytest.mark.parametrize("tail", ["", "strength/", "check/"])
    def test_cannot_read_a_patients_draft(self, signed_in, clinician, draft, tail):
        response = signed_in(clinician).get(address(draft) + tail)
        assert response.status_code == 403
        assert "Only the patient can continue" in response.content.decode()
        assert "Arthur Lang" not in response.content.decode()
        assert "no-store" in response["Cache-Control"]

    def test_cannot_change_or_send_it(self, signed_in, clinician, draft):
        staff = signed_in(clinician)
        assert staff.post(address(draft, "strength"), filled(draft, "strength", weakness="yes")).status_code == 403
        assert staff.post(address(draft, "send")).status_code == 403
        assert "weakness" not in saved(draft)

    def test_goes_on_with_a_draft_that_this_session_began(self, signed_in, clinician, practice, release):
        staff = signed_in(clinician)
        staff.post(f"/intake/p/{practice.token}/")
        intake = Intake.objects.get()
        staff.post(address(intake, "you"), PROFILE)
        assert saved(intake)["name"] == PROFILE["name"]
        assert staff.get(address(intake, "you")).status_code == 200

    def test_another_session_of_theirs_does_not(self, signed_in, clinician, practice, release):
        staff = signed_in(clinician)
        staff.post(f"/intake/p/{practice.token}/")
        intake = Intake.objects.get()
        staff.post(address(intake, "you"), PROFILE)
        staff.logout()
        assert signed_in(clinician).get(address(intake, "you")).status_code == 403

    def test_what_was_begun_before_signing_in_is_the_patients(self, client, clinician, practice, release):
        client.post(f"/intake/p/{practice.token}/")
        intake = Intake.objects.get()
        client.post(address(intake, "you"), PROFILE)
        client.force_login(clinician)
        assert client.get(address(intake, "you")).status_code == 403


def test_what_is_typed_is_escaped(client, draft):
    client.post(address(draft, "your-words"), filled(draft, "your-words", own_words="<script>alert(1)</script>"))
    for page in ("your-words", "check"):
        content = client.get(address(draft, page)).content.decode()
        assert "<script>alert" not in content
        assert "&lt;script&gt;alert" in content


def test_back_keeps_the_answers(client, draft):
    client.post(address(draft, "strength"), filled(draft, "strength", weakness="yes"))
    content = client.get(address(draft, "movement")).content.decode()
    assert f'href="{address(draft, "strength")}"' in content
    assert 'name="weakness" value="yes" checked' in client.get(address(draft, "strength")).content.decode()


def test_looking_changes_nothing(client, draft):
    before = Intake.objects.values().get()
    for tail in ("", "you/", "check/", "sent/"):
        client.get(address(draft) + tail)
    assert Intake.objects.values().get() == before


def test_resuming_leads_to_the_first_unfinished_topic(client, draft):
    assert client.get(address(draft))["Location"] == address(draft, "what-you-notice")


def test_more_questions_come_with_a_word_of_why_and_the_answers_are_saved(client, draft):
    data = filled(draft, "what-you-notice", vocal_tics="yes")
    del data["coprolalia"]
    data["shown"].remove("coprolalia")
    response = client.post(address(draft, "what-you-notice"), data)
    assert response["Location"] == address(draft, "what-you-notice") + "?more"
    content = client.get(response["Location"]).content.decode()

    assert "A few more questions because of your answers" in content
    assert "There is a problem" not in content
    assert 'data-item="coprolalia" data-ask-if="vocal-tics" hidden' not in content
    assert saved(draft)["vocal-tics"] == "yes"


def test_ask_if_hides_questions_that_do_not_apply(client, draft):
    draft.answers["tremor"] = "no"
    draft.save()
    assert (
        "Do you shake when that part of your body is resting?"
        not in client.get(address(draft, "when-it-happens")).content.decode()
    )
    draft.answers["tremor"] = "yes"
    draft.save()
    assert (
        "Do you shake when that part of your body is resting?"
        in client.get(address(draft, "when-it-happens")).content.decode()
    )


def test_an_answer_that_no_longer_applies_is_kept_but_is_no_evidence(client, draft, catalogue):
    draft.answers |= {"tremor": "yes", "rest-tremor": "yes"}
    draft.save()
    client.post(address(draft, "what-you-notice"), filled(draft, "what-you-notice", tremor="no"))
    draft.refresh_from_db()

    assert draft.answers["rest-tremor"] == "yes"
    assert "rest-tremor" not in draft.evidence(catalogue)


def test_another_medicine(client, draft):
    data = filled(draft, "medicines", medicine_1="Lithium", another_medicine="1")
    del data["no-medicines"]
    response = client.post(address(draft, "medicines"), data)

    assert response["Location"].startswith(address(draft, "medicines"))
    content = client.get(address(draft, "medicines")).content.decode()
    assert 'value="Lithium"' in content
    assert 'name="medicine-2"' in content


def test_two_tabs_keep_each_others_answers(client, draft):
    strength, movement = filled(draft, "strength", weakness="yes"), filled(draft, "movement", slowness="yes")
    client.post(address(draft, "strength"), strength)
    client.post(address(draft, "movement"), movement)
    assert (saved(draft)["weakness"], saved(draft)["slowness"]) == ("yes", "yes")


def test_once_sent_nothing_can_be_read_back_or_changed(client, practice):
    intake = a_draft(practice, ALS_ANSWERS)
    data = filled(intake, "strength", weakness="no")
    intake.send()
    for tail in ("", "strength/", "check/"):
        assert client.get(address(intake) + tail)["Location"] == address(intake, "sent")
    assert client.post(address(intake, "strength"), data)["Location"] == address(intake, "sent")
    assert saved(intake)["weakness"] == "yes"


def test_sent_in_another_tab_while_this_page_is_saved(client, practice, monkeypatch):
    intake = a_draft(practice, ALS_ANSWERS)
    data = filled(intake, "strength", weakness="no")
    save = Intake.save_answers

    def send_first(self, *args):
        Intake.objects.get(pk=self.pk).send()
        return save(self, *args)

    monkeypatch.setattr(Intake, "save_answers", send_first)
    assert client.post(address(intake, "strength"), data)["Location"] == address(intake, "sent")
    assert saved(intake)["weakness"] == "yes"


def test_other_methods_are_refused(client, draft):
    assert client.get(address(draft, "send")).status_code == 405
    assert client.post(address(draft, "check")).status_code == 405
    assert client.delete(address(draft, "strength")).status_code == 405


def test_a_form_from_another_site_is_refused(draft):
    from_elsewhere = Client(enforce_csrf_checks=True)
    response = from_elsewhere.post(address(draft, "strength"), filled(draft, "strength"))
    assert response.status_code == 403
    assert "weakness" not in saved(draft)


def test_the_link_key_leaves_with_no_request_and_stays_in_no_cache(client, draft):
    for tail in ("", "strength/", "check/", "code/", "sent/"):
        response = client.get(address(draft) + tail)
        assert "no-store" in response["Cache-Control"], tail
        assert response["Referrer-Policy"] == "same-origin", tail


def test_number_of_queries(client, draft, django_assert_max_num_queries):
    client.get(address(draft, "strength"))
    with django_assert_max_num_queries(2):
        client.get(address(draft, "strength"))
    with django_assert_max_num_queries(2):
        client.get(address(draft, "check"))
