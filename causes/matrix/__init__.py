"""The matrix of findings by causes that editors work in: what stands in each cell, and its markup."""

from __future__ import annotations

from causes.matrix.grid import Cell, Column, Figure, Filters, Grid, Group, Row, build_grid
from causes.matrix.markup import cell_class, cell_text, grid_table

__all__ = [
    "Cell",
    "Column",
    "Figure",
    "Filters",
    "Grid",
    "Group",
    "Row",
    "build_grid",
    "cell_class",
    "cell_text",
    "grid_table",
]
