"""The screen in the waiting room: a shared tablet on which one patient after another answers.

Its session says which practice it belongs to and which answers are open on it, and is thrown away after each
patient: an address that stays in the browser's history then opens nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.http import HttpRequest

from intake.languages import LANGUAGE
from intake.models import Intake, Practice

SCREEN, ADMITTED = "waiting_room", "waiting_room_intake"


@dataclass(frozen=True)
class Screen:
    practice: int
    opened_by: int
    seconds: int  # without a touch until it asks whether someone is there


def open_screen(request: HttpRequest, practice: Practice, opened_by: int) -> None:
    """Nothing of the session from before stays: neither the member who was signed in nor a patient."""
    request.session.flush()
    request.session[SCREEN] = asdict(Screen(practice.pk, opened_by, practice.waiting_room_seconds))


def screen_of(request: HttpRequest) -> Screen | None:
    kept = request.session.get(SCREEN)
    return Screen(**kept) if kept else None


def take_in(request: HttpRequest, intake: Intake) -> None:
    """Answers that are opened by their link. On the screen a link works once: it stays in the history there."""
    screen = None if request.user.is_authenticated else screen_of(request)
    if screen is not None and intake.is_waiting_room:
        return
    if screen is not None:
        intake.is_waiting_room, intake.entered_by_id = True, screen.opened_by
        intake.save(update_fields=["is_waiting_room", "entered_by"])
    admit(request, intake)


def admit(request: HttpRequest, intake: Intake) -> None:
    """To the session that these answers were begun in, or found in by code and date of birth."""
    if intake.is_waiting_room:
        request.session[ADMITTED] = str(intake.key)


def is_admitted(request: HttpRequest, intake: Intake) -> bool:
    return not intake.is_waiting_room or request.session.get(ADMITTED) == str(intake.key)


def is_used(request: HttpRequest) -> bool:
    """Whether anything of a patient's is in the session; a language that was chosen is not."""
    return bool(set(request.session.keys()) - {SCREEN, LANGUAGE})


def open_here(request: HttpRequest) -> Intake | None:
    """The answers that the screen shows at present."""
    key = request.session.get(ADMITTED)
    return Intake.objects.filter(key=key).first() if key else None


def throw_away(intake: Intake) -> None:
    """A draft in which nothing was written yet; others can be gone on with at home."""
    Intake.objects.drafts().filter(pk=intake.pk, answers={}, typed={}).delete()
