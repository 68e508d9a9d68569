from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from causes import hpo
from causes.hpo import Term


class Command(BaseCommand):
    help = "Make the bundled list of HPO terms from the ontology's own file, hp.obo: names and is-a links, unchanged."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("obo", type=Path, help="hp.obo of a release of the Human Phenotype Ontology")
        parser.add_argument("--output", type=Path, default=hpo.TERMS_FILE)

    def handle(self, *args: Any, obo: Path, output: Path, **options: Any) -> None:
        try:
            lines = obo.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{obo} cannot be read: {error}") from error
        release = next((line.removeprefix("data-version: ") for line in lines if line.startswith("data-version: ")), "")
        terms = sorted(read_obo(lines), key=lambda term: term.id)
        if not release or not terms:
            raise CommandError(f"{obo} names no data-version or has no terms: it is no hp.obo")
        hpo.write(output, release, terms)
        self.stdout.write(f"{len(terms)} terms of {release}: {output.stat().st_size / 1000:.0f} kB")


def read_obo(lines: Iterable[str]) -> Iterator[Term]:
    """The terms of an OBO file; other stanzas and tags are passed over."""
    tags: dict[str, list[str]] | None = None
    for line in [*lines, "["]:
        if line.startswith("["):
            if tags and tags["id"]:
                yield _term(tags)
            tags = defaultdict(list) if line == "[Term]" else None
        elif tags is not None and ": " in line:
            tag, value = line.split(": ", 1)
            tags[tag].append(value)


def _term(tags: dict[str, list[str]]) -> Term:
    return Term(
        id=tags["id"][0],
        name=tags["name"][0],
        # “HP:0001507 {source="…"} ! Growth abnormality”
        parents=tuple(value.split()[0] for value in tags["is_a"]),
        is_obsolete=tags["is_obsolete"] == ["true"],
        replaced_by=tuple(tags["replaced_by"]),
        suggested=tuple(tags["consider"]),
        alternatives=tuple(tags["alt_id"]),
    )
