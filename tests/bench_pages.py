"""Server time of the clinic's two busiest pages, on a database of its own with the demonstration practice."""

from __future__ import annotations

import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import django
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

ROUNDS = 15


def page_milliseconds() -> Iterator[tuple[str, float]]:
    """(name, median milliseconds of one request, all middleware included)."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
        django.setup()
        for command in ("migrate", "load_catalogue", "load_demonstration"):
            call_command(command, verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115
        client = Client()
        client.force_login(get_user_model().objects.get(username="clinician"))
        worklist = client.get("/", SERVER_NAME="localhost")
        match = re.search(r"/intakes/[0-9a-f-]{36}/", worklist.content.decode())
        assert worklist.status_code == 200 and match, "the worklist shows no intake"
        yield "worklist_page_ms", _median(lambda: client.get("/", SERVER_NAME="localhost"))
        yield "differential_page_ms", _median(lambda: client.get(match[0], SERVER_NAME="localhost"))


def _median(request: Callable[[], object]) -> float:
    request()
    times = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        request()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)
