"""The demonstration practice: published patients as sent intakes, one made-up one, and people to log in as."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from causes import ranking
from causes.catalogue import Catalogue
from causes.models import Release, ensure_roles
from causes.models.roles import APPROVER, EDITOR, TRANSLATOR, VIEWER
from clinic.models import ClinicianFinding, ConfirmedDiagnosis, ContextChange, Membership, OwnList
from intake.models import Intake, Patient, Practice, worked_out_urgency
from intake.panel import PUBLISHED

# Known to everyone: the loader refuses to run in production.
PRACTICE_TOKEN = "demonstration"  # noqa: S105
PASSWORD = "demonstration"  # noqa: S105
SETTINGS = {"emergency": "neurology-clinic", "unknown": "neurology-clinic"}
PRESENTATIONS = {"other": "any"}
# The demonstration waits as a real list does: minutes to days.
MINUTES_BETWEEN = 97
CONFIRMED = 30  # the last ones, whose published diagnosis is recorded as confirmed
# One whose differential has a history: asked in another setting, examined, tested, and with an own list.
WITH_HISTORY = 35
# No published patient has every condition of a benign picture answered, so one is made up.
BENIGN = Path(__file__).resolve().parent / "data" / "benign_patient.jsonl"
BENIGN_MINUTES = 11  # that this one waits
BASES = {
    "phenopacket": ConfirmedDiagnosis.Basis.LABORATORY,
    "case-report": ConfirmedDiagnosis.Basis.SPECIALIST,
    "exam-vignette": ConfirmedDiagnosis.Basis.FOLLOW_UP,
}


@dataclass(frozen=True, slots=True)
class Login:
    username: str
    first_name: str
    last_name: str
    role: str


LOGINS = (
    Login("clinician", "Dana", "Clinician", "clinician"),
    Login("reception", "Robin", "Reception", "reception"),
    Login("editor", "Edith", "Editor", EDITOR),
    Login("approver", "April", "Approver", APPROVER),
    Login("translator", "Tomas", "Translator", TRANSLATOR),
    Login("viewer", "Vera", "Viewer", VIEWER),
    Login("administrator", "Ada", "Administrator", "administrator"),
)


def published_cases(path: Path = PUBLISHED) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


@transaction.atomic
def load_demonstration() -> bool:
    """Create the demonstration practice once. False when it is already there."""
    if Practice.objects.filter(is_demonstration=True).exists():
        return False
    practice = Practice.objects.create(
        name=_("Demonstration practice"),
        token=PRACTICE_TOKEN,
        phone="01632 960 123",
        out_of_hours_name="NHS 111",
        out_of_hours_phone="111",
        emergency_phone="999",
        setting="primary-care",
        is_demonstration=True,
    )
    ensure_roles()
    users = {login.username: _user(login, practice) for login in LOGINS}
    release = Release.objects.current()
    cases = list(published_cases())
    for number, case in enumerate(cases, start=1):
        minutes = 25 + (number - 1) * MINUTES_BETWEEN
        intake = _intake(number, case, practice, release, users["clinician"], minutes)
        if number > len(cases) - CONFIRMED:
            _confirm(intake, case, release.catalogue(), users["clinician"])
    (benign,) = published_cases(BENIGN)
    # Every second number is examined.
    _intake(2 * (len(cases) // 2 + 1), benign, practice, release, users["clinician"], BENIGN_MINUTES)
    return True


def _user(login: Login, practice: Practice) -> User:
    user = User.objects.create_user(
        login.username, password=PASSWORD, first_name=login.first_name, last_name=login.last_name
    )
    if login.role in Membership.Role.values:
        Membership.objects.create(user=user, practice=practice, role=login.role)
    elif group := Group.objects.filter(name=login.role).first():
        user.groups.add(group)
        user.is_staff = True
    else:
        user.is_staff = user.is_superuser = True
    user.save()
    return user


def _intake(
    number: int, case: dict[str, Any], practice: Practice, release: Release, clinician: User, minutes: int
) -> Intake:
    catalogue = release.catalogue()
    sent_at = timezone.now() - timedelta(minutes=minutes)
    patient = Patient.objects.create(practice=practice, name=_("Demonstration patient %02d") % number)
    answers = patient_answers(catalogue, case)
    intake = Intake.objects.create(
        practice=practice,
        patient=patient,
        release=release,
        answers=answers,
        setting=SETTINGS.get(case["setting"], case["setting"]),
        presentation=PRESENTATIONS.get(case["presenting"], case["presenting"]),
        title=case["title"],
        started_at=sent_at - timedelta(minutes=9),
        sent_at=sent_at,
        reference=f"DEMO-{number:04d}",
        urgency_release=release,
    )
    found = clinician_values(catalogue, case)
    # Examination and tests of the source are entered for every second patient: both kinds can be tried.
    if number == WITH_HISTORY:
        _history(intake, case["truth"], found, release, clinician)
    elif number % 2 == 0:
        _enter(intake, found, clinician, sent_at)
    else:
        found = {}
    evidence = intake.evidence(catalogue) | found
    intake.urgency = worked_out_urgency(catalogue, evidence, intake.setting, intake.presentation)
    intake.save()
    return intake


def _enter(intake: Intake, found: Mapping[str, Any], clinician: User, at: datetime) -> None:
    ClinicianFinding.objects.bulk_create(
        ClinicianFinding(intake=intake, finding=slug, value=value, entered_by=clinician, entered_at=at)
        for slug, value in found.items()
    )


def _history(intake: Intake, truth: str, found: Mapping[str, Any], release: Release, clinician: User) -> None:
    """An own list, then the setting, the examination and the tests one after the other."""
    catalogue, sent_at = release.catalogue(), intake.sent_at
    assert sent_at is not None
    before = intake.practice.setting
    case = ranking.Case(intake.evidence(catalogue), before, intake.presentation)
    (ranked,) = ranking.first_causes(catalogue, [case])
    first = [slug for slug, _posterior in ranked]
    own = list(dict.fromkeys([truth, *first]))[: len(first)]
    OwnList.objects.create(
        intake=intake,
        user=clinician,
        causes=[{"cause": slug, "name": catalogue.cause[slug].name} for slug in own],
        first_cause=truth,
        made_at=sent_at + timedelta(minutes=10),
        release=release,
        engine_version=ranking.ENGINE_VERSION,
        ranked=first,
        is_first_agreed=truth == first[0],
        overlap=len({*own} & {*first}),
    )
    ContextChange.objects.create(
        intake=intake,
        old_setting=before,
        old_presentation=intake.presentation,
        setting=intake.setting,
        presentation=intake.presentation,
        changed_by=clinician,
        changed_at=sent_at + timedelta(minutes=12),
    )
    examined = {slug: value for slug, value in found.items() if catalogue.finding[slug].stage in ("ask", "examine")}
    tested = {slug: value for slug, value in found.items() if slug not in examined}
    _enter(intake, examined, clinician, sent_at + timedelta(minutes=20))
    _enter(intake, tested, clinician, sent_at + timedelta(minutes=55))


def _confirm(intake: Intake, case: dict[str, Any], catalogue: Catalogue, clinician: User) -> None:
    ConfirmedDiagnosis.objects.create(
        key=uuid.uuid4(),
        intake=intake,
        cause=case["truth"],
        name=catalogue.cause[case["truth"]].name,
        basis=BASES[case["source_kind"]],
        confirmed_on=timezone.localdate(),
        note=_("Diagnosis of the published case."),
        entered_by=clinician,
    )


def _is_patients(catalogue: Catalogue, case: dict[str, Any], slug: str) -> bool:
    return catalogue.finding[slug].stage == "ask" and slug in case["stage"]["history"]


def patient_answers(catalogue: Catalogue, case: dict[str, Any]) -> dict[str, Any]:
    """What a published case's history says, as the answers of an intake; its text as the patient's own words."""
    stated = [(slug, "yes") for slug in case["present"]] + [(slug, "no") for slug in case["absent"]]
    answers: dict[str, Any] = {slug: word for slug, word in stated if _is_patients(catalogue, case, slug)}
    answers |= {slug: v for slug, v in case["values"].items() if catalogue.finding[slug].stage == "ask"}
    answers |= {name: case[name] for name in ("age", "sex") if case[name] is not None}
    origin = _("Published case:") if case["source_kind"] in BASES else _("Made-up patient:")
    return answers | {"own-words": f"{case['text']}\n\n{origin} {case['source']}"}


def clinician_values(catalogue: Catalogue, case: dict[str, Any]) -> dict[str, Any]:
    """What a published case's examination and tests say, as a clinician would enter it."""
    stated = [(slug, True) for slug in case["present"]] + [(slug, False) for slug in case["absent"]]
    found: dict[str, Any] = {slug: value for slug, value in stated if not _is_patients(catalogue, case, slug)}
    return found | {slug: v for slug, v in case["values"].items() if catalogue.finding[slug].stage != "ask"}
