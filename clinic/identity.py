"""Whether the answers are about the patient whose chart they were filed in."""

from __future__ import annotations

import datetime
import unicodedata

from django.utils import formats
from django.utils.translation import gettext as _

from intake.derivation import patient_details
from intake.models import Intake


def other_person(intake: Intake) -> str:
    """A warning when name or date of birth in the answers are not the patient's; "" when they agree or are missing."""
    patient, given = intake.patient, patient_details(intake.answers)
    if patient is None:
        return ""
    is_other_name = bool(given["name"] and patient.name) and _plain(given["name"]) != _plain(patient.name)
    is_other_date = bool(given["birth_date"] and patient.birth_date) and given["birth_date"] != patient.birth_date
    if not is_other_name and not is_other_date:
        return ""
    form = (
        _("These answers were given as %(given)s. The invitation was for %(patient)s.")
        if intake.invitation_id
        else _("These answers were given as %(given)s. The chart is that of %(patient)s.")
    )
    told = form % {
        "given": _told(_("“%(name)s”") % {"name": given["name"] or "–"}, given["birth_date"]),
        "patient": _told(patient.name, patient.birth_date),
    }
    return f"{told} {_('Check whose answers these are.')}"


def _plain(name: str) -> str:
    """Without case, accents and the width of spaces."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def _told(name: str, born: datetime.date | None) -> str:
    if born is None:
        return name
    return _("%(name)s, born %(date)s") % {"name": name, "date": formats.date_format(born, "j F Y")}
