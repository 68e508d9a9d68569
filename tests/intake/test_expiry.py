"""Drafts are kept as long as the practice says after the last change, with notice, and no longer."""

from __future__ import annotations

import datetime
import io

import pytest
from django.core.management import call_command
from django.utils import timezone

from intake.models import Intake, Patient
from tests.cast import ALS_ANSWERS, a_draft, a_patient, a_practice, a_sent_intake, an_invitation
from tests.intake.posting import address, filled

DAYS = 10


@pytest.fixture
def practice(db):
    return a_practice("Harbour Practice", draft_days=DAYS)


def changed(intake: Intake, **ago: int) -> Intake:
    Intake.objects.filter(pk=intake.pk).update(saved_at=timezone.now() - datetime.timedelta(**ago))
    return intake


@pytest.fixture
def old(db, practice, release):
    return changed(a_draft(practice), days=DAYS, seconds=1)


def delete_expired_drafts() -> str:
    out = io.StringIO()
    call_command("delete_expired_drafts", stdout=out)
    return out.getvalue()


class TestDeleting:
    def test_works(self, old, practice):
        kept = changed(a_draft(practice), days=DAYS - 1)
        sent = changed(a_sent_intake(practice), days=300)
        assert delete_expired_drafts() == "Drafts deleted: 1.\n"
        assert set(Intake.objects.all()) == {kept, sent}

    def test_each_practice_has_its_own_rule(self, old, practice):
        patient_one = changed(a_draft(a_practice("Hill Practice", draft_days=60)), days=59)
        delete_expired_drafts()
        assert Intake.objects.get() == patient_one

    def test_the_registered_patient_stays(self, practice, clinician):
        invitation = an_invitation(a_patient(practice), clinician)
        changed(a_draft(practice, invitation=invitation, patient=invitation.patient), days=DAYS + 1)
        delete_expired_drafts()
        assert not Intake.objects.exists()
        assert Patient.objects.get() == invitation.patient

    def test_nothing_to_delete(self, db):
        assert delete_expired_drafts() == "Drafts deleted: 0.\n"


class TestWithoutTheCommand:
    @pytest.mark.parametrize("tail", ["", "strength", "check", "code"])
    def test_nothing_of_it_is_shown(self, client, old, tail):
        response = client.get(address(old, tail) if tail else address(old))
        content = response.content.decode()
        assert response.status_code == 410
        assert "nobody had changed them for 10 days" in content
        assert f'href="/intake/p/{old.practice.token}/"' in content
        for said in (ALS_ANSWERS["name"], ALS_ANSWERS["own-words"], old.code):
            assert said not in content

    def test_nothing_is_saved_or_sent(self, client, old):
        for tail, data in (("strength", filled(old, "strength", weakness="no")), ("send", {})):
            assert client.post(address(old, tail), data).status_code == 410
        old.refresh_from_db()
        assert not old.is_sent
        assert old.answers == ALS_ANSWERS

    def test_a_moment_before_it_is_all_there(self, client, practice, release):
        draft = changed(a_draft(practice), days=DAYS - 1, hours=23)
        assert client.get(address(draft, "check")).status_code == 200

    def test_what_was_sent_never_expires(self, client, practice, release):
        sent = changed(a_sent_intake(practice), days=300)
        assert client.get(address(sent, "sent")).status_code == 200


class TestPersonalLink:
    @pytest.fixture
    def invitation(self, practice, clinician):
        return an_invitation(a_patient(practice), clinician, days=60)

    @pytest.fixture
    def begun(self, practice, invitation):
        draft = a_draft(practice, invitation=invitation, patient=invitation.patient)
        return changed(draft, days=DAYS + 1)

    def test_begins_afresh(self, client, begun, invitation):
        url = f"/intake/i/{invitation.token}/"
        assert url in client.get(address(begun, "check")).content.decode()
        assert "no longer kept. You can start again" in client.get(url).content.decode()
        assert Intake.objects.get() == begun, "looking deletes nothing"
        client.post(url)
        intake = Intake.objects.get()
        assert intake != begun
        assert intake.answers == {}

    def test_that_has_expired_itself(self, client, begun, invitation):
        invitation.expires_at = timezone.now()
        invitation.save()
        content = client.get(address(begun, "check")).content.decode()
        assert "Your link has expired too" in content
        assert invitation.token not in content

    def test_says_until_when(self, client, practice, invitation):
        draft = a_draft(practice, invitation=invitation, patient=invitation.patient)
        assert date_of(draft) in client.get(f"/intake/i/{invitation.token}/").content.decode()


def date_of(draft: Intake) -> str:
    day = timezone.localtime(Intake.objects.get(pk=draft.pk).saved_at) + datetime.timedelta(days=DAYS)
    return f"{day.day} {day:%B %Y}"


@pytest.mark.parametrize("tail", ["strength", "check", "code"])
def test_says_until_when(client, practice, release, tail):
    draft = a_draft(practice)
    assert f"We keep these answers until {date_of(draft)}" in client.get(address(draft, tail)).content.decode()


@pytest.mark.parametrize("days", [0, 366])
def test_a_rule_that_makes_no_sense_is_refused(practice, release, days):
    practice.draft_days = days
    with pytest.raises(Exception) as refused:
        practice.full_clean()
    assert "draft_days" in refused.value.error_dict
