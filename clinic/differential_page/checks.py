"""Red flags, and what is not yet excluded."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes.catalogue import URGENCIES, Catalogue, Finding, RedFlag
from causes.ranking import Check, Differential, LaneEntry
from clinic import words
from clinic.differential_page.causes import UrgencyChip, urgency_chip


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
    name: str
    posterior: str
    note: str
    reasons: str
    checks: tuple[LaneCheck, ...]


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


def lane(catalogue: Catalogue, differential: Differential) -> tuple[LaneRow, ...]:
    return tuple(_lane_row(catalogue, differential, entry) for entry in differential.lane)


def _lane_row(catalogue: Catalogue, differential: Differential, entry: LaneEntry) -> LaneRow:
    ranked = differential.cause(entry.cause)
    deciders = tuple(words.short(catalogue.finding[slug].name) for slug in ranked.rank_deciders)
    standing = words.standing(ranked.rank, ranked.rank_low, ranked.rank_high, ranked.rank_stage, deciders)
    note = _("90%% interval up to %(high)s · %(standing)s") % {
        "high": words.probability(entry.high),
        "standing": standing,
    }
    return LaneRow(
        catalogue.cause[entry.cause].name,
        words.probability(entry.posterior),
        note,
        lane_reasons(catalogue, entry),
        tuple(_lane_check(catalogue.finding[check.finding], check) for check in entry.checks if _is_telling(check)),
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


def _lane_check(finding: Finding, check: Check) -> LaneCheck:
    outcome = _("%(present)s if present, %(absent)s if absent") % {
        "present": words.probability(check.posterior_if_present),
        "absent": words.probability(check.posterior_if_absent),
    }
    return LaneCheck(finding.slug, finding.name, f"{words.NOT_DONE[finding.stage]} ({outcome})")
