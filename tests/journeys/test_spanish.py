"""A Spanish patient on a phone: from the start to what was sent without a word of English, scripts or not."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from causes.catalogue.translating import patient_texts
from causes.data_files import read_catalogue
from tests import messages
from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import PHONE
from tests.journeys.filling import fill_topic

pytestmark = pytest.mark.journey

SHORTEST = 12  # letters: a shorter English word may be a Spanish one, or a name
CATALOGUE = read_catalogue()[0]
SPANISH = {item.text for item in CATALOGUE.translations} | {str(m.string) for m in messages.read("es") if m.id}
ENGLISH = {item.text for item in patient_texts(CATALOGUE)} | {message[0] for message in messages.extracted()}
WORDS = sorted(text for text in ENGLISH - SPANISH if len(text) >= SHORTEST and "%(" not in text and "|" not in text)
MOST_PAGES = 45


def check_page(page: Page) -> None:
    text = page.locator("body").inner_text()
    assert page.locator("html").get_attribute("lang") == "es"
    assert [words for words in WORDS if words in text] == [], page.url
    assert sideways_scroll(page) <= 0, page.url


def fill_page(page: Page) -> None:
    if page.locator("input[name=sex]").count():
        page.locator("input[name=name]").fill("Lucía Prueba")
        for name, value in (("birth-day", "12"), ("birth-month", "4"), ("birth-year", "1963")):
            page.locator(f"input[name={name}]").fill(value)
        page.locator("input[name=sex][value=female]").check()
    elif page.locator(".tw-body").count():
        page.locator("#zone-left-hand").check()
    elif page.locator("input[name=no-medicines]").count():
        page.locator("input[name=no-medicines]").check()
    fill_topic(page)


def go_on(page: Page) -> None:
    before = page.url
    page.locator("#questions").get_by_role("button", name="Continuar").click()
    page.wait_for_url(lambda url: url != before)
    page.wait_for_load_state()


def answer_all(page: Page) -> None:
    for _page in range(MOST_PAGES):
        if "/check/" in page.url:
            if not page.locator("form[action$='/send/']").count():
                page.get_by_role("link", name="Responder a las preguntas que faltan").click()
                page.wait_for_load_state()
                continue
            return
        check_page(page)
        if page.locator("#questions").count():
            fill_page(page)
            go_on(page)
        else:  # what to do at once: her answers are an emergency
            page.get_by_role("button", name="Seguir con las preguntas").click()
            page.wait_for_load_state()
    pytest.fail("she never came to the end")


def test_works(open_page: Callable[..., Page]) -> None:
    page = open_page(PHONE, has_touch=True)
    page.goto("/intake/p/demonstration/")
    page.get_by_role("button", name="Español").click()
    page.wait_for_load_state()
    check_page(page)
    assert violations(page) == []
    page.get_by_role("button", name="Empezar").click()
    page.wait_for_url(re.compile("/code/$"))
    check_page(page)
    page.get_by_role("button", name="Continuar").click()
    page.wait_for_load_state()
    answer_all(page)
    check_page(page)
    page.get_by_role("button", name="Enviar a la consulta").click()
    page.wait_for_url(re.compile("/sent/$"))
    check_page(page)
    page.get_by_role("link", name="Ver mis respuestas").click()
    check_page(page)
    page.get_by_role("link", name="Ver quién ha mirado sus respuestas").click()
    check_page(page)
    assert page.complaints.found == []  # type: ignore[attr-defined]


def test_without_scripts_killed_and_resumed_at_every_page(open_page: Callable[..., Page]) -> None:
    page = open_page(PHONE, java_script_enabled=False)
    page.goto("/intake/p/demonstration/")
    page.get_by_role("button", name="Español").click()
    page.get_by_role("button", name="Empezar").click()
    page.wait_for_url(re.compile("/code/$"))
    link = page.url.removesuffix("code/")
    for _page in range(MOST_PAGES):
        page.context.close()
        # A phone that speaks English: the language comes with the draft.
        page = open_page(PHONE, java_script_enabled=False)
        page.goto(link)
        check_page(page)
        if "/check/" in page.url:
            break
        if page.locator("#questions").count():
            fill_page(page)
            go_on(page)
        else:
            page.get_by_role("button", name="Seguir con las preguntas").click()
            page.wait_for_load_state()
    page.get_by_role("button", name="Enviar a la consulta").click()
    page.wait_for_url(re.compile("/sent/$"))
    check_page(page)


@pytest.mark.parametrize("has_scripts", [True, False])
def test_switching_keeps_what_was_answered(open_page: Callable[..., Page], has_scripts: bool) -> None:
    page = open_page(PHONE, java_script_enabled=has_scripts)
    page.goto("/intake/p/demonstration/")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Continue").click()
    page.locator("input[name=name]").fill("Lucía Prueba")
    page.locator("input[name=birth-day]").fill("12")
    page.get_by_role("button", name="Español").click()
    page.get_by_role("button", name="Continuar").wait_for()
    assert page.locator("input[name=name]").input_value() == "Lucía Prueba"
    assert page.locator("input[name=birth-day]").input_value() == "12"
    assert page.locator(".tw-problem").count() == 0


def test_enter_goes_on_and_does_not_switch(open_page: Callable[..., Page]) -> None:
    """A form's first button is pressed by the Enter key: that must not be a language."""
    page = open_page(PHONE, java_script_enabled=False)
    page.goto("/intake/p/demonstration/")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Continue").click()
    page.locator("input[name=name]").fill("Lucía Prueba")
    page.locator("input[name=name]").press("Enter")
    page.locator(".tw-problem").wait_for()
    assert page.locator("html").get_attribute("lang") == "en-gb"


def test_right_to_left(open_page: Callable[..., Page]) -> None:
    """Nothing is cut off and nothing overlaps when the page is turned round."""
    page = open_page(PHONE, java_script_enabled=True)
    page.goto("/intake/p/demonstration/")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_load_state()
    page.goto(page.url.replace("/you/", "/where/"))
    page.evaluate("() => { document.documentElement.dir = 'rtl'; }")
    assert sideways_scroll(page) <= 0
    left = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().left < -1).length"
    )
    assert left == 0
