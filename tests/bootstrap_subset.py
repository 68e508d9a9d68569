"""The part of Bootstrap that the patients' pages use, so that their first page is light: ``make intake-css``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import bootstrap_wrapper

ROOT = Path(__file__).resolve().parents[1]
WHOLE = Path(bootstrap_wrapper.__file__).parent.parent / "bootstrap" / "css" / "bootstrap.min.css"
SUBSET = ROOT / "intake" / "static" / "intake" / "bootstrap.css"
PAGES = ("intake",)
HEAD = "/* Made from Bootstrap by “make intake-css”: the rules that the patients' pages use, after its reboot. */\n"
# The engine that marks the forms up, and what a browser or script adds.
ADDED = frozenset({"is-invalid", "form-control", "form-select", "btn", "visually-hidden"})

CLASS_ATTRIBUTE = re.compile(r'class="([^"]*)"')
TEMPLATE_TAG = re.compile(r"{[{%].*?[%}]}")
# Comments, and pictures in data: addresses, which the content security policy refuses.
_UNWANTED = (
    re.compile(r"/\*.*?\*/", re.DOTALL),
    re.compile(r"@charset[^;]*;"),
    re.compile(r'[\w-]+:[^;{}]*url\("data:[^"]*"\)[^;}]*;?'),
)
CLASS = re.compile(r"\.([a-zA-Z][\w-]*)")


def used_classes() -> frozenset[str]:
    pages = (path for folder in PAGES for path in (ROOT / "templates" / folder).rglob("*.html"))
    texts = (text for page in pages for text in CLASS_ATTRIBUTE.findall(page.read_text(encoding="utf-8")))
    return ADDED | {name for text in texts for name in TEMPLATE_TAG.sub(" ", text).split()}


def subset(css: str, used: frozenset[str]) -> str:
    """The rules, media queries included, of which every class is used."""
    return "".join(f"{rule}\n" for rule in _kept(css, used))


def _kept(css: str, used: frozenset[str]) -> Iterator[str]:
    for head, body in _rules(css):
        if head.startswith(("@media", "@supports")):
            inside = "".join(_kept(body, used))
            if inside:
                yield f"{head}{{{inside}}}"
        elif not head.startswith("@"):
            selectors = [part for part in _parts(head) if _is_used(part, used)]
            if selectors:
                yield f"{','.join(selectors)}{{{body}}}"


def _rules(css: str) -> Iterator[tuple[str, str]]:
    for unwanted in _UNWANTED:
        css = unwanted.sub("", css)
    at = 0
    while (opened := css.find("{", at)) >= 0:
        depth, end = 1, opened + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        yield css[at:opened].strip(), css[opened + 1 : end - 1]
        at = end


def _parts(selectors: str) -> list[str]:
    """Split at the commas outside brackets."""
    return re.split(r",(?![^(]*\))", selectors)


def _is_used(selector: str, used: frozenset[str]) -> bool:
    classes = set(CLASS.findall(selector))
    return bool(classes) and classes <= used


if __name__ == "__main__":
    SUBSET.write_text(HEAD + subset(WHOLE.read_text(encoding="utf-8"), used_classes()), encoding="utf-8")
