"""axe-core in a page with a strict content security policy: injected through the debugger, not as a script tag."""

from __future__ import annotations

import json
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

RUN = "axe.run().then(result => JSON.stringify(result.violations))"
SOURCE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong on the page as it stands: rule and the first element of each."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": SOURCE})
    result = session.send(
        "Runtime.evaluate",
        {"expression": RUN, "awaitPromise": True, "returnByValue": True},
    )
    found = json.loads(result["result"]["value"])
    return [f"{item['id']}: {item['nodes'][0]['html'][:160]} ({len(item['nodes'])})" for item in found]


def sideways_scroll(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
