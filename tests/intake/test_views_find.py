"""A patient without a personal link finds the draft again by its code and the date of birth."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from intake.codes import normalised, origin_of
from intake.models import CodeAttempt, Intake
from tests.cast import ALS_ANSWERS, a_draft, a_patient, a_practice, a_sent_intake
from tests.intake.posting import address

BORN = {"day": "2", "month": "3", "year": "1959"}
NOT_FOUND = "We found no answers with this code and date of birth"


@pytest.fixture
def draft(practice):
    return a_draft(practice, ALS_ANSWERS, code="ABCD-E347")


@pytest.fixture
def url(practice):
    return f"/intake/p/{practice.token}/find/"


def test_works(client, draft, url):
    assert client.get(url).status_code == 200
    response = client.post(url, {"typed_code": "ABCD-E347", **BORN})
    assert response["Location"] == address(draft)


@pytest.mark.parametrize("typed", ["abcd-e347", "ABCDE347", " abcd e3 47 ", "abcd–e347", "A B C D E 3 4 7"])
def test_case_spaces_and_dashes_are_forgiven(client, draft, url, typed):
    assert client.post(url, {"typed_code": typed, **BORN})["Location"] == address(draft)
    assert normalised(typed) == draft.code


def test_a_wrong_code_and_a_wrong_date_look_the_same(client, draft, url):
    pages = [
        client.post(url, {"typed_code": code, **BORN, "day": day}, follow=True)
        for code, day in (("ABCD-E347", "3"), ("ABCD-E348", "2"), ("ABCD-E348", "3"))
    ]
    assert {page.status_code for page in pages} == {200}
    for page in pages:
        assert NOT_FOUND in page.content.decode()
        assert draft.token not in page.content.decode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"typed_code": "", **BORN}, "Enter your code"),
        ({"typed_code": "ABC", **BORN}, "Enter the eight letters and numbers"),
        ({"typed_code": "ABCD-E34O", **BORN}, "Enter the eight letters and numbers"),
        ({"typed_code": "<b>", **BORN}, "Enter the eight letters and numbers"),
        ({"typed_code": "ABCD-E347", **BORN, "month": "13"}, "There is no such day"),
        ({"typed_code": "ABCD-E347"}, "Enter the date of birth"),
        ({}, "Enter the date of birth"),
    ],
)
def test_bad_input_is_no_try(client, draft, url, data, message):
    response = client.post(url, data)
    assert response["Location"] == url, "an answer that Back would have to post again"
    assert message in client.get(url).content.decode()
    assert "There is a problem" not in client.get(url).content.decode(), "it is said once"
    assert not CodeAttempt.objects.exists()


def test_a_bad_token(client, db):
    assert client.get("/intake/p/nobody/find/").status_code == 404
    assert client.post("/intake/p/nobody/find/", {"typed_code": "ABCD-E347", **BORN}).status_code == 404


def test_another_practice_does_not_find_it(client, draft, other_practice):
    url = f"/intake/p/{other_practice.token}/find/"
    assert NOT_FOUND in client.post(url, {"typed_code": draft.code, **BORN}, follow=True).content.decode()


def test_a_draft_without_a_date_of_birth_is_never_found(client, practice, url):
    a_draft(practice, {"name": "Ada"}, code="ABCD-E347")
    assert NOT_FOUND in client.post(url, {"typed_code": "ABCD-E347", **BORN}, follow=True).content.decode()


def test_the_registered_date_of_birth_counts_until_one_is_given(client, practice, url):
    patient = a_patient(practice, birth_date=datetime.date(1959, 3, 2))
    draft = a_draft(practice, {"tremor": "yes"}, code="ABCD-E347", patient=patient)
    assert client.post(url, {"typed_code": "ABCD-E347", **BORN})["Location"] == address(draft)


def test_what_was_sent_is_found_too(client, practice, url):
    intake = a_sent_intake(practice, ALS_ANSWERS, code="ABCD-E347")
    response = client.post(url, {"typed_code": "ABCD-E347", **BORN})
    assert response["Location"] == address(intake, "answers")
    assert client.get(response["Location"]).status_code == 200


def test_staff_find_nothing_to_read_with_it(client, practice, url, clinician):
    intake = a_sent_intake(practice, ALS_ANSWERS, code="ABCD-E347")
    draft = a_draft(practice, ALS_ANSWERS, code="ABCD-E348")
    client.force_login(clinician)
    client.post(url, {"typed_code": intake.code, **BORN})
    assert client.get(address(intake, "answers"))["Location"] == address(intake, "sent")
    assert client.post(url, {"typed_code": draft.code, **BORN}, follow=True).status_code == 403


def test_an_expired_draft_says_so(client, draft, url):
    Intake.objects.update(saved_at=timezone.now() - datetime.timedelta(days=31))
    response = client.post(url, {"typed_code": draft.code, **BORN}, follow=True)
    assert response.status_code == 410
    assert "no longer kept" in response.content.decode()


class TestTooManyTries:
    WRONG = {"typed_code": "ABCD-E348", **BORN}
    RIGHT = {"typed_code": "ABCD-E347", **BORN}

    @pytest.fixture(autouse=True)
    def limits(self, settings):
        settings.CODE_TRIES_BY_ORIGIN, settings.CODE_TRIES_AT_PRACTICE = 3, 5

    def test_from_one_place_are_refused_and_the_wait_is_told(self, client, draft, url):
        for _try in range(3):
            assert client.post(url, self.WRONG, follow=True).status_code == 200
        response = client.post(url, self.RIGHT, follow=True)
        assert response.status_code == 429
        assert response["Retry-After"] == "3600"
        assert "You can try again in 60 minutes." in response.content.decode()

    def test_what_was_refused_does_not_make_the_wait_longer(self, client, draft, url):
        for _try in range(6):
            client.post(url, self.WRONG)
        assert CodeAttempt.objects.count() == 3

    def test_after_an_hour_they_are_forgotten(self, client, draft, url):
        for _try in range(3):
            client.post(url, self.WRONG)
        CodeAttempt.objects.update(made_at=timezone.now() - datetime.timedelta(minutes=61))
        assert client.post(url, self.RIGHT)["Location"] == address(draft)
        assert CodeAttempt.objects.count() == 1

    def test_the_wait_is_until_the_oldest_of_them_is_an_hour_old(self, client, draft, url):
        for minutes in (50, 20, 10):
            client.post(url, self.WRONG)
            newest = CodeAttempt.objects.order_by("pk").last()
            CodeAttempt.objects.filter(pk=newest.pk).update(
                made_at=timezone.now() - datetime.timedelta(minutes=minutes)
            )
        assert "You can try again in 10 minutes." in client.post(url, self.RIGHT, follow=True).content.decode()

    def test_of_one_practice_from_many_places_are_refused_too(self, client, draft, url):
        for number in range(5):
            client.post(url, self.WRONG, REMOTE_ADDR=f"192.0.2.{number}")
        assert client.post(url, self.RIGHT, follow=True, REMOTE_ADDR="192.0.2.9").status_code == 429

    def test_another_place_and_another_practice_go_on(self, client, draft, url):
        other = a_practice("Hill Practice")
        for _try in range(4):
            client.post(url, self.WRONG)
        assert client.post(url, self.RIGHT, REMOTE_ADDR="192.0.2.1")["Location"] == address(draft)
        response = client.post(f"/intake/p/{other.token}/find/", self.WRONG, follow=True)
        assert response.status_code == 429, "the same place"

    def test_no_address_is_stored(self, client, draft, url):
        client.post(url, self.WRONG, REMOTE_ADDR="192.0.2.1")
        assert "192.0.2.1" not in CodeAttempt.objects.get().origin

    def test_a_header_that_anybody_can_send_counts_only_from_our_own_proxy(self, rf, settings):
        one = rf.post("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="198.51.100.7")
        other = rf.post("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="198.51.100.8")
        forged = rf.post("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="203.0.113.5, 198.51.100.7")
        assert origin_of(one) == origin_of(other)
        settings.BEHIND_TLS_PROXY = True
        assert origin_of(one) != origin_of(other)
        assert origin_of(one) == origin_of(forged)


def test_neither_is_in_an_address(client, draft, url):
    page = client.get(url).content.decode()
    assert 'method="post"' in page
    assert client.get(url, {"typed_code": draft.code, **BORN}).status_code == 200
    assert not CodeAttempt.objects.exists()


def test_number_of_queries(client, draft, url, django_assert_max_num_queries):
    with django_assert_max_num_queries(13):
        client.post(url, {"typed_code": "ABCD-E348", **BORN})
