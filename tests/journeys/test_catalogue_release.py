"""A change of the catalogue on its way to patients: edited, previewed, proposed, approved by another, rolled back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.publishing import CHECK, approve, propose, save_likelihood, signed_in

pytestmark = pytest.mark.journey

WEAKNESS_IN_ALS = "cause__slug__exact=als&finding__slug__exact=weakness&is_used__exact=1"
# Without the request's token nobody gets past the first gate; with it, the author is refused at the second.
APPROVE = """async address => {
    const body = new URLSearchParams();
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    const answer = await fetch(address, {method: "POST", body, headers: {"X-Requested-With": "test"}});
    return answer.status;
}"""


def test_works(open_page: Callable[..., Page]) -> None:
    editor, approver = signed_in(open_page, "editor"), signed_in(open_page, "approver")

    # An edit of one cell, and what it does to the published patients.
    before = save_likelihood(editor, WEAKNESS_IN_ALS, "0.0001")
    editor.goto(CHECK)
    moved = editor.get_by_role("region", name="Another first cause, as a table")
    expect(moved).to_contain_text("Amyotrophic lateral sclerosis")
    expect(editor.locator("svg.rel-svg").first).to_be_visible()
    assert not violations(editor)
    assert sideways_scroll(editor) <= 0
    propose(editor, "Weakness counted again.")

    # The author cannot publish it: there is no button, and the address refuses her.
    editor.get_by_role("link", name="Read it").click()
    expect(editor.get_by_text("A second person approves: not the author.")).to_be_visible()
    assert not editor.get_by_role("button", name="Approve and publish").count()
    proposal = editor.url
    assert editor.evaluate(APPROVE, f"{proposal.removesuffix('change/')}approve/") == 403

    # A second person reads the same and publishes it.
    number = approve(approver)
    expect(approver.locator("#content")).to_contain_text("editor")
    approver.goto(f"/admin/causes/release/compare/?before={int(number) - 1}&after={number}")
    expect(approver.locator("#content")).to_contain_text(f"probability: {float(before):g} → 0.0001")

    # Back again: restored by the editor, approved by the other.
    editor.goto(f"/admin/causes/release/{int(number) - 1}/restore/")
    expect(editor.locator("#content")).to_contain_text(f"probability: 0.0001 → {float(before):g}")
    editor.get_by_label("Why").fill("Misread.")
    editor.get_by_role("button", name="Restore").click()
    propose(editor, "Back to what it was.")
    back = approve(approver)
    expect(approver.locator("#content")).to_contain_text(f"The same as release {int(number) - 1}: takes back {number}.")
    editor.goto("/admin/")
    expect(editor.locator("#content")).to_contain_text(f"The working copy is release {back}: nothing to publish.")
