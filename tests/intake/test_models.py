from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from intake.models import Intake


def test_works(draft_intake):
    assert draft_intake.send() is True
    assert draft_intake.is_sent
    assert draft_intake.urgency_release_id == draft_intake.release_id


def test_an_intake_that_cannot_be_ranked_still_arrives(draft_intake):
    Intake.objects.filter(pk=draft_intake.pk).update(setting="gone", answers={"name": "Nora", "tremor": "yes"})
    draft_intake.refresh_from_db()
    assert draft_intake.send() is True
    assert draft_intake.reference
    assert draft_intake.urgency == "urgent", "nobody ranked it, so somebody looks soon"
    assert draft_intake.urgency_release is None


def test_a_second_send_changes_nothing(draft_intake):
    draft_intake.send()
    before = (draft_intake.reference, draft_intake.patient_id, draft_intake.sent_at)
    assert draft_intake.send() is False
    assert (draft_intake.reference, draft_intake.patient_id, draft_intake.sent_at) == before


def test_nothing_is_saved_after_sending(draft_intake):
    draft_intake.send()
    with pytest.raises(ValidationError) as refused:
        draft_intake.save_answers({"tremor": "no"})
    assert refused.value.error_list[0].code == "sent"


def test_a_practice_has_a_setting_that_the_catalogue_knows(practice, release):
    practice.full_clean()
    practice.setting = "gp-surgery"
    with pytest.raises(ValidationError) as refused:
        practice.full_clean()
    assert refused.value.error_dict["setting"][0].code == "setting"
