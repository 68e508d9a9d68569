"""The worklist: which intakes are shown, in which order, and what each row prints."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes import ranking, red_flags
from causes.catalogue import URGENCIES, Catalogue
from causes.models import Release
from causes.models.editable import Urgency
from clinic import words
from clinic.confirmed import names
from clinic.evidence import evidence
from clinic.identity import other_person
from clinic.models import Assessment, ClinicianFinding, ConfirmedDiagnosis, Membership
from clinic.own_lists import pending
from clinic.patient_forms import Filters, State
from intake.derivation import AGE, SEX
from intake.models import Intake, IntakeQuerySet, Patient

PAGE_SIZE = 25
SHOWN_FLAGS = 2
SHOWN_CAUSES = 3
Ranked = tuple[tuple[str, float], ...]  # causes with their posteriors, the most probable first
STATE_ICONS = {
    State.NEW: "ring",
    State.FINDINGS: "half",
    State.CONFIRMED: "info",
    State.CHANGED: "warning",
    State.SIGNED: "check",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """What the order needs to know of an intake."""

    pk: int
    urgency: str
    sent_at: datetime.datetime
    state: State

    @property
    def is_signed(self) -> bool:
        return self.state == State.SIGNED


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    length: str
    probability: str
    css: str


@dataclass(frozen=True, slots=True)
class Clinical:
    """The part of a row that reception does not see."""

    title: str
    complaint: str
    flags: tuple[str, ...]
    more_flags: str
    urgency_reason: str  # where the urgency comes from when no red flag fired
    first_causes: tuple[Bar, ...]  # empty when this release cannot rank the intake, and before the own list
    is_own_list_first: bool  # the ranking is not to be seen yet
    confirmed: str  # the confirmed diagnosis, or ""


@dataclass(frozen=True, slots=True)
class Row:
    urgency: str
    urgency_name: str
    url: str
    patient: str
    person: str
    reference: str
    waiting: str
    state_name: str
    state_icon: str
    respondent: str  # who filled it in, when that was not the patient; else ""
    is_other_person: bool  # the answers name somebody else than the patient
    clinical: Clinical | None


@dataclass(frozen=True, slots=True)
class Toggle:
    urgency: str
    name: str
    count: int
    is_checked: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the worklist."""

    rows: tuple[Row, ...]
    intakes: tuple[Intake, ...]
    toggles: tuple[Toggle, ...]
    summary: str
    span: str
    earlier: int | None  # a page's number
    later: int | None
    is_filtered: bool
    release: Release


def page_of(intakes: IntakeQuerySet, filters: Filters, release: Release, membership: Membership) -> Page:
    """The page asked for of a practice's intakes, without a write: stale urgencies are worked out on the way."""
    now = timezone.now()
    is_clinician = membership.role == Membership.Role.CLINICIAN
    total = intakes.count()
    matching = _listed(_matching(intakes, filters, is_clinician), release)
    chosen = [item for item in matching if not filters.urgencies or item.urgency in filters.urgencies]
    chosen.sort(key=lambda item: (item.is_signed, -URGENCIES.index(item.urgency), item.sent_at, item.pk))
    shown = Paginator(chosen, PAGE_SIZE, allow_empty_first_page=True).get_page(filters.page)
    listed = list(shown.object_list)
    found = _with_patients(intakes, listed)
    return Page(
        rows=_rows(listed, found, release.catalogue(), now, membership if is_clinician else None),
        intakes=tuple(found),
        toggles=_toggles(matching, filters),
        summary=_summary(chosen, total, now),
        span=_("%(first)s to %(last)s of %(count)s")
        % {"first": shown.start_index(), "last": shown.end_index(), "count": len(chosen)},
        earlier=shown.previous_page_number() if shown.has_previous() else None,
        later=shown.next_page_number() if shown.has_next() else None,
        is_filtered=len(chosen) < total,
        release=release,
    )


def with_state(intakes: IntakeQuerySet) -> QuerySet[Any]:
    """Annotated with ``state``: what was found after the latest signature opens the intake again.

    One whose diagnosis is confirmed still waits for its signature, and keeps its place: a red flag may have fired.
    """
    latest = Assessment.objects.filter(intake=OuterRef("pk")).order_by("-signed_at")
    diagnoses = ConfirmedDiagnosis.objects.filter(intake=OuterRef("pk")).order_by("-pk")
    findings = ClinicianFinding.objects.filter(intake=OuterRef("pk"))
    return intakes.annotate(
        last_signed_at=Subquery(latest.values("signed_at")[:1]),
        is_withdrawn=Subquery(diagnoses.values("is_withdrawn")[:1]),
        state=Case(
            When(Exists(findings.filter(entered_at__gt=OuterRef("last_signed_at"))), then=Value(State.CHANGED)),
            When(last_signed_at__isnull=False, then=Value(State.SIGNED)),
            When(is_withdrawn=False, then=Value(State.CONFIRMED)),
            When(Exists(findings), then=Value(State.FINDINGS)),
            default=Value(State.NEW),
            output_field=CharField(),
        ),
    )


def waiting(since: datetime.datetime, now: datetime.datetime) -> str:
    """“50 min”, “2 h 10 min”, “6 h”, “3 days”: as exact as the length asks for."""
    minutes = max(int((now - since).total_seconds()) // 60, 0)
    hours, days = minutes // 60, minutes // 1440
    if days:
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if hours >= 3 or (hours and not minutes % 60):
        return _("%(hours)d h") % {"hours": hours}
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes % 60}
    return _("%(minutes)d min") % {"minutes": minutes}


def person(intake: Intake, child_before: float) -> str:
    """“Man, 67”; what the patient left out is left out."""
    age, sex = intake.answers.get(AGE), intake.answers.get(SEX)
    is_child = age is not None and age < child_before
    adult, child = {
        Patient.Sex.FEMALE: (_("Woman"), _("Girl")),
        Patient.Sex.MALE: (_("Man"), _("Boy")),
    }.get(sex, (_("Adult"), _("Child")))
    if age is None:
        return adult if sex else ""
    return f"{child if is_child else adult}, {age}"


def url_of(intake: Intake, is_clinician: bool) -> str:
    """Where the row leads: reception gets no further than the patient's page."""
    if is_clinician:
        return reverse("differential", args=[intake.key])
    return reverse("patient", args=[intake.patient.key])  # type: ignore[union-attr]


def _matching(all_intakes: IntakeQuerySet, filters: Filters, is_clinician: bool) -> QuerySet[Any]:
    intakes = with_state(all_intakes)
    if filters.state:
        intakes = intakes.filter(state=filters.state)
    if filters.complaint:
        intakes = intakes.filter(presentation=filters.complaint)
    for word in filters.text.split():
        matches = Q(patient__name__icontains=word) | Q(reference__icontains=word)
        if is_clinician:
            matches |= Q(title__icontains=word)
        intakes = intakes.filter(matches)
    return intakes


def _listed(intakes: QuerySet[Any], release: Release) -> list[Listed]:
    """Stored urgencies, and worked out anew those of unsigned intakes that an older release gave."""
    stale = intakes.exclude(state=State.SIGNED).exclude(urgency_release=release.pk)
    anew = _urgencies(release.catalogue(), stale.prefetch_related("clinician_findings"))
    columns = intakes.order_by().values_list("pk", "urgency", "sent_at", "state")
    return [Listed(pk, anew.get(pk, urgency), sent_at, State(state)) for pk, urgency, sent_at, state in columns]


def _urgencies(catalogue: Catalogue, intakes: Iterable[Intake]) -> dict[int, str]:
    """The rule of ``worked_out_urgency`` for many intakes in one matrix product."""
    cases = {intake.pk: (intake, evidence(catalogue, intake)) for intake in intakes}
    found: dict[int, str] = {}
    unflagged: dict[int, ranking.Case] = {}
    for pk, (intake, known) in cases.items():
        urgency = red_flags.highest_urgency(red_flags.fired(catalogue, known))
        if urgency is not None:
            found[pk] = urgency
        else:
            unflagged[pk] = ranking.Case(known, intake.setting, intake.presentation)
    first = _first_causes(catalogue, unflagged, 1)
    return found | {pk: catalogue.cause[slug].urgency for pk, ((slug, _posterior),) in first.items()}


def _with_patients(intakes: IntakeQuerySet, listed: Sequence[Listed]) -> list[Intake]:
    """The intakes of one page, in its order."""
    rows = intakes.select_related("patient", "entered_by").prefetch_related("clinician_findings")
    found = {intake.pk: intake for intake in rows.filter(pk__in=[item.pk for item in listed])}
    return [found[item.pk] for item in listed]


def _rows(
    listed: Sequence[Listed],
    intakes: list[Intake],
    catalogue: Catalogue,
    now: datetime.datetime,
    clinician: Membership | None,
) -> tuple[Row, ...]:
    clinical = _clinical(catalogue, listed, intakes, clinician) if clinician else [None] * len(intakes)
    is_clinician = clinician is not None
    child_before = catalogue.parameter["childhood-onset-age"]
    return tuple(
        Row(
            urgency=item.urgency,
            urgency_name=str(Urgency(item.urgency).label),
            url=url_of(intake, is_clinician),
            patient=intake.patient.name,  # type: ignore[union-attr]
            person=person(intake, child_before),
            reference=intake.reference or "",
            waiting=waiting(item.sent_at, now),
            state_name=str(item.state.label),
            state_icon=STATE_ICONS[item.state],
            respondent=words.respondent(intake),
            is_other_person=bool(other_person(intake)),
            clinical=part,
        )
        for item, intake, part in zip(listed, intakes, clinical, strict=True)
    )


def _clinical(
    catalogue: Catalogue, listed: Sequence[Listed], intakes: list[Intake], clinician: Membership
) -> list[Clinical]:
    keys = [intake.pk for intake in intakes]
    own_list_first, confirmed = pending(clinician, keys), names(keys)
    known = [evidence(catalogue, intake) for intake in intakes]
    complaints = {item.slug: item.name for item in catalogue.presentations}
    first = _first_of(catalogue, intakes, known)
    parts = []
    for item, intake, found in zip(listed, intakes, known, strict=True):
        ranked = () if intake.pk in own_list_first else first.get(intake.pk, ())
        flags = [flag.name for flag in red_flags.fired(catalogue, found)]
        more = len(flags) - SHOWN_FLAGS
        parts.append(
            Clinical(
                title=intake.title,
                complaint=complaints.get(intake.presentation, intake.presentation),
                flags=tuple(flags[:SHOWN_FLAGS]),
                more_flags=_("and %(count)d more") % {"count": more} if more > 0 else "",
                urgency_reason="" if flags else _urgency_reason(catalogue, item.urgency, ranked),
                first_causes=_bars(catalogue, ranked),
                is_own_list_first=intake.pk in own_list_first,
                confirmed=confirmed.get(intake.pk, ""),
            )
        )
    return parts


def _urgency_reason(catalogue: Catalogue, urgency: str, ranked: Ranked) -> str:
    """Nothing of the ranking is told before the own list."""
    if not ranked:
        return ""
    first = catalogue.cause[ranked[0][0]]
    if first.urgency != urgency:
        return _("Urgency as it was when signed.")
    return _("Urgency by the first cause, %(cause)s.") % {"cause": first.name}


def _first_of(catalogue: Catalogue, intakes: list[Intake], known: list[dict[str, ranking.Value]]) -> dict[int, Ranked]:
    """The first causes of every intake that this release can rank; the others' rows say that it cannot."""
    cases = {
        intake.pk: ranking.Case(found, intake.setting, intake.presentation)
        for intake, found in zip(intakes, known, strict=True)
    }
    return _first_causes(catalogue, cases, SHOWN_CAUSES)


def _bars(catalogue: Catalogue, ranked: Ranked) -> tuple[Bar, ...]:
    return tuple(
        Bar(
            name=catalogue.cause[slug].name,
            length=words.length(posterior),
            probability=words.probability(posterior),
            css="v-tint" if place else "v-bar",
        )
        for place, (slug, posterior) in enumerate(ranked)
    )


def _first_causes(catalogue: Catalogue, cases: Mapping[int, ranking.Case], count: int) -> dict[int, Ranked]:
    """Of every case that this release can rank: one that it cannot is left out and never costs the others theirs."""
    try:
        return dict(zip(cases, ranking.first_causes(catalogue, list(cases.values()), count), strict=True))
    except ranking.EvidenceError:
        if len(cases) == 1:
            return {}
    items, middle = list(cases.items()), len(cases) // 2
    halves = [_first_causes(catalogue, dict(part), count) for part in (items[:middle], items[middle:])]
    return halves[0] | halves[1]


def _toggles(matching: list[Listed], filters: Filters) -> tuple[Toggle, ...]:
    return tuple(
        Toggle(
            urgency=urgency,
            name=str(Urgency(urgency).label),
            count=sum(item.urgency == urgency for item in matching),
            is_checked=not filters.urgencies or urgency in filters.urgencies,
        )
        for urgency in reversed(URGENCIES)
    )


def _summary(chosen: list[Listed], total: int, now: datetime.datetime) -> str:
    parts = [
        ngettext("%(shown)d of %(count)d intake", "%(shown)d of %(count)d intakes", total)
        % {"shown": len(chosen), "count": total}
    ]
    unsigned = [item.sent_at for item in chosen if not item.is_signed]
    if unsigned:
        parts.append(_("oldest waits %(time)s") % {"time": waiting(min(unsigned), now)})
    parts.append(_("most urgent first, then longest waiting; signed off last"))
    return " · ".join(parts)
