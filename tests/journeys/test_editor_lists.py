"""Lists of the admin on an ordinary screen: the last column, where one acts, is in sight."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import sideways_scroll
from tests.journeys.conftest import log_in

pytestmark = pytest.mark.journey


def test_the_way_back_is_in_sight_beside_a_long_reason(open_page: Callable[..., Page]) -> None:
    page = open_page({"width": 1440, "height": 900})
    log_in(page, "editor")
    page.goto("/admin/causes/drink/")
    page.locator("th.field-name a").first.click()
    page.get_by_label("What and why").fill(f"As in https://example.org/{'long' * 40}")
    page.get_by_label("Name").fill("Filter coffee, a mug of it")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    page.goto("/admin/causes/logentry/")
    expect(page.get_by_role("link", name="Undo…").first).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("table", ["logentry", "source", "redflag", "likelihood", "finding"])
def test_no_list_is_cut_off(open_page: Callable[..., Page], table: str) -> None:
    page = open_page({"width": 1440, "height": 900})
    log_in(page, "editor")
    page.goto(f"/admin/causes/{table}/")
    assert sideways_scroll(page) == 0
    assert page.locator("#changelist .results").evaluate("e => e.scrollWidth - e.clientWidth") <= 1
