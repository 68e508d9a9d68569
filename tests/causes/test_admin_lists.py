"""What lists and forms of the admin have alike: headings of filters, words, lengths."""

from __future__ import annotations

import pytest
from django.urls import reverse

from causes.models import Drug, Likelihood, RedFlag, Release
from tests.causes.admin_posting import page_of, save

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


def test_people_of_a_release_are_no_links_that_an_editor_may_not_follow(client, editor):
    release = Release.objects.get()
    Release.objects.bulk_create([Release(number=9, document=release.document, sha256=release.sha256, author=editor)])
    page = client.get(reverse("admin:causes_release_change", args=[9])).content.decode()
    assert str(editor) in page
    assert "/auth/user/" not in page


def test_what_was_pasted_by_mistake_is_refused_beside_its_field(client):
    row = Likelihood.objects.filter(cause="als", is_used=True).first()
    page = save(client, row, note="x" * 60_000)
    assert page.context["adminform"].form.errors.as_data()["note"][0].code == "max_length"
    assert save(client, row, note="x" * 4_000).status_code == 302
