"""A clinician's own list of causes, written before the ranking is shown, and how the two agree."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes.ranking import ENGINE_VERSION, Differential
from clinic import words
from clinic.chart import Chart, chart_of
from clinic.confirmed import confirmed_intakes
from clinic.entering import locked
from clinic.models import Assessment, Membership, OwnList
from clinic.people import display_name
from intake.models import Intake

LENGTH = 3  # of an own list, and of the part of the ranking that it is compared with


class BlindChart(Chart):
    """A chart whose ranking may not be seen yet, not even by the order of the evidence."""

    @cached_property
    def unranked(self) -> str:
        return _("your own list comes first")

    @cached_property
    def differential(self) -> Differential:
        raise PermissionError("The own list comes first: nothing of the ranking may be shown.")


@dataclass(frozen=True, slots=True)
class ListLine:
    """One own list as the differential, the snapshot and the history print it."""

    who: str
    made: str
    causes: tuple[str, ...]  # empty when it was skipped
    agreement: str  # or why it was skipped


def chart_for(request: HttpRequest, intake: Intake) -> Chart:
    """The chart as far as the user may see it yet."""
    return in_sight_of(request, chart_of(intake))


def in_sight_of(request: HttpRequest, chart: Chart) -> Chart:
    if not pending(request.membership, [chart.intake.pk]):  # type: ignore[attr-defined]
        return chart
    return BlindChart(**{field.name: getattr(chart, field.name) for field in fields(Chart)})


def pending(membership: Membership, intakes: Collection[int]) -> set[int]:
    """Those intakes of which the member must write a list first: not where a diagnosis was already signed."""
    if not membership.has_own_list_first:
        return set()
    written = OwnList.objects.filter(user_id=membership.user_id, intake__in=intakes)
    signed = Assessment.objects.filter(intake__in=intakes)
    settled = {*written.values_list("intake", flat=True), *signed.values_list("intake", flat=True)}
    return set(intakes) - settled - confirmed_intakes(intakes)


@transaction.atomic
def write(intake: Intake, user: User, causes: Sequence[dict[str, str]], skipped: str) -> OwnList:
    """The user's list of the intake; the first one counts when it is sent twice."""
    chart = locked(intake)
    ranked = [] if chart.unranked else [cause.slug for cause in chart.differential.causes[:LENGTH]]
    is_compared = bool(causes and ranked)
    own = [item["cause"] for item in causes]
    made, _is_new = OwnList.objects.get_or_create(
        intake=intake,
        user=user,
        defaults={
            "causes": list(causes),
            "first_cause": own[0] if own else "",
            "skipped": "" if causes else skipped,
            "release": chart.release,
            "engine_version": ENGINE_VERSION,
            "ranked": ranked,
            "is_first_agreed": own[0] == ranked[0] if is_compared else None,
            "overlap": len(set(own) & set(ranked)) if is_compared else None,
        },
    )
    return made


def lines(intake: Intake) -> tuple[ListLine, ...]:
    return tuple(line(item) for item in intake.own_lists.all())


def line(own: OwnList) -> ListLine:
    return ListLine(
        who=display_name(own.user),
        made=words.time(own.made_at),
        causes=tuple(item["name"] for item in own.causes),
        agreement=agreement(own),
    )


def agreement(own: OwnList) -> str:
    if own.skipped:
        return _("Skipped: %(reason)s.") % {"reason": words.in_sentence(own.get_skipped_display())}
    if own.overlap is None:
        return _("The intake could not be ranked then.")
    form = ngettext(
        "The ranking had %(n)s of it among its first three.",
        "The ranking had %(n)s of them among its first three.",
        len(own.causes),
    )
    first = _("Same first cause.") if own.is_first_agreed else _("Another first cause.")
    return f"{form % {'n': own.overlap}} {first}"
