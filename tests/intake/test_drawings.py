from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.template.loader import get_template, render_to_string
from django.urls import reverse

from intake.drawings import drawing
from tests.intake.test_wording import harsh_words

DRAWN = {
    "fasciculations": "twitch",
    "tremor": "shake",
    "muscle-cramps": "cramp",
    "myoclonic-jerks": "jerk",
    "motor-tics": "tic",
}
MOST_BYTES = 2048


def test_works(client, draft_intake):
    page = client.get(reverse("intake_topic", args=[draft_intake.token, "what-you-notice"])).content.decode()
    for slug in DRAWN:
        assert f'aria-label="{drawing(slug).words}"' in page
        assert page.count(drawing(slug).caption) >= 1
    assert page.count('class="tw-drawing"') == len(DRAWN)
    assert "intake/drawings.css" in page
    assert "intake/drawings.js" in page


def test_a_page_without_drawings_loads_nothing_for_them(client, draft_intake):
    page = client.get(reverse("intake_topic", args=[draft_intake.token, "strength"])).content.decode()
    assert "drawings" not in page


def test_each_belongs_to_a_question_of_the_catalogue(catalogue):
    assert {slug: drawing(slug).name for slug in DRAWN} == DRAWN
    assert [slug for slug in DRAWN if catalogue.finding[slug].control != "question"] == []
    assert drawing("weakness") is None


def test_its_words_are_plain_and_its_own(catalogue):
    found = [drawing(slug) for slug in DRAWN]
    assert harsh_words(catalogue, " ".join(f"{item.caption} {item.words}" for item in found)) == set()
    assert len({item.words for item in found}) == len({item.caption for item in found}) == len(DRAWN)


@pytest.mark.parametrize("slug", DRAWN)
def test_a_drawing_is_small_and_needs_nothing_that_the_policy_forbids(slug):
    found = drawing(slug)
    text = render_to_string(found.template, {"drawing": found})
    assert len(text.encode()) <= MOST_BYTES
    assert not re.search(r"style|script|\son\w+=|url\(|href|data:", text)
    elements = Elements()
    elements.feed(text)
    ((tag, attributes), *_shapes) = elements.found
    assert tag == "svg"
    assert attributes["role"] == "img"
    assert attributes["aria-label"] == found.words


@pytest.mark.parametrize("slug", DRAWN)
def test_at_rest_lines_show_the_movement(slug):
    source = get_template(drawing(slug).template).template.source
    assert "d-move" in source


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    handle_startendtag = handle_starttag
