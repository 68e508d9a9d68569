from __future__ import annotations

import pytest
from django.urls import reverse

from tests import cast

pytestmark = pytest.mark.django_db
LOGIN, LOGOUT = "/login/", "/logout/"


def log_in(client, username: str, password: str = cast.PASSWORD, **data: str):
    return client.post(LOGIN, {"username": username, "password": password, **data})


def test_works(client, clinician):
    response = client.get(LOGIN)
    assert response.status_code == 200
    assert "<label" in response.content.decode()
    assert log_in(client, "diana").url == "/"
    assert client.get("/").status_code == 200


def test_wrong_password(client, clinician):
    response = log_in(client, "diana", "wrong")
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
    assert cast.PASSWORD not in response.content.decode()
    assert client.get("/").status_code == 302


def test_someone_who_left(client, clinician):
    clinician.is_active = False
    clinician.save()
    assert log_in(client, "diana").status_code == 200
    assert client.get("/").status_code == 302


def test_goes_on_to_where_one_wanted(client, clinician):
    assert client.get("/patients/").url == "/login/?next=/patients/"
    assert 'name="next" value="/patients/"' in client.get(LOGIN, {"next": "/patients/"}).content.decode()
    assert log_in(client, "diana", next="/patients/").url == "/patients/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_never_goes_elsewhere(client, clinician, elsewhere):
    assert log_in(client, "diana", next=elsewhere).url == "/"


def test_an_editor_lands_in_the_catalogue(client, editor):
    response = client.post(LOGIN, {"username": "emil", "password": cast.PASSWORD}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("admin:index")


def test_only_staff_see_the_catalogue_link(signed_in, clinician):
    assert reverse("admin:index") not in signed_in(clinician).get("/").content.decode()
    clinician.is_staff = True
    clinician.save()
    assert reverse("admin:index") in signed_in(clinician).get("/").content.decode()


def test_the_page_shows_who_and_where(signed_in, clinician):
    content = signed_in(clinician).get("/").content.decode()
    for text in ("Signed in as Diana Clarke", ">DC<", "Harbour Practice", 'aria-current="page">Worklist'):
        assert text in content


def test_log_out(signed_in, clinician):
    client = signed_in(clinician)
    assert f'<form method="post" action="{LOGOUT}">' in client.get("/").content.decode()
    assert client.post(LOGOUT).url == LOGIN
    assert client.get("/").status_code == 302


def test_log_out_by_get_changes_nothing(signed_in, clinician):
    client = signed_in(clinician)
    assert client.get(LOGOUT).status_code == 405
    assert client.get("/").status_code == 200
