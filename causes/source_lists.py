"""A list that says of sources whether they still hold: identifiers in any spelling, problems by row. No database."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from causes.catalogue import Source

COLUMNS = ("source", "status", "checked_on", "note")
MOST_ROWS = 5000
LONGEST_NOTE = 500
_PMID = re.compile(
    r"^(?:pmid[:\s]*|(?:www\.)?(?:ncbi\.nlm\.nih\.gov/pubmed|pubmed\.ncbi\.nlm\.nih\.gov)/)?(\d{1,9})/?$"
)
_PMCID = re.compile(
    r"^(?:pmcid[:\s]*|(?:www\.)?(?:ncbi\.nlm\.nih\.gov/pmc|pmc\.ncbi\.nlm\.nih\.gov)/articles/)?(pmc\d{1,9})/?$"
)
_DOI = re.compile(r"^(?:doi[:\s]*|(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)$")
_SCHEME = re.compile(r"^https?://")


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list, for one source that it names."""

    source: str  # its slug
    status: str
    checked_on: date
    note: str


def normalised(text: str) -> str:
    """One spelling of a PMID, PMCID, DOI or address: the same publication gives the same text; "" of nothing."""
    bare = _SCHEME.sub("", text.strip().lower())
    for name, pattern in (("pmid", _PMID), ("pmcid", _PMCID), ("doi", _DOI)):
        if found := pattern.match(bare):
            return f"{name}:{found[1]}"
    return bare.removeprefix("www.").rstrip("/")


def named(sources: Iterable[Source]) -> Mapping[str, list[str]]:
    """Slug, identifier or address in its one spelling -> the slugs of all sources that it stands for."""
    found: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        for key in {source.slug, normalised(source.identifier), normalised(source.url)} - {""}:
            found[key].append(source.slug)
    return found


def read_list(
    text: str, sources: Iterable[Source], statuses: Mapping[str, str], today: date
) -> tuple[list[Check], list[str]]:
    """The checks of a CSV list, and every problem by its line; nothing of a list with problems is to be kept.

    ``statuses`` maps what may stand in the column, in lower case, to the status. A line may concern several sources:
    those that cite the same publication.
    """
    separator = ";" if ";" in text.partition("\n")[0] else ","
    lines = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        head, *rows = [(lines.line_num, [cell.strip() for cell in row]) for row in lines if any(map(str.strip, row))]
    except ValueError:
        return [], [_("The file is empty.")]
    except csv.Error as error:
        return [], [_("The file is no CSV: %(error)s.") % {"error": error}]
    names = [name.lower().replace("identifier", "source").replace("slug", "source") for name in head[1]]
    if missing := [name for name in COLUMNS[:3] if names.count(name) != 1]:
        return [], [_("Line 1: these columns are missing or doubled: %(names)s.") % {"names": ", ".join(missing)}]
    if len(rows) > MOST_ROWS:
        return [], [_("At most %(n)s lines at once.") % {"n": MOST_ROWS}]
    return _read_rows(names, rows, named(sources), statuses, today)


def _read_rows(
    names: Sequence[str],
    rows: Iterable[tuple[int, list[str]]],
    known: Mapping[str, list[str]],
    statuses: Mapping[str, str],
    today: date,
) -> tuple[list[Check], list[str]]:
    checks: dict[tuple[str, str, date], Check] = {}
    problems: list[str] = []
    for line, cells in rows:
        values = dict(zip(names, cells, strict=False))
        found = list(_faults(values, len(cells) - len(names), known, statuses, today))
        for check in () if found else _checks(values, known, statuses):
            key = check.source, check.status, check.checked_on
            if checks.setdefault(key, check) != check:
                found.append(_("an earlier line says the same of this source with another note"))
        problems += [_("Line %(line)s: %(problem)s.") % {"line": line, "problem": problem} for problem in found]
    return ([] if problems else list(checks.values())), problems


def _faults(
    values: Mapping[str, str], surplus: int, known: Mapping[str, list[str]], statuses: Mapping[str, str], today: date
) -> Iterator[str]:
    if surplus > 0:
        yield _("more cells than columns")
    source, status, day = (values.get(name, "") for name in COLUMNS[:3])
    if not source:
        yield _("no identifier")
    elif not _sources_of(source, known):
        yield _("“%(source)s” is no source of the working copy") % {"source": source}
    if status.lower() not in statuses:
        allowed = ", ".join(dict.fromkeys(statuses.values()))
        yield _("status “%(status)s” is not one of %(allowed)s") % {"status": status, "allowed": allowed}
    try:
        if date.fromisoformat(day) > today:
            yield _("checked on %(day)s: that is still to come") % {"day": day}
    except ValueError:
        yield _("checked on “%(day)s”: write the date as 2026-01-31") % {"day": day}
    if len(values.get("note", "")) > LONGEST_NOTE:
        yield _("the note has more than %(n)s characters") % {"n": LONGEST_NOTE}


def _sources_of(text: str, known: Mapping[str, list[str]]) -> list[str]:
    return known.get(text) or known.get(normalised(text), [])


def _checks(values: Mapping[str, str], known: Mapping[str, list[str]], statuses: Mapping[str, str]) -> Iterator[Check]:
    for slug in _sources_of(values["source"], known):
        day = date.fromisoformat(values["checked_on"])
        yield Check(slug, statuses[values["status"].lower()], day, values.get("note", ""))
