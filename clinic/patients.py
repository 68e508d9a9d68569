"""What the list of patients and one patient's page print."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinic import invitations, words
from clinic.confirmed import names
from clinic.models import AccessRecord, Assessment
from clinic.patient_forms import State
from clinic.people import display_name
from clinic.snapshot import signed_conclusion
from clinic.withdrawn import withdrawn_notice
from clinic.worklist import STATE_ICONS, url_of, with_state
from intake.models import Intake, Invitation, Patient, Practice

SHOWN_LOOKS = 50
# What an access record's view was, in a reader's words.
LOOKS = {
    "worklist": gettext_lazy("saw it in the worklist"),
    "patient": gettext_lazy("opened the patient’s page"),
    "differential": gettext_lazy("opened the differential"),
    "compared": gettext_lazy("saw it beside later answers"),
    "enter_finding": gettext_lazy("entered findings"),
    "change_context": gettext_lazy("changed setting or complaint"),
    "compare": gettext_lazy("compared causes"),
    "sign": gettext_lazy("signed an assessment"),
    "assessment": gettext_lazy("opened an assessment"),
    "own_list": gettext_lazy("wrote an own list"),
    "history": gettext_lazy("opened the history"),
    "tipping_point": gettext_lazy("asked what would put another cause first"),
    "patient_sheet": gettext_lazy("opened the sheet for the patient"),
    "overrule_sheet": gettext_lazy("overruled what stood against the sheet for the patient"),
    "confirm_diagnosis": gettext_lazy("opened or recorded the confirmed diagnosis"),
    "withdraw_diagnosis": gettext_lazy("withdrew a confirmed diagnosis"),
}


@dataclass(frozen=True, slots=True)
class ListRow:
    url: str
    name: str
    birth_date: str
    intakes: str
    last_sent: str
    has_open_link: bool


@dataclass(frozen=True, slots=True)
class IntakeRow:
    url: str  # "" for reception
    reference: str
    title: str  # "" for reception
    confirmed: str  # the confirmed diagnosis; "" for reception
    confirm_url: str
    sent: str
    state_name: str
    state_icon: str


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    url: str
    conclusion: str
    certainty: str
    signed: str
    signed_by: str
    review_on: str
    withdrawn: str  # that its catalogue was, or ""


@dataclass(frozen=True, slots=True)
class Look:
    who: str
    what: str
    reference: str
    at: str
    was_allowed: bool


@dataclass(frozen=True, slots=True)
class PatientPage:
    key: str
    name: str
    birth_date: str
    intakes: tuple[IntakeRow, ...]
    invitations: tuple[invitations.Row, ...]
    assessments: tuple[AssessmentRow, ...]
    looks: tuple[Look, ...]


def matching(practice: Practice, text: str) -> QuerySet[Patient]:
    """Patients of the practice by words of the name or an intake's reference, by name."""
    patients = Patient.objects.filter(practice=practice)
    for word in text.split():
        by_reference = Exists(Intake.objects.filter(patient=OuterRef("pk"), reference__icontains=word))
        patients = patients.filter(Q(name__icontains=word) | by_reference)
    return patients.order_by("name", "id").annotate(
        sent_count=Count("intakes", filter=Q(intakes__sent_at__isnull=False)),
        last_sent_at=Max("intakes__sent_at"),
        has_open_link=Exists(_open_links().filter(patient=OuterRef("pk"))),
    )


def list_row(patient: Patient) -> ListRow:
    count, last = patient.sent_count, patient.last_sent_at  # type: ignore[attr-defined]
    return ListRow(
        url=reverse("patient", args=[patient.key]),
        name=patient.name,
        birth_date=date(patient.birth_date),
        intakes=ngettext("%(count)d intake", "%(count)d intakes", count) % {"count": count},
        last_sent=words.time(last) if last else "",
        has_open_link=patient.has_open_link,  # type: ignore[attr-defined]
    )


def page_of(patient: Patient, is_clinician: bool) -> PatientPage:
    return PatientPage(
        key=str(patient.key),
        name=patient.name,
        birth_date=date(patient.birth_date),
        intakes=_intakes(patient, is_clinician),
        invitations=tuple(invitations.row_of(item) for item in patient.invitations.select_related("patient", "intake")),
        assessments=_assessments(patient) if is_clinician else (),
        looks=_looks(patient) if is_clinician else (),
    )


def date(day: datetime.date | None) -> str:
    return formats.date_format(day) if day else _("not recorded")


def _open_links() -> QuerySet[Invitation]:
    return invitations.usable(Invitation.objects.all())


def _intakes(patient: Patient, is_clinician: bool) -> tuple[IntakeRow, ...]:
    rows = []
    intakes = list(with_state(Intake.objects.sent().filter(patient=patient)).select_related("patient"))
    confirmed = names([intake.pk for intake in intakes]) if is_clinician else {}
    for intake in intakes:
        state = State(intake.state)
        rows.append(
            IntakeRow(
                url=url_of(intake, is_clinician) if is_clinician else "",
                reference=intake.reference or "",
                title=intake.title if is_clinician else "",
                confirmed=confirmed.get(intake.pk, ""),
                confirm_url=reverse("confirm_diagnosis", args=[intake.key]) if is_clinician else "",
                sent=words.time(intake.sent_at),
                state_name=str(state.label),
                state_icon=STATE_ICONS[state],
            )
        )
    return tuple(rows)


def _assessments(patient: Patient) -> tuple[AssessmentRow, ...]:
    signed = Assessment.objects.with_withdrawal().filter(intake__patient=patient).select_related("signed_by")
    return tuple(
        AssessmentRow(
            url=reverse("assessment", args=[item.key]),
            conclusion=signed_conclusion(item),
            certainty=item.get_certainty_display(),
            signed=words.time(item.signed_at),
            signed_by=display_name(item.signed_by),
            review_on=date(item.review_on) if item.review_on else "",
            withdrawn=withdrawn_notice(item),
        )
        for item in signed
    )


def _looks(patient: Patient) -> tuple[Look, ...]:
    records = AccessRecord.objects.filter(intake__patient=patient).select_related("user", "intake")[:SHOWN_LOOKS]
    return tuple(
        Look(
            who=display_name(record.user),
            what=str(LOOKS.get(record.view, record.view)),
            reference=record.intake.reference or "",  # type: ignore[union-attr]
            at=words.time(record.looked_at),
            was_allowed=record.was_allowed,
        )
        for record in records
    )
