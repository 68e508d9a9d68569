"""Server time of the matrix at 40 causes by 250 findings, on a database of its own and in a process of its own."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

ROOT = Path(__file__).resolve().parents[1]
CAUSES, FINDINGS = 40, 250
ROUNDS = 9
ADDRESS = "/admin/causes/likelihood/matrix/"


def page_measurements() -> Iterator[tuple[str, float, str]]:
    """(name, value, unit): the median of one request, all middleware included."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.sqlite3'}",
            "TWITCHWISE_DEVELOPMENT": "1",
            "DJANGO_SETTINGS_MODULE": "clinic.settings",
        }
        command = [sys.executable, "-m", "tests.bench_catalogue"]
        done = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    yield "matrix_page_ms", json.loads(done.stdout), "ms"


def impact_measurements() -> Iterator[tuple[str, float, str, dict[str, Any]]]:
    """An editor's “Check and propose” after one edit: everybody known is ranked by both catalogues, and shown.

    On the demonstration's database, whose first likelihoods are the catalogue's.
    """
    client = Client(SERVER_NAME="localhost")
    client.force_login(get_user_model().objects.get(username="editor"))
    rows = apps.get_model("causes", "Likelihood").objects.filter(cause="als", finding="weakness", is_used=True)
    taken = []
    for probability in (0.45, 0.46, 0.47):
        rows.update(probability=probability, affected=None, total=None)
        start = time.perf_counter()
        response = client.get("/admin/causes/release/check/")
        taken.append((time.perf_counter() - start) * 1000)
        assert response.status_code == 200
        assert b"Impact" in response.content
    yield "impact_preview_ms", statistics.median(taken), "ms", {}


def fill() -> None:
    """A likelihood in five of six cells, and a second one beside every third of these."""
    cause, finding, source, row = (
        apps.get_model("causes", name) for name in ("Cause", "Finding", "Source", "Likelihood")
    )
    cited = source.objects.create(slug="a-study", title="A study of many patients")
    causes = [cause(slug=f"cause-{n}", name=f"Cause number {n}", group="group", order=n) for n in range(CAUSES)]
    findings = [finding(slug=f"finding-{n}", name=f"Finding number {n}", order=n) for n in range(FINDINGS)]
    cause.objects.bulk_create(causes)
    finding.objects.bulk_create(_reported(findings))
    row.objects.bulk_create(_likelihoods(row, [None, *causes], findings, cited))


def _reported(findings: list[Any]) -> list[Any]:
    for number, finding in enumerate(findings):
        finding.reported_by = ("patient", "history", "exam", "lab", "imaging")[number % 5]
    return findings


def _likelihoods(row: Any, causes: list[Any], findings: list[Any], cited: Any) -> Iterator[Any]:
    cells = ((cause, finding) for cause in causes for finding in findings)
    for number, (cause, finding) in enumerate(cells):
        if number % 6:
            values = {"cause": cause, "finding": finding, "probability": number % 100 / 100, "order": number}
            yield row(**values, source=cited, grade="ABC"[number % 3], affected=5, total=50)
            if number % 3 == 0:
                yield row(**values, is_used=False)


def milliseconds() -> float:
    django.setup()
    call_command("migrate", verbosity=0)
    fill()
    client = Client(SERVER_NAME="localhost")
    client.force_login(get_user_model().objects.create_superuser("bench"))
    taken = []
    for round_ in range(ROUNDS + 1):
        start = time.perf_counter()
        response = client.get(ADDRESS)
        if round_:  # the first warms up
            taken.append((time.perf_counter() - start) * 1000)
        assert response.status_code == 200
        assert response.content.count(b"<td ") == (CAUSES + 1) * FINDINGS
    return statistics.median(taken)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(milliseconds()))
