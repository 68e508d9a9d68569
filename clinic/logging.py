"""Log records without patient data: an exception's type and place, never its text; a route, never an address."""

from __future__ import annotations

import logging
import re
import traceback
from types import TracebackType
from typing import Any

from django.http import HttpRequest

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

# Addresses that hold a key, up to what cannot belong to them; “<” begins the placeholder of a route.
_WITH_KEY = re.compile(r"""/(intakes?|assessments|invitations|patients)/[^\s"'<>]+""")


class PrivateFormatter(logging.Formatter):
    """Exception texts may quote what a patient typed, so only types, files and lines are printed."""

    def format(self, record: logging.LogRecord) -> str:
        # Another handler may have left its own, full text here for reuse.
        record.exc_text = None
        return super().format(record)

    def formatException(self, ei: ExcInfo) -> str:
        return "\n".join(_told(error) for error in _chain(ei[1]))


class PrivateRecords(logging.Filter):
    """Replace addresses (they hold link keys) by routes, and exceptions' texts by their types."""

    def filter(self, record: logging.LogRecord) -> bool:
        replacements = _replacements(record)
        record.msg = _private(record.msg, replacements)
        if isinstance(record.args, tuple):
            record.args = tuple(_private(value, replacements) for value in record.args)
        elif isinstance(record.args, dict):
            record.args = {name: _private(value, replacements) for name, value in record.args.items()}
        return True


def _chain(error: BaseException | None) -> list[BaseException]:
    """The error after those that led to it."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.insert(0, error)
        error = error.__cause__ or error.__context__
    return chain


def _told(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}' for frame in frames]
    return "\n".join([f"{type(error).__qualname__} at:", *lines])


def _replacements(record: logging.LogRecord) -> dict[str, str]:
    found = {}
    request = getattr(record, "request", None)
    if isinstance(request, HttpRequest):
        match = request.resolver_match
        found[request.path] = f"/{match.route}" if match else "(no route)"
    if isinstance(record.exc_info, tuple) and record.exc_info[1] is not None:
        found[str(record.exc_info[1])] = type(record.exc_info[1]).__qualname__
    return found


def _private(value: Any, replacements: dict[str, str]) -> Any:
    if isinstance(value, BaseException):
        return type(value).__qualname__
    if isinstance(value, str) and value in replacements:
        return replacements[value]
    text = str(value)
    hidden = _WITH_KEY.sub(r"/\1/…", text)
    return value if hidden == text else hidden
