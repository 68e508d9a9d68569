"""Entering a clinician's findings and changing the context; the intake's urgency follows."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.db import transaction
from django.utils import timezone

from causes.conditions import Value
from clinic.chart import Chart, chart_of
from clinic.differential_page import Problem, control_state
from clinic.evidence import gather
from clinic.forms import EvidenceForm
from clinic.models import ClinicianFinding
from intake.models import Intake

SEEN, WITHDRAW, TOKEN = "seen", "withdraw", "csrfmiddlewaretoken"


@transaction.atomic
def enter(intake: Intake, user: User, data: Mapping[str, str]) -> dict[str, Problem]:
    """Append what was changed on the page, and return what could not be used.

    Only controls that differ from what the page showed count, so a stale page never undoes a colleague's entry.
    Raises BadRequest for a finding that the catalogue does not know.
    """
    chart = locked(intake)
    form = EvidenceForm(chart.catalogue, [chart.catalogue.finding[slug] for slug in _changed(chart, data)], data)
    form.is_valid()
    values: dict[str, Value | None] = dict(form.cleaned_data)
    if data.get(WITHDRAW):
        _known_or_bad_request(chart, data[WITHDRAW])
        values[data[WITHDRAW]] = None
    _append(chart, user, values)
    return {slug: Problem(data[slug], " ".join(map(str, errors))) for slug, errors in form.errors.items()}


@transaction.atomic
def change_context(intake: Intake, setting: str, presentation: str) -> None:
    chart = locked(intake)
    intake.setting, intake.presentation = setting, presentation
    Intake.objects.filter(pk=intake.pk).update(setting=setting, presentation=presentation)
    _update_urgency(chart)


def locked(intake: Intake) -> Chart:
    """One change of an intake at a time: each works out the urgency from all that came before."""
    fresh = Intake.objects.select_for_update().get(pk=intake.pk)
    intake.setting, intake.presentation = fresh.setting, fresh.presentation
    return chart_of(intake)


def _changed(chart: Chart, data: Mapping[str, str]) -> list[str]:
    posted = [name for name in data if name not in (SEEN, WITHDRAW, TOKEN)]
    for slug in posted:
        _known_or_bad_request(chart, slug)
    shown = _as_seen(chart, data)
    return [slug for slug in posted if data[slug] != shown[slug] and slug != data.get(WITHDRAW)]


def _as_seen(chart: Chart, data: Mapping[str, str]) -> Mapping[str, str]:
    """What each control showed when the page was made."""
    try:
        seen = int(data.get(SEEN, max((row.pk for row in chart.record.entries), default=0)))
    except ValueError as error:
        raise BadRequest("Not the number of an entry.") from error
    entries = [row for row in chart.record.entries if row.pk <= seen]
    known = gather(chart.catalogue, chart.intake, entries).known
    return {slug: control_state(item) for slug, item in known.items()}


def _known_or_bad_request(chart: Chart, slug: str) -> None:
    if slug not in chart.catalogue.finding:
        raise BadRequest("The catalogue has no such finding.")


def _append(chart: Chart, user: User, values: Mapping[str, Value | None]) -> None:
    if not values:
        return
    now = timezone.now()
    ClinicianFinding.objects.bulk_create(
        ClinicianFinding(intake=chart.intake, finding=slug, value=value, entered_by=user, entered_at=now)
        for slug, value in values.items()
    )
    _update_urgency(chart_of(chart.intake))


def _update_urgency(chart: Chart) -> None:
    urgency = chart.urgency()
    if urgency is None:
        return
    Intake.objects.filter(pk=chart.intake.pk).update(urgency=urgency, urgency_release=chart.release)
    chart.intake.urgency = urgency
