"""Filling in the questionnaire in a browser, as a patient does, with or without its scripts."""

from __future__ import annotations

import re

from playwright.sync_api import Page

PATIENT = "Greta Journey"
# What she says yes to; every other question gets “no”.
YES = {"fasciculations", "weakness", "muscle-wasting", "grip-weakness", "muscle-cramps", "spreading"}
CHOICES = {"duration": "3 to 12 months", "course": "steadily worsening", "laterality": "one side"}
TEXTS = {
    "onset-age": "61",
    "drink-black-tea": "2",
    "alcohol-units": "4",
    "own-words": "My left hand is getting thin.",
    "worry": "Not being able to work.",
}
# As a finger does, but all at once: one question at a time takes the journeys too long.
TAP = """answers => {
    for (const [name, value] of answers)
        document.querySelector(`input[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`).click();
}"""


def start(page: Page) -> None:
    """From the practice's page to the page with the code."""
    page.get_by_role("button", name=re.compile("start", re.I)).click()
    page.wait_for_url(re.compile("/code/$"))


def is_at_check(page: Page) -> bool:
    """At the page from which it can be sent. Where later answers have opened questions, they come first."""
    if "/check/" not in page.url:
        return False
    left_open = page.get_by_role("link", name="Answer the open questions")
    if not left_open.count():
        return True
    left_open.click()
    page.wait_for_url(lambda url: "/check/" not in url)
    return False


def fill_page(page: Page, most: int | None = None, name: str = PATIENT) -> None:
    if page.locator("input[name=sex]").count():
        fill_profile(page, name)
    elif page.locator(".tw-body").count():
        zone = page.locator(".tw-zone[role=checkbox]").filter(visible=True)
        if zone.count():
            zone.nth(8).click()
        page.get_by_label("Left hand", exact=True).last.check()
    elif page.locator("input[name=no-medicines]").count() and not page.locator("input[name=medicine-1]").input_value():
        page.locator("input[name=no-medicines]").check()
    fill_topic(page, most)


def fill_profile(page: Page, name: str = PATIENT) -> None:
    page.locator("input[name=name]").fill(name)
    for label, value in (("Day", "12"), ("Month", "4"), ("Year", "1963")):
        page.get_by_label(label, exact=True).fill(value)
    page.locator("input[name=sex][value=female]").check()


def fill_topic(page: Page, most: int | None = None) -> None:
    """Answer every question that is visible, again until no new one appears; or only the first few."""
    for _round in range(6):
        names = open_questions(page)[:most]
        if not names:
            break
        answers = [[name, CHOICES.get(name, "yes" if name in YES else "no")] for name in names]
        page.evaluate(TAP, answers)
        if most is not None:
            return
    for name, text in TEXTS.items():
        field = page.locator(f"[name='{name}']")
        if field.count() and field.is_visible():
            field.fill(text)


def open_questions(page: Page) -> list[str]:
    """Names of the questions in sight that nothing is chosen for."""
    return page.eval_on_selector_all(
        "form input[type=radio]:not(:disabled)",
        """inputs => {
            const shown = inputs.filter(input => input.checkVisibility());
            const chosen = new Set(shown.filter(input => input.checked).map(input => input.name));
            return [...new Set(shown.map(input => input.name))].filter(name => name !== "view" && !chosen.has(name));
        }""",
    )


def say_yes(page: Page, *slugs: str) -> None:
    """To questions of their own and in lists, as far as they are in sight."""
    for slug in slugs:
        boxes = page.locator(f"input[name='{slug}'][value=yes], input[type=checkbox][value='{slug}']")
        if (seen := boxes.filter(visible=True)).count():
            seen.first.check()


def answer_all(page: Page, *yes: str, name: str = PATIENT) -> None:
    """Page after page to the one where the answers are checked; what interrupts is read and gone on from."""
    for _page in range(45):
        if is_at_check(page):
            return
        if "/interrupt/" in page.url:
            page.get_by_role("button", name="Go on with the questions").click()
            page.wait_for_load_state()
            continue
        say_yes(page, *yes)
        fill_page(page, name=name)
        if "/interrupt/" not in page.url:
            go_on(page)
    raise AssertionError("the questions never ended")


def send(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Send")).click()
    page.wait_for_url(re.compile("/sent/$"))


def go_on(page: Page) -> None:
    """Continue; or, where an answer's interruption is quicker than the finger, go on from that."""
    before = page.url
    button = page.get_by_role("button", name="Continue")
    button.or_(page.get_by_role("button", name="Go on with the questions")).click()
    page.wait_for_url(lambda url: url != before)
    page.wait_for_load_state()
    problem = page.locator(".tw-problem")
    assert "/check/" in page.url or not problem.count(), problem.inner_text()
