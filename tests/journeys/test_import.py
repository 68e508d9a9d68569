"""A table out as a file, worked on, and in again: seen before, refused whole, or taken whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import PHONE, log_in

pytestmark = pytest.mark.journey

LIST = "/admin/causes/likelihood/?cause__slug__exact=als&finding__reported_by__exact=patient"
LOG = "/admin/causes/logentry/"
Rows = list[dict[str, str]]


def opened(open_page: Callable[..., Page], **options: object) -> Page:
    page = open_page(**options)
    page.set_default_timeout(60_000)  # the whole working copy is checked
    log_in(page, "editor")
    page.wait_for_load_state()
    return page


def exported(page: Page) -> Rows:
    """What the list's filters show."""
    page.goto(LIST)
    page.get_by_role("link", name="Export").click()
    page.get_by_label("CSV").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "likelihoods.csv"
    return list(csv.DictReader(download.value.path().open(encoding="utf-8-sig", newline="")))


def previewed(page: Page, rows: Rows, reason: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    page.goto(LIST)
    page.get_by_role("link", name="Import").click()
    file = {"name": "likelihoods.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode()}
    page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_label("What and why").fill(reason)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".exc-summary, .errornote")).to_be_visible()


def used(rows: Rows, finding: str) -> int:
    """Where the used row of the finding stands in the file, from 0."""
    return next(n for n, row in enumerate(rows) if row["finding"] == finding and row["is_used"] == "yes")


def changed(rows: Rows) -> Rows:
    """Two figures otherwise, and a study more."""
    rows = [dict(row) for row in rows]
    rows[used(rows, "tremor")]["probability"] = "0.0625"
    rows[used(rows, "grip-weakness")]["note"] = "=read again"
    further = {**rows[used(rows, "foot-drop")], "id": "", "probability": "0.3125", "is_used": "no"}
    return [*rows, further]


def spoilt(rows: Rows) -> tuple[Rows, list[tuple[str, str, str]]]:
    """The same with a mistake in several rows, and where they are: row of the spreadsheet, column, rule."""
    rows = changed(rows)
    mistakes = (
        ("weakness", {"probability": "1.5"}, "probability", "A probability is between 0 and 1."),
        ("tremor", {"affected": "90", "total": "50"}, "affected", "More patients affected than counted."),
        ("foot-drop", {"source": "", "grade": "A"}, "source", "Without a source the grade can only be D."),
    )
    expected = []
    for finding, values, column, rule in mistakes:
        number = used(rows, finding)
        rows[number] |= values
        expected.append((str(number + 2), column, rule))
    return rows, sorted(expected, key=lambda problem: int(problem[0]))


def shown_problems(page: Page) -> list[tuple[str, ...]]:
    rows = page.get_by_role("region", name="Problems").locator("tbody tr").all()
    return [tuple(row.locator("th, td").all_inner_texts()) for row in rows]


def test_works(open_page: Callable[..., Page]) -> None:
    page = opened(open_page)
    rows = exported(page)

    # A file with mistakes is refused whole: each is named, by its row, and the good rows are not taken either.
    bad, expected = spoilt(rows)
    previewed(page, bad, "A file with mistakes")
    assert shown_problems(page) == expected
    expect(page.locator("#content")).to_contain_text("3 problems. Nothing was imported.")
    expect(page.get_by_role("button", name="Import")).to_have_count(0)
    assert exported(page) == rows
    page.goto(f"{LOG}?q=mistakes")
    expect(page.locator("#result_list tbody tr")).to_have_count(0)

    # A good one is shown first, difference by difference. Looking changes nothing.
    before = float(rows[used(rows, "tremor")]["probability"])
    previewed(page, changed(rows), "Read again by two of us")
    expect(page.locator(".exc-summary")).to_have_text(f"1 added, 2 changed, 0 removed, {len(rows) - 2} as they were")
    expect(page.locator("#content")).to_contain_text(f"als tremor: probability: {before:g} → 0.0625")
    expect(page.locator("#content")).to_contain_text("→ =read again")
    expect(page.locator("#content")).to_contain_text("In the history: Read again by two of us")
    preview = page.url
    assert exported(page) == rows

    # Confirmed, it is there, the log says so, and the catalogue can be proposed.
    previewed(page, changed(rows), "Read again by two of us")
    assert page.url == preview
    page.get_by_role("button", name="Import").click()
    expect(page.locator(".messagelist .success")).to_contain_text("1 added, 2 changed")
    now = exported(page)
    assert len(now) == len(rows) + 1
    assert now[used(now, "tremor")]["probability"] == "0.0625"
    assert now[used(now, "grip-weakness")]["note"] == "'=read again"
    page.goto(f"{LOG}?q=two+of+us")
    expect(page.locator("#result_list tbody tr")).to_have_count(3)
    expect(page.locator("#result_list")).to_contain_text(f"probability: {before:g} → 0.0625")

    # It was one operation, and comes back as one.
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="Undo all that was done together").click()
    page.get_by_label("What and why").fill("Not the same patients.")
    page.locator("#content form [type=submit]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert exported(page) == rows
    assert page.complaints.found == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_telephone(open_page: Callable[..., Page], scheme: str) -> None:
    page = opened(open_page, viewport=PHONE, color_scheme=scheme)
    page.goto(LIST)
    page.get_by_role("link", name="Export").click()
    sound(page)
    rows = exported(page)
    page.goto(LIST)
    page.get_by_role("link", name="Import").click()
    sound(page)
    previewed(page, spoilt(rows)[0], "A file with mistakes")
    sound(page)
    previewed(page, changed(rows), "Only looked at")
    sound(page)


def sound(page: Page) -> None:
    assert sideways_scroll(page) <= 0
    assert violations(page) == []


def test_without_scripts(open_page: Callable[..., Page]) -> None:
    page = opened(open_page, java_script_enabled=False)
    rows = exported(page)
    previewed(page, changed(rows), "Only looked at")
    expect(page.get_by_role("button", name="Import")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    assert exported(page) == rows
