"""The one way to reach a patient's data: own practice only, 404 otherwise, and each look is recorded."""

from __future__ import annotations

import datetime
import functools
import uuid
from collections.abc import Callable, Iterable
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from clinic.models import AccessRecord, Assessment, Membership
from intake.models import Intake, IntakeQuerySet, Patient, Practice

P = ParamSpec("P")
View = Callable[..., HttpResponse]

ANY_ROLE = frozenset(Membership.Role.values)
CLINICIAN = frozenset({Membership.Role.CLINICIAN.value})


def member_required(roles: Iterable[str] = ANY_ROLE, without_membership: View | None = None) -> Callable[[View], View]:
    """For pages of a practice: sets ``request.membership``, ``request.practice`` and ``request.is_clinician``.

    Someone of no practice gets 404, or ``without_membership``; the wrong role gets 403.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            membership = membership_of(request)
            if membership is None and without_membership is not None:
                return without_membership(request)
            _admit(request, membership, roles)
            return view(request, *args, **kwargs)

        return _closed(guarded, "member")

    return decorate


def intake_required(view: Callable[Concatenate[HttpRequest, Intake, P], HttpResponse]) -> View:
    """For pages about one patient: turns the URL's ``key`` into a sent intake of the user's own practice."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, key: uuid.UUID, *args: Any, **kwargs: Any) -> HttpResponse:
        intake = Intake.objects.sent().select_related("practice", "patient").filter(key=key).first()
        if intake is None:
            raise Http404
        _admit_to(request, intake.practice_id, [intake], CLINICIAN)
        return view(request, intake, *args, **kwargs)

    return _closed(guarded, "intake")


def assessment_required(view: Callable[Concatenate[HttpRequest, Assessment, P], HttpResponse]) -> View:
    """For a signed assessment: turns ``key`` into one about an intake of the user's own practice."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, key: uuid.UUID, *args: Any, **kwargs: Any) -> HttpResponse:
        assessment = Assessment.objects.with_withdrawal().select_related("intake", "signed_by").filter(key=key).first()
        if assessment is None:
            raise Http404
        _admit_to(request, assessment.intake.practice_id, [assessment.intake], CLINICIAN)
        return view(request, assessment, *args, **kwargs)

    return _closed(guarded, "assessment")


def patient_required(view: Callable[Concatenate[HttpRequest, Patient, P], HttpResponse]) -> View:
    """For a patient's page, whatever the role: turns ``key`` into a patient of the user's own practice."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, key: uuid.UUID, *args: Any, **kwargs: Any) -> HttpResponse:
        patient = Patient.objects.filter(key=key).first()
        if patient is None:
            raise Http404
        _admit_to(request, patient.practice_id, Intake.objects.sent().filter(patient=patient), ANY_ROLE)
        return view(request, patient, *args, **kwargs)

    return _closed(guarded, "patient")


def membership_of(request: HttpRequest) -> Membership | None:
    return Membership.objects.select_related("practice").filter(user=request.user).first()  # type: ignore[misc]


def own_intakes(practice: Practice) -> IntakeQuerySet:
    return Intake.objects.sent().filter(practice=practice)


def record_look(request: HttpRequest, intakes: Iterable[Intake], was_allowed: bool = True, view: str = "") -> None:
    """Record that the user saw, or tried to see, each of these intakes; ``view``: on a page of another one."""
    AccessRecord.objects.bulk_create(
        _record(request, intake.practice_id, intake, was_allowed=was_allowed, view=view) for intake in intakes
    )


def record_summary(request: HttpRequest) -> None:
    """Record that the user saw figures of the practice's patients in which no one of them is told apart."""
    _record(request, request.practice.pk).save()  # type: ignore[attr-defined]


def last_look(request: HttpRequest, intake: Intake, view: str) -> datetime.datetime | None:
    """When the user saw this view of the intake last, before the present request."""
    looks = AccessRecord.objects.filter(intake=intake, user=request.user, view=view, was_allowed=True)  # type: ignore[misc]
    times = list(looks.order_by("-id").values_list("looked_at", flat=True)[:2])
    # The present request has been recorded already.
    earlier = times[1:] if _view_name(request) == view else times
    return earlier[0] if earlier else None


def _record(
    request: HttpRequest,
    practice_id: int,
    intake: Intake | None = None,
    was_allowed: bool = True,
    view: str = "",
) -> AccessRecord:
    return AccessRecord(
        practice_id=practice_id,
        user=request.user,  # type: ignore[misc]
        intake=intake,
        view=view or _view_name(request),
        method=request.method or "",
        was_allowed=was_allowed,
    )


def _view_name(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.view_name if match else ""


def _admit(request: HttpRequest, membership: Membership | None, roles: Iterable[str]) -> None:
    if membership is None:
        raise Http404
    if membership.role not in roles:
        raise PermissionDenied
    request.membership = membership  # type: ignore[attr-defined]
    request.practice = membership.practice  # type: ignore[attr-defined]
    request.is_clinician = membership.role in CLINICIAN  # type: ignore[attr-defined]


def _admit_to(request: HttpRequest, practice_id: int, intakes: Iterable[Intake], roles: Iterable[str]) -> None:
    """Records the look before it answers, so that a refused one is on record too."""
    membership = membership_of(request)
    if membership is not None and membership.practice_id != practice_id:
        membership = None
    record_look(request, intakes, was_allowed=membership is not None and membership.role in roles)
    _admit(request, membership, roles)


def _closed(view: View, policy: str) -> View:
    """Behind the login and in no cache; ``access_policy`` is what a test asks every URL for."""
    view.access_policy = policy  # type: ignore[attr-defined]
    return never_cache(login_required(view))
