"""The loop closes: own list, ranking, sign-off, confirmed diagnosis, accuracy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import DESK, log_in

pytestmark = pytest.mark.journey
PATIENT = "Demonstration patient 05"


def check_page(page: Page) -> None:
    assert sideways_scroll(page) <= 0, page.url
    assert violations(page) == [], page.url


def choose(page: Page, own_list_first: str) -> None:
    page.goto("/settings/")
    page.get_by_label(re.compile("Write your own list")).select_option(own_list_first)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".tw-messages")).to_contain_text("saved")


@pytest.fixture
def desk(open_page: Callable[..., Page]) -> Iterator[Page]:
    """A clinician who writes her own list first; as before afterwards, for the other journeys."""
    page = open_page(DESK)
    log_in(page, "clinician")
    choose(page, "yes")
    yield page
    choose(page, "practice")


def test_works(desk: Page) -> None:
    check_page(desk)
    desk.goto("/accuracy/")
    check_page(desk)
    confirmed = int(desk.locator(".tw-accuracy").first.locator("td").first.inner_text())

    desk.goto("/")
    row = desk.get_by_role("row").filter(has_text=PATIENT)
    expect(row).to_contain_text("write your own list first")
    row.get_by_role("link").first.click()
    differential = desk.url
    expect(desk.locator(".tw-flags")).to_be_visible()
    expect(desk.locator(".tw-cause")).to_have_count(0)
    check_page(desk)

    desk.get_by_role("button", name=re.compile("Keep my list")).click()
    expect(desk.locator("#own-list-card")).to_contain_text("Write at least one cause")
    desk.get_by_label("First", exact=True).select_option("als")
    desk.get_by_label("Second", exact=True).select_option("other")
    desk.get_by_label("Another cause").filter(visible=True).fill("Hirayama disease")
    desk.get_by_role("button", name=re.compile("Keep my list")).click()
    expect(desk.locator(".tw-cause").first).to_be_visible()
    expect(desk.locator(".tw-ownlist")).to_contain_text("Hirayama disease")
    expect(desk.locator(".tw-ownlist")).to_contain_text("among its first three")
    check_page(desk)

    desk.get_by_label("Your own conclusion").select_option("als")
    desk.get_by_label(re.compile("I have seen")).check()
    desk.get_by_role("button", name="Sign off").click()
    expect(desk.locator("main")).to_contain_text("Own list, before the ranking was seen")
    check_page(desk)

    desk.goto(differential)
    desk.get_by_role("link", name="Record it").click()
    check_page(desk)
    desk.get_by_label("Confirmed diagnosis").select_option("als")
    desk.get_by_label("It rests on").select_option("specialist")
    today = desk.evaluate("new Date().toLocaleDateString('en-CA', {timeZone: 'Europe/London'})")
    desk.get_by_label("Confirmed on").fill(today)
    desk.get_by_label(re.compile(f"This is the diagnosis of {PATIENT}")).check()
    desk.get_by_role("button", name="Record the diagnosis").click()
    expect(desk.locator(".tw-facts")).to_contain_text("Amyotrophic lateral sclerosis")
    desk.get_by_role("link", name=re.compile("history", re.I)).first.click()
    check_page(desk)

    desk.goto("/accuracy/")
    expect(desk.locator(".tw-accuracy").first.locator("td").first).to_contain_text(str(confirmed + 1))
    expect(desk.locator("main")).to_contain_text("As it was when signed")
    expect(desk.locator("main")).to_contain_text("Own first cause right")
    assert PATIENT not in desk.content()
    # The browser reports the refused empty list as a failed load; nothing else may be wrong.
    assert [text for text in desk.complaints.found if "422" not in text] == []
