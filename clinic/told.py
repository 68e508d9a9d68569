"""What a patient was told to do, in words for the clinician: the advice that was on the patient's own pages."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.utils.translation import gettext as _

from causes.catalogue import Catalogue
from clinic import words
from intake.advice import advice
from intake.models import Intake


def told(intake: Intake, asked_from: Catalogue) -> tuple[str, ...]:
    """In the order in which it was read; empty when no red flag fired for the patient's own answers.

    By the catalogue that was asked from, which is what those pages spoke from, whichever ranks the answers now.
    """
    return (*_while_answering(intake, asked_from), *_after_sending(intake, asked_from))


def _while_answering(intake: Intake, asked_from: Catalogue) -> Iterator[str]:
    flags = {flag.slug: flag.name for flag in asked_from.red_flags}
    read: dict[str, list[str]] = {}
    for slug, at in intake.interruptions.items():
        read.setdefault(at, []).append(flags.get(slug, slug))
    for at, names in sorted(read.items()):
        when = words.time(datetime.datetime.fromisoformat(at))
        yield _("“Get medical help now”, read %(when)s while answering (%(flags)s)") % {
            "when": when,
            "flags": words.joined(names),
        }


def _after_sending(intake: Intake, asked_from: Catalogue) -> Iterator[str]:
    for block in advice(asked_from, intake.evidence(asked_from)):
        if intake.sent_at:
            yield _("“%(advice)s”, shown %(when)s after sending") % {
                "advice": block.heading,
                "when": words.time(intake.sent_at),
            }
