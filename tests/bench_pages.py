"""Server time of the clinic's two busiest pages, on a database of its own with the demonstration practice.

Beside them, in the same run: a plain page of 200 rows, and the ranking alone.
"""

from __future__ import annotations

import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.test.utils import override_settings

from causes import ranking
from causes.ranking import Differential
from tests import bench_catalogue

ROUNDS = 15
ROWS = 200
Measured = tuple[str, float, str, dict[str, Any]]


def page_measurements() -> Iterator[Measured]:
    """(name, value, unit, more): medians of one request, all middleware included."""
    with tempfile.TemporaryDirectory() as folder:
        client = _signed_in(Path(folder) / "bench.sqlite3")
        with override_settings(ROOT_URLCONF="tests.bench_urls"):
            yield from _measured(client)
        yield from bench_catalogue.impact_measurements()


def _signed_in(database: Path) -> Client:
    os.environ["DATABASE_URL"] = f"sqlite:///{database}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    django.setup()
    for command in ("migrate", "load_catalogue", "load_demonstration"):
        call_command(command, verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115
    client = Client()
    client.force_login(get_user_model().objects.get(username="clinician"))
    return client


def _measured(client: Client) -> Iterator[Measured]:
    def get(path: str) -> Callable[[], object]:
        return lambda: client.get(path, SERVER_NAME="localhost")

    worklist = client.get("/", SERVER_NAME="localhost")
    match = re.search(r"/intakes/([0-9a-f-]{36})/", worklist.content.decode())
    assert worklist.status_code == 200 and match, "the worklist shows no intake"
    yield "worklist_page_ms", _medians(get("/"))[0], "ms", {}
    _fill(match[1])
    plain, page, ranked = _medians(get("/rows/"), get(match[0]), lambda: _rank(match[1]))
    yield "rows_200_page_ms", plain, "ms", {}
    yield "differential_page_ms", page, "ms", {"ratio": page / plain, "against": "rows_200_page_ms"}
    yield "ranking_share_of_differential_page", ranked / page, "share", {}


def _fill(key: str) -> None:
    """As many intakes as the plain page has rows."""
    model = apps.get_model("intake", "Intake")
    first = model.objects.get(key=key)
    same = {name: getattr(first, name) for name in ("practice", "patient", "release", "answers", "title")}
    same |= {name: getattr(first, name) for name in ("setting", "presentation", "urgency", "started_at", "sent_at")}
    missing = range(ROWS - model.objects.count())
    model.objects.bulk_create(model(reference=f"BENCH-{number}", **same) for number in missing)


def _rank(key: str) -> Differential:
    """As the page does it: of evidence that is known already."""
    case = _cases.get(key) or _cases.setdefault(key, _case(key))
    return ranking.rank(*case)


_cases: dict[str, tuple[Any, ...]] = {}


def _case(key: str) -> tuple[Any, ...]:
    intake = apps.get_model("intake", "Intake").objects.get(key=key)
    catalogue = apps.get_model("causes", "Release").objects.current().catalogue()
    return catalogue, intake.evidence(catalogue), intake.setting, intake.presentation


def _medians(*tasks: Callable[[], object]) -> list[float]:
    """Milliseconds of each; they take turns, so that a slower spell of the machine meets all of them."""
    times: list[list[float]] = [[] for _task in tasks]
    for round_ in range(ROUNDS + 1):
        for task, taken in zip(tasks, times, strict=True):
            start = time.perf_counter()
            task()
            if round_:  # the first warms up
                taken.append((time.perf_counter() - start) * 1000)
    return [statistics.median(taken) for taken in times]
