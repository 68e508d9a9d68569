"""Red flags, what is not yet excluded, and what to ask, examine or test next."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes.catalogue import URGENCIES, Catalogue, Finding, RedFlag
from causes.conditions import Value
from causes.ranking import Check, Differential, LaneEntry, NextFinding, Outcome
from clinic import words
from clinic.differential_page.causes import UrgencyChip, urgency_chip

SUGGESTIONS = 3  # of a stage


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


@dataclass(frozen=True, slots=True)
class OutcomeText:
    answer: str
    text: str
    is_change: bool  # of the first cause


@dataclass(frozen=True, slots=True)
class Suggestion:
    slug: str
    name: str
    gain: str
    width: str
    outcomes: tuple[OutcomeText, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    title: str
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class Next:
    stages: tuple[Stage, ...]
    safest_slug: str
    safest_name: str
    safest_text: str


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
    note = _("90%% interval up to %(high)s") % {"high": words.probability(entry.high)}
    if ranked.rank_stage:
        later = str(words.AFTER_STAGE[ranked.rank_stage])
        note = f"{note} · {words.in_sentence(later)} {words.ranks(ranked.rank_low, ranked.rank_high)}"
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


def next_useful(catalogue: Catalogue, differential: Differential) -> Next:
    best = [item for items in differential.next_findings.values() for item in items]
    scale = max((item.gain for item in best), default=1.0)
    first = differential.causes[0].slug
    stages = tuple(
        Stage(
            str(words.STAGE_TITLES[stage]),
            tuple(_suggestion(catalogue, item, first, scale) for item in items[:SUGGESTIONS]),
        )
        for stage, items in differential.next_findings.items()
        if items
    )
    safest = differential.safest_check
    if safest is None:
        return Next(stages, "", "", "")
    points = _("lowers the chance of missing a cause that must not be missed by %(points)s points")
    text = points % {"points": f"{safest.gain * 100:.1f}"}
    return Next(stages, safest.slug, catalogue.finding[safest.slug].name, text)


def _suggestion(catalogue: Catalogue, item: NextFinding, first: str, scale: float) -> Suggestion:
    finding = catalogue.finding[item.slug]
    outcomes = tuple(_outcome(catalogue, finding, outcome, first) for outcome in _telling(item))
    return Suggestion(item.slug, finding.name, f"{item.gain:.2f}", words.length(item.gain / scale), outcomes)


def _telling(item: NextFinding) -> tuple[Outcome, ...]:
    """Both answers of a yes or no; of more, the likeliest for each cause that would come first."""
    if len(item.outcomes) <= 2:
        return item.outcomes
    likeliest: dict[str, Outcome] = {}
    for outcome in sorted(item.outcomes, key=lambda outcome: outcome.probability):
        likeliest[outcome.first_cause] = outcome
    return tuple(outcome for outcome in item.outcomes if outcome in likeliest.values())


def _outcome(catalogue: Catalogue, finding: Finding, outcome: Outcome, first: str) -> OutcomeText:
    is_change = outcome.first_cause != first
    form = _("%(cause)s first, %(p)s") if is_change else _("%(cause)s %(p)s")
    name = words.short(catalogue.cause[outcome.first_cause].name)
    text = form % {"cause": name, "p": words.probability(outcome.first_posterior)}
    return OutcomeText(_answer(finding, outcome.answer), text, is_change)


def _answer(finding: Finding, value: Value) -> str:
    if finding.kind == "number":
        return _("About %(value)s") % {"value": words.answer(finding, float(f"{value:.2g}"))}
    text = words.answer(finding, value)
    return text[:1].upper() + text[1:]
