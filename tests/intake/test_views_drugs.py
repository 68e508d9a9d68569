from __future__ import annotations


def test_works(client, release):
    response = client.get("/intake/drugs/", {"q": "vent"})
    assert response.json() == {"suggestions": [{"value": "Ventolin", "label": "Salbutamol (albuterol)"}]}


def test_too_short_or_unknown(client, release):
    for query in ("", "v", "zzzz", "<script>", "%"):
        assert client.get("/intake/drugs/", {"q": query}).json() == {"suggestions": []}


def test_only_reads(client, release):
    assert client.post("/intake/drugs/", {"q": "vent"}).status_code == 405
