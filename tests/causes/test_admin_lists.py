"""What the lists of the admin print: headings of filters, and texts that have no spaces."""

from __future__ import annotations

import pytest

from causes.models import Drug, RedFlag
from tests.causes.admin_posting import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(signed_in, editor, release):
    return signed_in(editor)


@pytest.mark.parametrize(
    ("table", "heading"),
    [("finding", "Reported by"), ("logentry", "What"), ("redflag", "Told to patients with"), ("source", "Design")],
)
def test_the_heading_of_a_filter_is_its_name(client, table, heading):
    page = client.get(f"/admin/causes/{table}/").content.decode()
    assert f"<summary> {heading}</summary>" in page
    assert f"By {heading.lower()}" not in page


def test_brand_names_are_told_apart(client):
    Drug.objects.filter(pk="lithium").update(brands="Priadel\nCamcolit")
    assert "Priadel, Camcolit" in client.get("/admin/causes/drug/?q=lithium").content.decode()


def test_all_complaints_of_a_warning_sign_are_in_sight(client):
    page = client.get(page_of(RedFlag.objects.first())).content.decode()
    assert page.count('type="checkbox" name="warning_presentations"') >= 3


def test_a_filter_of_the_matrix_that_is_not_understood_is_said(client):
    address = "/admin/causes/likelihood/matrix/"
    assert "is not understood" in client.get(f"{address}?grade=Z").content.decode()
    assert "is not understood" not in client.get(f"{address}?grade=A").content.decode()


def test_no_words_of_programmers(client, release):
    for address in (f"/admin/causes/release/{release.pk}/change/", "/admin/causes/release/"):
        page = client.get(address).content.decode()
        assert "sha256" not in page.lower()
        assert "checksum" in page.lower()
    assert "causes/data" not in client.get("/admin/causes/release/exchange/drugs/export/").content.decode()
