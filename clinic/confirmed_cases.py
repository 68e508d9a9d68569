"""Patients whose diagnosis was confirmed, as cases that a catalogue can be measured by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from causes import ranking
from causes.catalogue import Catalogue
from causes.evaluation import SPLITS, PublishedCase
from clinic.confirmed import standing
from clinic.evidence import evidence
from clinic.models import ConfirmedDiagnosis
from intake.models import Intake, Practice

# The stages of findings that each stage of an evaluation knows.
_KNOWN = {"history": ("ask",), "exam": ("ask", "examine")}


@dataclass(frozen=True, slots=True)
class ConfirmedCases:
    diagnoses: Mapping[int, ConfirmedDiagnosis]  # by intake
    inside: Mapping[int, PublishedCase]  # by intake: the catalogue knows the diagnosis
    outside: tuple[ranking.Case, ...]  # it does not
    unranked: int  # could not be ranked by this catalogue


def confirmed_cases(catalogue: Catalogue, practice: Practice | None = None) -> ConfirmedCases:
    """Of one practice, or of all. Ranked without the confirmation."""
    confirmed = _confirmed(practice)
    inside: dict[int, PublishedCase] = {}
    outside: list[ranking.Case] = []
    unranked = 0
    intakes = Intake.objects.filter(pk__in=confirmed).prefetch_related("clinician_findings")
    for intake in intakes.order_by("pk"):
        case = ranking.Case(evidence(catalogue, intake), intake.setting, intake.presentation)
        if not _can_be_ranked(catalogue, case):
            unranked += 1
        elif confirmed[intake.pk].cause in catalogue.cause:
            inside[intake.pk] = _case(catalogue, confirmed[intake.pk].cause, case)
        else:
            outside.append(case)
    return ConfirmedCases(confirmed, inside, tuple(outside), unranked)


def _confirmed(practice: Practice | None) -> dict[int, ConfirmedDiagnosis]:
    """By intake; of a patient with several confirmed intakes the latest one."""
    rows = ConfirmedDiagnosis.objects.select_related("intake")
    if practice is not None:
        rows = rows.filter(intake__practice=practice)
    by_patient = {row.intake.patient_id: row for _pk, row in sorted(standing(rows).items())}
    return {row.intake_id: row for row in by_patient.values()}


def _can_be_ranked(catalogue: Catalogue, case: ranking.Case) -> bool:
    try:
        ranking.posterior(catalogue, *case)
    except ranking.EvidenceError:
        return False
    return True


def _case(catalogue: Catalogue, cause: str, case: ranking.Case) -> PublishedCase:
    stages = {
        stage: {slug: value for slug, value in case.evidence.items() if catalogue.finding[slug].stage in known}
        for stage, known in _KNOWN.items()
    }
    return PublishedCase(
        id="",
        accepted=(cause,),
        setting=case.setting,
        presentation=case.presentation,
        split=SPLITS[0],
        evidence={**stages, "all": case.evidence},
    )
