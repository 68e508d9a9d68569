"""An uploaded file between its preview and its confirmation: on the server's disk, under a signed name."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core import signing

KEPT_SECONDS = 60 * 60
_SALT = "causes.exchange"


def keep(data: bytes, **about: Any) -> str:
    """A key to the file and what is said about it; nobody can make one up or change it."""
    folder = _folder()
    for path in folder.iterdir():
        if path.stat().st_mtime < time.time() - KEPT_SECONDS:
            path.unlink(missing_ok=True)
    name = uuid4().hex
    (folder / name).write_bytes(data)
    return signing.dumps({"name": name, **about}, salt=_SALT, compress=True)


def find(key: str) -> tuple[bytes, dict[str, Any]] | None:
    """The file and what was said about it; None when the key is wrong or too old."""
    try:
        about = signing.loads(key, salt=_SALT, max_age=KEPT_SECONDS)
        return (_folder() / about.pop("name")).read_bytes(), about
    except (signing.BadSignature, FileNotFoundError):
        return None


def _folder() -> Path:
    folder: Path = settings.VAR_DIR / "imports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
