"""Files that a table comes in: CSV and XLSX, with limits, without formulae."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import openpyxl
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.formats import base_formats
from tablib import Dataset

from causes.catalogue.tables import marked, unmarked

MOST_BYTES = 10_000_000
MOST_UNPACKED_BYTES = 100_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 60


class Marked(base_formats.TablibFormat):  # type: ignore[misc]
    """With the library's setting on: marks what a spreadsheet would work out, where the library would cut it off."""

    def _escape_formulae(self, dataset: Dataset) -> None:
        for _number in range(len(dataset)):
            dataset.append([marked(cell) if isinstance(cell, str) else cell for cell in dataset.lpop()])


class CSV(Marked, base_formats.CSV):  # type: ignore[misc]
    def create_dataset(self, in_stream: bytes, **kwargs: Any) -> Dataset:
        """Raises ValidationError."""
        try:
            text = in_stream.decode("utf-8-sig")
            return _dataset(csv.reader(io.StringIO(text, newline=""), strict=True))
        except (UnicodeDecodeError, csv.Error) as error:
            raise ValidationError(_("The file cannot be read: it is no CSV in UTF-8."), code="unreadable") from error


class XLSX(Marked, base_formats.XLSX):  # type: ignore[misc]
    def export_data(self, dataset: Dataset, **kwargs: Any) -> Any:
        for _number in range(len(dataset)):
            dataset.append([_exact(cell) for cell in dataset.lpop()])
        return super().export_data(dataset, **kwargs)

    def create_dataset(self, in_stream: bytes, **kwargs: Any) -> Dataset:
        """The first sheet. Raises ValidationError."""
        try:
            _check_unpacked_size(in_stream)
            book = openpyxl.load_workbook(io.BytesIO(in_stream), read_only=True)
            sheet = book.worksheets[0]
            # What a file says of its own size may be wrong.
            sheet.reset_dimensions()
            return _dataset(_row_of(cells) for cells in sheet.iter_rows(max_col=MOST_COLUMNS + 1))
        except ValidationError:
            raise
        except Exception as error:  # The library lets through whatever a damaged file makes of its parser.
            raise ValidationError(_("The file cannot be read: it is no XLSX workbook."), code="unreadable") from error


FORMATS: dict[str, type[Marked]] = {"csv": CSV, "xlsx": XLSX}


def read(data: bytes, extension: str) -> Dataset:
    """The rows of a file as text, header first. Raises ValidationError."""
    if len(data) > MOST_BYTES:
        raise ValidationError(_("The file is larger than %(most)s MB."), "size", {"most": MOST_BYTES // 1_000_000})
    return FORMATS[extension]().create_dataset(data)


def _exact(cell: Any) -> Any:
    """A number that the workbook would round, which keeps 16 digits, goes into it as text."""
    return cell if isinstance(cell, str) or float(f"{cell:.16g}") == cell else repr(cell)


def _check_unpacked_size(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        # A part that is longer than it says is cut off there when it is read.
        if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED_BYTES:
            raise ValidationError(
                _("Unpacked the file would be larger than %(most)s MB."),
                "unpacked",
                {"most": MOST_UNPACKED_BYTES // 1_000_000},
            )


def _row_of(cells: Iterable[Any]) -> list[str]:
    return [_text_of(cell) for cell in cells]


def _text_of(cell: Any) -> str:
    if cell.data_type == "f":
        raise ValidationError(
            _("Cell %(cell)s is a formula: put its value there."), "formula", {"cell": cell.coordinate}
        )
    if cell.value is None:
        return ""
    if isinstance(cell.value, bool):
        return "yes" if cell.value else "no"
    if cell.is_date:
        return str(cell.value.date().isoformat() if hasattr(cell.value, "date") else cell.value)
    if isinstance(cell.value, float) and cell.value.is_integer():
        return str(int(cell.value))
    return cell.value if isinstance(cell.value, str) else repr(cell.value)


def _dataset(rows: Iterator[list[str]]) -> Dataset:
    headers = [name.strip() for name in next(rows, [])]
    while headers and not headers[-1]:
        headers.pop()
    if not headers or len(headers) > MOST_COLUMNS or len(set(headers)) < len(headers):
        raise ValidationError(_("The first row must name the columns, each once."), code="header")
    dataset = Dataset(headers=headers)
    empty: list[list[str]] = []
    for number, row in enumerate(rows, 2):
        if not any(row):
            # Counted, so that rows keep their numbers, unless nothing follows.
            if number <= MOST_ROWS + 1:
                empty.append([""] * len(headers))
            continue
        if number > MOST_ROWS + 1:
            raise ValidationError(_("The file has more than %(most)s rows."), "rows", {"most": MOST_ROWS})
        if any(row[len(headers) :]) or len(row) < len(headers):
            raise ValidationError(_("Row %(row)s has too many or too few columns."), "columns", {"row": number})
        dataset.extend([*empty, [_plain(text) for text in row[: len(headers)]]])
        empty.clear()
    return dataset


def _plain(text: str) -> str:
    return unmarked(text).replace("\r\n", "\n").replace("\r", "\n")
