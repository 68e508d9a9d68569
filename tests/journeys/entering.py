"""A clinician enters a finding on the differential page."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def enter(page: Page, finding: str, state: str) -> None:
    """Opens the list that holds it, and waits for the whole page: leaving earlier breaks off a request."""
    control = page.locator(f"label[for='{finding}-{state}']")
    unfold(page, f"label[for='{finding}-{state}']")
    with page.expect_response(re.compile("/part/")), page.expect_response(re.compile("/findings/")):
        control.click()
    expect(page.locator("#rest")).not_to_have_class(re.compile("htmx-request"))
    expect(page.locator("[aria-busy]")).to_have_count(0)


def unfold(page: Page, selector: str) -> None:
    folded = page.locator("details:not([open])", has=page.locator(selector))
    while folded.count():
        folded.first.locator("> summary").click()
