"""Pages that stand where a patient cannot go on: a withdrawn link, no such page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import DESK, PHONE, log_in
from tests.journeys.filling import start

pytestmark = pytest.mark.journey


def check(page: Page) -> None:
    assert sideways_scroll(page) <= 0, page.url
    assert violations(page) == [], page.url


def test_a_withdrawn_link(open_page: Callable[..., Page]) -> None:
    desk = open_page(DESK)
    log_in(desk, "clinician")
    desk.goto("/invitations/new/")
    desk.locator("input[name=name]").fill("Wilma Withdrawn")
    desk.locator("input[name=birth_date]").fill("1970-01-02")
    desk.get_by_role("button", name=re.compile("link", re.I)).first.click()
    link = desk.locator("#link").inner_text().strip()
    desk.get_by_role("button", name=re.compile("revoke|withdraw", re.I)).first.click()
    desk.wait_for_load_state()

    phone = open_page(PHONE, color_scheme="dark")
    phone.goto(link)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("withdrawn")
    check(phone)


def test_no_such_page(open_page: Callable[..., Page]) -> None:
    phone = open_page(PHONE)
    phone.goto("/intake/p/no-such-practice/")
    check(phone)
    phone.goto("/intake/p/demonstration/")
    start(phone)
    check(phone)
