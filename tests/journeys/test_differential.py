"""The differential under a clinician's hands: what is exchanged is what a fresh page shows, without a complaint."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.axe import violations
from tests.journeys.conftest import DESK, log_in
from tests.journeys.entering import enter, unfold

pytestmark = pytest.mark.journey

# Each part's text and each list's rows in their order, closed lists included. A part that is loaded when it comes into
# sight or is opened is left out: it may be there already or not yet.
SHOWN = """() => {
  const text = (id) => {
    const copy = document.getElementById(id).cloneNode(true);
    for (const later of copy.querySelectorAll("[hx-get], .tw-tipping, #further, [id^='why-']")) later.remove();
    return copy.textContent.replace(/\\s+/g, " ").trim();
  };
  const row = (item) => {
    const controls = [...item.querySelectorAll("input, select")];
    const states = controls.map((control) => control.type === "radio" ? control.checked : control.value);
    return [item.id, item.textContent.replace(/\\s+/g, " "), ...states].join("|");
  };
  const lists = [...document.querySelectorAll("#evidence-form ul.tw-evidence")];
  return {
    causes: text("part-causes"),
    checks: text("part-checks"),
    seen: text("sign-seen"),
    notes: [...document.querySelectorAll("#evidence-form h3 + span, #evidence-form summary")].map((e) => e.textContent),
    rows: lists.map((list) => [list.id, ...[...list.children].map(row)]),
  };
}"""


def open_differential(open_page: Callable[..., Page]) -> Page:
    page = open_page(DESK)
    log_in(page, "clinician")
    page.locator("main a[href*='/intakes/']").last.click()
    page.wait_for_url(re.compile("/intakes/"))
    page.wait_for_load_state()
    return page


def complaints(page: Page) -> list[str]:
    """Without the browser's own report of each 422 as a failed load."""
    return [text for text in page.complaints.found if "422" not in text]  # type: ignore[attr-defined]


def test_works(open_page: Callable[..., Page]) -> None:
    """What the exchanges made of the page is what a fresh one shows."""
    page = open_differential(open_page)
    for finding, state in (
        ("hoffmann", "present"),
        ("rigidity", "present"),
        ("hoffmann", "absent"),
        ("tongue-fasciculation-atrophy", "present"),
        ("rigidity", "unknown"),
    ):
        enter(page, finding, state)
        exchanged = page.evaluate(SHOWN)
        page.reload()
        assert page.evaluate(SHOWN) == exchanged, (finding, state)
    for finding, state in (
        ("hoffmann", "unknown"),
        ("tongue-fasciculation-atrophy", "absent"),
        ("rigidity", "present"),
    ):
        enter(page, finding, state)
    exchanged = page.evaluate(SHOWN)
    page.reload()
    assert page.evaluate(SHOWN) == exchanged
    assert violations(page) == []
    assert complaints(page) == []


def test_the_keyboard_stays_where_it_was_and_the_change_is_spoken(open_page: Callable[..., Page]) -> None:
    page = open_differential(open_page)
    enter(page, "spasticity", "present")
    row = page.locator("[id='ev-spasticity']")
    row.evaluate("row => row.scrollIntoView({ block: 'center', behavior: 'instant' })")
    page.locator("[id='spasticity-present']").focus()
    before = row.bounding_box()

    with page.expect_response(re.compile("/findings/")):
        page.keyboard.press("ArrowRight")

    expect(page.locator("#change-status")).to_contain_text("Spasticity or clonus: absent")
    expect(page.locator("[id='spasticity-absent']")).to_be_focused()
    after = row.bounding_box()
    assert before and after and abs(before["y"] - after["y"]) < 2, "the row jumped"
    assert complaints(page) == []


def test_what_was_opened_stays_open_and_is_of_the_new_ranking(open_page: Callable[..., Page]) -> None:
    page = open_differential(open_page)
    second = page.locator(".tw-cause >> nth=1")
    second.locator("details > summary").click()
    expect(second.locator(".tw-contrib")).to_be_visible()
    page.locator("#further > summary").click()
    expect(page.locator("#further-causes > li").first).to_be_visible()
    name = second.locator("details").get_attribute("id") or ""

    enter(page, "cogwheel", "present")

    # The answer holds a link in the table's place, and the table follows.
    expect(page.locator(f"[id='{name}'][open] .tw-contrib")).to_be_visible()
    expect(page.locator(f"[id='{name}']")).to_contain_text(re.compile("cogwheel", re.I))
    expect(page.locator("#further[open] li").first).to_be_visible()
    assert complaints(page) == []


def test_nothing_that_is_refused_makes_the_browser_complain(open_page: Callable[..., Page]) -> None:
    page = open_differential(open_page)
    enter(page, "hoffmann", "present")
    with page.expect_response(re.compile("without=hoffmann")):
        page.locator("[id='ev-hoffmann'] .tw-switch").click()
    expect(page.locator(".tw-whatif")).to_be_visible()
    page.get_by_role("link", name="Switch all on again").click()
    expect(page.locator(".tw-whatif")).to_have_count(0)

    unfold(page, "[id='tremor-frequency-value']")
    with page.expect_response(re.compile("/findings/")):
        page.locator("[id='tremor-frequency-value']").fill("abc")
        page.keyboard.press("Tab")
    expect(page.locator("[id='tremor-frequency-problem']")).to_be_visible()

    page.reload()
    page.get_by_role("button", name="Sign off").click()
    expect(page.locator(".is-invalid").first).to_be_visible()
    assert violations(page) == []
    assert complaints(page) == []


def test_what_is_old_says_so_until_it_is_new(open_page: Callable[..., Page]) -> None:
    """The ranking comes first. What follows is marked until it came, and stays marked when it cannot come."""
    page = open_differential(open_page)
    unfold(page, "label[for='babinski-present']")
    first = page.locator(".tw-cause").first.text_content()
    following = page.locator("[data-follows]")

    page.route(re.compile("/part/"), lambda route: route.abort())
    with page.expect_response(re.compile("/findings/")):
        page.locator("label[for='babinski-present']").click()
    expect(page.locator("#outdated")).to_be_visible()
    expect(page.locator("[data-outdated]")).to_have_count(following.count())
    expect(page.locator("#part-next .tw-stale__old")).to_be_visible()
    expect(page.locator("#part-reasons [data-copy]").first).to_be_hidden()
    assert page.locator(".tw-cause").first.text_content() != first
    assert page.locator("#part-ranking .tw-stale, #part-lane .tw-stale, #part-flags .tw-stale").count() == 0
    assert violations(page) == []

    held: list[Route] = []
    page.unroute(re.compile("/part/"))
    page.route(re.compile("/part/"), lambda route: held.append(route))
    with page.expect_response(re.compile("/findings/")):
        page.locator("label[for='babinski-absent']").click()
    expect(page.locator("[data-follows][aria-busy]")).to_have_count(following.count())
    expect(page.locator("#part-next .tw-stale__busy")).to_be_visible()
    expect(page.locator("#outdated")).to_be_hidden()
    page.wait_for_timeout(100)
    held[-1].continue_()
    expect(page.locator("[aria-busy], [data-outdated]")).to_have_count(0)
    expect(page.locator("#part-next .tw-stale")).to_be_hidden()
