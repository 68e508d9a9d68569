"""Answers that do not go together are asked about kindly, and nothing is dropped."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import DESK, PHONE, log_in
from tests.journeys.filling import answer_all, go_on, send, start

pytestmark = pytest.mark.journey

SHAKES, AT_REST = "Does a part of your body shake?", "Do you shake when that part of your body is resting?"


def check(page: Page) -> None:
    assert sideways_scroll(page) <= 0, page.url
    assert violations(page) == [], page.url


def named(verb: str, question: str) -> re.Pattern[str]:
    return re.compile(f"^{verb} ?: {re.escape(question)}$")


def no_tremor_but_tremor_at_rest(page: Page, name: str) -> Locator:
    """To the form that asks about it, by way of the link that changes an answer."""
    page.goto("/intake/p/demonstration/")
    start(page)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_load_state()
    answer_all(page, "tremor", "rest-tremor", name=name)
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    page.get_by_role("link", name=named("Change", SHAKES)).click()
    page.locator("input[name=tremor][value=no]").check()
    go_on(page)
    answer_all(page, name=name)
    return page.locator("#puzzles form").filter(has_text=AT_REST)


@pytest.mark.parametrize("has_scripts", [True, False])
def test_both_are_shown_and_the_patient_says_which_is_right(open_page: Callable[..., Page], has_scripts: bool) -> None:
    phone = open_page(PHONE, java_script_enabled=has_scripts)
    puzzle = no_tremor_but_tremor_at_rest(phone, "Kim Contrary")
    expect(phone.locator("#puzzles")).to_contain_text("It is fine if you are not sure.")
    expect(puzzle.locator("div").filter(has_text=SHAKES)).to_contain_text("No")
    expect(puzzle.locator("div").filter(has_text=AT_REST)).to_contain_text("Yes")
    if has_scripts:
        check(phone)
    puzzle.get_by_role("link", name=named("Change", SHAKES)).click()
    phone.locator("input[name=tremor][value=yes]").check()
    go_on(phone)
    answer_all(phone, name="Kim Contrary")
    expect(puzzle).to_have_count(0)
    row = phone.locator(".tw-answers > div").filter(has_text=AT_REST)
    expect(row).to_contain_text("Yes")


def test_an_answer_can_be_taken_back(open_page: Callable[..., Page]) -> None:
    phone = open_page(PHONE, has_touch=True)
    puzzle = no_tremor_but_tremor_at_rest(phone, "Kim Contrary")
    puzzle.get_by_role("button", name=named("Take this answer back", AT_REST)).click()
    expect(puzzle).to_have_count(0)
    expect(phone.locator(".tw-answers > div").filter(has_text=SHAKES)).to_contain_text("No")


def test_what_is_left_as_it_is_reaches_the_clinician(open_page: Callable[..., Page]) -> None:
    phone = open_page(PHONE, has_touch=True)
    puzzle = no_tremor_but_tremor_at_rest(phone, "Kim Undecided")
    puzzle.get_by_role("button", name="They are right, or I am not sure").click()
    expect(puzzle).to_have_count(0)
    send(phone)

    desk = open_page(DESK)
    log_in(desk, "clinician")
    desk.locator("input[name=q]").fill("Kim Undecided")
    desk.get_by_role("button", name="Filter").click()
    desk.get_by_role("link", name=re.compile("Kim Undecided")).first.click()
    desk.wait_for_url(re.compile("/intakes/"))
    expect(desk.locator("main")).to_contain_text(
        re.compile("Not used, because it does not go with another answer: [^.]*tremor at rest", re.I)
    )
