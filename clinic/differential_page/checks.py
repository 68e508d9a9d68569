"""Red flags, and the causes that must not be missed: not yet excluded, very probable or confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from causes.catalogue import URGENCIES, Catalogue, RedFlag
from causes.ranking import Check, LaneEntry
from clinic import words
from clinic.chart import Chart
from clinic.differential_page.causes import UrgencyChip, standing, urgency_chip
from clinic.lane import CONFIRMED, OPEN, PROBABLE, standing_of


@dataclass(frozen=True, slots=True)
class Flag:
    name: str
    advice: str
    urgency: UrgencyChip
    source: str
    url: str


@dataclass(frozen=True, slots=True)
class Flags:
    title: str
    urgency: UrgencyChip
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class LaneCheck:
    slug: str
    text: str
    outcome: str


@dataclass(frozen=True, slots=True)
class LaneRow:
    group: str  # the heading it stands under: “Not yet excluded”
    name: str
    posterior: str
    note: str
    reasons: str
    checks: tuple[LaneCheck, ...]
    no_check: str  # what is said when there is none to name


_LANE_TITLES = {
    CONFIRMED: gettext_lazy("Confirmed"),
    PROBABLE: gettext_lazy("Very probable"),
    OPEN: gettext_lazy("Not yet excluded"),
}


def flags(catalogue: Catalogue, fired: tuple[RedFlag, ...]) -> Flags | None:
    if not fired:
        return None
    urgency = urgency_chip(max((flag.urgency for flag in fired), key=URGENCIES.index))
    title = ngettext(
        "%(urgency)s: %(n)s red flag, whatever the ranking says",
        "%(urgency)s: %(n)s red flags, whatever the ranking says",
        len(fired),
    )
    shown = tuple(_flag(catalogue, flag) for flag in fired)
    return Flags(title % {"urgency": urgency.label, "n": len(fired)}, urgency, shown)


def _flag(catalogue: Catalogue, flag: RedFlag) -> Flag:
    source = catalogue.source.get(flag.source)
    title = source.title if source else _("Estimate, grade %(grade)s") % {"grade": flag.grade}
    return Flag(flag.name, flag.advice_to_clinician, urgency_chip(flag.urgency), title, source.url if source else "")


def lane(chart: Chart) -> tuple[LaneRow, ...]:
    """What is established first."""
    placed = [(standing_of(chart, entry), entry) for entry in chart.differential.lane]
    return tuple(
        _lane_row(chart, entry, place) for wanted in _LANE_TITLES for place, entry in placed if place == wanted
    )


def _lane_row(chart: Chart, entry: LaneEntry, place: str) -> LaneRow:
    catalogue = chart.catalogue
    note = _("90%% interval up to %(high)s · %(standing)s") % {
        "high": words.probability(entry.high),
        "standing": standing(chart, chart.differential.cause(entry.cause)),
    }
    checks = () if place == CONFIRMED else tuple(check for check in entry.checks if _is_telling(check))
    return LaneRow(
        str(_LANE_TITLES[place]),
        catalogue.cause[entry.cause].name,
        words.probability(entry.posterior),
        note,
        lane_reasons(catalogue, entry),
        tuple(_lane_check(chart, check) for check in checks),
        "" if checks or place == CONFIRMED else _("No single finding that is still unknown would change this much."),
    )


def lane_reasons(catalogue: Catalogue, entry: LaneEntry) -> str:
    parts = []
    if entry.reasons:
        first = words.in_sentence(catalogue.red_flag[entry.reasons[0]].name)
        form = ngettext("red flag: %(first)s", "named by %(n)s red flags", len(entry.reasons))
        parts.append(form % {"first": first, "n": len(entry.reasons)})
    if entry.is_above_threshold:
        threshold = words.probability(catalogue.cause[entry.cause].cannot_miss_threshold)
        parts.append(_("above its threshold of %(threshold)s") % {"threshold": threshold})
    return " · ".join(parts)


def _is_telling(check: Check) -> bool:
    """Whether the two outcomes differ as printed."""
    return words.probability(check.posterior_if_present) != words.probability(check.posterior_if_absent)


def _lane_check(chart: Chart, check: Check) -> LaneCheck:
    finding = chart.catalogue.finding[check.finding]
    outcome = _("%(present)s if present, %(absent)s if absent") % {
        "present": words.probability(check.posterior_if_present),
        "absent": words.probability(check.posterior_if_absent),
    }
    is_off = finding.slug in chart.record.switched_off
    why = _("switched off") if is_off else words.NOT_DONE[finding.stage]
    return LaneCheck(finding.slug, finding.name, f"{why} ({outcome})")
