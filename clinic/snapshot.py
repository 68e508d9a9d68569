"""What a signature keeps: everything that its page prints, as one canonical JSON document."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from causes.catalogue import OTHER
from causes.ranking import RankedCause
from clinic import words
from clinic.chart import Chart
from clinic.differential_page import DifferentialPage
from clinic.differential_page.causes import strongest
from clinic.models import Assessment
from clinic.own_lists import lines as own_lists
from clinic.people import display_name

FORMAT = 1
CAUSES_WITH_REASONS = 6
# What the patient's sheet says of the practice: it prints the same when the numbers have changed.
PRACTICE_FIELDS = ("name", "phone", "out_of_hours_name", "out_of_hours_phone", "emergency_phone")


@dataclass(frozen=True, slots=True)
class SignedCause:
    rank: int
    name: str
    posterior: str
    interval: str
    reasons: str


@dataclass(frozen=True, slots=True)
class SignedPage:
    """The assessment's page, read back from the snapshot and from nothing else."""

    document: dict[str, Any]
    first: tuple[SignedCause, ...]
    further: tuple[SignedCause, ...]
    other: str


def snapshot(chart: Chart, page: DifferentialPage, conclusion: str) -> str:
    """Canonical JSON: the same chart gives the same bytes."""
    differential, catalogue, intake = chart.differential, chart.catalogue, chart.intake
    document = {
        "format": FORMAT,
        "release": differential.release,
        "sha256": differential.sha256,
        "engine_version": differential.engine_version,
        "asked_from": intake.release_id,
        "patient": {"name": str(intake.patient), "title": page.head.title, "sent": page.head.sent_at},
        "other_person": chart.other_person,
        "reference": intake.reference,
        "practice": model_to_dict(intake.practice, PRACTICE_FIELDS),
        "setting": _named(catalogue.settings, differential.setting),
        "presentation": _named(catalogue.presentations, differential.presentation),
        "evidence": dict(differential.evidence),
        "findings": _findings(chart),
        "unusable": list(chart.record.unusable),
        "verdict": asdict(page.verdict),
        "flags": [asdict(flag) for flag in page.flags.flags] if page.flags else [],
        "lane": [asdict(row) for row in page.lane],
        "causes": [_cause(chart, cause) for cause in differential.causes],
        "other_posterior": differential.other_posterior,
        "meter": page.meter.label,
        "summary": page.summary,
        "own_lists": [asdict(item) for item in own_lists(intake)],
        "conclusion": _("None of these") if conclusion == OTHER else catalogue.cause[conclusion].name,
    }
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def signed_page(assessment: Assessment) -> SignedPage:
    """Raises ValueError when the stored snapshot is not the one that was signed."""
    if hashlib.sha256(assessment.snapshot.encode()).hexdigest() != assessment.sha256:
        raise ValueError(f"assessment {assessment.key} was altered: its hash differs")
    document = json.loads(assessment.snapshot)
    causes = [
        SignedCause(
            item["rank"],
            item["name"],
            words.probability(item["posterior"]),
            words.span(item["low"], item["high"]),
            "; ".join(f"{reason['finding']} (LR {words.ratio(reason['lr'])})" for reason in item["reasons"]),
        )
        for item in document["causes"]
    ]
    return SignedPage(
        document,
        tuple(causes[:CAUSES_WITH_REASONS]),
        tuple(causes[CAUSES_WITH_REASONS:]),
        words.probability(document["other_posterior"]),
    )


def signed_conclusion(assessment: Assessment) -> str:
    """As it was called when it was signed: the catalogue may have renamed or retired the cause since."""
    if assessment.conclusion == OTHER:
        return _("None of these")
    name: str = json.loads(assessment.snapshot).get("conclusion", assessment.conclusion)
    return name


def _named(items: Any, slug: str) -> dict[str, str]:
    return {"slug": slug, "name": next(item.name for item in items if item.slug == slug)}


def _findings(chart: Chart) -> list[dict[str, str]]:
    """What was known, with what the patient said and what a clinician found, by whom and when."""
    return [
        {
            "slug": slug,
            "name": known.finding.name,
            "answer": words.answer(known.finding, known.value),
            "said": "" if known.said is None else words.answer(known.finding, known.said),
            "found_by": display_name(known.entry.entered_by) if known.entry else "",
            "found_at": known.entry.entered_at.isoformat() if known.entry else "",
        }
        for slug, known in chart.record.known.items()
        if known.value is not None or known.entry is not None
    ]


def _cause(chart: Chart, cause: RankedCause) -> dict[str, Any]:
    return {
        "slug": cause.slug,
        "name": chart.catalogue.cause[cause.slug].name,
        "rank": cause.rank,
        "posterior": cause.posterior,
        "low": cause.low,
        "high": cause.high,
        "pretest": cause.pretest,
        "score": cause.score,
        "reasons": [
            {"finding": words.statement(chart.catalogue.finding[c.finding], c.answer), "lr": c.lr, "value": c.value}
            for c in strongest(cause)
        ],
    }
