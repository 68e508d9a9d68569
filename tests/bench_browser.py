"""How long a clinician waits for a changed finding: from the click to the page drawn, in a real browser."""

from __future__ import annotations

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-dev-shm-usage")
DEVELOPMENT = {"TWITCHWISE_DEVELOPMENT": "1"}
CHANGES = 12
# From the click to the frame drawn after the answer has been worked in: the ranking is on the screen, and everything
# is where it belongs. A message waits until the browser has done with the frame. What follows is timed apart, until
# nothing on the page is marked any more; and each change starts on a page at rest.
MEASURE = """() => {
  window.taken = [];
  window.takenWhole = [];
  let start = 0;
  const drawn = new MessageChannel();
  drawn.port1.onmessage = () => window.taken.push(performance.now() - start);
  document.addEventListener("click", (event) => { if (event.isTrusted) start = event.timeStamp; }, true);
  const whole = new MessageChannel();
  whole.port1.onmessage = () => window.takenWhole.push(performance.now() - start);
  document.addEventListener("htmx:afterOnLoad", (event) => {
    const { port2 } = event.detail.requestConfig.verb === "post" ? drawn : whole;
    requestAnimationFrame(() => port2.postMessage(null));
  });
}"""
# The first cause as it stands there.
FIRST = "document.querySelector('.tw-cause').textContent"
# To look at each frame, as Playwright does by itself, has the browser draw while it should be waiting.
POLLING = 20  # ms
AT_REST = "before => window.takenWhole.length > before && !document.querySelector('[aria-busy]')"


def changed_finding_milliseconds() -> tuple[float, float] | None:
    """Until the ranking is new, and until all of the page is: medians of several changes, without the first two.

    None where there is no Chromium.
    """
    path = browser_path()
    if path is None:
        return None
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        taken, whole = _changes(browser, address)
        browser.close()
    return statistics.median(taken[2:]), statistics.median(whole[2:])


def browser_path() -> str | None:
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


@contextmanager
def server(folder: Path, settings: Mapping[str, str] = DEVELOPMENT) -> Iterator[str]:
    """The address of a server with these settings, on a database of its own with the demonstration practice."""
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite3'}"}
    for command in (["migrate", "--verbosity", "0"], ["load_catalogue"], ["load_demonstration"]):
        manage = [sys.executable, "manage.py", *command]
        subprocess.run(manage, env={**environment, **DEVELOPMENT}, check=True, capture_output=True, cwd=ROOT)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "clinic.wsgi", "--threads", "4", "--bind", f"127.0.0.1:{port}"]
    started = subprocess.Popen(command, env={**environment, **settings}, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/login/")
        yield f"http://127.0.0.1:{port}"
    finally:
        started.terminate()
        started.wait(timeout=20)


def _wait(url: str) -> None:
    for _attempt in range(100):
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The server did not answer.")


def _changes(browser: Browser, address: str) -> tuple[list[float], list[float]]:
    page = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}).new_page()
    page.goto("/login/")
    page.fill("[name=username]", "clinician")
    page.fill("[name=password]", "demonstration")
    page.click("main button[type=submit]")
    intake = page.locator("main a[href*='/intakes/']").first.get_attribute("href")
    page.goto(intake or "")
    page.evaluate(MEASURE)
    page.evaluate("const list = document.getElementById('ev-babinski').closest('details'); if (list) list.open = true")
    for number in range(CHANGES):
        _change(page, ("absent", "present")[number % 2])
    return page.evaluate("window.taken"), page.evaluate("window.takenWhole")


def _change(page: Page, state: str) -> None:
    count, whole = page.evaluate("window.taken.length"), page.evaluate("window.takenWhole.length")
    before = page.evaluate(FIRST)
    with page.expect_response(re.compile("/findings/")):
        page.click(f"label[for='babinski-{state}']")
    page.wait_for_function("before => window.taken.length > before", arg=count, polling=POLLING)
    assert page.evaluate(FIRST) != before, "the ranking is the one before"
    page.wait_for_function(AT_REST, arg=whole, polling=POLLING)
