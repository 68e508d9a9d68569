"""The drawings that tell movements apart: moving when asked to, and still for those who want less motion."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import PHONE
from tests.journeys.filling import start

pytestmark = pytest.mark.journey

RUNNING = "document.getAnimations().filter(one => one.playState === 'running').length"
AT_MOST = 5_000  # ms that anything may move by itself (WCAG 2.2.2)


def open_drawings(page: Page) -> None:
    page.goto("/intake/p/demonstration/")
    start(page)
    page.goto(page.url.replace("/code/", "/what-you-notice/"))
    assert page.locator(".tw-drawing").count() > 3


@pytest.mark.parametrize("has_scripts", [True, False])
def test_still_for_those_who_want_less_motion(open_page: Callable[..., Page], has_scripts: bool) -> None:
    page = open_page(PHONE, reduced_motion="reduce", java_script_enabled=has_scripts)
    open_drawings(page)
    for drawing in page.locator(".tw-drawing").all():
        drawing.scroll_into_view_if_needed()
        expect(drawing.locator("svg[role=img]")).to_be_visible()
        expect(drawing.locator("svg[role=img]")).to_have_attribute("aria-label", re.compile(r"\w{3}"))
        expect(drawing.locator(".d-move").first).to_be_visible()
        expect(drawing.locator("label")).to_be_hidden()
        expect(drawing.locator("input")).not_to_be_checked()
        assert page.evaluate(RUNNING) == 0
    assert sideways_scroll(page) <= 0
    if has_scripts:
        assert violations(page) == []


def test_they_move_once_by_themselves_then_when_asked(open_page: Callable[..., Page]) -> None:
    page = open_page(PHONE)
    open_drawings(page)
    drawing = page.locator(".tw-drawing").first
    drawing.scroll_into_view_if_needed()
    expect(drawing.locator("input")).to_be_checked()
    assert page.evaluate(RUNNING) > 0
    expect(drawing.locator("input")).not_to_be_checked(timeout=AT_MOST + 1_000)
    drawing.locator("label").click()
    assert drawing.evaluate("figure => figure.getAnimations({subtree: true}).length") > 0
    drawing.locator("label").click()
    assert drawing.evaluate("figure => figure.getAnimations({subtree: true}).length") == 0


def test_without_scripts_nothing_moves_until_it_is_asked_to(open_page: Callable[..., Page]) -> None:
    page = open_page(PHONE, java_script_enabled=False)
    open_drawings(page)
    assert page.evaluate(RUNNING) == 0
    page.locator(".tw-drawing label").first.click()
    assert page.evaluate(RUNNING) > 0
