"""The steps themselves, in order of time, each with the state that it left behind."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from causes import ranking
from causes.catalogue import OTHER
from causes.conditions import Value
from causes.models import Release, Withdrawal
from clinic.chart import Chart
from clinic.evidence import gather
from clinic.models import (
    Assessment,
    ClinicianFinding,
    ConfirmedDiagnosis,
    ContextChange,
    OwnList,
    SheetOverrule,
)
from clinic.own_lists import BlindChart
from clinic.recorded import fetch_recorded
from intake.models import Intake

PATIENT, CLINICIAN, CATALOGUE = "patient", "clinician", "catalogue"
Recorded = OwnList | ConfirmedDiagnosis | Assessment | SheetOverrule


@dataclass(frozen=True)
class Step:
    """Something that happened to the differential, and what the ranking rested on afterwards."""

    reason: str
    at: datetime.datetime
    intake: Intake
    release: Release
    entries: tuple[ClinicianFinding, ...]  # all so far
    setting: str
    presentation: str
    entered: tuple[ClinicianFinding, ...] = ()  # by this step
    change: ContextChange | None = None
    releases: tuple[Release | Withdrawal, ...] = ()  # that this step brought, oldest first
    recorded: Recorded | None = None  # what never changes a ranking

    @cached_property
    def values(self) -> Mapping[str, Value]:
        return gather(self.release.catalogue(), self.intake, self.entries).values

    @cached_property
    def ranked(self) -> Mapping[str, float]:
        """Posteriors of the causes, the most probable first; empty when the release could not rank it."""
        try:
            found = ranking.posterior(self.release.catalogue(), self.values, self.setting, self.presentation)
        except ranking.EvidenceError:
            return {}
        ordered = sorted(found.items(), key=lambda item: -item[1])
        return {slug: value for slug, value in ordered if slug != OTHER}


@dataclass(frozen=True, slots=True)
class _Event:
    at: datetime.datetime
    order: int  # among events of one moment
    entered: tuple[ClinicianFinding, ...] = ()
    change: ContextChange | None = None
    releases: tuple[Release | Withdrawal, ...] = ()
    in_use: Release | None = None  # from then on
    recorded: Recorded | None = None


def steps_of(chart: Chart) -> list[Step]:
    """From the sending to now; the first is the sending, and the last one's state is the chart's own."""
    intake = chart.intake
    fetch_recorded(intake)
    changes = list(intake.context_changes.all())
    setting, presentation = intake.setting, intake.presentation
    if changes:
        setting, presentation = changes[0].old_setting, changes[0].old_presentation
    asked, later = _releases(chart)
    sent_at = intake.sent_at
    assert sent_at is not None
    steps = [Step(PATIENT, sent_at, intake, asked, (), setting, presentation)]
    events = [*_batches(chart.record.entries), *_changes(changes), *_recorded(chart), *_since(later, sent_at)]
    for event in _merged(sorted(events, key=lambda event: (event.at, event.order))):
        steps.append(_after(steps[-1], event))
    return steps


def _after(last: Step, event: _Event) -> Step:
    change = event.change
    return Step(
        reason=CATALOGUE if event.releases else CLINICIAN,
        at=event.at,
        intake=last.intake,
        release=event.in_use or last.release,
        entries=(*last.entries, *event.entered),
        setting=change.setting if change else last.setting,
        presentation=change.presentation if change else last.presentation,
        entered=event.entered,
        change=change,
        releases=event.releases,
        recorded=event.recorded,
    )


def _batches(entries: tuple[ClinicianFinding, ...]) -> Iterator[_Event]:
    """Findings that one person entered at one moment."""
    for (at, _user), rows in groupby(entries, key=lambda row: (row.entered_at, row.entered_by_id)):
        yield _Event(at, 1, entered=tuple(rows))


def _changes(changes: list[ContextChange]) -> Iterator[_Event]:
    for change in changes:
        yield _Event(change.changed_at, 2, change=change)


def _recorded(chart: Chart) -> Iterator[_Event]:
    """A colleague's list would tell what the user is asked to think of herself."""
    intake = chart.intake
    for own in () if isinstance(chart, BlindChart) else intake.own_lists.all():
        yield _Event(own.made_at, 3, recorded=own)
    for assessment in intake.assessments.all():
        yield _Event(assessment.signed_at, 4, recorded=assessment)
        for overrule in assessment.sheet_overrules.all():
            yield _Event(overrule.entered_at, 5, recorded=overrule)
    for diagnosis in intake.confirmed_diagnoses.all():
        yield _Event(diagnosis.entered_at, 6, recorded=diagnosis)


def _since(later: list[_Event], sent_at: datetime.datetime) -> Iterator[_Event]:
    """What happened to the catalogue before the sending did so to an intake that had not arrived."""
    for event in later:
        yield replace(event, at=max(event.at, sent_at))


def _merged(events: Iterable[_Event]) -> Iterator[_Event]:
    """Releases between which nothing was ranked are one step, but for the newest, which always stands alone.

    A release's model is dear to compile and only a few are kept compiled: what counts is how often the intake was
    worked on under another release, not how many there were.
    """
    waiting: list[_Event] = []
    for event in events:
        if event.releases:
            waiting.append(event)
            continue
        # A record ranks nothing, but it keeps its place in time.
        yield from _one(waiting)
        waiting = []
        yield event
    yield from _one(waiting[:-1])
    yield from waiting[-1:]


def _one(events: list[_Event]) -> Iterator[_Event]:
    if events:
        last = events[-1]
        yield replace(last, releases=tuple(item for event in events for item in event.releases))


def _releases(chart: Chart) -> tuple[Release, list[_Event]]:
    """The release that the intake was asked from, and what has been used instead since."""
    number, started_at = chart.intake.release_id, chart.intake.started_at
    found = Release.objects.defer("document").select_related("author", "withdrawal__by").order_by("number")
    used = list(_used(found))
    asked = next(release for release in found if release.number == number)
    before = [event for event in used if event.at <= started_at]
    if before and before[-1].in_use == asked:
        return asked, used[len(before) :]
    places = [place for place, event in enumerate(used) if event.releases == (asked,)]
    return asked, used[places[0] + 1 :]


def _used(releases: Iterable[Release]) -> Iterator[_Event]:
    """Each release that came into use, by being published or because the one after it was withdrawn."""
    items: list[Release | Withdrawal] = [*releases]
    items += [release.withdrawal for release in releases if hasattr(release, "withdrawal")]
    usable: dict[int, Release] = {}
    in_use = None
    for item in sorted(items, key=_moment):
        if isinstance(item, Release):
            usable[item.number] = item
        else:
            del usable[item.release_id]
        newest = usable[max(usable)] if usable else in_use
        if newest != in_use:
            in_use = newest
            yield _Event(_moment(item)[0], 0, releases=(item,), in_use=in_use)


def _moment(item: Release | Withdrawal) -> tuple[datetime.datetime, int]:
    """A release is published before it is withdrawn."""
    return (item.published_at, item.number) if isinstance(item, Release) else (item.at, 1 << 31)
