"""The printed invitation: one page a patient, to be handed over or posted."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.safestring import SafeString

from clinic import qr, words
from clinic.invitations import link_of
from clinic.patients import date
from intake.advice import Call, calls
from intake.models import Invitation


@dataclass(frozen=True, slots=True)
class Sheet:
    language: str
    practice: str
    patient: str
    birth_date: str
    link: str
    code: SafeString
    expires: str
    questions: int  # that she may expect
    calls: tuple[Call, ...]


def sheet_of(invitation: Invitation, address: str, questions: int) -> Sheet:
    """In the patient's language."""
    patient, practice = invitation.patient, invitation.patient.practice
    link = link_of(invitation, address)
    language = invitation.language or settings.LANGUAGE_CODE
    with translation.override(language):
        return Sheet(
            language=language,
            practice=practice.name,
            patient=patient.name,
            birth_date=date(patient.birth_date),
            link=link,
            code=qr.svg(link),
            expires=words.moment(invitation.expires_at),
            questions=questions,
            calls=calls(practice, ()),
        )
