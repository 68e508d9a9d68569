"""The second time: who she is and what she takes are there to confirm, what she feels is asked afresh."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import DESK, PHONE, log_in
from tests.journeys.filling import fill_page, go_on, is_at_check, start

pytestmark = pytest.mark.journey

PATIENT = "Fiona Again"
STILL_RIGHT = re.compile("still right", re.I)


def check(page: Page) -> None:
    assert sideways_scroll(page) <= 0, page.url
    assert violations(page) == [], page.url


def answer_and_send(page: Page) -> None:
    for _page in range(40):
        if is_at_check(page):
            break
        fill_page(page, name=PATIENT)
        go_on(page)
    page.get_by_role("button", name=re.compile("^Send")).click()
    page.wait_for_url(re.compile("/sent/$"))


def second_link(desk: Page) -> str:
    log_in(desk, "clinician")
    desk.goto("/patients/")
    desk.locator("input[name=q]").fill(PATIENT)
    desk.locator("form:has(input[name=q]) button[type=submit]").first.click()
    desk.get_by_role("link", name=PATIENT).first.click()
    desk.get_by_role("link", name="Invite again").click()
    desk.get_by_role("button", name=re.compile("link", re.I)).first.click()
    check(desk)
    return desk.locator("#link").inner_text().strip()


def test_works(open_page: Callable[..., Page]) -> None:
    first = open_page(PHONE, has_touch=True)
    first.goto("/intake/p/demonstration/")
    start(first)
    first.get_by_role("button", name="Continue").click()
    answer_and_send(first)
    desk = open_page(DESK)
    link = second_link(desk)

    phone = open_page(PHONE, has_touch=True)
    phone.goto(link)
    phone.get_by_role("button", name="Start").click()
    phone.wait_for_url(re.compile("/again/$"))
    check(phone)
    assert PATIENT not in phone.content()
    for label, value in (("Day", "12"), ("Month", "4"), ("Year", "1963")):
        phone.get_by_label(label, exact=True).fill(value)
    phone.get_by_role("button", name="Continue").click()
    phone.wait_for_url(re.compile("/you/"))
    expect(phone.locator("input[name=name]")).to_have_value(PATIENT)
    expect(phone.locator("main")).to_contain_text(STILL_RIGHT)
    check(phone)
    go_on(phone)
    assert phone.locator("main input[type=radio]:checked").count() == 0, "a symptom was filled in beforehand"
    answer_and_send(phone)

    desk.goto("/patients/")
    desk.locator("input[name=q]").fill(PATIENT)
    desk.locator("form:has(input[name=q]) button[type=submit]").first.click()
    desk.get_by_role("link", name=PATIENT).first.click()
    desk.locator("a[href*='/intakes/']").first.click()
    desk.wait_for_url(re.compile("/intakes/"))
    expect(desk.locator("#since-last")).to_be_visible()
    check(desk)
    assert phone.complaints.found == []
