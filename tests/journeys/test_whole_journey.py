"""One patient from her phone to a signed assessment, and an editor's new release that leaves it alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import publishing
from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import DESK, PHONE, log_in
from tests.journeys.entering import enter
from tests.journeys.filling import fill_page, go_on, is_at_check, start

pytestmark = pytest.mark.journey

PATIENT = "Wanda Journey"  # of no other journey: she may stand in the worklist once


def check_page(page: Page) -> None:
    assert sideways_scroll(page) <= 0, page.url
    assert violations(page) == [], page.url


def fill_in_intake(page: Page) -> str:
    page.goto("/intake/p/demonstration/")
    check_page(page)
    start(page)
    check_page(page)
    page.get_by_role("button", name="Continue").click()
    seen = 0
    while not is_at_check(page):
        check_page(page)
        fill_page(page, name=PATIENT)
        go_on(page)
        seen += 1
        assert seen < 40
    check_page(page)
    page.get_by_role("button", name=re.compile("send", re.I)).dblclick()
    page.wait_for_url(re.compile("/sent/$"))
    check_page(page)
    return page.locator(".tw-ref").inner_text().strip()


def test_works(open_page: Callable[..., Page]) -> None:
    phone = open_page(PHONE, has_touch=True)
    reference = fill_in_intake(phone)
    assert re.fullmatch(r"[A-Z0-9]{4}-[A-Z0-9]{4}", reference)
    assert "sclerosis" not in phone.content()
    assert phone.complaints.found == []

    desk = open_page(DESK)
    log_in(desk, "clinician")
    expect(desk).to_have_url(re.compile("/$"))
    check_page(desk)
    desk.get_by_label("Search").fill(PATIENT)  # the other journeys' patients fill the first page
    desk.get_by_label("Search").press("Enter")
    found = desk.get_by_role("link", name=re.compile(PATIENT))
    expect(found, "a double click on send made a second intake").to_have_count(1)
    desk.get_by_role("link", name=re.compile(PATIENT)).first.click()
    expect(desk.locator(".tw-flags")).to_contain_text("weakness")
    check_page(desk)
    order = desk.locator(".tw-cause__name").all_inner_texts()

    enter(desk, "tinel-phalen", "present")
    expect(desk.locator(".tw-cause__name")).not_to_have_text(order)
    enter(desk, "tinel-phalen", "absent")
    enter(desk, "conduction-block", "present")
    expect(desk.locator(".tw-cause__name").first).to_contain_text("Multifocal motor neuropathy")
    check_page(desk)
    differential_url = desk.url

    desk.get_by_label("Your own conclusion").select_option("multifocal-motor-neuropathy")
    desk.get_by_label("Reasons and plan").fill("Conduction block in the left median nerve. Immunoglobulin trial.")
    desk.get_by_label(re.compile("I have seen")).check()
    desk.get_by_role("button", name="Sign off").click()
    expect(desk.get_by_role("heading", level=1)).to_be_visible()
    signed_url = desk.url
    signed = desk.locator("main").inner_text()
    release = re.search(r"release (\d+)", signed.lower())
    assert release
    check_page(desk)
    assert len(desk.pdf()) > 10_000

    editor, approver = publishing.signed_in(open_page, "editor"), publishing.signed_in(open_page, "approver")
    publishing.save_likelihood(editor, "q=multifocal+conduction", "0.71")
    publishing.propose(editor, "Conduction block, counted again.")
    newer = publishing.approve(approver)
    assert int(newer) > int(release[1])

    desk.goto(signed_url)
    assert desk.locator("main").inner_text() == signed, "a signed assessment changed with the catalogue"
    desk.goto(differential_url)
    expect(desk.locator("body")).to_contain_text(re.compile(f"release {newer}", re.I))
    assert desk.complaints.found == []


def test_a_refused_number_says_why_in_sight(open_page: Callable[..., Page]) -> None:
    desk = open_page(DESK)
    log_in(desk, "clinician")
    desk.locator("main a[href*='/intakes/']").first.click()
    field = desk.locator("[id='tremor-frequency-value']")
    folded = desk.locator("details:not([open])", has=field)
    while folded.count():
        folded.first.locator("> summary").click()
    for typed in ("abc", "500"):
        with desk.expect_response(re.compile("/findings/")) as refused:
            field.fill(typed)
            field.press("Tab")
        assert refused.value.status == 422
        expect(desk.locator("[id='tremor-frequency-problem']")).to_be_in_viewport()
        expect(field).to_be_focused()
        expect(field).to_have_value(typed)
    # The browser reports each 422 as a failed load; nothing else may be wrong.
    assert [text for text in desk.complaints.found if "422" not in text] == []
