from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import member_required
from clinic.invitations import REVOCABLE, LinkState, expiry, own_invitations, registered, row_of, state_of
from clinic.patient_forms import InviteForm, PageForm
from clinic.patients import date
from intake.models import Invitation, Patient

PAGE_SIZE = 25


@require_safe
@member_required()
def show_all(request: HttpRequest) -> HttpResponse:
    page = PageForm(request.GET).number()
    shown = Paginator(own_invitations(request.practice), PAGE_SIZE).get_page(page)  # type: ignore[attr-defined]
    context = {"section": "patients", "rows": [row_of(invitation) for invitation in shown], "shown": shown}
    return render(request, "clinic/invitations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def create(request: HttpRequest) -> HttpResponse:
    patient = _patient_of(request)
    form = InviteForm(request.POST or None, patient=patient)
    if form.is_valid():
        cleaned = form.cleaned_data
        whom = patient or registered(request.practice, cleaned["name"], cleaned["birth_date"])  # type: ignore[attr-defined]
        invitation = Invitation.objects.create(
            patient=whom,
            created_by=request.user,  # type: ignore[misc]
            expires_at=expiry(cleaned["days"]),
        )
        return redirect("invitation", invitation.pk)
    context = {"section": "patients", "form": form, "patient": patient}
    return render(request, "clinic/invite.html", context, status=422 if form.errors else 200)


@require_safe
@member_required()
def show(request: HttpRequest, number: int) -> HttpResponse:
    invitation = _own(request, number)
    row = row_of(invitation)
    state = state_of(invitation)
    # Once the patient has begun, the link leads to her answers: staff do not need it any more.
    has_link = state == LinkState.OPEN
    link = request.build_absolute_uri(reverse("intake_invitation", args=[invitation.token])) if has_link else ""
    context = {
        "section": "patients",
        "invitation": invitation,
        "birth_date": date(invitation.patient.birth_date),
        "row": row,
        "link": link,
        "is_started": state == LinkState.STARTED,
    }
    return render(request, "clinic/invitation.html", context)


@require_POST
@member_required()
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Only a link that still works is revoked; asked twice, the first time counts."""
    invitation = _own(request, number)
    if state_of(invitation) in REVOCABLE:
        Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=timezone.now())
        messages.success(request, _("The link no longer works."))
    return redirect("invitation", invitation.pk)


def _own(request: HttpRequest, number: int) -> Invitation:
    return get_object_or_404(own_invitations(request.practice), pk=number)  # type: ignore[attr-defined]


def _patient_of(request: HttpRequest) -> Patient | None:
    """The registered patient whom the address names by key; None to register a new one."""
    key = request.GET.get("patient")
    if not key:
        return None
    try:
        return get_object_or_404(Patient, practice=request.practice, key=uuid.UUID(key))  # type: ignore[attr-defined]
    except ValueError:
        raise Http404 from None
