"""A shared tablet: one patient after another, and nothing of the one before."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import PHONE, log_in

pytestmark = pytest.mark.journey
NAME = "Ada Quill of the waiting room"
WELCOME = re.compile(r"/intake/waiting-room/$")


def open_screen(page: Page) -> None:
    log_in(page, "reception")
    page.goto("/waiting-room/")
    page.get_by_role("button", name="Sign out and open the screen").click()
    expect(page).to_have_url(WELCOME)


def start(page: Page) -> None:
    page.get_by_role("button", name="Start").click()
    page.get_by_label("What is your full name?").fill(NAME)


def is_cleared(page: Page) -> None:
    """Neither here nor one page back is there anything of the patient."""
    expect(page).to_have_url(WELCOME)
    page.go_back()
    expect(page.locator("body")).not_to_contain_text("What is your full name?")
    assert NAME not in page.content()


def test_it_warns_and_then_clears_itself(open_page):
    page = open_page(PHONE)
    open_screen(page)
    page.clock.install()
    start(page)
    dialog = page.get_by_role("dialog", name="Are you still here?")

    page.clock.run_for(119_000)
    expect(dialog).to_be_hidden()
    page.clock.run_for(5_000)
    expect(dialog).to_be_visible()
    expect(page.get_by_role("button", name="I am still here")).to_be_focused()
    assert violations(page) == []
    assert sideways_scroll(page) == 0

    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    assert page.get_by_label("What is your full name?").input_value() == NAME

    page.clock.run_for(119_000)
    expect(dialog).to_be_hidden()
    page.clock.run_for(40_000)
    is_cleared(page)
    assert page.complaints.found == [] or all("410" in text for text in page.complaints.found)


def test_without_a_script(open_page):
    page = open_page(PHONE, java_script_enabled=False)
    open_screen(page)
    start(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Stop and clear this screen").click()
    expect(page.locator(".tw-code b")).to_have_text(re.compile(r"^\w{4}-\w{4}$"))
    page.get_by_role("button", name="Yes, clear the screen").click()
    is_cleared(page)
