"""The terms of the Human Phenotype Ontology: names, is-a links, and what became of old identifiers. Python only.

The list is made by ``manage.py build_hpo_terms`` and read once, when it is first asked for.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from causes.catalogue import Catalogue, Finding, Problem

TERMS_FILE = Path(__file__).resolve().parent / "data" / "hpo" / "terms.csv.gz"
COLUMNS = ("id", "name", "parents", "is_obsolete", "replaced_by", "suggested", "alternatives")
_ID = re.compile(r"^(?:HP)?[\s:_]*(\d{7})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    id: str
    name: str
    parents: tuple[str, ...]
    is_obsolete: bool = False
    replaced_by: tuple[str, ...] = ()  # what an obsolete term is now
    suggested: tuple[str, ...] = ()  # what may be meant instead of an obsolete term
    alternatives: tuple[str, ...] = ()  # identifiers that it had before


@dataclass(frozen=True, slots=True)
class Terms:
    version: str  # “hp/releases/2025-01-16”
    rows: Mapping[str, Sequence[str]]  # identifier -> its row in the order of COLUMNS
    present: Mapping[str, str]  # former identifier -> the present one


def normalised(text: str) -> str:
    """``HP:0001337`` of any way to write it; other text as it is."""
    found = _ID.match(text.strip())
    return f"HP:{found[1]}" if found else text.strip()


def version() -> str:
    """Of the ontology that the list was made from."""
    return _terms().version


def term(identifier: str) -> Term | None:
    """The term of this very identifier, obsolete or not; None when there is none."""
    row = _terms().rows.get(identifier)
    return _term(row) if row else None


def current(identifier: str) -> Term | None:
    """The term that this identifier stands for today, itself or its one successor; None when there is none."""
    terms, seen = _terms(), set()
    while identifier not in seen:
        seen.add(identifier)
        row = terms.rows.get(identifier)
        if row is None:
            if identifier not in terms.present:
                return None
            identifier = terms.present[identifier]
            continue
        found = _term(row)
        if not found.is_obsolete:
            return found
        if len(found.replaced_by) != 1:
            return None
        identifier = found.replaced_by[0]
    return None


@cache
def ancestors(identifier: str) -> frozenset[str]:
    """Every term that this one is a kind of, itself left out; empty for an unknown term."""
    rows, found, queue = _terms().rows, set[str](), [identifier]
    while queue:
        row = rows.get(queue.pop())
        for parent in row[2].split("|") if row and row[2] else ():
            if parent not in found:
                found.add(parent)
                queue.append(parent)
    return frozenset(found)


def is_a(narrower: str, broader: str) -> bool:
    """Whether whoever has the first has the second, by the ontology: the same term or a kind of it."""
    return narrower == broader or broader in ancestors(narrower)


def fault(identifier: str) -> str:
    """Why it can be no finding's term, in English and without a full stop; "" when it can."""
    found = term(identifier)
    if found and not found.is_obsolete:
        return ""
    successor = current(identifier)
    if successor:
        return f"{identifier} is obsolete: it is {successor.id} “{successor.name}” now"
    if found:
        suggested = ", ".join((*found.replaced_by, *found.suggested))
        return f"{identifier} is obsolete" + (f": consider {suggested}" if suggested else " and was not replaced")
    return f"{identifier} is no term of the Human Phenotype Ontology"


def problems(catalogue: Catalogue) -> Iterator[Problem]:
    """Findings whose term is not there, is obsolete, or is called otherwise."""
    for finding in catalogue.findings:
        if message := _finding_fault(finding):
            yield Problem("findings", finding.slug, message, finding)


def _finding_fault(finding: Finding) -> str:
    if not finding.hpo:
        return "has the name of an HPO term, but no term" if finding.hpo_name else ""
    if message := fault(finding.hpo):
        return message
    name = _terms().rows[finding.hpo][1]
    return "" if finding.hpo_name == name else f"{finding.hpo} is called “{name}”, not “{finding.hpo_name}”"


def read(path: Path) -> Terms:
    """Raises ValueError when the file is no list of terms."""
    first, *lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    reader = csv.reader(lines)
    if not first.startswith("# ") or tuple(next(reader, ())) != COLUMNS:
        raise ValueError(f"{path.name} is no list of HPO terms")
    rows = {row[0]: row for row in reader}
    former = ((each, row[0]) for row in rows.values() if row[-1] for each in row[-1].split("|"))
    return Terms(first.removeprefix("# "), rows, {each: present for each, present in former if each not in rows})


def write(path: Path, release: str, terms: Iterable[Term]) -> None:
    """The same terms give the same bytes."""
    text = io.StringIO()
    text.write(f"# {release}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in terms:
        lists = [each.parents, ("yes",) * each.is_obsolete, each.replaced_by, each.suggested, each.alternatives]
        writer.writerow([each.id, each.name, *map("|".join, lists)])
    path.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


@cache
def _terms() -> Terms:
    return read(TERMS_FILE)


def _term(row: Sequence[str]) -> Term:
    identifier, name, parents, is_obsolete, *others = row
    return Term(identifier, name, _parts(parents), bool(is_obsolete), *map(_parts, others))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()
