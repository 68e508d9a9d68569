"""Staff send the link and later a reminder; the link in the e-mail goes on where the patient stopped."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESK, PHONE, log_in
from tests.journeys.filling import fill_page, go_on

pytestmark = pytest.mark.journey

TO = "remy@example.org"
LINK = re.compile(r"http://\S+/intake/i/\S+/")
BETWEEN = b"-" * 79


def mails_to(outbox: Path, address: str) -> dict[str, str]:
    """Subject -> text."""
    found = {}
    for path in outbox.iterdir():
        for part in path.read_bytes().split(BETWEEN):
            mail = email.message_from_bytes(part.strip(), policy=email.policy.default)
            if mail["To"] == address:
                found[str(mail["Subject"])] = str(mail.get_content())
    return found


@pytest.mark.parametrize("has_scripts", [True, False])
def test_the_link_of_the_reminder_works_on_the_phone(
    open_page: Callable[..., Page], outbox: Path, has_scripts: bool
) -> None:
    to = f"{has_scripts}.{TO}".lower()
    desk = open_page(DESK)
    log_in(desk, "reception")
    desk.goto("/invitations/new/")
    desk.locator("input[name=name]").fill("Remy Reminded")
    desk.locator("input[name=birth_date]").fill("1963-04-12")
    desk.locator("input[name=email]").fill(to)
    desk.get_by_role("button", name=re.compile("link", re.I)).first.click()
    desk.wait_for_url(re.compile(r"/invitations/\d+/"))
    if desk.get_by_role("button", name="Send the link", exact=True).count():
        desk.get_by_role("button", name="Send the link", exact=True).click()
    expect(desk.locator("body")).to_contain_text("was sent by e-mail")
    desk.get_by_role("button", name="Send a reminder").click()
    expect(desk.locator("body")).to_contain_text("The reminder was sent by e-mail.")
    expect(desk.locator("body")).to_contain_text("Reminded")

    mails = mails_to(outbox, to)
    first, reminder = sorted(mails, key=lambda subject: subject.startswith("Reminder"))
    assert reminder.startswith("Reminder")
    assert re.search(r"about \d+ short questions", mails[first])
    assert "Remy" not in mails[reminder], "others may read it too"
    links = {LINK.search(text).group() for text in mails.values()}  # type: ignore[union-attr]
    assert len(links) == 1

    phone = open_page(PHONE, java_script_enabled=has_scripts)
    phone.goto(links.pop())
    phone.get_by_role("button", name="Start").click()
    phone.wait_for_url(re.compile("/you/"))
    fill_page(phone, name="Remy Reminded")
    go_on(phone)
    came_to = phone.url
    again = open_page(PHONE, java_script_enabled=has_scripts)
    again.goto(LINK.search(mails[reminder]).group())  # type: ignore[union-attr]
    again.get_by_role("button", name="Continue where you stopped").click()
    again.wait_for_url(came_to)
