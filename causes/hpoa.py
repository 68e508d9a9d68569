"""Rows of phenotype.hpoa, in which the Human Phenotype Ontology says how often a disease shows a sign. No database.

The format: https://obophenotype.github.io/human-phenotype-ontology/annotations/phenotype_hpoa/
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import BinaryIO

from django.utils.translation import gettext as _

COLUMNS = (
    "database_id",
    "disease_name",
    "qualifier",
    "hpo_id",
    "reference",
    "evidence",
    "onset",
    "frequency",
    "sex",
    "modifier",
    "aspect",
    "biocuration",
)
PHENOTYPE = "P"
NOT = "NOT"
MOST_BYTES = 100_000_000  # of the upload; the file of 2025 has 34 million, packed 3
MOST_UNPACKED = 300_000_000
LONGEST_LINE = 20_000
MOST_PROBLEMS = 200
_DISEASE = re.compile(r"^[A-Z]+:\S{1,30}$")
_TERM = re.compile(r"^HP:\d{7}$")
_EVIDENCE = ("IEA", "PCS", "TAS", "ICE")
_ASPECTS = (PHENOTYPE, "I", "C", "M", "H")  # phenotype, inheritance, course, modifier, past history
_SEXES = ("", "MALE", "FEMALE")
_COUNTS = re.compile(r"^(\d{1,7})/(\d{1,7})$")
_PERCENT = re.compile(r"^(\d{1,3}(?:\.\d+)?)%$")
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Frequency:
    text: str  # as in the file
    probability: float
    affected: int | None = None
    total: int | None = None
    lowest: float | None = None  # of a class, from there
    highest: float | None = None  # to there
    name: str = ""  # of a class


def _class(identifier: str, name: str, lowest: int, highest: int) -> Frequency:
    middle = (lowest + highest) / 200
    return Frequency(identifier, middle, lowest=lowest / 100, highest=highest / 100, name=name)


# The definitions of these terms in the ontology; a class stands for its middle.
CLASSES = {
    each.text: each
    for each in (
        _class("HP:0040280", "Obligate", 100, 100),
        _class("HP:0040281", "Very frequent", 80, 99),
        _class("HP:0040282", "Frequent", 30, 79),
        _class("HP:0040283", "Occasional", 5, 29),
        _class("HP:0040284", "Very rare", 1, 4),
        _class("HP:0040285", "Excluded", 0, 0),
        _class(NOT, "Excluded", 0, 0),
    )
}


@dataclass(frozen=True, slots=True)
class Row:
    disease: str  # OMIM:105400
    disease_name: str
    hpo: str
    reference: str  # “PMID:1;PMID:2”
    evidence: str
    frequency: Frequency | None
    sex: str
    aspect: str


@dataclass
class Annotations:
    """What a file says of the diseases that were asked for; nothing of a file with problems is to be used."""

    version: str = ""
    rows: list[Row] = field(default_factory=list)
    others: int = 0  # rows of other diseases
    problems: list[str] = field(default_factory=list)  # the first of them
    problem_count: int = 0

    def problem(self, line: int, message: str) -> None:
        self.problem_count += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(_("Line %(line)s: %(problem)s.") % {"line": line, "problem": message})


def lines_of(file: BinaryIO) -> Iterator[str]:
    """Line by line, unpacked where it is packed. Raises ValueError when it is no such text, or more than is read."""
    is_packed = file.read(2) == _GZIP
    file.seek(0)
    stream, size = (gzip.GzipFile(fileobj=file) if is_packed else file), 0
    try:
        while line := stream.readline(LONGEST_LINE + 1):
            size += len(line)
            if size > MOST_UNPACKED:
                raise ValueError(_("The file is larger than %(n)s MB.") % {"n": MOST_UNPACKED // 1_000_000})
            if len(line) > LONGEST_LINE:
                raise ValueError(_("A line has more than %(n)s characters.") % {"n": LONGEST_LINE})
            yield line.decode()
    except UnicodeDecodeError as error:
        raise ValueError(_("The file is not UTF-8.")) from error
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(_("The file cannot be unpacked.")) from error


def read_annotations(lines: Iterable[str], diseases: Collection[str]) -> Annotations:
    """The rows of these diseases. Every row is checked, those of other diseases too."""
    found = Annotations()
    numbered = enumerate(lines, 1)
    for number, line in numbered:
        text = line.strip("\ufeff\r\n")
        if _is_head(text):
            break
        if text.startswith(("#version:", "#date:")):
            found.version = text.partition(":")[2].strip()[:20]
        elif text and not text.startswith("#"):
            found.problem(number, _("the columns should be named here: %(names)s") % {"names": ", ".join(COLUMNS)})
            return found
    else:
        found.problem(1, _("no line names the columns"))
    for number, line in numbered:
        cells = line.rstrip("\r\n").split("\t")
        if cells == [""]:
            continue
        if message := _fault(cells):
            found.problem(number, message)
        elif cells[0] in diseases:
            found.rows.append(_row(cells))
        else:
            found.others += 1
    return found


def _is_head(text: str) -> bool:
    """Also as files of older releases have it: #DatabaseID, DiseaseName…"""
    names = [name.lstrip("#").replace("_", "").lower() for name in text.split("\t")]
    return names == [name.replace("_", "") for name in COLUMNS]


def _fault(cells: list[str]) -> str:
    if len(cells) != len(COLUMNS):
        return _("%(n)s columns instead of %(all)s") % {"n": len(cells), "all": len(COLUMNS)}
    disease, name, qualifier, hpo, reference, evidence, _onset, frequency, sex, _modifier, aspect, _by = cells
    for label, value, is_right in (
        ("database_id", disease, _DISEASE.match(disease)),
        ("disease_name", name, 0 < len(name) <= 300),
        ("qualifier", qualifier, qualifier in ("", NOT)),
        ("hpo_id", hpo, _TERM.match(hpo)),
        ("reference", reference, ":" in reference and len(reference) <= 500),
        ("evidence", evidence, evidence in _EVIDENCE),
        ("sex", sex, sex.upper() in _SEXES),
        ("aspect", aspect, aspect in _ASPECTS),
    ):
        if not is_right:
            return _("“%(value)s” cannot stand in the column %(name)s") % {"value": value[:80], "name": label}
    try:
        read = read_frequency(frequency)
    except ValueError as error:
        return str(error)
    if qualifier and read and read.probability > 0 and read.affected != 0:
        return _("the sign is denied (NOT), and has the frequency “%(value)s”") % {"value": frequency}
    return ""


def _row(cells: list[str]) -> Row:
    disease, name, qualifier, hpo, reference, evidence, _onset, frequency, sex, _modifier, aspect, _by = cells
    return Row(disease, name, hpo, reference, evidence, read_frequency(frequency or qualifier), sex.upper(), aspect)


@lru_cache(maxsize=4096)
def read_frequency(text: str) -> Frequency | None:
    """A class, a percentage or n/m as a probability; None of an empty text. Raises ValueError for other text.

    None of m, and all of m, are (n + 0.5) / (m + 1), as everywhere in the catalogue.
    """
    if not text:
        return None
    if text in CLASSES:
        return CLASSES[text]
    if counts := _COUNTS.match(text):
        affected, total = int(counts[1]), int(counts[2])
        if 0 < affected < total:
            return Frequency(text, round(affected / total, 4), affected, total)
        if total and affected in (0, total):
            return Frequency(text, round((affected + 0.5) / (total + 1), 4), affected, total)
    elif (percent := _PERCENT.match(text)) and float(percent[1]) <= 100:
        return Frequency(text, round(float(percent[1]) / 100, 4))
    raise ValueError(_("“%(text)s” is no frequency: neither n/m nor 45%% nor a class") % {"text": text[:40]})
