"""A production start with anything unsafe is refused, and with safe settings passes Django's own checks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAFE = {"SECRET_KEY": "Xq7-vT2mLp9_wRz4KdB8-sNf6HcYj3GaUe5o1iQ0ZtJx-Wm2Pk8", "ALLOWED_HOSTS": "clinic.example"}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "DATABASE_URL")}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_works():
    done = manage("check", "--deploy", "--fail-level", "WARNING", **SAFE)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("unsafe", "complaint"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "development-only-key-never-used-in-production-" + "x" * 16}, "SECRET_KEY"),
        ({"DEBUG": "1"}, "DEBUG"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"EMAIL_URL": "smtp+tls://user:password@mail.example.org:587"}, "DEFAULT_FROM_EMAIL"),
    ],
)
def test_an_unsafe_production_start_is_refused(unsafe, complaint):
    done = manage("check", **{**SAFE, **unsafe})
    assert done.returncode != 0
    assert complaint in done.stderr.splitlines()[-1]


def test_demonstration_logins_never_exist_in_production():
    done = manage("load_demonstration", **SAFE)
    assert done.returncode != 0
    assert "never exist in production" in done.stderr
