"""A medicine that was stopped: said on its row, read again before sending, in the own copy and by the clinician."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import DESK, PHONE, log_in
from tests.journeys.filling import answer_all, send, start

pytestmark = pytest.mark.journey

STOPPED, TAKEN = "Haloperidol (stopped in the last month)", "Ramipril (since longer ago)"


def to_medicines(page: Page) -> None:
    page.goto("/intake/p/demonstration/")
    start(page)
    page.goto(page.url.replace("/code/", "/medicines/"))


def reads(page: Page, question: str, answer: str) -> None:
    row = page.locator(".tw-answers > div").filter(has=page.get_by_text(question, exact=True))
    expect(row.locator("dd").first).to_have_text(answer)


def reads_both(page: Page) -> None:
    reads(page, "Which medicines do you take?", TAKEN)
    reads(page, "Which medicines have you stopped?", STOPPED)


@pytest.mark.parametrize("has_scripts", [True, False])
def test_stopped_is_told_apart_from_taken(open_page: Callable[..., Page], has_scripts: bool) -> None:
    name = f"Mona Medicine {has_scripts}"
    phone = open_page(PHONE, java_script_enabled=has_scripts, color_scheme="dark")
    to_medicines(phone)
    phone.locator("input[name=medicine-1]").fill("Haloperidol")
    phone.get_by_label("No, I stopped").first.check()
    expect(phone.locator("select[name=since-1]")).to_be_visible(visible=not has_scripts)
    phone.locator("select[name=stopped-1]").select_option("month")
    phone.get_by_role("button", name="Add another medicine").click()
    phone.locator("input[name=medicine-2]").fill("Ramipril")
    phone.locator("input[name=still-2][value=yes]").check()
    expect(phone.locator("select[name=stopped-2]")).to_be_visible(visible=not has_scripts)
    phone.locator("select[name=since-2]").select_option("earlier")
    phone.get_by_role("button", name="Add another medicine").click()
    expect(phone.locator("input[name=medicine-3]")).to_be_visible()
    expect(phone.locator("input[name=still-3]").first).to_be_visible(visible=not has_scripts)
    expect(phone.locator("input[name=still-1][value=no]")).to_be_checked()
    expect(phone.locator("select[name=stopped-1]")).to_have_value("month")
    if has_scripts:
        assert sideways_scroll(phone) <= 0
        assert violations(phone) == []
    # A browser's own empty boxes are grey in the dark, as if switched off.
    expect(phone.locator("input[name=no-medicines]")).to_have_css("appearance", "none")

    phone.goto(re.sub("/medicines/.*", "/", phone.url))
    answer_all(phone, name=name)
    reads_both(phone)
    send(phone)
    phone.get_by_role("link", name="See my answers").click()
    reads_both(phone)
    is_read_by_the_clinician(open_page(DESK), name)


def is_read_by_the_clinician(desk: Page, name: str) -> None:
    log_in(desk, "clinician")
    desk.locator("input[name=q]").fill(name)
    desk.get_by_role("button", name="Filter").click()
    desk.get_by_role("link", name=re.compile(name)).first.click()
    desk.wait_for_url(re.compile("/intakes/"))
    expect(desk.locator("main")).to_contain_text(f"No longer takes: {STOPPED}.")
