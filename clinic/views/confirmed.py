from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from causes.models import Release
from clinic import confirmed
from clinic.access import intake_required
from clinic.forms import ConfirmedForm, WithdrawForm
from clinic.models import ConfirmedDiagnosis
from intake.models import Intake


@require_http_methods(["GET", "HEAD", "POST"])
@intake_required
def confirm(request: HttpRequest, intake: Intake) -> HttpResponse:
    form = ConfirmedForm(Release.objects.current().catalogue(), intake, request.POST or None)
    if not form.is_valid():
        return _page(request, intake, form, WithdrawForm())
    if not _is_resent(intake, form):
        form.instance.key = form.cleaned_data["key"]
        form.instance.intake = intake
        form.instance.entered_by = request.user
        form.save()
    return redirect("differential", intake.key)


@require_POST
@intake_required
def withdraw(request: HttpRequest, intake: Intake) -> HttpResponse:
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _page(request, intake, ConfirmedForm(Release.objects.current().catalogue(), intake), form)
    confirmed.withdraw(intake, request.user, form.cleaned_data["key"], form.cleaned_data["reason"])  # type: ignore[arg-type]
    return redirect("confirm_diagnosis", intake.key)


def _is_resent(intake: Intake, form: ConfirmedForm) -> bool:
    """Raises BadRequest when the form was made for another intake."""
    recorded = ConfirmedDiagnosis.objects.filter(key=form.cleaned_data["key"]).first()
    if recorded is not None and recorded.intake_id != intake.pk:
        raise BadRequest("This form belongs to another intake.")
    return recorded is not None


def _page(request: HttpRequest, intake: Intake, form: ConfirmedForm, withdraw_form: WithdrawForm) -> HttpResponse:
    lines = confirmed.lines(intake)
    context = {
        "section": "worklist",
        "intake": intake,
        "form": form,
        "withdraw_form": withdraw_form,
        "lines": lines,
        "has_standing": bool(lines and lines[0].name),
    }
    return render(request, "clinic/confirm.html", context, status=422 if form.errors or withdraw_form.errors else 200)
