"""The matrix as a table: ten thousand cells, so each is as short as it can be and none passes through a template.

A cell's address is relative to the matrix's own. The roles are written down because the stylesheet lays the table out
in boxes; a cell's, within a grid, follows from its tag.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from causes.matrix.grid import Cell, Column, Grid, Group, Row

GAP = "–"
_TABLE = (
    '<table class="matrix" role="grid" aria-label="{}"><thead role="rowgroup"><tr role="row">'
    '<th scope="col" role="columnheader">{}</th>{}</tr></thead>{}</table>'
)


def cell_text(cell: Cell) -> str:
    """Figure, line break, marks: the grade, n where patients were counted, + and the number of further rows."""
    marks = [cell.grade, "n" if cell.is_counted else "", f"+{cell.beside}" if cell.beside else ""]
    return "\n".join(filter(None, (cell.figure or GAP, " ".join(filter(None, marks)))))


def cell_class(cell: Cell) -> str:
    return cell.grade or "gap"


def grid_table(grid: Grid, query: str = "") -> SafeString:
    """The table; ``query`` is what each cell's address ends with."""
    width = len(grid.columns) + 1
    # Whatever a body is made of is escaped there.
    bodies = SafeString("".join(_body(group, grid, width, query) for group in grid.groups))
    return format_html(_TABLE, _("Findings by causes"), _("Finding"), _heads(grid.columns), bodies)


def _heads(columns: Iterable[Column]) -> SafeString:
    return format_html_join(
        "",
        '<th scope="col" role="columnheader" data-cause="{}"><span>{}</span></th>',
        ((c.slug, c.name) for c in columns),
    )


def _body(group: Group, grid: Grid, width: int, query: str) -> str:
    addresses = [str(escape(column.slug)) for column in grid.columns]
    title = format_html(
        '<tr role="row"><th colspan="{}" scope="rowgroup" role="rowheader"><span>{}</span></th></tr>',
        width,
        group.title,
    )
    seen: set[str] = set()
    lines = []
    for row, cells in group.rows:
        identity = "" if row.finding in seen else format_html(' id="{}"', row.finding)
        seen.add(row.finding)
        lines.append(
            _line(row, cells, identity, _cells(cells, addresses, f"{escape(row.finding)}/{escape(query)}", grid))
        )
    return f'<tbody role="rowgroup">{title}{"".join(lines)}</tbody>'


def _line(row: Row, cells: list[Cell], identity: str, markup: str) -> str:
    head = format_html(
        '<tr{} role="row" data-finding="{}" data-option="{}"><th scope="row" role="rowheader">{}{}</th>',
        identity,
        row.finding,
        row.option,
        row.name,
        format_html(" <small>{}</small>", row.label or row.unit) if row.label or row.unit else "",
    )
    return f"{head}{markup}</tr>\n"


def _cells(cells: list[Cell], addresses: Iterable[str], finding: str, grid: Grid) -> str:
    is_any_out = grid.filters.choose_cells
    parts = []
    for cell, address in zip(cells, addresses, strict=True):
        kind, text = _parts(*cell[:4], is_any_out and not grid.filters.keeps(cell))
        parts.append(f'<td class="{kind}"><a href="{address}/{finding}">{text}</a></td>')
    return "".join(parts)


@lru_cache(maxsize=8192)
def _parts(figure: str, grade: str, is_counted: bool, beside: int, is_out: bool) -> tuple[str, str]:
    """Class and text: ten thousand cells have but some hundreds."""
    cell = Cell(figure, grade, is_counted, beside, False, False)
    return cell_class(cell) + (" out" if is_out else ""), escape(cell_text(cell))
