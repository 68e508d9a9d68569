"""How light the patients' first page is: its weight, how soon it can be used on a slow phone, Lighthouse's scores.

As in production: static files collected and compressed, development off. Every visit begins with an empty cache.
"""

from __future__ import annotations

import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.bench_browser import FLAGS, ROOT, browser_path, server

FIRST_PAGE = "/intake/p/demonstration/"
VISITS = 5
# A slow 3G connection and a processor a quarter as fast: 400 ms until an answer begins, 400 kbit/s.
LATENCY_MS, BYTES_PER_S, SLOWER = 400, 50_000, 4
# It can be read, and the scripts that go with it have run: the form itself needs none of them.
USABLE = """() => Math.max(
  performance.getEntriesByName("first-contentful-paint")[0].startTime,
  performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
)"""
# Installed from its lock file by “make bench”, where there is npm.
LIGHTHOUSE = ROOT / ".ci" / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("performance", "accessibility")
Measured = tuple[str, float | None, str, dict[str, Any]]


def first_page_measurements() -> Iterator[Measured]:
    """(name, value, unit, more); the value is None, and more says why, where something to measure with is missing."""
    path = browser_path()
    if path is None:
        yield "intake_first_page_kilobytes", None, "kB", {"why": "no Chromium"}
        return
    production = _production()
    manage = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(manage, env={**os.environ, **production}, check=True, capture_output=True, cwd=ROOT)
    with tempfile.TemporaryDirectory() as folder, server(Path(folder), production) as address:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            yield from _visited(browser, address + FIRST_PAGE)
            browser.close()
        yield from _scored(path, address + FIRST_PAGE)


def _production() -> dict[str, str]:
    """Without encryption, which a proxy in front of it would add."""
    return {
        "TWITCHWISE_DEVELOPMENT": "false",
        "SECRET_KEY": secrets.token_hex(40),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "false",
    }


def _visited(browser: Browser, url: str) -> Iterator[Measured]:
    """The first visit is not counted: it finds a server that has just been started."""
    visits = [_visit(browser, url) for _ in range(VISITS + 1)][1:]
    weights, requests, usable = zip(*visits, strict=True)
    yield "intake_first_page_kilobytes", max(weights) / 1000, "kB", {"requests": max(requests)}
    yield "intake_usable_slow_3g_ms", statistics.median(usable), "ms", {"slowest": max(usable)}


def _visit(browser: Browser, url: str) -> tuple[int, int, float]:
    """Bytes over the wire, headers included; requests; milliseconds until it can be used."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    session = context.new_cdp_session(page)
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    session.send("Network.enable")
    speed = {"latency": LATENCY_MS, "downloadThroughput": BYTES_PER_S, "uploadThroughput": BYTES_PER_S}
    session.send("Network.emulateNetworkConditions", {"offline": False, **speed})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(url, wait_until="networkidle")
    usable: float = page.evaluate(USABLE)
    context.close()
    return sum(sizes), len(sizes), usable


def _scored(browser: str, url: str) -> Iterator[Measured]:
    """Lighthouse's own simulated phone; its scores are out of 100."""
    if not LIGHTHOUSE.exists():
        for category in CATEGORIES:
            yield f"lighthouse_{category}", None, "of 100", {"why": "Lighthouse is not installed: it needs npm"}
        return
    command = ["node", str(LIGHTHOUSE), url, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}"]
    flags = f"--chrome-flags=--headless=new {' '.join(FLAGS)}"
    environment = {**os.environ, "CHROME_PATH": browser}
    report = subprocess.run([*command, flags], env=environment, check=True, capture_output=True, cwd=ROOT)
    found = json.loads(report.stdout)
    for category in CATEGORIES:
        score = 100 * found["categories"][category]["score"]
        yield f"lighthouse_{category}", score, "of 100", {"lighthouse": found["lighthouseVersion"]}
