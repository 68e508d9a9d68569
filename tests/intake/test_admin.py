from __future__ import annotations

import pytest

from tests.cast import ALS_ANSWERS


@pytest.fixture
def admin(signed_in, administrator):
    return signed_in(administrator)


def test_works(admin, sent_intake):
    for model in ("practice", "intake"):
        assert admin.get(f"/admin/intake/{model}/").status_code == 200
    assert admin.get(f"/admin/intake/practice/{sent_intake.practice.pk}/change/").status_code == 200


def test_anonymous(client, db):
    assert client.get("/admin/intake/intake/").status_code == 302


def test_an_editor_sees_no_patients(signed_in, editor, sent_intake):
    assert signed_in(editor).get("/admin/intake/intake/").status_code == 403


def test_names_and_links_have_no_second_unrecorded_path(admin, sent_intake):
    for model in ("patient", "invitation"):
        assert admin.get(f"/admin/intake/{model}/").status_code == 404
    assert sent_intake.patient.name not in admin.get("/admin/intake/intake/").content.decode()


def test_sent_answers_are_neither_shown_nor_changed(admin, sent_intake):
    url = f"/admin/intake/intake/{sent_intake.pk}/change/"
    content = admin.get(url).content.decode()
    assert sent_intake.reference in content
    assert ALS_ANSWERS["own-words"] not in content
    assert sent_intake.token not in content
    assert admin.post(url, {"answers": "{}"}).status_code == 403
    assert admin.post(f"/admin/intake/intake/{sent_intake.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_practice_is_edited(admin, practice):
    url = f"/admin/intake/practice/{practice.pk}/change/"
    response = admin.post(
        url,
        {
            "name": "New name",
            "phone": "1",
            "draft_days": "30",
            "waiting_room_seconds": "120",
            "emergency_phone": "999",
            "setting": "primary-care",
        },
    )
    assert response.status_code == 302
    practice.refresh_from_db()
    assert practice.name == "New name"


def test_number_of_queries(admin, sent_intake, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        admin.get("/admin/intake/intake/")
