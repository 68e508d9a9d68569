"""Everything that the source article says is somewhere on the reference pages."""

import html

import pytest
from django.urls import reverse

from causes.catalogue import GENERAL, Catalogue, Fact

pytestmark = pytest.mark.django_db


def of_the_article(catalogue: Catalogue) -> list[Fact]:
    return [fact for fact in catalogue.facts if fact.is_in_source_article]


def test_every_fact_of_the_article_is_on_a_page(client, clinician, catalogue) -> None:
    client.force_login(clinician)
    facts = of_the_article(catalogue)
    pages: dict[str, str] = {}
    for slug in {fact.cause for fact in facts}:
        address = reverse("causes") if slug == GENERAL else reverse("cause", args=[slug])
        pages[slug] = html.unescape(client.get(address).content.decode())
    missing = [fact.statement for fact in facts if fact.statement not in pages[fact.cause]]
    assert missing == []


def test_the_article_was_read_whole(catalogue) -> None:
    assert len(of_the_article(catalogue)) >= 124


def test_every_cause_of_the_article_is_ranked(catalogue) -> None:
    named = {cause.slug for cause in catalogue.causes if cause.is_in_source_article}
    assert {fact.cause for fact in of_the_article(catalogue)} - {GENERAL} <= set(catalogue.cause)
    assert len(named) >= 10


def test_every_treatment_of_the_article_is_on_its_page(client, clinician, catalogue) -> None:
    client.force_login(clinician)
    treatments = [row for row in catalogue.treatments if row.is_in_source_article]
    pages = {
        slug: html.unescape(client.get(reverse("cause", args=[slug])).content.decode())
        for slug in {row.cause for row in treatments}
    }
    assert treatments
    assert [row.name for row in treatments if row.name not in pages[row.cause]] == []


def test_every_drug_of_the_article_is_on_the_list(client, clinician, catalogue) -> None:
    client.force_login(clinician)
    text = html.unescape(client.get(reverse("drugs")).content.decode())
    named = [d.name for d in catalogue.drugs if any(effect.is_in_source_article for effect in d.effects)]
    assert named
    assert [name for name in named if name not in text] == []
