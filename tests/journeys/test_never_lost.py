"""Nothing typed on the phone is lost: killed, offline, a dead server, two tabs, with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.axe import sideways_scroll, violations
from tests.journeys.conftest import PHONE
from tests.journeys.filling import fill_page, go_on, is_at_check, open_questions, start

pytestmark = pytest.mark.journey

MOST_TRIES = 12
SAVED = "Saved"
# What is said when nobody answers, and when the server says that it cannot.
BEGINNINGS = ("Not saved yet", "We could not go on")
SILENT = [re.compile(f"{begins}: no connection") for begins in BEGINNINGS]
FAULT = [re.compile(f"{begins}: our computer has a fault") for begins in BEGINNINGS]


def begin(page: Page) -> str:
    """A new draft; returns its link."""
    page.goto("/intake/p/demonstration/")
    start(page)
    return page.url.removesuffix("code/")


def state(page: Page) -> dict[str, list[str]]:
    """What stands in the form, question by question: a list to tick and its questions one by one say the same."""
    found: dict[str, list[str]] = page.evaluate(
        """() => {
            const found = {};
            for (const [name, value] of new FormData(document.querySelector("main form")))
              if (!["csrfmiddlewaretoken", "page", "before", "shown"].includes(name)) (found[name] ??= []).push(value);
            return found;
        }"""
    )
    for name in [name.removesuffix("-rows") for name in found if name.endswith("-rows")]:
        rows, ticked, others = found.pop(f"{name}-rows"), found.pop(name, []), found.pop(f"{name}-others", [])
        found |= {row: ["yes"] if row in ticked else others for row in rows}
    return found


def path_of(page: Page) -> str:
    return re.sub(r"[?#].*", "", page.url)


def wait_until_saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text(SAVED)


def to_topic(page: Page, link: str, slug: str) -> None:
    page.goto(f"{link}{slug}/")
    expect(page.locator("#saved")).to_contain_text("as soon as you give it")


def test_killed_and_resumed_at_every_page_then_sent_from_two_tabs(open_page: Callable[..., Page]) -> None:
    phone = open_page(PHONE, has_touch=True)
    link = begin(phone)
    phone.goto(link)
    pages = 0
    while not is_at_check(phone):
        fill_page(phone)
        wait_until_saved(phone)
        was_at, held = path_of(phone), state(phone)
        phone.context.close()
        phone = open_page(PHONE, has_touch=True)
        phone.goto(was_at)
        assert state(phone) == held, was_at
        go_on(phone)
        pages += 1
        assert pages < 30
    assert pages > 5
    phone.context.close()
    phone = open_page(PHONE, has_touch=True)
    phone.goto(link)
    phone.wait_for_url(re.compile("/check/"))
    second = phone.context.new_page()
    second.goto(phone.url)
    for page in (phone, second):
        page.get_by_role("button", name=re.compile("Send")).click()
        page.wait_for_url(re.compile("/sent/$"))
    assert phone.locator(".tw-ref").inner_text() == second.locator(".tw-ref").inner_text()
    check(phone)
    read_own_copy(phone)
    assert phone.complaints.found == []


def read_own_copy(page: Page) -> None:
    page.get_by_role("link", name="See my answers").click()
    check(page)
    assert len(page.pdf()) > 10_000
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download")).click()
    assert "My left hand is getting thin." in download.value.path().read_text(encoding="utf-8")
    page.get_by_role("link", name=re.compile("who has looked")).click()
    expect(page.locator("main")).to_contain_text("Nobody has looked at them yet.")
    check(page)
    page.go_back()
    page.get_by_role("button", name=re.compile("Close my answers")).click()
    expect(page.locator("main")).to_contain_text("this link alone does not show your answers")


def test_half_a_page_resumes_at_the_first_open_question(open_page: Callable[..., Page]) -> None:
    phone = open_page(PHONE, has_touch=True)
    link = begin(phone)
    phone.goto(link)
    fill_page(phone)
    go_on(phone)
    page = path_of(phone)
    fill_page(phone, most=1)
    wait_until_saved(phone)
    first_open = open_questions(phone)[0]
    phone.context.close()
    again = open_page(PHONE, has_touch=True)
    again.goto(link)
    assert again.url == f"{page}#item-{first_open}"
    expect(again.locator(f"#item-{first_open}")).to_be_in_viewport()
    assert open_questions(again)[0] == first_open


def test_without_scripts_killed_and_resumed_at_every_page(open_page: Callable[..., Page]) -> None:
    phone = open_page(PHONE, java_script_enabled=False)
    link = begin(phone)
    phone.get_by_role("button", name="Continue").click()
    pages = 0
    while not is_at_check(phone):
        expect(phone.locator("#saved")).to_contain_text("saved when you press Continue")
        left = path_of(phone)
        fill_page(phone)
        phone.get_by_role("button", name="Continue").click()
        came_to = phone.url
        phone.context.close()
        phone = open_page(PHONE, java_script_enabled=False)
        phone.goto(link)
        assert path_of(phone) != left or came_to.endswith("?more")
        pages += 1
        assert pages < 40
    assert pages > 5
    phone.get_by_role("button", name=re.compile("Send")).click()
    expect(phone.locator(".tw-ref")).to_be_visible()


def test_places_that_are_not_in_sight_are_counted_and_come_back(open_page: Callable[..., Page]) -> None:
    phone = open_page(PHONE, has_touch=True)
    to_topic(phone, begin(phone), "where")
    phone.locator(".tw-view--front [data-zone=left-hand]").tap()
    phone.locator("label[for=view-back]").tap()
    expect(phone.locator(".tw-tabs")).to_contain_text("Front1")
    nowhere = phone.locator("input[name=no-place]")
    nowhere.check()
    expect(phone.locator("#body-chosen")).to_have_text("None yet")
    expect(phone.locator(".tw-tabs")).not_to_contain_text("1")
    nowhere.uncheck()
    expect(phone.locator("#body-chosen")).to_contain_text("Left hand")
    nowhere.check()
    with phone.expect_response(lambda response: "body=right-calf" in (response.request.post_data or "")):
        phone.locator(".tw-view--back [data-zone=right-calf]").tap()
    expect(nowhere).not_to_be_checked()
    expect(phone.locator("#body-chosen li")).to_have_count(2)
    wait_until_saved(phone)
    phone.reload()
    expect(phone.locator("#body-chosen")).to_contain_text("Left hand")
    expect(phone.locator("#body-chosen li")).to_have_count(2)
    expect(nowhere).not_to_be_checked()


def test_back_after_an_error_asks_nothing(open_page: Callable[..., Page]) -> None:
    phone = open_page(PHONE, java_script_enabled=False)
    link = begin(phone)
    phone.goto(f"{link}you/")
    phone.get_by_label("Day", exact=True).fill("31")
    phone.get_by_label("Month", exact=True).fill("2")
    phone.get_by_role("button", name="Continue").click()
    expect(phone.locator(".tw-problem")).to_contain_text("the month and the year")
    expect(phone.get_by_label("Day", exact=True)).to_have_value("31")
    fill_page(phone)
    go_on(phone)
    phone.go_back()
    # A page that would have to be posted again has no answer but the browser's own question.
    expect(phone.get_by_label("Day", exact=True)).to_have_value("12")


@pytest.mark.parametrize(
    ("death", "unsaved", "stuck"), [("offline", *SILENT), ("dead", *SILENT), ("refusing", *FAULT), ("broken", *FAULT)]
)
def test_a_server_that_is_away_for_a_while(
    open_page: Callable[..., Page], death: str, unsaved: re.Pattern[str], stuck: re.Pattern[str]
) -> None:
    phone = open_page(PHONE, has_touch=True)
    link = begin(phone)
    to_topic(phone, link, "you")
    die(phone, death)
    phone.locator("input[name=name]").fill("Greta Away")
    status = phone.locator("#saved")
    expect(status).to_have_text(unsaved)
    expect(status).to_be_in_viewport()
    assert violations(phone) == []
    assert sideways_scroll(phone) <= 0

    phone.get_by_role("button", name="Continue").click()
    expect(status).to_have_text(stuck)
    assert path_of(phone).endswith("/you/")
    expect(phone.locator("input[name=name]")).to_have_value("Greta Away")

    revive(phone, death)
    expect(status).to_have_text(SAVED, timeout=20_000)
    phone.context.close()
    again = open_page(PHONE)
    again.goto(f"{link}you/")
    expect(again.locator("input[name=name]")).to_have_value("Greta Away")


def die(page: Page, how: str) -> None:
    if how == "offline":
        page.context.set_offline(True)
        return

    def away(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
        elif how == "dead":
            route.abort("connectionrefused")
        else:
            route.fulfill(status=503 if how == "refusing" else 500, body="")

    page.route("**/intake/**", away)


def revive(page: Page, how: str) -> None:
    if how == "offline":
        page.context.set_offline(False)
    else:
        page.unroute("**/intake/**")


def test_a_page_whose_key_has_run_out_saves_all_the_same(open_page: Callable[..., Page]) -> None:
    """As when somebody signs in or out in another tab, or the cookies are deleted."""
    phone = open_page(PHONE)
    link = begin(phone)
    to_topic(phone, link, "you")
    phone.context.clear_cookies()
    phone.locator("input[name=name]").fill("Greta Keyless")
    wait_until_saved(phone)
    fill_page(phone, name="Greta Keyless")
    phone.context.clear_cookies()
    go_on(phone)
    phone.goto(f"{link}you/")
    expect(phone.locator("input[name=name]")).to_have_value("Greta Keyless")


def test_leaving_is_warned_about_only_while_something_is_unsaved(open_page: Callable[..., Page]) -> None:
    phone = open_page(PHONE)
    link = begin(phone)
    to_topic(phone, link, "you")
    asked: list[str] = []
    phone.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    die(phone, "dead")
    phone.locator("input[name=name]").fill("Greta Away")
    expect(phone.locator("#saved")).to_have_text(SILENT[0])
    phone.close(run_before_unload=True)
    expect(phone.locator("input[name=name]")).to_have_value("Greta Away")
    assert asked == ["beforeunload"]
    revive(phone, "dead")
    expect(phone.locator("#saved")).to_have_text(SAVED, timeout=20_000)
    with phone.expect_event("close"):
        phone.close(run_before_unload=True)
    assert asked == ["beforeunload"]


def test_what_is_typed_last_is_handed_over_when_the_page_is_left(open_page: Callable[..., Page]) -> None:
    phone = open_page(PHONE)
    link = begin(phone)
    to_topic(phone, link, "you")
    phone.locator("input[name=name]").fill("Greta Swift")
    # At once, before the pause after the last key is over.
    phone.evaluate("document.dispatchEvent(new Event('visibilitychange')); dispatchEvent(new Event('pagehide'))")
    wait_until_saved(phone)
    again = open_page(PHONE)
    again.goto(f"{link}you/")
    expect(again.locator("input[name=name]")).to_have_value("Greta Swift")


def test_two_tabs(open_page: Callable[..., Page]) -> None:
    first = open_page(PHONE)
    link = begin(first)
    to_topic(first, link, "what-you-notice")
    second = first.context.new_page()
    to_topic(second, link, "what-you-notice")
    one, other = open_questions(first)[:2]
    for page, name, answer in ((second, one, "yes"), (first, other, "no")):
        page.locator(f"input[name='{name}'][value='{answer}']").check()
        wait_until_saved(page)
    first.reload()
    said = [first.locator(f"input[name='{name}']:checked").input_value() for name in (one, other)]
    assert said == ["yes", "no"]


def test_found_again_by_code_and_date_of_birth(open_page: Callable[..., Page]) -> None:
    phone = open_page(PHONE, has_touch=True)
    begin(phone)
    code = phone.locator(".tw-code b").inner_text()
    check(phone)
    phone.get_by_role("button", name="Continue").click()
    fill_page(phone)
    go_on(phone)
    came_to = path_of(phone)
    phone.context.close()

    other = open_page(PHONE, has_touch=True)
    other.goto("/intake/p/demonstration/")
    other.get_by_role("link", name="Go on with your code").click()
    check(other)
    find(other, code.lower().replace("-", " "), day="13")
    expect(other.locator(".tw-problem")).to_contain_text("We found no answers")
    check(other)
    find(other, code)
    other.wait_for_url(came_to)
    # Back to the page with the error: one that would have to be posted again has no answer but the browser's question.
    other.go_back()
    expect(other.get_by_label("Your code")).to_be_visible()
    assert other.complaints.found == []


def test_too_many_tries_say_how_long_to_wait(open_page: Callable[..., Page]) -> None:
    """After the one that finds her: nobody at this address may try again within the hour."""
    phone = open_page(PHONE, has_touch=True)
    for _try in range(MOST_TRIES):
        phone.goto("/intake/p/demonstration/find/")
        find(phone, "AAAA-AAAA")
        if phone.get_by_text(re.compile("minutes|hour")).count():
            break
    expect(phone.locator("main")).to_contain_text(re.compile("minutes|hour"))
    check(phone)


def check(page: Page) -> None:
    assert sideways_scroll(page) <= 0, page.url
    assert violations(page) == [], page.url


def find(page: Page, code: str, day: str = "12") -> None:
    page.get_by_label("Your code").fill(code)
    for label, value in (("Day", day), ("Month", "4"), ("Year", "1963")):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Find my answers").click()
    page.wait_for_load_state()
