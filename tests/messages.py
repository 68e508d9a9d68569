"""What patients read of the interface: found in templates and code, kept in locale/, compiled. ``make messages``."""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import django
from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.template import engines
from django.template.base import Node, NodeList
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "locale"
TEMPLATES = (
    "intake/**/*.html",
    "base.html",
    "_*.html",
    "error.html",
    "40*.html",
    "500.html",
    "clinic/own_looks.html",
    "clinic/_handout.html",
    "clinic/email/*",
    "clinic/_invitation_sheet.html",
)
SOURCES = (
    "intake/**/*.py",
    "clinic/looks.py",
    "clinic/people.py",
    "clinic/safety_net.py",
    "clinic/patient_sheet.py",
    "clinic/invitation_mail.py",
    "clinic/views/own_copy.py",
)
# What only staff read.
STAFF = (
    "intake/admin.py",
    "intake/preview.py",
    "intake/apps.py",
    "intake/models.py",
    "intake/migrations/",
    "intake/management/",
)
# A patient reads these words of staff's models in the list of those who have looked.
ELSEWHERE = ("Clinician", "Reception")
CALLS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "ngettext": 2, "ngettext_lazy": 2}

Id = tuple[str, ...]  # singular, and plural where there is one


@cache
def extracted() -> dict[Id, list[str]]:
    """Every message, with the files that it stands in."""
    found: dict[Id, list[str]] = {(text,): ["clinic/models.py"] for text in ELSEWHERE}
    for name, message in [*_in_templates(), *_in_sources()]:
        if name not in found.setdefault(message, []):
            found[message].append(name)
    return found


def read(language: str) -> Catalog:
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def placed(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.mo"


def update(language: str) -> list[str]:
    """Bring the language's files up to date with the code; the messages that still lack a translation."""
    known = read(language)
    fresh = Catalog(
        locale=language,
        header_comment="# What patients read. “make messages” keeps it up to date.",
        project="Twitchwise",
        version="1",
        creation_date=known.creation_date,
        revision_date=known.creation_date,
        last_translator="Twitchwise",
        language_team="Twitchwise",
        msgid_bugs_address="none",
        fuzzy=False,
    )
    for message, names in sorted(extracted().items(), key=lambda item: (item[1][0], item[0])):
        old = known.get(message[0])
        string = old.string if old and old.pluralizable == (len(message) == 2) else ""
        fresh.add(message if len(message) == 2 else message[0], string, locations=[(name, None) for name in names])
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, width=120, include_lineno=False)
    placed(language).write_bytes(compiled(read(language)))
    return [str(message.id) for message in fresh if message.id and not is_translated(message)]


def is_translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, list | tuple) else [message.string]
    return all(strings) and not message.fuzzy


def _in_templates() -> Iterator[tuple[str, Id]]:
    engine = engines["django"].engine
    for pattern in TEMPLATES:
        for path in sorted((ROOT / "templates").glob(pattern)):
            name = path.relative_to(ROOT).as_posix()
            for node in _nodes(engine.from_string(path.read_text(encoding="utf-8")).nodelist):
                if isinstance(node, TranslateNode):
                    yield name, (str(node.filter_expression.var.literal),)
                elif isinstance(node, BlockTranslateNode):
                    parts = [part for part in (node.singular, node.plural) if part]
                    yield name, tuple(node.render_token_list(part)[0] for part in parts)


def _nodes(nodes: NodeList) -> Iterator[Node]:
    for kind in (TranslateNode, BlockTranslateNode):
        yield from nodes.get_nodes_by_type(kind)


def _in_sources() -> Iterator[tuple[str, Id]]:
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(STAFF):
                yield from ((name, message) for message in _calls(ast.parse(path.read_text(encoding="utf-8"))))


def _calls(tree: ast.AST) -> Iterator[Id]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            arguments = node.args[: CALLS[node.func.id]]
            yield tuple(argument.value for argument in arguments if isinstance(argument, ast.Constant))


if __name__ == "__main__":
    django.setup()
    for folder in sorted(LOCALE.iterdir()):
        for text in update(folder.name):
            print(f"{folder.name}: not translated: {text}")  # noqa: T201
