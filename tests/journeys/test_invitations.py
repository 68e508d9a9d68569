"""Many patients from a file: refused whole, then read, sent by e-mail, as a code and as printed sheets."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import DESK, PHONE, log_in

pytestmark = pytest.mark.journey

GOOD = "name,date of birth,e-mail,language\nIva Invited,1959-03-02,iva@example.org,\nIvo Invited,1960-04-03,,es\n"
BAD = GOOD.replace("1960-04-03", "1960-13-03")


def check(page: Page) -> None:
    assert sideways_scroll(page) <= 0, page.url
    assert violations(page) == [], page.url


def read_in(desk: Page, text: str) -> None:
    file = {"name": "list.csv", "mimeType": "text/csv", "buffer": text.encode()}
    desk.locator("input[type=file]").set_input_files(file)
    desk.get_by_role("button", name="Read the list").click()
    desk.wait_for_load_state()
    check(desk)


def test_works(open_page: Callable[..., Page]) -> None:
    desk = open_page(DESK)
    log_in(desk, "reception")
    desk.goto("/invitations/many/")
    check(desk)
    read_in(desk, BAD)
    expect(desk.locator(".tw-rowproblems")).to_contain_text("3")
    read_in(desk, GOOD)
    expect(desk.locator("main")).to_contain_text("Ivo Invited")
    desk.locator("main form button[type=submit]").last.click()
    desk.wait_for_load_state()

    desk.goto("/invitations/")
    check(desk)
    desk.get_by_role("link", name="Iva Invited").first.click()
    expect(desk.locator("figure svg").first).to_be_visible()
    check(desk)
    link = desk.locator("#link").inner_text().strip()
    desk.emulate_media(media="print")
    expect(desk.locator("main :is(.btn, input, form):visible")).to_have_count(0)
    expect(desk.locator("#link")).to_be_visible()
    desk.emulate_media(media="screen")
    desk.goto("/invitations/sheets/")
    check(desk)
    assert len(desk.pdf()) > 5_000

    phone = open_page(PHONE, has_touch=True)
    phone.goto(link)
    check(phone)
    phone.get_by_role("button", name="Start").click()
    phone.wait_for_url(re.compile("/(code|again|you)/"))
    desk.goto("/invitations/")
    row = desk.locator("tr", has_text="Iva Invited").first
    expect(row).to_contain_text("Started")
