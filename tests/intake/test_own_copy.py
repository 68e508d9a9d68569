"""What was sent, for the patient who sent it, and for nobody who only has the link."""

from __future__ import annotations

import datetime
import html

import pytest
from django.test import Client
from django.utils import timezone

from intake import own_copy
from intake.models import Intake
from tests.cast import ALS_ANSWERS, a_draft, a_sent_intake
from tests.intake.posting import a_whole_questionnaire, address
from tests.intake.test_views_send import names_a_cause


@pytest.fixture
def finished(client, practice):
    intake = a_draft(practice, {"started": ""})
    a_whole_questionnaire(client, intake)
    return intake


@pytest.fixture
def sent(client, finished):
    client.post(address(finished, "send"))
    finished.refresh_from_db()
    return finished


PAGES = ("answers", "answers/download", "looks")


def test_works(client, sent, catalogue):
    after = client.get(address(sent, "sent")).content.decode()
    assert sent.code in after
    assert "Your reference, for when you phone us" in after
    assert "Your code, to see your answers again" in after
    page = client.get(address(sent, "answers")).content.decode()
    assert "Arthur Lang" in page
    assert "My hand is thin." in page
    assert "data-print" in page
    assert "?change" not in page


def test_download(client, sent):
    response = client.get(address(sent, "answers", "download"))
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="answers-{sent.reference}.txt"'
    text = response.content.decode()
    assert "Have any of your muscles become weaker?\n    No\n" in text
    assert f"Reference: {sent.reference}" in text
    assert "<" not in text.split("My hand is thin.")[0]


@pytest.mark.parametrize("tail", PAGES)
def test_the_link_alone_leads_to_the_reference(sent, tail):
    stranger = Client()
    assert stranger.get(address(sent, tail))["Location"] == address(sent, "sent")
    page = stranger.get(address(sent, "sent")).content.decode()
    assert sent.reference in page
    assert sent.code not in page


@pytest.mark.parametrize("tail", PAGES)
def test_no_longer_than_half_an_hour(client, sent, tail, monkeypatch):
    later = timezone.now() + datetime.timedelta(minutes=29)
    monkeypatch.setattr(own_copy.timezone, "now", lambda: later)
    assert client.get(address(sent, tail)).status_code == 200
    much_later = later + datetime.timedelta(minutes=2)
    monkeypatch.setattr(own_copy.timezone, "now", lambda: much_later)
    assert client.get(address(sent, tail)).status_code == 302


def test_sending_it_again_does_not_make_it_longer(client, sent):
    before = client.session[own_copy.OWN_COPIES]
    client.post(address(sent, "send"))
    assert client.session[own_copy.OWN_COPIES] == before


def test_whoever_did_not_send_it_is_not_let_in_by_sending_again(sent):
    stranger = Client()
    stranger.post(address(sent, "send"))
    assert stranger.get(address(sent, "answers")).status_code == 302


def test_one_copy_does_not_open_another(client, sent, practice):
    other = a_sent_intake(practice)
    assert client.get(address(other, "answers")).status_code == 302


def test_whoever_found_the_draft_did_not_send_it(client, practice):
    draft = a_draft(practice, ALS_ANSWERS, code="ABCD-E347")
    client.post(
        f"/intake/p/{practice.token}/find/", {"typed_code": draft.code, "day": "2", "month": "3", "year": "1959"}
    )
    draft.send()
    assert client.get(address(draft, "answers")).status_code == 302


def test_a_draft_has_none(client, practice):
    draft = a_draft(practice)
    assert client.get(address(draft, "answers"))["Location"] == address(draft, "sent")


def test_bad_token(client, db):
    for tail in (*PAGES, "answers/hide"):
        assert client.post(f"/intake/nobody/{tail}/").status_code in (404, 405)
        assert client.get(f"/intake/nobody/{tail}/").status_code in (404, 405)


def test_closed_on_a_shared_computer(client, sent):
    client.post(address(sent, "answers", "hide"))
    assert client.get(address(sent, "answers")).status_code == 302
    assert sent.code not in client.get(address(sent, "sent")).content.decode()


def test_staff_read_on_the_pages_that_are_recorded(client, finished, clinician):
    Intake.objects.filter(pk=finished.pk).update(answers=finished.answers)
    client.force_login(clinician)
    session = client.session
    session["drafts"] = [str(finished.key)]
    session.save()
    client.post(address(finished, "send"))
    finished.refresh_from_db()
    assert finished.is_sent
    assert client.get(address(finished, "answers")).status_code == 302


def test_a_waiting_room_screen_shows_nothing_to_the_next(client, finished):
    Intake.objects.filter(pk=finished.pk).update(is_waiting_room=True)
    session = client.session
    session["waiting_room_intake"] = str(finished.key)
    session.save()
    client.post(address(finished, "send"))
    assert Intake.objects.get(pk=finished.pk).is_sent
    assert client.get(address(finished, "answers")).status_code == 302


@pytest.mark.parametrize("tail", PAGES)
def test_neither_a_ranking_nor_a_cache(client, practice, catalogue, tail):
    intake = a_sent_intake(practice, {**ALS_ANSWERS, "own-words": ""}, code="ABCD-E347")
    client.post(
        f"/intake/p/{practice.token}/find/", {"typed_code": intake.code, "day": "2", "month": "3", "year": "1959"}
    )
    response = client.get(address(intake, tail))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    content = html.unescape(response.content.decode())
    for finding in catalogue.findings:
        if finding.slug.startswith("family-"):
            content = content.replace(finding.question, "")
    assert names_a_cause(content, catalogue) == []
