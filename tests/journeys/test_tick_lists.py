"""What is left unticked in a list becomes an answer only when the patient says so, and is shown before sending."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import violations
from tests.journeys.conftest import PHONE
from tests.journeys.filling import answer_all, fill_page, go_on, is_at_check, start

pytestmark = pytest.mark.journey

NAME = "Tina Ticks"


def to_a_list(page: Page) -> None:
    for _page in range(20):
        if page.locator(".tw-listed").count() > 1:
            return
        assert not is_at_check(page)
        fill_page(page, name=NAME)
        go_on(page)


def questions(page: Page) -> list[str]:
    return page.locator(".tw-listed .tw-check").all_inner_texts()


def says(page: Page, question: str, answer: str) -> None:
    row = page.locator(".tw-answers > div").filter(has=page.get_by_text(question, exact=True))
    expect(row.locator("dd").first).to_have_text(answer)


@pytest.mark.parametrize("has_scripts", [True, False])
def test_unticked_is_no_answer_until_it_is_said(open_page: Callable[..., Page], has_scripts: bool) -> None:
    page = open_page(PHONE, java_script_enabled=has_scripts)
    page.goto("/intake/p/demonstration/")
    start(page)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_load_state()
    to_a_list(page)
    ticked, *left = questions(page)
    page.locator(".tw-listed .tw-check").first.click()
    page.get_by_role("button", name="Continue").click()
    problem = page.locator(".tw-problem")
    expect(problem).to_contain_text("Choose no, or that you are not sure, for those that you did not tick")
    expect(page.locator(".tw-listed input[type=checkbox]").first).to_be_checked()
    if has_scripts:
        assert violations(page) == []
    page.get_by_label("No to all of those").check()
    fill_page(page, name=NAME)
    go_on(page)

    to_a_list(page)
    unsure = questions(page)
    page.get_by_label("I am not sure", exact=True).last.check()
    answer_all(page, name=NAME)
    says(page, ticked, "Yes")
    for question in left:
        says(page, question, "No")
    for question in unsure:
        says(page, question, "Not sure")
