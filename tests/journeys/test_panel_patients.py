"""Three published patients entered through the pages: the clinician sees what the command computes for them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from causes.catalogue import Catalogue
from causes.data_files import read_catalogue
from causes.evaluation import PublishedCase, read_cases
from causes.ranking import rank
from intake import derivation
from intake.evaluation import given_answers, interviewed
from tests.journeys.conftest import DESK, PHONE, log_in
from tests.journeys.filling import go_on, is_at_check, start

pytestmark = pytest.mark.journey

CASES = Path(__file__).resolve().parents[2] / "intake" / "data" / "published_cases.jsonl"
PATIENTS = ("als-issuhub-67m", "anx-usmlepreps-28f", "et-neurologylive-36m")
SETTING = "primary-care"  # of the demonstration practice
COMPARED = 3
# Answers every question in sight: its own answer, or “not sure” for what is not known. A list's unticked ones are
# “no” only when each of them is.
ANSWER = """given => {
    const shown = input => input.checkVisibility() && !input.disabled;
    const said = name => given[name] ?? "unsure";
    const tick = name => document.querySelectorAll(`input[type=checkbox][name="${name}"]`).forEach(box => {
        if (shown(box) && !box.checked) box.click();
    });
    for (const box of document.querySelectorAll("form .tw-listed input[type=checkbox]")) {
        if (shown(box) && said(box.value) === "yes" && !box.checked) box.click();
    }
    const radios = [...document.querySelectorAll("form input[type=radio]")].filter(shown);
    for (const name of new Set(radios.map(radio => radio.name))) {
        let answer = said(name);
        if (name.endsWith("-others")) {
            const rows = [...document.querySelectorAll(`input[name="${name.replace(/-others$/, "")}"]`)];
            answer = rows.every(row => row.checked || said(row.value) === "no") ? "no" : "unsure";
        }
        document.querySelector(`input[type=radio][name="${name}"][value="${CSS.escape(answer)}"]`)?.click();
    }
    ["no-place", "onset-age-unsure", "alcohol-units-unsure", "drinks-unsure"].forEach(tick);
}"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    found, problems = read_catalogue()
    assert not problems
    return found


@pytest.fixture(scope="module")
def cases(catalogue: Catalogue) -> Mapping[str, PublishedCase]:
    return {case.id: case for case in read_cases(catalogue, CASES.read_text(encoding="utf-8").splitlines())}


def fill_profile(page: Page, name: str, age: float, sex: str) -> None:
    born = datetime.date.today() - datetime.timedelta(days=round(age * 365.25) + 30)
    page.locator("input[name=name]").fill(name)
    for label, value in (("Day", born.day), ("Month", born.month), ("Year", born.year)):
        page.get_by_label(label, exact=True).fill(str(value))
    page.locator(f"input[name=sex][value={sex}]").check()


def fill_medicines(page: Page, given: Mapping[str, Any]) -> None:
    if given[derivation.NO_MEDICINES]:
        page.locator("input[name=no-medicines]").check()
    for number, row in enumerate(given[derivation.MEDICINES], start=1):
        page.locator(f"input[name=medicine-{number}]").fill("An unknown one" if row["name"] == "?" else row["name"])


def fill(page: Page, given: Mapping[str, Any]) -> None:
    if page.locator("input[name=sex]").count():
        fill_profile(page, given[derivation.NAME], given[derivation.AGE], given[derivation.SEX])
    elif page.locator("input[name=no-medicines]").count():
        fill_medicines(page, given)
    answers = {key: value for key, value in given.items() if isinstance(value, str)}
    for _round in range(4):
        page.evaluate(ANSWER, answers)


def send(page: Page, given: Mapping[str, Any]) -> None:
    page.goto("/intake/p/demonstration/")
    start(page)
    page.get_by_role("button", name="Continue").click()
    for _page in range(40):
        if is_at_check(page):
            break
        if "/interrupt/" in page.url:
            page.get_by_role("button", name=re.compile("Go on")).click()
            page.wait_for_load_state()
            continue
        fill(page, given)
        go_on(page)
    page.get_by_role("button", name=re.compile("^Send")).click()
    page.wait_for_url(re.compile("/sent/$"))


@pytest.mark.parametrize("patient", PATIENTS)
def test_works(
    open_page: Callable[..., Page], catalogue: Catalogue, cases: Mapping[str, PublishedCase], patient: str
) -> None:
    case = cases[patient]
    given = given_answers(catalogue, case)
    send(open_page(PHONE, has_touch=True), given)

    evidence = interviewed(catalogue, case).evidence
    expected = rank(catalogue, evidence, SETTING, derivation.presentation(catalogue, evidence))
    names = [catalogue.cause[item.slug].name for item in expected.causes[:COMPARED]]

    desk = open_page(DESK)
    log_in(desk, "clinician")
    desk.locator("input[name=q]").fill(patient)
    desk.get_by_role("button", name="Filter").click()
    desk.get_by_role("link", name=re.compile(patient)).first.click()
    desk.wait_for_url(re.compile("/intakes/"))
    # Not the inner texts: what is out of sight is not laid out, and has none.
    shown = [" ".join(text.split()) for text in desk.locator(".tw-cause__name").all_text_contents()]
    assert shown[:COMPARED] == names
