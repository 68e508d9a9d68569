from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from causes.models import Release
from clinic import qr
from clinic.access import member_required
from clinic.invitation_file import MOST_ROWS
from clinic.invitation_mail import LONGEST, Kind, send, send_all
from clinic.invitation_sheet import sheet_of
from clinic.invitations import (
    REVOCABLE,
    LinkState,
    address_of,
    expiry,
    for_paper,
    in_state,
    link_of,
    own_invitations,
    registered,
    row_of,
    state_of,
    undelivered,
)
from clinic.patient_forms import EmailForm, InvitationFilterForm, InviteForm
from clinic.patients import date
from clinic.views.sending import say_outcome, say_tally
from intake.models import Invitation, Patient
from intake.pages import usual_questions

PAGE_SIZE = 25


@require_safe
@member_required()
def show_all(request: HttpRequest) -> HttpResponse:
    form = InvitationFilterForm(request.GET)
    page, state = form.number(), form.chosen()
    own = own_invitations(request.practice)  # type: ignore[attr-defined]
    shown = Paginator(in_state(own, state) if state else own, PAGE_SIZE).get_page(page)
    context = {
        "section": "patients",
        "rows": [row_of(invitation) for invitation in shown],
        "shown": shown,
        "filter": form["state"],
        "query": form.query(),
        "is_filtered": bool(state),
        "undelivered": undelivered(own).count(),
        "for_paper": for_paper(request.practice).count(),  # type: ignore[attr-defined]
    }
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
            email=cleaned.get("email", ""),
            language=cleaned["language"],
        )
        if invitation.email:
            say_outcome(request, Kind.INVITATION, send(invitation, Kind.INVITATION, address_of(request)))
        return redirect("invitation", invitation.pk)
    context = {"section": "patients", "form": form, "patient": patient}
    return render(request, "clinic/invite.html", context, status=422 if form.errors else 200)


@require_safe
@member_required()
def show(request: HttpRequest, number: int) -> HttpResponse:
    invitation = _own(request, number)
    return _page(request, invitation, EmailForm(initial={"email": invitation.email}))


@require_POST
@member_required()
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Only a link that still works is revoked; asked twice, the first time counts."""
    invitation = _own(request, number)
    if state_of(invitation) in REVOCABLE:
        Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=timezone.now())
        messages.success(request, _("The link no longer works."))
    return redirect("invitation", invitation.pk)


@require_POST
@member_required()
def email(request: HttpRequest, number: int) -> HttpResponse:
    """To the address of the form, which is kept; an invitation can be sent again."""
    invitation = _own(request, number)
    form = EmailForm(request.POST)
    if not row_of(invitation).can_email:
        return redirect("invitation", invitation.pk)
    if not form.is_valid():
        return _page(request, invitation, form, status=422)
    if form.cleaned_data["email"] != invitation.email:
        # Nothing has gone to this address yet.
        invitation.email, invitation.emailed_at, invitation.reminded_at = form.cleaned_data["email"], None, None
        invitation.save(update_fields=["email", "emailed_at", "reminded_at"])
    say_outcome(request, Kind.INVITATION, send(invitation, Kind.INVITATION, address_of(request)))
    return redirect("invitation", invitation.pk)


@require_POST
@member_required()
def remind(request: HttpRequest, number: int) -> HttpResponse:
    invitation = _own(request, number)
    if row_of(invitation).can_remind:
        say_outcome(request, Kind.REMINDER, send(invitation, Kind.REMINDER, address_of(request)))
    return redirect("invitation", invitation.pk)


@require_POST
@member_required()
def email_undelivered(request: HttpRequest) -> HttpResponse:
    """All that should have been e-mailed, as many as a page has time for."""
    waiting = undelivered(own_invitations(request.practice))  # type: ignore[attr-defined]
    say_tally(request, send_all(waiting, Kind.INVITATION, address_of(request), LONGEST))
    return redirect("invitations")


@require_safe
@member_required()
def sheet(request: HttpRequest, number: int) -> HttpResponse:
    invitation = _own(request, number)
    if state_of(invitation) != LinkState.OPEN:
        return redirect("invitation", invitation.pk)
    return _sheets(request, [invitation], invitation.pk)


@require_safe
@member_required()
def sheets(request: HttpRequest) -> HttpResponse:
    return _sheets(request, list(for_paper(request.practice)[:MOST_ROWS]))  # type: ignore[attr-defined]


def _sheets(request: HttpRequest, invitations: list[Invitation], number: int | None = None) -> HttpResponse:
    questions = usual_questions(Release.objects.current().catalogue())
    address = address_of(request)
    context = {
        "section": "patients",
        "sheets": [sheet_of(invitation, address, questions) for invitation in invitations],
        "number": number,
    }
    return render(request, "clinic/invitation_sheets.html", context)


def _page(request: HttpRequest, invitation: Invitation, form: EmailForm, status: int = 200) -> HttpResponse:
    row, state = row_of(invitation), state_of(invitation)
    # Once the patient has begun, the link leads to her answers: staff do not need it any more.
    link = link_of(invitation, address_of(request)) if state == LinkState.OPEN else ""
    context = {
        "section": "patients",
        "invitation": invitation,
        "birth_date": date(invitation.patient.birth_date),
        "row": row,
        "link": link,
        "code": qr.svg(link) if link else "",
        "is_started": state == LinkState.STARTED,
        "email_form": form,
    }
    return render(request, "clinic/invitation.html", context, status=status)


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
