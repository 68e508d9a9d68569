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
from clinic.evidence import Known, gather
from clinic.forms import EvidenceForm
from clinic.models import ClinicianFinding, ContextChange
from intake.models import Intake

SEEN, RELEASE, TOKEN = "seen", "release", "csrfmiddlewaretoken"
CONFIRM, WITHDRAW = "confirm", "withdraw"


@transaction.atomic
def enter(intake: Intake, user: User, data: Mapping[str, str]) -> tuple[Chart, dict[str, Problem]]:
    """Append what was changed on the page; returns the new chart, and what could not be used.

    Only controls that differ from what the page showed count, so a stale page never undoes a colleague's entry.
    Raises BadRequest for a finding that the catalogue does not know.
    """
    chart = locked(intake)
    seen = _as_seen(chart, data)
    form = EvidenceForm(chart.catalogue, [chart.catalogue.finding[slug] for slug in _changed(chart, data, seen)], data)
    form.is_valid()
    values: dict[str, Value | None] = dict(form.cleaned_data) | _confirmed(chart, data, seen)
    if data.get(WITHDRAW):
        _known_or_bad_request(chart, data[WITHDRAW])
        values[data[WITHDRAW]] = None
    problems = {slug: Problem(data[slug], " ".join(map(str, errors))) for slug, errors in form.errors.items()}
    return _append(chart, user, values), problems


@transaction.atomic
def change_context(intake: Intake, user: User, setting: str, presentation: str) -> None:
    chart = locked(intake)
    if (setting, presentation) == (intake.setting, intake.presentation):
        return
    ContextChange.objects.create(
        intake=intake,
        old_setting=intake.setting,
        old_presentation=intake.presentation,
        setting=setting,
        presentation=presentation,
        changed_by=user,
    )
    intake.setting, intake.presentation = setting, presentation
    Intake.objects.filter(pk=intake.pk).update(setting=setting, presentation=presentation)
    _update_urgency(chart)


def locked(intake: Intake) -> Chart:
    """One change of an intake at a time: each works out the urgency from all that came before."""
    names = ("setting", "presentation", "urgency", "urgency_release_id")
    fresh = Intake.objects.select_for_update().filter(pk=intake.pk).values(*names).get()
    for name in names:
        setattr(intake, name, fresh[name])
    return chart_of(intake)


def _changed(chart: Chart, data: Mapping[str, str], seen: Mapping[str, Known]) -> list[str]:
    posted = [name for name in data if name not in (SEEN, RELEASE, TOKEN, CONFIRM, WITHDRAW)]
    for slug in posted:
        _known_or_bad_request(chart, slug)
    pressed = (data.get(CONFIRM), data.get(WITHDRAW))
    return [slug for slug in posted if data[slug] != control_state(seen[slug]) and slug not in pressed]


def _as_seen(chart: Chart, data: Mapping[str, str]) -> Mapping[str, Known]:
    """What was known of each finding when the page was made."""
    newest = max((row.pk for row in chart.record.entries), default=0)
    try:
        seen = int(data.get(SEEN, newest))
    except ValueError as error:
        raise BadRequest("Not the number of an entry.") from error
    if seen >= newest:
        return chart.record.known
    entries = [row for row in chart.record.entries if row.pk <= seen]
    return gather(chart.catalogue, chart.intake, entries).known


def _confirmed(chart: Chart, data: Mapping[str, str], seen: Mapping[str, Known]) -> dict[str, Value]:
    """The patient's answer in the clinician's name; nothing when a colleague has entered something since."""
    slug = data.get(CONFIRM)
    if not slug:
        return {}
    _known_or_bad_request(chart, slug)
    said, entry = seen[slug].said, chart.record.known[slug].entry
    return {} if said is None or entry is not None else {slug: said}


def _known_or_bad_request(chart: Chart, slug: str) -> None:
    if slug not in chart.catalogue.finding:
        raise BadRequest("The catalogue has no such finding.")


def _append(chart: Chart, user: User, values: Mapping[str, Value | None]) -> Chart:
    if not values:
        return chart
    now = timezone.now()
    made = ClinicianFinding.objects.bulk_create(
        ClinicianFinding(intake=chart.intake, finding=slug, value=value, entered_by=user, entered_at=now)
        for slug, value in values.items()
    )
    entries = (*chart.record.entries, *made)
    changed = Chart(chart.intake, chart.release, chart.catalogue, gather(chart.catalogue, chart.intake, entries))
    _update_urgency(changed)
    return changed


def _update_urgency(chart: Chart) -> None:
    intake, urgency = chart.intake, chart.urgency()
    if urgency is None or (urgency, chart.release.pk) == (intake.urgency, intake.urgency_release_id):
        return
    Intake.objects.filter(pk=intake.pk).update(urgency=urgency, urgency_release=chart.release)
    intake.urgency, intake.urgency_release = urgency, chart.release
