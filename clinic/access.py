"""The one way to reach a patient's data: own practice only, 404 otherwise, and each look is recorded."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Iterable
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from clinic.models import AccessRecord, Membership
from intake.models import Intake, Practice

P = ParamSpec("P")
View = Callable[..., HttpResponse]

ANY_ROLE = frozenset(Membership.Role.values)
CLINICIAN = frozenset({Membership.Role.CLINICIAN.value})


def member_required(roles: Iterable[str] = ANY_ROLE) -> Callable[[View], View]:
    """For pages of a practice: sets ``request.practice``; an outsider gets 404, the wrong role 403."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            membership = membership_of(request)
            if membership.role not in roles:
                raise PermissionDenied
            request.practice = membership.practice  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        guarded.access_policy = "member"  # type: ignore[attr-defined]
        return login_required(guarded)

    return decorate


def intake_required(view: Callable[Concatenate[HttpRequest, Intake, P], HttpResponse]) -> View:
    """For pages about one patient: turns the URL's ``key`` into a sent intake of the user's own practice."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, key: uuid.UUID, *args: Any, **kwargs: Any) -> HttpResponse:
        intake = _own_intake(request, key)
        return view(request, intake, *args, **kwargs)

    guarded_view = member_required(CLINICIAN)(guarded)
    guarded_view.access_policy = "intake"  # type: ignore[attr-defined]
    return guarded_view


def membership_of(request: HttpRequest) -> Membership:
    """Raises Http404 when the user belongs to no practice."""
    try:
        return Membership.objects.select_related("practice").get(user=request.user)  # type: ignore[misc]
    except Membership.DoesNotExist:
        raise Http404 from None


def own_intakes(practice: Practice) -> Any:
    return Intake.objects.sent().filter(practice=practice)


def record_look(request: HttpRequest, intakes: Iterable[Intake], was_allowed: bool = True) -> None:
    """Record that the user saw each of these intakes."""
    match = request.resolver_match
    AccessRecord.objects.bulk_create(
        AccessRecord(
            practice=intake.practice,
            user=request.user,  # type: ignore[misc]
            intake=intake,
            view=match.view_name if match else "",
            method=request.method or "",
            was_allowed=was_allowed,
        )
        for intake in intakes
    )


def _own_intake(request: HttpRequest, key: uuid.UUID) -> Intake:
    intake = Intake.objects.sent().select_related("practice", "patient").filter(key=key).first()
    if intake is None:
        raise Http404
    is_own = intake.practice_id == request.practice.pk  # type: ignore[attr-defined]
    record_look(request, [intake], was_allowed=is_own)
    if not is_own:
        raise Http404
    return intake
