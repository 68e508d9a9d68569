"""The way from the working copy to a release, as an editor and an approver go it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import log_in

CHECK = "/admin/causes/release/check/"


def signed_in(open_page: Callable[..., Page], username: str) -> Page:
    page = open_page()
    page.set_default_timeout(60_000)  # all known patients are ranked twice
    log_in(page, username)
    page.wait_for_load_state()
    return page


def save_likelihood(page: Page, filters: str, probability: str) -> str:
    """Another probability of the first row that the filters find. What it was before."""
    page.goto(f"/admin/causes/likelihood/?{filters}")
    page.locator("#result_list tbody th a").first.click()
    field = page.locator("#id_probability")
    before = field.input_value()
    field.fill(probability)
    page.get_by_label("What and why").fill("Counted again.")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    return before


def propose(page: Page, notes: str) -> None:
    page.goto(CHECK)
    page.get_by_label("What changed, and why").fill(notes)
    reason = page.get_by_label("Why it is right that a cannot-miss cause is lost from sight")
    if reason.count():
        reason.fill("For the test.")
    page.get_by_role("button", name="Propose").click()
    expect(page.locator(".messagelist")).to_contain_text("Somebody else approves it.")


def approve(page: Page) -> str:
    """The number of the release that it became."""
    page.goto("/admin/")
    page.get_by_role("link", name="Read and decide").click()
    page.get_by_role("button", name="Approve and publish").click()
    published = page.locator(".messagelist")
    expect(published).to_contain_text("Published: release")
    found = re.search(r"release (\d+)", published.inner_text())
    assert found
    return found[1]
