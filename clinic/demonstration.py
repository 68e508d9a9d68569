"""The demonstration practice: published patients as sent intakes, and people to log in as."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from causes.catalogue import Catalogue
from causes.models import Release, editor_permissions
from clinic.models import ClinicianFinding, Membership
from intake.models import Intake, Patient, Practice, worked_out_urgency

PANEL = Path(__file__).resolve().parent.parent / "intake" / "data" / "published_cases.jsonl"
# Known to everyone: the loader refuses to run in production.
PRACTICE_TOKEN = "demonstration"  # noqa: S105
PASSWORD = "demonstration"  # noqa: S105
SETTINGS = {"emergency": "neurology-clinic", "unknown": "neurology-clinic"}
PRESENTATIONS = {"other": "any"}
# The demonstration waits as a real list does: minutes to days.
MINUTES_BETWEEN = 97


@dataclass(frozen=True, slots=True)
class Login:
    username: str
    first_name: str
    last_name: str
    role: str


LOGINS = (
    Login("clinician", "Dana", "Clinician", "clinician"),
    Login("reception", "Robin", "Reception", "reception"),
    Login("editor", "Edith", "Editor", "editor"),
    Login("administrator", "Ada", "Administrator", "administrator"),
)


def published_cases(path: Path = PANEL) -> Iterator[dict[str, Any]]:
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
    users = {login.username: _user(login, practice) for login in LOGINS}
    release = Release.objects.current()
    for number, case in enumerate(published_cases(), start=1):
        _intake(number, case, practice, release, users["clinician"])
    return True


def _user(login: Login, practice: Practice) -> User:
    user = User.objects.create_user(
        login.username, password=PASSWORD, first_name=login.first_name, last_name=login.last_name
    )
    if login.role in Membership.Role.values:
        Membership.objects.create(user=user, practice=practice, role=login.role)
    elif login.role == "editor":
        group, _created = Group.objects.get_or_create(name=_("Editors"))
        group.permissions.set(editor_permissions())
        user.groups.add(group)
        user.is_staff = True
    else:
        user.is_staff = user.is_superuser = True
    user.save()
    return user


def _intake(number: int, case: dict[str, Any], practice: Practice, release: Release, clinician: User) -> None:
    catalogue = release.catalogue()
    sent_at = timezone.now() - timedelta(minutes=25 + (number - 1) * MINUTES_BETWEEN)
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
    if number % 2 == 0:
        ClinicianFinding.objects.bulk_create(
            ClinicianFinding(intake=intake, finding=slug, value=value, entered_by=clinician, entered_at=sent_at)
            for slug, value in found.items()
        )
    evidence = intake.evidence(catalogue) | (found if number % 2 == 0 else {})
    intake.urgency = worked_out_urgency(catalogue, evidence, intake.setting, intake.presentation)
    intake.save()


def _is_patients(catalogue: Catalogue, case: dict[str, Any], slug: str) -> bool:
    return catalogue.finding[slug].stage == "ask" and slug in case["stage"]["history"]


def patient_answers(catalogue: Catalogue, case: dict[str, Any]) -> dict[str, Any]:
    """What a published case's history says, as the answers of an intake; its text as the patient's own words."""
    stated = [(slug, "yes") for slug in case["present"]] + [(slug, "no") for slug in case["absent"]]
    answers: dict[str, Any] = {slug: word for slug, word in stated if _is_patients(catalogue, case, slug)}
    answers |= {slug: v for slug, v in case["values"].items() if catalogue.finding[slug].stage == "ask"}
    answers |= {name: case[name] for name in ("age", "sex") if case[name] is not None}
    return answers | {"own-words": f"{case['text']}\n\n{_('Published case:')} {case['source']}"}


def clinician_values(catalogue: Catalogue, case: dict[str, Any]) -> dict[str, Any]:
    """What a published case's examination and tests say, as a clinician would enter it."""
    stated = [(slug, True) for slug in case["present"]] + [(slug, False) for slug in case["absent"]]
    found: dict[str, Any] = {slug: value for slug, value in stated if not _is_patients(catalogue, case, slug)}
    return found | {slug: v for slug, v in case["values"].items() if catalogue.finding[slug].stage != "ask"}
