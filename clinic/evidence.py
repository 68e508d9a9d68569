"""What is known about a patient: the answers, then the clinicians' findings, which win; both stay visible."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from causes.catalogue import Catalogue, Finding
from causes.conditions import Value
from clinic.models import ClinicianFinding
from intake import derivation
from intake.derivation import UNSURE
from intake.models import Intake


@dataclass(frozen=True, slots=True)
class Known:
    """One finding of one patient."""

    finding: Finding
    said: Value | None  # None: not asked, or not sure
    is_unsure: bool  # the patient was asked and could not say
    entry: ClinicianFinding | None  # the newest one, unless it was taken back

    @property
    def value(self) -> Value | None:
        if self.entry is None:
            return self.said
        return None if self.entry.value == UNSURE else self.entry.value

    @property
    def is_answered(self) -> bool:
        return self.said is not None or self.is_unsure

    @property
    def is_conflict(self) -> bool:
        return self.entry is not None and self.said is not None and self.value != self.said

    @property
    def is_confirmed(self) -> bool:
        return self.entry is not None and self.said is not None and self.value == self.said


@dataclass(frozen=True)
class Record:
    known: Mapping[str, Known]  # every finding of the catalogue, in its order
    entries: tuple[ClinicianFinding, ...]  # all, oldest first
    unusable: tuple[str, ...]  # answers that the release no longer knows, as “key: value”
    switched_off: frozenset[str] = frozenset()  # known, but left out to see what would be without

    @cached_property
    def values(self) -> dict[str, Value]:
        """What to rank by."""
        return {
            slug: item.value
            for slug, item in self.known.items()
            if item.value is not None and slug not in self.switched_off
        }

    def without(self, slugs: Collection[str]) -> Record:
        return replace(self, switched_off=frozenset(slugs) & self.values.keys())


def evidence(catalogue: Catalogue, intake: Intake) -> dict[str, Value]:
    """What to rank by. Uses prefetched ``clinician_findings``."""
    return gather(catalogue, intake, intake.clinician_findings.all()).values


def gather(catalogue: Catalogue, intake: Intake, entries: Iterable[ClinicianFinding]) -> Record:
    rows = tuple(sorted(entries, key=lambda row: row.pk))
    newest = {row.finding: row for row in rows}
    said = intake.evidence(catalogue)
    usable = {slug: row for slug, row in newest.items() if _is_usable(catalogue, row)}
    known = dict(nothing_known(catalogue))
    for slug in known.keys() & {*said, *usable, *(slug for slug, value in intake.answers.items() if value == UNSURE)}:
        is_unsure = intake.answers.get(slug) == UNSURE
        known[slug] = Known(catalogue.finding[slug], said.get(slug), is_unsure, usable.get(slug))
    unusable = derivation.unusable(catalogue, intake.answers)
    unusable += [f"{key}: {kept['value']}" for key, kept in intake.aside.items()]
    unusable += [f"{slug}: {row.value}" for slug, row in newest.items() if slug not in usable and row.value is not None]
    return Record(known, rows, tuple(unusable))


@lru_cache(maxsize=3)
def nothing_known(catalogue: Catalogue) -> Mapping[str, Known]:
    """Of most findings nothing is: their records are the same for every patient."""
    return {slug: Known(finding, None, False, None) for slug, finding in catalogue.finding.items()}


def is_value_of(finding: Finding, value: object) -> bool:
    if finding.kind == "boolean":
        return isinstance(value, bool)
    if finding.kind == "choice":
        return value in {option.value for option in finding.options}
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_usable(catalogue: Catalogue, row: ClinicianFinding) -> bool:
    """Whether the row counts: one that was taken back (None) does not."""
    finding = catalogue.finding.get(row.finding)
    return finding is not None and (row.value == UNSURE or is_value_of(finding, row.value))
