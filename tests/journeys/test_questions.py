"""An editor's words reach the patient: seen before they are saved, put in order, and met by a draft that is open."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import PHONE, log_in
from tests.journeys.filling import fill_profile, go_on, start

pytestmark = pytest.mark.journey
PRACTICE = "/intake/p/demonstration/"
QUESTION = "fasciculations"
OLD, NEW = "Do you get small twitches in a muscle?", "Do your muscles twitch by themselves?"
FRAME = "#patient-page iframe[data-number]:not(.is-coming)"


def test_from_the_editors_form_to_a_draft_that_is_open(open_page: Callable[..., Page]) -> None:
    patient = a_draft(open_page(PHONE))
    desk = open_page()
    log_in(desk, "editor")
    typed_and_seen_before_it_is_saved(desk)
    put_in_order(desk)
    released(desk, open_page())
    opened_again(patient)
    assert patient.complaints.found == []  # type: ignore[attr-defined]


def test_without_scripts_the_preview_needs_a_button(open_page: Callable[..., Page]) -> None:
    desk = open_page(java_script_enabled=False)
    log_in(desk, "viewer")
    desk.goto("/admin/causes/finding/weakness/change/")
    desk.get_by_role("button", name="Show the preview").click()
    seen = desk.frame_locator("#patient-page iframe")
    expect(seen.get_by_role("group", name="Have any of your muscles become weaker?")).to_be_visible()


def a_draft(page: Page) -> Page:
    page.goto(PRACTICE)
    start(page)
    page.get_by_role("button", name="Continue").click()
    fill_profile(page, "Nora Journey")
    go_on(page)
    page.locator(f"input[name={QUESTION}][value=yes]").check()
    expect(page.locator("#saved")).to_contain_text("Saved")
    return page


def typed_and_seen_before_it_is_saved(page: Page) -> None:
    page.goto(f"/admin/causes/finding/{QUESTION}/change/")
    expect(page.frame_locator(FRAME).get_by_role("group", name=OLD)).to_be_visible()
    page.get_by_label("Ask only if").fill("tremor+&")
    expect(page.frame_locator(FRAME).get_by_text("“&” is not a condition")).to_be_visible()
    page.get_by_label("Ask only if").fill("")
    page.get_by_label("Question:", exact=True).fill(NEW)
    expect(page.frame_locator(FRAME).get_by_role("group", name=NEW)).to_be_visible()
    assert page.frame_locator(FRAME).locator("html").evaluate("html => html.clientWidth") <= 360
    page.get_by_label("In", exact=True).select_option("es")
    expect(page.frame_locator(FRAME).get_by_text("No lo sé").first).to_be_visible()
    assert sideways_scroll(page) == 0
    page.get_by_label("What and why").fill("Plainer words.")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()


def put_in_order(page: Page) -> None:
    """By keyboard: the button that was pressed is found again where the question is now."""
    page.goto("/admin/causes/section/board/")
    questions = page.locator("#topic-what-you-notice").locator("xpath=ancestor::section").locator("li")
    expect(questions.nth(0)).to_contain_text(NEW)
    questions.nth(0).get_by_role("button", name=re.compile("Move .* down")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("was moved down")).to_be_visible()
    expect(questions.nth(1)).to_contain_text(NEW)
    assert page.url.endswith(f"#question-{QUESTION}")
    questions.nth(1).get_by_role("button", name=re.compile("Move .* up")).click()
    expect(questions.nth(0)).to_contain_text(NEW)
    assert page.complaints.found == []  # type: ignore[attr-defined]
    # Last: what axe tries in the admin's page is refused by its policy.
    assert violations(page) == []


def released(editor: Page, approver: Page) -> None:
    editor.goto("/admin/causes/release/check/")
    editor.locator("[name=notes]").fill("A question in plainer words.")
    editor.get_by_role("button", name=re.compile("Propose")).click()
    editor.wait_for_load_state()
    log_in(approver, "approver")
    approver.goto("/admin/causes/proposal/")
    approver.locator("#result_list tbody tr").first.get_by_role("link").first.click()
    approver.get_by_role("button", name=re.compile("Approve")).click()
    approver.wait_for_load_state()


def opened_again(page: Page) -> None:
    token = page.url.split("/intake/")[1].split("/")[0]
    page.goto(f"/intake/{token}/")
    heading = page.get_by_role("heading", name="Some questions have changed since you began")
    expect(heading).to_be_focused()
    expect(page.get_by_text("Your answers are kept.")).to_be_visible()
    row = page.locator(".tw-answers > div").filter(has_text=NEW)
    expect(row).to_contain_text("Yes")
    assert violations(page) == []
    assert sideways_scroll(page) == 0
    page.get_by_role("button", name="They are right: go on").click()
    page.wait_for_url(re.compile("/what-you-notice/"))
    expect(page.locator(f"input[name={QUESTION}][value=yes]")).to_be_checked()
    page.goto(f"/intake/{token}/")
    expect(page.get_by_text("Some questions have changed")).to_have_count(0)
