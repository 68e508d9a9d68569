"""May the patient be given a sheet that names a cause? What stands in the way, and what was overruled.

Checked against what is known now, not when it was signed: a sheet may be printed weeks later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from causes import benign
from causes.catalogue import Catalogue, Cause
from clinic import confirmed, words
from clinic.benign import obstacle_text
from clinic.chart import Chart, chart_of
from clinic.models import Assessment, ConfirmedDiagnosis, SheetOverrule
from clinic.people import display_name


@dataclass(frozen=True, slots=True)
class Hindrance:
    """One condition of a benign picture that is not met."""

    marks: tuple[str, ...]  # “flagged:twitching-with-weakness”
    text: str


@dataclass(frozen=True, slots=True)
class Overruled:
    reason: str
    who: str
    when: str
    obstacles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetConditions:
    refusal: str = ""  # why it cannot be made at all
    hindrances: tuple[Hindrance, ...] = ()  # all, when one of them was not overruled yet
    overruled: tuple[Overruled, ...] = ()  # what was overruled so far, oldest first

    @property
    def marks(self) -> list[str]:
        return sorted(mark for item in self.hindrances for mark in item.marks)


def sheet_conditions(assessment: Assessment, signed: Catalogue) -> SheetConditions:
    """``signed`` is the catalogue of the assessment's release, whose words the sheet has."""
    if assessment.conclusion not in signed.advice:
        return SheetConditions()
    cause = signed.cause[assessment.conclusion]
    chart = chart_of(assessment.intake)
    others = [row for row in _confirmed(assessment) if row.cause != cause.slug]
    for row in others:
        if not (cause.is_benign and _is_benign(chart.catalogue, row)):
            return SheetConditions(refusal=_refusal(cause, row))
    if not cause.is_benign:
        return SheetConditions()
    rows = list(assessment.sheet_overrules.select_related("entered_by"))
    settled = {mark for row in rows for mark in row.marks}
    found = (*_hindrances(chart, cause), *(_other_diagnosis(row) for row in others))
    is_settled = all(mark in settled for item in found for mark in item.marks)
    return SheetConditions("", () if is_settled else found, tuple(_overruled(row) for row in rows))


def _confirmed(assessment: Assessment) -> list[ConfirmedDiagnosis]:
    """Every diagnosis that counts of this patient, whichever intake it was recorded for."""
    rows = ConfirmedDiagnosis.objects.filter(intake__patient=assessment.intake.patient_id)
    return list(confirmed.standing(rows).values())


def _is_benign(catalogue: Catalogue, row: ConfirmedDiagnosis) -> bool:
    """One that the catalogue does not know is never called benign."""
    return row.cause in catalogue.cause and catalogue.cause[row.cause].is_benign


def _refusal(cause: Cause, row: ConfirmedDiagnosis) -> str:
    return _(
        "The sheet would name %(cause)s, but the confirmed diagnosis is %(name)s. It cannot be made. "
        "Sign a new conclusion, or correct the confirmed diagnosis if that is wrong."
    ) % {"cause": cause.name, "name": row.name}


def _other_diagnosis(row: ConfirmedDiagnosis) -> Hindrance:
    return Hindrance((f"confirmed:{row.cause}",), _("another diagnosis is confirmed: %(name)s") % {"name": row.name})


def _hindrances(chart: Chart, cause: Cause) -> Iterator[Hindrance]:
    if chart.unranked:
        yield Hindrance(("unranked:",), _("it cannot be ranked now: %(reason)s") % {"reason": chart.unranked})
        return
    catalogue = chart.catalogue
    if cause.slug not in catalogue.cause:
        yield Hindrance((f"retired:{cause.slug}",), _("the catalogue no longer has %(cause)s") % {"cause": cause.name})
        return
    share = benign.benign_share(catalogue, chart.differential)
    for item in benign.obstacles(catalogue, chart.differential, catalogue.cause[cause.slug]):
        marks = tuple(f"{item.kind}:{slug}" for slug in item.slugs or [""])
        yield Hindrance(marks, obstacle_text(catalogue, item, share))


def _overruled(row: SheetOverrule) -> Overruled:
    return Overruled(row.reason, display_name(row.entered_by), words.time(row.entered_at), tuple(row.obstacles))
