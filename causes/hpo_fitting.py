"""Which rows of phenotype.hpoa say something about a cell of the catalogue, and why the others do not. No database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from causes import hpo
from causes.catalogue import Catalogue
from causes.hpoa import PHENOTYPE, Frequency, Row


class LeftOut(StrEnum):
    """Why a row proposes nothing."""

    OTHER_DISEASE = "disease"
    NO_PHENOTYPE = "aspect"
    NO_FREQUENCY = "frequency"
    ONE_SEX = "sex"
    UNKNOWN_TERM = "unknown term"
    NO_FINDING = "finding"
    NOT_BOOLEAN = "kind"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Fitting:
    """A row and a cell that it says something about."""

    cause: str
    finding: str
    row: Row
    frequency: Frequency


@dataclass(frozen=True)
class Fitter:
    catalogue: Catalogue

    @cached_property
    def causes(self) -> Mapping[str, list[str]]:
        """Disease -> the causes that stand for it."""
        found: dict[str, list[str]] = defaultdict(list)
        for cause in self.catalogue.causes:
            for disease in cause.identifiers:
                found[disease].append(cause.slug)
        return found

    @cached_property
    def findings(self) -> Mapping[str, list[str]]:
        """HPO term -> the findings that name it."""
        found: dict[str, list[str]] = defaultdict(list)
        for finding in self.catalogue.findings:
            if finding.hpo:
                found[finding.hpo].append(finding.slug)
        return found

    def fit(self, rows: Iterable[Row]) -> tuple[list[Fitting], Counter[LeftOut]]:
        """A row may fit several cells: causes share a disease, findings a term."""
        found: dict[tuple[str, ...], Fitting] = {}
        left: Counter[LeftOut] = Counter()
        for row in rows:
            if why := self._why_not(row):
                left[why] += 1
                continue
            for fitting in self._fittings(row):
                key = fitting.cause, fitting.finding, row.disease, row.hpo, fitting.frequency.text, row.reference
                left[LeftOut.TWICE] += key in found
                found.setdefault(key, fitting)
        return list(found.values()), +left

    def _why_not(self, row: Row) -> LeftOut | None:
        if row.disease not in self.causes:
            return LeftOut.OTHER_DISEASE
        if row.aspect != PHENOTYPE:
            return LeftOut.NO_PHENOTYPE
        term = hpo.current(row.hpo)
        if term is None:
            return LeftOut.UNKNOWN_TERM
        slugs = self._named(term.id)
        if not slugs:
            return LeftOut.NO_FINDING
        if not any(self._is_boolean(slug) for slug in slugs):
            return LeftOut.NOT_BOOLEAN
        if row.frequency is None:
            return LeftOut.NO_FREQUENCY
        return LeftOut.ONE_SEX if row.sex else None

    def _fittings(self, row: Row) -> Iterator[Fitting]:
        term = hpo.current(row.hpo)
        assert term and row.frequency
        for cause in self.causes[row.disease]:
            for finding in filter(self._is_boolean, self._named(term.id)):
                yield Fitting(cause, finding, row, row.frequency)

    def _named(self, term: str) -> list[str]:
        """The findings that name this term, or else the narrowest of the terms that it is a kind of."""
        broader = [each for each in self.findings if hpo.is_a(term, each)]
        nearest = [each for each in broader if not any(each in hpo.ancestors(other) for other in broader)]
        return [slug for each in nearest for slug in self.findings[each]]

    def _is_boolean(self, slug: str) -> bool:
        return self.catalogue.finding[slug].kind == "boolean"
