"""A real server on a database of its own, and a real browser. No Django in this process."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}


def _browser_path() -> str:
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    if os.environ.get("CI"):
        pytest.fail("The journeys need Chromium, and CI may not skip them.")
    return pytest.skip("The journeys need Chromium (Debian: apt install chromium).")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=_browser_path(), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield f"sqlite:///{tmp_path_factory.mktemp('journey') / 'journey.sqlite3'}"
        return
    name = f"journey_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def outbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server's e-mails go: a file for each connection."""
    return tmp_path_factory.mktemp("outbox")


@pytest.fixture(scope="session")
def address(database_url: str, outbox: Path, browser: Browser) -> Iterator[str]:
    """The address of a freshly started server with the catalogue and the demonstration practice."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "TWITCHWISE_DEVELOPMENT": "1",
        "EMAIL_URL": f"filemail:///{outbox}",
    }
    manage = [sys.executable, str(ROOT / "manage.py")]
    for command in (["migrate", "--verbosity", "0"], ["load_catalogue"], ["load_demonstration"]):
        subprocess.run([*manage, *command], env=environment, check=True, capture_output=True, cwd=ROOT)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [*manage, "runserver", "--noreload", f"127.0.0.1:{port}"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _wait(f"http://127.0.0.1:{port}/login/", server)
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.wait(timeout=20)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    for _attempt in range(600):
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            assert server.poll() is None, "the server stopped"
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server did not answer")


class Complaints:
    """Everything that the browser grumbled about: script errors, refused content, failed requests."""

    def __init__(self, page: Page) -> None:
        self.found: list[str] = []
        page.on(
            "console",
            lambda message: self._note(f"{message.text} {message.location}") if message.type == "error" else None,
        )
        page.on("pageerror", lambda error: self._note(str(error)))

    def _note(self, text: str) -> None:
        self.found.append(text)


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    contexts = []

    def open_(viewport: dict[str, int] | None = None, **options: object) -> Page:
        context = browser.new_context(
            viewport=viewport or DESK,
            base_url=address,
            locale="en-GB",
            **options,  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.complaints = Complaints(page)  # type: ignore[attr-defined]
        return page

    yield open_
    for context in contexts:
        context.close()


def log_in(page: Page, username: str) -> None:
    page.goto("/login/")
    page.get_by_label(re.compile("user ?name", re.I)).fill(username)
    page.get_by_label(re.compile("password", re.I)).fill("demonstration")
    page.get_by_role("button", name=re.compile("log in", re.I)).click()
