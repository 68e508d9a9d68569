from __future__ import annotations

import pytest
from django.urls import reverse

from clinic.models import Membership

pytestmark = pytest.mark.django_db
URL = "/settings/"


def test_works(signed_in, clinician):
    client = signed_in(clinician)
    assert "Your practice does not ask for it." in client.get(URL).content.decode()

    response = client.post(URL, {"own_list_first": "yes"})

    assert response.url == URL
    assert Membership.objects.get(user=clinician).has_own_list_first
    assert "Your settings were saved." in client.get(URL).content.decode()


def test_anonymous_is_sent_to_the_login(client):
    assert client.get(URL).url.startswith(reverse("login"))


def test_reception_has_none(signed_in, receptionist):
    assert signed_in(receptionist).get(URL).status_code == 403


def test_bad_input(signed_in, clinician):
    assert signed_in(clinician).post(URL, {"own_list_first": "maybe"}).status_code == 422
    assert Membership.objects.get(user=clinician).own_list_first == "practice"


def test_the_administrator_turns_it_on_for_a_practice(signed_in, administrator, practice):
    page = signed_in(administrator).get(reverse("admin:intake_practice_change", args=[practice.pk]))
    assert 'id="id_own_list_first"' in page.content.decode()


def test_nobody_changes_anothers_role_or_practice(signed_in, clinician, other_practice, practice):
    signed_in(clinician).post(URL, {"own_list_first": "no", "role": "reception", "practice": other_practice.pk})

    membership = Membership.objects.get(user=clinician)
    assert (membership.role, membership.practice) == ("clinician", practice)
