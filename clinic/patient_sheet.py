"""What is printed for the patient after a signature: the clinician's conclusion in plain words, and no ranking.

Rebuilt from the snapshot and from the release that it was signed under, so that it prints the same later.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from causes.catalogue import Catalogue
from causes.catalogue.translating import in_language
from causes.red_flags import fired
from clinic.models import Assessment
from clinic.people import display_name
from clinic.safety_net import Signs, warning_signs
from clinic.snapshot import signed_page
from intake.advice import Call, calls
from intake.models import Practice


@dataclass(frozen=True, slots=True)
class PatientSheet:
    language: str  # the patient’s
    practice: str
    calls: tuple[Call, ...]
    patient: str
    reference: str
    day: str
    lead: str  # how sure the clinician is, or that it was talked over
    cause: str  # "" when the catalogue has no words about it for patients
    explanation: str
    self_care: tuple[str, ...]
    signs: tuple[Signs, ...]
    recheck: str
    signer: str


def patient_sheet(assessment: Assessment, catalogue: Catalogue) -> PatientSheet:
    """In the language in which the patient filled in the intake.

    ``catalogue`` is that of the assessment's release. Raises ValueError when the snapshot was altered.
    """
    language = assessment.intake.language or settings.LANGUAGE_CODE
    with translation.override(language):
        return _in_language(assessment, in_language(catalogue, language), language)


def _in_language(assessment: Assessment, catalogue: Catalogue, language: str) -> PatientSheet:
    document = signed_page(assessment).document
    practice = Practice(**document["practice"])
    advice = catalogue.advice.get(assessment.conclusion)
    flags = fired(catalogue, document["evidence"])
    return PatientSheet(
        language=language,
        practice=practice.name,
        calls=calls(practice, ()),
        patient=document["patient"]["name"],
        reference=document["reference"],
        day=formats.date_format(timezone.localtime(assessment.signed_at)),
        lead=_lead(assessment) if advice else _("We have told you what we found. These are the next steps."),
        cause=_cause(document["conclusion"], assessment, catalogue) if advice else "",
        explanation=advice.explanation if advice else "",
        self_care=advice.self_care if advice else (),
        signs=warning_signs(catalogue, document["presentation"]["slug"], flags, practice),
        recheck=_recheck(assessment),
        signer=display_name(assessment.signed_by),
    )


def _cause(signed: str, assessment: Assessment, catalogue: Catalogue) -> str:
    """As it was signed, or its translation in the same release."""
    return catalogue.cause[assessment.conclusion].name if catalogue.original else signed


def _lead(assessment: Assessment) -> str:
    leads = {
        Assessment.Certainty.WORKING: _("We think that this is the most likely reason:"),
        Assessment.Certainty.PROBABLE: _("This is probably the reason:"),
        Assessment.Certainty.CONFIRMED: _("This is the reason:"),
    }
    return leads[Assessment.Certainty(assessment.certainty)]


def _recheck(assessment: Assessment) -> str:
    if assessment.review_on is None:
        return _("We have not fixed a date to see you again. Come back whenever you are worried.")
    day = f"{formats.date_format(assessment.review_on, 'l')}, {formats.date_format(assessment.review_on)}"
    return _("We would like to see you again on or about %(day)s, and sooner if you are worried.") % {"day": day}
