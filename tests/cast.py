"""The same small cast in every test: a patient, her clinician, a colleague, an outsider, an editor."""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from causes.impact import Impact
from causes.models import Likelihood, Proposal, Release
from causes.models.compilation import working_copy
from causes.models.publishing import approve, propose
from causes.models.roles import role_permissions
from clinic.chart import chart_of
from clinic.differential_page import differential_page
from clinic.models import Assessment, ClinicianFinding, ConfirmedDiagnosis, Membership
from clinic.snapshot import snapshot
from intake.models import Intake, Invitation, Patient, Practice

PASSWORD = "a long password for tests"

# Case als-issuhub-67m of the published cases: what the man himself could tell.
ALS_ANSWERS: dict[str, Any] = {
    "name": "Arthur Lang",
    "birth-date": "1959-03-02",
    "age": 67,
    "sex": "male",
    "fasciculations": "unsure",
    "tremor": "no",
    "muscle-cramps": "yes",
    "motor-tics": "no",
    "vocal-tics": "no",
    "body": ["left-hand", "left-forearm", "right-hand"],
    "laterality": "both sides, one worse",
    "duration": "3 to 12 months",
    "course": "steadily worsening",
    "worse-fatigue-exertion": "yes",
    "weakness": "yes",
    "grip-weakness": "yes",
    "muscle-wasting": "yes",
    "dysarthria": "yes",
    "dysphagia": "yes",
    "breathlessness": "no",
    "medicines": [
        {"drug": "", "name": "Simvastatin", "since": "earlier"},
        {"drug": "", "name": "Aspirin", "since": "earlier"},
    ],
    "alcohol-units": 9,
    "nicotine": "no",
    "onset-age": 66,
    "own-words": "My left hand has become thin and I drop the screwdriver.",
    "worry": "That I shall not be able to speak.",
}
# What his clinician saw: the examination of the same case.
ALS_SIGNS: dict[str, Any] = {
    "fasciculations": True,
    "atrophy": True,
    "objective-weakness": True,
    "hyperreflexia": True,
    "spasticity": False,
    "rigidity": False,
    "sensory-loss": False,
}
ET_ANSWERS: dict[str, Any] = {
    "name": "Edith Moss",
    "birth-date": "1967-06-20",
    "age": 59,
    "sex": "female",
    "tremor": "yes",
    "fasciculations": "no",
    "body": ["left-hand", "right-hand"],
    "postural-tremor": "yes",
    "kinetic-tremor": "yes",
    "rest-tremor": "no",
    "family-tremor": "yes",
    "better-alcohol": "yes",
    "weakness": "no",
    "duration": "over 5 years",
}


def a_practice(name: str, **fields: Any) -> Practice:
    fields.setdefault("phone", "01632 960 100")
    return Practice.objects.create(name=name, **fields)


def a_member(username: str, practice: Practice, role: str = Membership.Role.CLINICIAN, **fields: Any) -> User:
    user = User.objects.create_user(username, password=PASSWORD, **fields)
    Membership.objects.create(user=user, practice=practice, role=role)
    return user


def a_catalogue_user(username: str, role: str) -> User:
    user = User.objects.create_user(username, password=PASSWORD, is_staff=True)
    user.user_permissions.set(role_permissions(role))
    return user


def no_impact() -> Impact:
    return Impact({}, (), (), (), (), {}, (), 0)


def a_proposal(author: User, impact: Impact | None = None, **fields: Any) -> Proposal:
    """The working copy as it is, handed over."""
    base = Release.objects.usable().first()
    return propose(working_copy(), author, "New cohort.", impact or no_impact(), base, **fields)


def a_release(author: User, approver: User, probability: float = 0.8) -> Release:
    """The next one, with another figure for weakness in ALS."""
    Likelihood.objects.filter(cause="als", finding="weakness", is_used=True).update(probability=probability)
    return approve(a_proposal(author), approver, no_impact())


def a_patient(practice: Practice, name: str = "Ada Quill", **fields: Any) -> Patient:
    fields.setdefault("birth_date", datetime.date(1959, 3, 2))
    return Patient.objects.create(practice=practice, name=name, **fields)


def an_invitation(patient: Patient, created_by: User, days: int = 14, **fields: Any) -> Invitation:
    fields.setdefault("expires_at", timezone.now() + datetime.timedelta(days=days))
    return Invitation.objects.create(patient=patient, created_by=created_by, **fields)


def a_draft(practice: Practice, answers: dict[str, Any] | None = None, **fields: Any) -> Intake:
    fields.setdefault("release", Release.objects.current())
    fields.setdefault("setting", practice.setting)
    return Intake.objects.create(practice=practice, answers=dict(answers or ALS_ANSWERS), **fields)


def a_sent_intake(
    practice: Practice,
    answers: dict[str, Any] | None = None,
    waiting: datetime.timedelta = datetime.timedelta(0),
    **fields: Any,
) -> Intake:
    intake = a_draft(practice, answers, **fields)
    intake.send()
    if waiting:
        Intake.objects.filter(pk=intake.pk).update(sent_at=timezone.now() - waiting)
        intake.refresh_from_db()
    return intake


def add_findings(intake: Intake, clinician: User, findings: dict[str, Any] | None = None) -> None:
    now = timezone.now()
    ClinicianFinding.objects.bulk_create(
        ClinicianFinding(intake=intake, finding=slug, value=value, entered_by=clinician, entered_at=now)
        for slug, value in (ALS_SIGNS if findings is None else findings).items()
    )


def a_snapshot(intake: Intake, clinician: User, conclusion: str = "als") -> str:
    """What a signature stores; it ranks, so it is for tests that open the assessment's page."""
    chart = chart_of(intake)
    return snapshot(chart, differential_page(chart, clinician), conclusion)


def a_signed_assessment(intake: Intake, clinician: User, conclusion: str = "als", **fields: Any) -> Assessment:
    """A row as the database holds it. Unless one is given, its snapshot is a stub that has no page."""
    fields.setdefault("certainty", Assessment.Certainty.PROBABLE)
    fields.setdefault("snapshot", json.dumps({"stub": True}))
    return Assessment.objects.create(
        key=uuid.uuid4(),
        intake=intake,
        release=Release.objects.current(),
        engine_version="test",
        conclusion=conclusion,
        signed_by=clinician,
        **fields,
    )


def a_confirmed_diagnosis(intake: Intake, clinician: User, cause: str = "als", **fields: Any) -> ConfirmedDiagnosis:
    names = {item.slug: item.name for item in Release.objects.current().catalogue().causes}
    fields = {
        "name": names.get(cause, "Another disease"),
        "basis": ConfirmedDiagnosis.Basis.SPECIALIST,
        "confirmed_on": timezone.localdate(),
        **fields,
    }
    return ConfirmedDiagnosis.objects.create(
        key=uuid.uuid4(), intake=intake, cause=cause, entered_by=clinician, **fields
    )
