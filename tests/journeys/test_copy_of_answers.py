"""After sending: what to do, the patient's own copy to see, print and take along, and who has looked at it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import DESK, PHONE, log_in
from tests.journeys.filling import answer_all, send

pytestmark = pytest.mark.journey


def check(page: Page) -> None:
    assert sideways_scroll(page) <= 0, page.url
    assert violations(page) == [], page.url


def start_as_carer(page: Page) -> None:
    """Whose name is asked for, with the focus on what is missing."""
    page.goto("/intake/p/demonstration/")
    page.get_by_label("I answer for the patient").check()
    page.get_by_role("button", name="Start").click()
    expect(page.locator(".tw-problem")).to_contain_text("Write your name.")
    expect(page.get_by_label("I answer for the patient")).to_be_checked()
    page.locator("input[name=respondent_name]").fill("Tom Carer")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile("/code/$"))


def open_differential(desk: Page, name: str) -> None:
    log_in(desk, "clinician")
    desk.locator("input[name=q]").fill(name)
    desk.get_by_role("button", name="Filter").click()
    desk.get_by_role("link", name=re.compile(name)).first.click()
    desk.wait_for_url(re.compile("/intakes/"))


def print_it(page: Page, has_scripts: bool) -> None:
    button = page.get_by_role("button", name="Print")
    if has_scripts:
        page.evaluate("window.print = () => { document.title = 'printed'; }")
        button.click()
        expect(page).to_have_title("printed")
    else:
        expect(button).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".tw-actions:visible")).to_have_count(0)
    expect(page.locator(".tw-answers").first).to_be_visible()
    page.emulate_media(media="screen")
    assert len(page.pdf()) > 10_000


@pytest.mark.parametrize("has_scripts", [True, False])
def test_seen_printed_downloaded_and_who_has_looked(open_page: Callable[..., Page], has_scripts: bool) -> None:
    name = f"Olga Own Copy {has_scripts}"
    phone = open_page(PHONE, java_script_enabled=has_scripts)
    start_as_carer(phone)
    code = phone.locator(".tw-code b").inner_text()
    phone.get_by_role("button", name="Continue").click()
    phone.wait_for_load_state()
    answer_all(phone, "breathlessness", name=name)  # with her weakness: help at once
    send(phone)
    expect(phone.locator("main")).to_contain_text("Get medical help now")
    phone.get_by_role("link", name="See my answers").click()
    expect(phone.locator("main")).to_contain_text("My left hand is getting thin.")
    print_it(phone, has_scripts)
    with phone.expect_download() as download:
        phone.get_by_role("link", name=re.compile("Download")).click()
    text = download.value.path().read_text(encoding="utf-8")
    assert name in text
    assert "My left hand is getting thin." in text
    phone.get_by_role("link", name=re.compile("who has looked")).click()
    expect(phone.locator("main")).to_contain_text("Nobody has looked at them yet.")

    desk = open_page(DESK)
    open_differential(desk, name)
    facts = desk.locator(".tw-facts")
    expect(facts).to_contain_text("Answered for the patient by Tom Carer")
    told = facts.locator("div").filter(has_text="Patient was told")
    expect(told.first).to_contain_text(re.compile(r"“Get medical help now”, read today \d\d:\d\d while answering"))
    expect(told.last).to_contain_text(re.compile(r"shown today \d\d:\d\d after sending"))

    later = open_page(PHONE, java_script_enabled=has_scripts)
    later.goto("/intake/p/demonstration/find/")
    later.get_by_label("Your code").fill(code)
    for label, value in (("Day", "12"), ("Month", "4"), ("Year", "1963")):
        later.get_by_label(label, exact=True).fill(value)
    later.get_by_role("button", name="Find my answers").click()
    later.get_by_role("link", name=re.compile("who has looked")).click()
    looked = later.locator(".tw-looks li").filter(has_text="Looked at your answers")
    expect(looked).to_contain_text("(clinician)")
    if has_scripts:
        check(later)
        assert later.complaints.found == []  # type: ignore[attr-defined]
