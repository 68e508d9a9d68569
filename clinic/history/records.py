"""What was recorded about a patient without changing the ranking, in words."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.models import User
from django.utils import formats
from django.utils.translation import gettext as _

from clinic import words
from clinic.history.steps import Recorded
from clinic.models import Assessment, ConfirmedDiagnosis, OwnList, SheetOverrule
from clinic.own_lists import agreement
from clinic.snapshot import signed_conclusion
from clinic.withdrawn import withdrawn_notice


def recorder(recorded: Recorded) -> User:
    match recorded:
        case OwnList():
            return recorded.user
        case Assessment():
            return recorded.signed_by
    return recorded.entered_by


def record(recorded: Recorded) -> Iterator[str]:
    match recorded:
        case OwnList():
            yield _own_list(recorded)
        case Assessment():
            yield _signature(recorded)
            if notice := withdrawn_notice(recorded):
                yield notice
        case SheetOverrule():
            yield _overrule(recorded)
        case ConfirmedDiagnosis():
            yield _diagnosis(recorded)
            if recorded.note:
                yield _("reason: %(text)s") % {"text": recorded.note} if recorded.is_withdrawn else recorded.note


def _own_list(own: OwnList) -> str:
    if own.skipped:
        return _("Own list skipped: %(reason)s") % {"reason": words.in_sentence(own.get_skipped_display())}
    names = ", ".join(item["name"] for item in own.causes)
    return _("Own list: %(names)s. %(agreement)s") % {"names": names, "agreement": agreement(own)}


def _signature(assessment: Assessment) -> str:
    return _("Signed off: %(conclusion)s (%(certainty)s)") % {
        "conclusion": signed_conclusion(assessment),
        "certainty": words.in_sentence(assessment.get_certainty_display()),
    }


def _overrule(row: SheetOverrule) -> str:
    return _("Patient sheet that calls it harmless given all the same. Not met: %(obstacles)s. Reason: %(reason)s") % {
        "obstacles": "; ".join(row.obstacles),
        "reason": row.reason,
    }


def _diagnosis(row: ConfirmedDiagnosis) -> str:
    before = _replaced(row)
    if row.is_withdrawn:
        return _("Confirmed diagnosis withdrawn: %(name)s") % {"name": before.name if before else ""}
    facts = {
        "name": row.name,
        "basis": row.get_basis_display(),
        "day": formats.date_format(row.confirmed_on, "j F Y") if row.confirmed_on else "",
        "before": before.name if before else "",
    }
    if row.is_known_before:
        facts["day"] += _("; known before the answers were sent")
    if before is not None and not before.is_withdrawn:
        return _("Confirmed diagnosis corrected: %(name)s (%(basis)s, %(day)s), before %(before)s") % facts
    return _("Diagnosis confirmed: %(name)s (%(basis)s, %(day)s)") % facts


def _replaced(row: ConfirmedDiagnosis) -> ConfirmedDiagnosis | None:
    """What counted until this row."""
    older = [item for item in row.intake.confirmed_diagnoses.all() if item.pk < row.pk]
    return older[-1] if older else None
