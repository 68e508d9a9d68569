"""A patient asks who has looked at the answers."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from clinic.looks import looks_at
from clinic.models import AccessRecord
from tests import cast
from tests.intake.posting import address


@pytest.fixture
def opened(client, sent_intake):
    """Her session, in which she has entered code and date of birth."""
    born = {"day": "2", "month": "3", "year": "1959"}
    token = sent_intake.practice.token
    client.post(f"/intake/p/{token}/find/", {"typed_code": sent_intake.code, **born})
    return client


def a_look(intake, user, view="differential", method="GET", was_allowed=True, **ago):
    return AccessRecord.objects.create(
        practice=intake.practice,
        user=user,
        intake=intake,
        view=view,
        method=method,
        was_allowed=was_allowed,
        looked_at=timezone.now() - datetime.timedelta(**ago),
    )


def test_works(opened, sent_intake, clinician):
    a_look(sent_intake, clinician)
    content = opened.get(address(sent_intake, "looks")).content.decode()
    assert "Diana Clarke (clinician)" in content
    assert "Looked at your answers" in content


def test_nobody_yet(opened, sent_intake):
    assert "Nobody has looked at them yet." in opened.get(address(sent_intake, "looks")).content.decode()


def test_the_link_alone_does_not_tell(client, sent_intake, clinician):
    a_look(sent_intake, clinician)
    assert client.get(address(sent_intake, "looks"))["Location"] == address(sent_intake, "sent")


def test_bad_token(client, db):
    assert client.get("/intake/nobody/looks/").status_code == 404


def test_another_patients_looks_are_not_told(opened, sent_intake, practice, colleague):
    a_look(cast.a_sent_intake(practice), colleague)
    assert "Olsen" not in opened.get(address(sent_intake, "looks")).content.decode()


def test_asking_leaves_no_record_of_staff(opened, sent_intake):
    opened.get(address(sent_intake, "looks"))
    assert not AccessRecord.objects.exists()


def test_who_and_what_in_words(sent_intake, clinician, receptionist, outsider, administrator):
    a_look(sent_intake, clinician, method="POST")
    a_look(sent_intake, receptionist, view="worklist")
    a_look(sent_intake, outsider, was_allowed=False)
    a_look(sent_intake, administrator, view="admin:clinic_assessment_change")
    told = {(look.who, look.what) for look in looks_at(sent_intake)}
    assert told == {
        ("Diana Clarke (clinician)", "Wrote something about your answers"),
        ("Rose Field (reception)", "Saw your name in a list"),
        ("Otto Wells (works elsewhere)", "Tried to look, and was refused"),
        ("anna (administrator)", "Looked at your answers"),
    }


def test_many_looks_of_a_day_are_one_line_the_newest_first(sent_intake, clinician):
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) - datetime.timedelta(days=1)
    for hours in (-26, -2, -1, 0):
        a_look(sent_intake, clinician, seconds=(timezone.now() - noon).total_seconds() - hours * 3600)
    times = [look.when for look in looks_at(sent_intake)]
    assert len(times) == 2
    assert times[0].endswith("between 10:00 and 12:00")
    assert times[1].endswith(", 10:00")


def test_number_of_queries(opened, sent_intake, clinician, colleague, django_assert_num_queries):
    for user in (clinician, colleague):
        a_look(sent_intake, user)
    # The session, the intake, the looks.
    with django_assert_num_queries(3):
        opened.get(address(sent_intake, "looks"))
