"""Whom an editor's changes are tried on: the published patients by name, the practices' confirmed ones as a number."""

from __future__ import annotations

from collections.abc import Iterator

from causes.catalogue import Catalogue
from causes.evaluation import read_cases
from causes.impact import KnownPatient
from clinic.confirmed_cases import confirmed_cases
from intake.panel import FURTHER, PUBLISHED


def known_patients(catalogue: Catalogue) -> list[KnownPatient]:
    """Those whom this catalogue can rank and whose diagnosis it has."""
    return [*_published(catalogue), *_confirmed(catalogue)]


def _published(catalogue: Catalogue) -> Iterator[KnownPatient]:
    for path in (PUBLISHED, FURTHER):
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                (case,) = read_cases(catalogue, [line])
            except ValueError:
                continue  # Another catalogue may rank it: the comparison tells of whom this one lost.
            yield KnownPatient(case.id, case.id, case)


def _confirmed(catalogue: Catalogue) -> Iterator[KnownPatient]:
    for intake, case in confirmed_cases(catalogue).inside.items():
        yield KnownPatient(f"intake {intake}", "", case)
