"""An answer that cannot wait interrupts at once, with and without scripts, and nothing is lost by it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import PHONE
from tests.journeys.filling import start

pytestmark = pytest.mark.journey
INTERRUPTS = re.compile("/interrupt/")


def begin(page: Page, slug: str) -> str:
    page.goto("/intake/p/demonstration/")
    start(page)
    link = page.url.removesuffix("code/")
    page.goto(f"{link}{slug}/")
    return link


def say_yes(page: Page, slug: str) -> None:
    """To its own question, or in a list."""
    page.locator(f"input[name='{slug}'][value=yes], input[type=checkbox][value='{slug}']").first.check()


def check_the_interruption(page: Page) -> None:
    number = page.get_by_role("main").get_by_role("link", name="999")
    expect(number).to_have_attribute("href", "tel:999")
    assert number.bounding_box()["height"] >= 48
    expect(page.get_by_role("main")).to_contain_text("Your answers are kept")
    assert violations(page) == []
    assert sideways_scroll(page) == 0


def test_at_once_after_the_answer_and_back_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page(PHONE)
    begin(page, "strength")
    say_yes(page, "weakness")
    say_yes(page, "breathlessness")
    page.wait_for_url(INTERRUPTS)
    check_the_interruption(page)
    assert page.evaluate("document.activeElement.tagName") == "H1"
    page.get_by_role("button", name="Go on").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/strength/#item-"))
    expect(page.get_by_role("complementary", name="If you need help")).to_contain_text("999")
    for slug in ("weakness", "breathlessness"):
        expect(
            page.locator(f"input[name='{slug}'][value=yes], input[type=checkbox][value='{slug}']").first
        ).to_be_checked()
    assert violations(page) == []
    # The same flag does not interrupt again.
    say_yes(page, "dysphagia")
    expect(page.locator("#saved")).to_have_text("Saved")
    assert "/strength/" in page.url
    assert page.complaints.found == []


def test_without_scripts_after_continue(open_page: Callable[..., Page]) -> None:
    page = open_page(PHONE, java_script_enabled=False)
    begin(page, "strength")
    say_yes(page, "weakness")
    say_yes(page, "breathlessness")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(INTERRUPTS)
    expect(page.get_by_role("main").get_by_role("link", name="999")).to_have_attribute("href", "tel:999")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(re.compile("/strength/"))
    expect(page.get_by_role("complementary", name="If you need help")).to_contain_text("999")
