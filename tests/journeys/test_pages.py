"""Every page of the clinic and the catalogue at three widths, light and dark: no broken layout, no axe violation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import log_in

pytestmark = pytest.mark.journey

WIDTHS = (360, 768, 1440)
PAGES = (
    "/",
    "/patients/",
    "/invitations/",
    "/invitations/new/",
    "/invitations/many/",
    "/invitations/sheets/",
    "/waiting-room/",
    "/accuracy/",
    "/settings/",
    "/causes/",
    "/causes/essential-tremor/",
    "/causes/findings/",
    "/causes/findings/weakness/",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_broken_layout(open_page: Callable[..., Page], width: int, scheme: str) -> None:
    page = open_page({"width": width, "height": 900}, color_scheme=scheme)
    log_in(page, "clinician")
    differential = page.locator("main a[href*='/intakes/']").first.get_attribute("href")
    assert differential
    for path in (*PAGES, differential, f"{differential}history/", f"{differential}confirm/"):
        response = page.goto(path)
        assert response is not None and response.status == 200, path
        assert sideways_scroll(page) <= 0, f"{path} scrolls sideways at {width}"
        assert violations(page) == [], f"{path} at {width}, {scheme}"
    assert page.complaints.found == []
