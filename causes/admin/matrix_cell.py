"""One cell as its page lists it: to read, or as a form with a part for each option."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.utils.translation import gettext as _

from causes import words
from causes.matrix_forms import CellEditor, CellRowForm, MatrixCell
from causes.models import Finding, Likelihood, SourceCheck

# Side by side on a wide screen.
_LINES = (
    ("option", "probability", "affected", "total", "grade", "design"),
    ("source",),
    ("population", "note"),
)
_BOXES = ("is_used", "is_pooled", "DELETE")


@dataclass(frozen=True, slots=True)
class RowPart:
    title: str
    form: CellRowForm
    lines: tuple[tuple[BoundField, ...], ...]
    boxes: tuple[BoundField, ...]
    doubt: SourceCheck | None  # of its source


@dataclass(frozen=True, slots=True)
class CellPage:
    """The form of a cell, ready for its template."""

    editor: CellEditor
    rows: tuple[RowPart, ...]
    further: RowPart | None  # a blank one, for another study
    is_further_open: bool
    total: str  # of the used rows; "" where they need not add up to anything

    @staticmethod
    def of(editor: CellEditor) -> CellPage:
        formset: Any = editor.rows
        labels, doubted = dict(editor.cell.options), SourceCheck.objects.doubted()
        parts = [_part(form, labels, doubted) for form in formset.forms]
        order = list(labels)
        last = parts.pop() if formset.has_further and parts else None
        parts.sort(key=lambda part: _position(part.form, order))
        is_open = last is not None and bool(last.form.errors)
        return CellPage(editor, tuple(parts), last, is_open, _total(editor))


def _part(form: CellRowForm, labels: dict[str, str], doubted: dict[str, SourceCheck]) -> RowPart:
    names = [name for name in _BOXES if name in form.fields and not (name == "DELETE" and form.instance.pk is None)]
    return RowPart(
        title=_title(form, labels),
        form=form,
        lines=tuple(tuple(form[name] for name in line if not form.fields[name].widget.is_hidden) for line in _LINES),
        boxes=tuple(form[name] for name in names),
        doubt=doubted.get(form.instance.source_id or ""),
    )


def _title(form: CellRowForm, labels: dict[str, str]) -> str:
    label = labels.get(str(form["option"].value() or ""), "")
    if form.instance.pk is None:
        state = _("new row")
    else:
        state = _("used in the ranking") if form["is_used"].initial else _("beside the used row")
    return f"{label}: {state}" if label else words.capitalised(state)


def _position(form: CellRowForm, order: list[str]) -> int:
    value = str(form["option"].value() or "")
    return order.index(value) if value in order else len(order)


def _total(editor: CellEditor) -> str:
    if editor.cell.finding.kind != Finding.Kind.CHOICE:
        return ""
    return words.number(round(sum(_used_values(editor)), 4))


def _used_values(editor: CellEditor) -> Iterator[float]:
    for form in editor.rows.forms:
        if form["is_used"].value() and (value := _number(form["probability"].value())) is not None:
            yield value


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row, to read only."""

    title: str
    figure: str
    counted: str
    row: Likelihood
    doubt: SourceCheck | None


def read_rows(cell: MatrixCell) -> list[ReadRow]:
    labels = dict(cell.options)
    is_number = cell.finding.kind == Finding.Kind.NUMBER
    doubted = SourceCheck.objects.doubted()
    return [
        ReadRow(
            title=labels.get(row.option, row.option),
            figure=f"{row.probability:g} {cell.finding.unit}" if is_number else words.probability(row.probability),
            counted=words.counted(row.affected, row.total),
            row=row,
            doubt=doubted.get(row.source_id or ""),
        )
        for row in cell.rows()
    ]
