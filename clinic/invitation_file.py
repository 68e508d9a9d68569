"""Many patients at once: a CSV file, or lines that were typed, read into rows, and every problem by its row."""

from __future__ import annotations

import csv
import datetime
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

MOST_ROWS = 200
MOST_BYTES = 100_000
LONGEST_NAME = 200  # the columns of the tables that the rows go into
LONGEST_EMAIL = 254
LONGEST_LIFE = 130  # years
DELIMITERS = ";\t,"
DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")
# What a column may be called, in the order of typed lines.
COLUMNS = {
    "name": ("name", "full name", "patient"),
    "birth_date": ("date of birth", "birth date", "dob", "born"),
    "email": ("e-mail", "email", "e-mail address", "email address"),
    "language": ("language",),
}
REQUIRED = ("name", "birth_date")
Record = Sequence[str]


@dataclass(frozen=True, slots=True)
class Invited:
    row: int  # as a spreadsheet counts
    name: str
    birth_date: datetime.date
    email: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """Any problem refuses the whole: half a list would be sent, and nobody would know which half."""

    invited: tuple[Invited, ...] = ()
    problems: tuple[str, ...] = ()


def read_file(data: bytes) -> Read:
    """UTF-8, with or without its mark, or what Excel on Windows writes."""
    try:
        records = _records(_decoded(data))
    except (UnicodeDecodeError, csv.Error):
        return Read(problems=(_("This is not a CSV file. In a spreadsheet choose “Save as”, then “CSV UTF-8”."),))
    header = next((record for record in records if any(record)), [])
    problems = _header_problems(header)
    if problems:
        return Read(problems=tuple(problems))
    return _read(records, _columns(header), first=records.index(header) + 1)


def read_lines(text: str) -> Read:
    """One patient a line: name, date of birth, then e-mail and language if there are any."""
    try:
        records = _records(text)
    except csv.Error:
        return Read(problems=(_("The quotation marks do not come in pairs."),))
    return _read(records, list(COLUMNS), first=0)


def check_birth_date(born: datetime.date) -> None:
    """Raises ValidationError for a date on which no living person was born."""
    today = timezone.localdate()
    if born > today:
        raise ValidationError(_("This date is in the future."), code="future")
    if born.year < today.year - LONGEST_LIFE:
        raise ValidationError(_("This date is too long ago. Check the year."), code="past")


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def _records(text: str) -> list[Record]:
    """Cells without space around them. Raises csv.Error for what is no table of text."""
    if "\0" in text:
        raise csv.Error("not text")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    return [[cell.strip() for cell in record] for record in reader]


def _header_problems(header: Record) -> list[str]:
    columns = _columns(header)
    unknown = [cell for cell, column in zip(header, columns, strict=True) if not column and cell]
    problems = [_("Row 1: nothing is known of a column “%(name)s”.") % {"name": name} for name in unknown]
    for column, names in COLUMNS.items():
        if column in REQUIRED and column not in columns:
            problems.append(_("Row 1: the column “%(name)s” is missing.") % {"name": names[0]})
        if columns.count(column) > 1:
            problems.append(_("Row 1: the column “%(name)s” is there twice.") % {"name": names[0]})
    return problems


def _columns(header: Record) -> list[str]:
    """Ours for each column of the file; "" for one that is not known."""
    named = {name: column for column, names in COLUMNS.items() for name in names}
    return [named.get(" ".join(cell.casefold().split()), "") for cell in header]


def _read(records: Sequence[Record], columns: Sequence[str], first: int) -> Read:
    invited: list[Invited] = []
    problems: list[str] = []
    filled = [(number, record) for number, record in enumerate(records, 1) if number > first and any(record)]
    if not filled:
        problems.append(_("There is no patient in it."))
    if len(filled) > MOST_ROWS:
        problems.append(
            _("There are %(count)d patients in it. At most %(most)d can be invited at once.")
            % {"count": len(filled), "most": MOST_ROWS}
        )
    for number, record in filled[:MOST_ROWS]:
        found, wrong = _row(number, record, columns)
        problems += [_("Row %(number)d: %(problem)s") % {"number": number, "problem": text} for text in wrong]
        if found is not None:
            invited.append(found)
    return Read(problems=tuple(problems)) if problems else Read(invited=tuple(invited))


def _row(number: int, record: Record, columns: Sequence[str]) -> tuple[Invited | None, list[str]]:
    if any(record[len(columns) :]):
        return None, [_("there are more cells than columns. A name with a comma in it needs quotation marks.")]
    cells = dict(zip(columns, record, strict=False))
    readers = {"name": _name, "birth_date": _birth_date, "email": _email, "language": _language}
    values, problems = {}, []
    for column, read in readers.items():
        try:
            values[column] = read(cells.get(column, ""))
        except ValidationError as error:
            problems += error.messages
    return (None if problems else Invited(number, **values)), problems  # type: ignore[arg-type]


def _name(text: str) -> str:
    """Kept as it is written: a formula is text here like any other."""
    if not text:
        raise ValidationError(_("the name is missing."))
    if len(text) > LONGEST_NAME:
        raise ValidationError(_("the name is longer than %(most)d letters.") % {"most": LONGEST_NAME})
    if any(unicodedata.category(letter) == "Cc" for letter in text):
        raise ValidationError(_("the name has a line break or another sign in it that cannot be printed."))
    return text


def _birth_date(text: str) -> datetime.date:
    if not text:
        raise ValidationError(_("the date of birth is missing."))
    for date_format in DATE_FORMATS:
        try:
            born = datetime.datetime.strptime(text, date_format).date()
        except ValueError:
            continue
        try:
            check_birth_date(born)
        except ValidationError as error:
            raise ValidationError(_("“%(text)s”: %(why)s") % {"text": text, "why": error.message}) from None
        return born
    raise ValidationError(
        _("“%(text)s” is no date that we can read. Write it as 1958-03-27 or 27/03/1958.") % {"text": text}
    )


def _email(text: str) -> str:
    if not text:
        return ""
    try:
        validate_email(text)
    except ValidationError:
        raise ValidationError(_("“%(text)s” is no e-mail address.") % {"text": text}) from None
    if len(text) > LONGEST_EMAIL:
        raise ValidationError(_("the e-mail address is too long."))
    return text


def _language(text: str) -> str:
    known = _language_names(dict(settings.LANGUAGES))
    if text and text.casefold() not in known:
        names = ", ".join(dict(settings.LANGUAGES))
        raise ValidationError(_("“%(text)s” is no language that we have: %(names)s.") % {"text": text, "names": names})
    return known[text.casefold()] if text else ""


def _language_names(languages: Mapping[str, str]) -> dict[str, str]:
    """Code, code without its region, and name, each to the code."""
    return {key: code for code, name in languages.items() for key in _keys(code, str(name))}


def _keys(code: str, name: str) -> Iterable[str]:
    return code, code.partition("-")[0], name.casefold()
