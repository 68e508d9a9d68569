from __future__ import annotations

from django.test import Client


def test_works(client, release):
    response = client.post("/intake/drugs/", {"q": "vent"})
    assert response.json() == {"suggestions": [{"value": "Ventolin", "label": "Salbutamol (albuterol)"}]}


def test_too_short_or_unknown(client, release):
    for query in ("", "v", "zzzz", "<script>", "%"):
        assert client.post("/intake/drugs/", {"q": query}).json() == {"suggestions": []}


def test_what_is_typed_is_in_no_address(client, release):
    assert client.get("/intake/drugs/", {"q": "vent"}).status_code == 405


def test_a_request_from_another_site_is_refused(release):
    assert Client(enforce_csrf_checks=True).post("/intake/drugs/", {"q": "vent"}).status_code == 403
