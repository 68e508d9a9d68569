"""The matrix of findings by causes: moved in with the keyboard, edited in place, and all of it without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import log_in

pytestmark = pytest.mark.journey

MATRIX = "/admin/causes/likelihood/matrix/"
# A few rows: axe looks at every cell.
PART = f"{MATRIX}?section=strength&group=motor+neuron"

# The middle of the cell shows the cell: it is neither off the screen nor behind the heads.
IS_IN_SIGHT = """link => {
  const at = link.getBoundingClientRect();
  return document.elementFromPoint((at.left + at.right) / 2, (at.top + at.bottom) / 2) === link;
}"""


def opened(open_page: Callable[..., Page], path: str = MATRIX, **options: object) -> Page:
    page = open_page(**options)
    log_in(page, "editor")
    page.goto(path)
    return page


def cell(page: Page, address: str) -> Locator:
    return page.locator(f"td a[href^='{address}/']").first


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.getAttribute('href') ?? document.activeElement.id")


def test_moved_in_with_the_keyboard(open_page: Callable[..., Page]) -> None:
    page = opened(open_page)
    expect(page.locator("td a[tabindex='0']")).to_have_count(1)
    expect(page.locator("td a:not([tabindex])")).to_have_count(0)
    first, right, below = (
        page.locator("tr[data-finding]").nth(row).locator("td a").nth(n) for row, n in ((0, 0), (0, 1), (1, 0))
    )
    first.focus()
    for key, target in (
        ("ArrowRight", right),
        ("ArrowLeft", first),
        ("ArrowLeft", first),
        ("ArrowUp", first),
        ("ArrowDown", below),
        ("End", page.locator("tr[data-finding]").nth(1).locator("td a").last),
        ("Home", below),
        ("Control+End", page.locator("tr[data-finding]").last.locator("td a").last),
        ("Control+Home", first),
    ):
        page.keyboard.press(key)
        expect(target).to_be_focused()
        assert target.evaluate(IS_IN_SIGHT), key
    page.keyboard.press("PageDown")
    expect(first).not_to_be_focused()
    page.keyboard.press("PageUp")
    expect(first).to_be_focused()
    page.keyboard.press("Control+End")
    frame, last = page.locator("#matrix-frame").bounding_box(), page.locator("td a:focus").bounding_box()
    assert frame and last
    assert last["y"] + last["height"] <= frame["y"] + frame["height"]
    assert last["x"] + last["width"] <= frame["x"] + frame["width"]
    expect(cell(page, "als/weakness")).to_have_accessible_name(
        re.compile(r"^Amyotrophic lateral sclerosis, Muscle weakness, \d+%, grade [A-D]")
    )
    expect(cell(page, "als/carpopedal-spasm")).to_have_accessible_name(re.compile("gap$"))
    assert page.complaints.found == []  # type: ignore[attr-defined]


def test_a_cell_is_edited_in_place(open_page: Callable[..., Page]) -> None:
    page = opened(open_page, PART)
    link = cell(page, "kennedy-disease/weakness")
    link.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    figure = dialog.get_by_label("Probability").first
    expect(figure).to_be_focused()
    page.keyboard.press("Escape")
    expect(link).to_be_focused()

    page.keyboard.press("Enter")
    figure.fill("1.5")
    dialog.get_by_label("What and why").fill("Read again in the source.")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("A probability is between 0 and 1.")).to_be_visible()
    expect(figure).to_be_focused()
    figure.fill("0.42")
    figure.press("Enter")
    expect(dialog.get_by_text("18 of 21 is 0.857, not 0.42.")).to_be_visible()
    for counted in ("Affected", "Total"):
        dialog.get_by_label(counted).first.fill("")
    figure.press("Enter")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()
    expect(link).to_contain_text("42%")
    expect(link).to_have_accessible_name(re.compile(r"Muscle weakness, 42%"))
    expect(page.locator("#matrix-saved")).to_contain_text("Saved")
    page.reload()
    expect(link).to_contain_text("42%")
    assert page.complaints.found == []  # type: ignore[attr-defined]


def test_a_source_is_suggested(open_page: Callable[..., Page]) -> None:
    page = opened(open_page, PART)
    cell(page, "als/weakness").click()
    page.get_by_role("dialog").get_by_label("Source").first.fill("registry")
    expect(page.locator("#matrix-sources option").first).to_have_attribute("value", re.compile(r"\[[a-z0-9-]+\]$"))


def test_the_options_of_a_choice_add_up(open_page: Callable[..., Page]) -> None:
    page = opened(open_page, f"{MATRIX}?q=sex")
    cell(page, "als/sex").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("output")).to_have_text("1")
    dialog.get_by_label("Probability").first.fill("0.9")
    expect(dialog.locator("output")).not_to_have_text("1")
    page.on("dialog", lambda asked: asked.accept())
    dialog.get_by_role("button", name="Close").click()
    expect(cell(page, "als/sex")).to_be_focused()


def test_a_viewer_reads(open_page: Callable[..., Page]) -> None:
    page = open_page()
    log_in(page, "viewer")
    page.goto(PART)
    cell(page, "als/weakness").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("used in the ranking")).to_be_visible()
    expect(dialog.get_by_role("button", name="Save")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_without_scripts(open_page: Callable[..., Page]) -> None:
    page = opened(open_page, f"{MATRIX}?section=strength", java_script_enabled=False)
    cell(page, "als/grip-weakness").click()
    page.get_by_label("Probability").first.fill("1.5")
    page.get_by_label("What and why").fill("Read again in the source.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("A probability is between 0 and 1.")).to_be_visible()
    page.get_by_label("Probability").first.fill("0.37")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved: Amyotrophic lateral sclerosis")).to_be_visible()
    assert page.url.endswith("?section=strength#grip-weakness")
    expect(cell(page, "als/grip-weakness")).to_contain_text("37%")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_broken_layout(open_page: Callable[..., Page], width: int, scheme: str) -> None:
    page = opened(open_page, PART, viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert sideways_scroll(page) <= 0
    cell(page, "als/weakness").click()
    figure = page.get_by_role("dialog").get_by_label("Probability").first
    expect(figure).to_be_focused()
    figure.fill("1.5")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("A probability is between 0 and 1.")).to_be_visible()
    # Looking at it, axe itself breaks the policy in the admin.
    assert page.complaints.found == []  # type: ignore[attr-defined]
    assert violations(page) == []
    page.goto(PART)
    assert violations(page) == []
    page.goto(f"{MATRIX}als/weakness/")
    assert sideways_scroll(page) <= 0
    assert violations(page) == []
