"""The questionnaire for everyone: in the dark, four times as large, for shaking hands, by keyboard, read aloud."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import DESK
from tests.journeys.filling import TEXTS, fill_page, go_on, is_at_check, start

pytestmark = pytest.mark.journey

# A window of 1280 pixels at 400 %.
LARGE = {"width": 320, "height": 256}
LEAST = 48  # pixels
MOST_PAGES, MOST_STOPS = 45, 220
ROLES = {"button", "checkbox", "combobox", "dialog", "img", "link", "listbox", "radio", "radiogroup", "textbox"}
# A box or circle to tick is as large as its label. Zones of the picture are in the list below it too, at full size,
# and the link that skips is out of sight until it has the focus.
SMALL = """least => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter(element => element.checkVisibility() && element.type !== "hidden" && !element.matches(".tw-skip"))
    .map(element => (/radio|checkbox/.test(element.type) && element.labels[0]) || element)
    .filter(element => {
        const {width, height} = element.getBoundingClientRect();
        return width < least - 0.5 || height < least - 0.5;
    }).map(element => element.outerHTML.slice(0, 160))"""
# What has the focus, once it has come into the window, it or its label.
FOCUSED = """() => {
    const at = document.activeElement, label = (at.labels && at.labels[0]) || at;
    const {top, bottom} = label.getBoundingClientRect();
    if (at !== document.body && (bottom <= 0 || top >= innerHeight)) return null;
    const group = at.type === "radio" ? [...document.getElementsByName(at.name)] : [];
    return {
        tag: at.tagName, type: at.type || "", name: at.name || "", value: at.value || "",
        text: at.textContent.trim(), isZone: at.matches(".tw-zone"),
        isChosen: group.some(one => one.checked), values: group.map(one => one.value),
    };
}"""
TYPED = {"name": "Greta Keys", "birth-day": "12", "birth-month": "4", "birth-year": "1963"}


def check_page(page: Page) -> None:
    assert violations(page) == [], page.url
    assert sideways_scroll(page) <= 0, page.url
    assert page.evaluate(SMALL, LEAST) == [], page.url
    assert unnamed(page) == [], page.url


def unnamed(page: Page) -> list[str]:
    """Roles of what a screen reader could only call by its role."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    controls = [node for node in nodes if not node["ignored"] and node["role"]["value"] in ROLES]
    assert controls, page.url
    return [node["role"]["value"] for node in controls if not node.get("name", {}).get("value", "").strip()]


def leave_open(page: Page) -> None:
    """Go on without an answer: the focus is on what is wrong, and from there on what to mend."""
    page.get_by_role("button", name="Continue").click()
    problem = page.locator(".tw-problem")
    expect(problem).to_be_focused()
    expect(page).to_have_title(re.compile("^Problem:"))
    check_page(page)
    link = problem.get_by_role("link").first
    field = page.locator(f"[id='{(link.get_attribute('href') or '').removeprefix('#')}']")
    link.press("Enter")
    expect(field).to_be_in_viewport()


def test_works(open_page: Callable[..., Page]) -> None:
    page = open_page(LARGE, color_scheme="dark", forced_colors="none")
    page.goto("/intake/p/demonstration/find/")
    check_page(page)
    page.goto("/intake/p/demonstration/")
    check_page(page)
    start(page)
    check_page(page)
    page.get_by_role("button", name="Continue").click()
    problems = seen = 0
    while not is_at_check(page):
        check_page(page)
        if page.locator("#questions").count():
            if page.locator("input[name=sex], .tw-body, input[name=no-medicines]").count():
                leave_open(page)
                problems += 1
            fill_page(page)
            breathless = page.locator("input[name=breathlessness][value=yes]")
            if breathless.count() and not breathless.is_checked():
                breathless.check()
                page.wait_for_url(re.compile("/interrupt/"))
                continue
            go_on(page)
        else:
            page.get_by_role("button", name="Go on with the questions").click()
            page.wait_for_load_state()
        seen += 1
        assert seen < MOST_PAGES
    assert problems > 2
    check_page(page)
    page.get_by_role("button", name=re.compile("Send")).click()
    page.wait_for_url(re.compile("/sent/$"))
    check_page(page)
    page.get_by_role("link", name="See my answers").click()
    check_page(page)
    page.get_by_role("link", name=re.compile("who has looked")).click()
    check_page(page)


def test_by_keyboard_alone(open_page: Callable[..., Page]) -> None:
    page = open_page(DESK)
    page.goto("/intake/p/demonstration/")
    press_through(page, "Start")
    zones = pages = 0
    while "/sent/" not in page.url:
        zones += press_through(page, "Continue|Go on with the questions|Send to the practice|Answer the open questions")
        pages += 1
        assert pages < MOST_PAGES
    assert zones > 0
    expect(page.locator(".tw-ref")).to_be_visible()


def press_through(page: Page, name: str) -> int:
    """Tab from stop to stop, answer each, press the button of this name; how many places were chosen in the picture."""
    zones = 0
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.wait_for_function(FOCUSED).json_value()
        if re.fullmatch(name, stop["text"]) and stop["tag"] in ("A", "BUTTON"):
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return zones
        if stop["isZone"] and not zones:
            zones += choose_place(page)
        elif stop["type"] == "radio" and not stop["isChosen"]:
            choose(page, stop["values"])
        elif stop["name"] == "no-medicines":
            page.keyboard.press("Space")
        elif stop["tag"] in ("INPUT", "TEXTAREA") and stop["type"] in ("text", "textarea") and not stop["value"]:
            page.keyboard.type(TYPED.get(stop["name"], TEXTS.get(stop["name"], "")))
    pytest.fail(f"{name} cannot be reached by keyboard at {page.url}")


def choose(page: Page, values: list[str]) -> None:
    """No where it can be said, else the first answer."""
    page.keyboard.press("Space")
    for _step in range(values.index("no") if "no" in values else 0):
        page.keyboard.press("ArrowDown")


def choose_place(page: Page) -> int:
    page.keyboard.press("Space")
    zone = page.locator(".tw-zone:focus")
    expect(zone).to_have_attribute("aria-checked", "true")
    slug = zone.get_attribute("data-zone")
    expect(page.locator(f"input[name=body][value='{slug}']")).to_be_checked()
    return 1


def test_chosen_is_told_without_colours(open_page: Callable[..., Page]) -> None:
    """With the colours of the user's own high contrast, what is chosen still looks otherwise."""
    page = open_page(DESK, forced_colors="active")
    page.goto("/intake/p/demonstration/")
    start(page)
    page.goto(page.url.replace("/code/", "/where/"))
    zone = page.locator(".tw-zone[role=checkbox]").filter(visible=True).first
    drawn = zone.locator("path:not(.tw-hit, .tw-tick)").first
    fill = "element => getComputedStyle(element).fill"
    before = drawn.evaluate(fill)
    zone.press("Enter")
    assert drawn.evaluate(fill) != before
    expect(zone.locator(".tw-tick")).to_be_visible()
    assert violations(page) == []
