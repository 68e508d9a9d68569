"""Many invitations at once: read, shown, and made only when that was confirmed."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import member_required
from clinic.invitation_file import Invited
from clinic.invitation_mail import LONGEST, Kind, send_all
from clinic.invitation_preview import preview_of
from clinic.invitations import address_of, expiry
from clinic.inviting import invite_all, plan, sealed, unsealed
from clinic.patient_forms import ConfirmManyForm, InviteManyForm
from clinic.views.sending import say_tally
from intake.models import Invitation


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def ask(request: HttpRequest) -> HttpResponse:
    """A list with a problem is refused whole. A good one is shown: nothing is made before somebody has read it."""
    form = InviteManyForm(request.POST, request.FILES) if request.method == "POST" else InviteManyForm()
    problems: tuple[str, ...] = ()
    if form.is_valid():
        read = form.read()
        if read.invited:
            return _preview(request, read.invited)
        problems = read.problems
    context = {"section": "patients", "form": form, "problems": problems}
    return render(request, "clinic/invite_many.html", context, status=422 if form.errors or problems else 200)


@require_POST
@member_required()
def confirm(request: HttpRequest) -> HttpResponse:
    form = ConfirmManyForm(request.POST)
    invited = unsealed(request.practice, request.POST.get("rows", ""))  # type: ignore[attr-defined]
    if invited is None:
        messages.warning(request, _("The list was open for too long. Nothing was made: please read it in again."))
        return redirect("invite_many")
    if not form.is_valid():
        return _preview(request, invited, form)
    made = invite_all(request.practice, request.user, invited, expiry(form.cleaned_data["days"]))  # type: ignore[attr-defined, arg-type]
    _say_made(request, made)
    with_email = [invitation for invitation in made if invitation.email]
    if settings.HAS_EMAIL and form.cleaned_data["send"] and with_email:
        say_tally(request, send_all(with_email, Kind.INVITATION, address_of(request), LONGEST))
    return redirect("invitations")


def _preview(request: HttpRequest, invited: tuple[Invited, ...], form: ConfirmManyForm | None = None) -> HttpResponse:
    practice = request.practice  # type: ignore[attr-defined]
    preview = preview_of(plan(practice, invited))
    context = {
        "section": "patients",
        "preview": preview,
        "form": form or ConfirmManyForm(initial={"send": True}),
        "rows": sealed(practice, invited),
        "has_email": settings.HAS_EMAIL and preview.has_email,
    }
    return render(request, "clinic/invite_many_confirm.html", context, status=422 if form else 200)


def _say_made(request: HttpRequest, made: list[Invitation]) -> None:
    if made:
        text = ngettext("%(count)d link was made.", "%(count)d links were made.", len(made))
        messages.success(request, text % {"count": len(made)})
    else:
        messages.info(request, _("No link was made: each of these patients has one that still works."))
