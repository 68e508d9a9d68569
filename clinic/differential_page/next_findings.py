"""What to ask, examine or test next: expected gain, burden, and the ranking that each answer would give."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from causes.catalogue import Catalogue, Finding
from causes.conditions import Value
from causes.ranking import Differential, NextFinding, Outcome
from clinic import words
from clinic.differential_page.states import PRESENT, state_of

SUGGESTIONS = 3  # of a stage
LEAST_POINTS = 0.1  # of the chance of a miss, in percent; a check that lowers it by less is not worth naming


@dataclass(frozen=True, slots=True)
class PreviewCause:
    name: str
    posterior: str


@dataclass(frozen=True, slots=True)
class OutcomeText:
    answer: str
    state: str
    probability: str
    first: str  # “Kennedy disease first instead, 57%”, “ALS still first, 98%”
    is_change: bool  # of the first cause
    causes: tuple[PreviewCause, ...]  # the first three


@dataclass(frozen=True, slots=True)
class Suggestion:
    slug: str
    name: str
    gain: str
    width: str
    burden: str  # "" when the catalogue says nothing
    is_off: bool  # known, but switched off
    outcomes: tuple[OutcomeText, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    title: str
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class Next:
    stages: tuple[Stage, ...]
    safest_slug: str  # "" when no single check is worth naming
    safest_name: str
    safest_text: str


def next_useful(catalogue: Catalogue, differential: Differential, switched_off: Collection[str] = ()) -> Next:
    best = [item for items in differential.next_findings.values() for item in items]
    scale = max((item.gain for item in best), default=1.0)
    first = differential.causes[0].slug
    stages = tuple(
        Stage(
            str(words.STAGE_TITLES[stage]),
            tuple(
                _suggestion(catalogue, item, first, scale, item.slug in switched_off) for item in items[:SUGGESTIONS]
            ),
        )
        for stage, items in differential.next_findings.items()
        if items
    )
    safest = worthwhile_check(differential)
    if safest is None:
        text = _("No single check noticeably lowers the chance of missing a cause that must not be missed.")
        return Next(stages, "", "", text)
    return Next(stages, safest.slug, catalogue.finding[safest.slug].name, _safest(safest.gain * 100))


def worthwhile_check(differential: Differential) -> NextFinding | None:
    """The safest check, unless it lowers the chance of a miss by next to nothing."""
    safest = differential.safest_check
    return safest if safest is not None and safest.gain * 100 >= LEAST_POINTS else None


def _safest(points: float) -> str:
    return _("lowers the chance of missing a cause that must not be missed by %(points)s points") % {
        "points": f"{points:.1f}"
    }


def _suggestion(catalogue: Catalogue, item: NextFinding, first: str, scale: float, is_off: bool) -> Suggestion:
    finding = catalogue.finding[item.slug]
    return Suggestion(
        item.slug,
        finding.name,
        f"{item.gain:.2f}",
        words.length(item.gain / scale),
        catalogue.burden[finding.burden].label if finding.burden else "",
        is_off,
        tuple(_outcome(catalogue, finding, outcome, first) for outcome in _telling(item)),
    )


def _telling(item: NextFinding) -> tuple[Outcome, ...]:
    """Both answers of a yes or no; of more, the likeliest for each cause that would come first."""
    if len(item.outcomes) <= 2:
        return item.outcomes
    likeliest: dict[str, Outcome] = {}
    for outcome in sorted(item.outcomes, key=lambda outcome: outcome.probability):
        likeliest[outcome.first_causes[0][0]] = outcome
    return tuple(outcome for outcome in item.outcomes if outcome in likeliest.values())


def _outcome(catalogue: Catalogue, finding: Finding, outcome: Outcome, first: str) -> OutcomeText:
    (cause, posterior), *_others = outcome.first_causes
    is_change = cause != first
    name = words.short(catalogue.cause[cause].name)
    return OutcomeText(
        answer=_answer(finding, outcome.answer),
        state=PRESENT if finding.kind == "number" else state_of(outcome.answer),
        probability=words.probability(outcome.probability),
        first=_first(name, words.probability(posterior), is_change),
        is_change=is_change,
        causes=tuple(
            PreviewCause(words.short(catalogue.cause[slug].name), words.probability(p))
            for slug, p in outcome.first_causes
        ),
    )


@words.once_a_language
def _first(cause: str, p: str, is_change: bool) -> str:
    form = _("%(cause)s first instead, %(p)s") if is_change else _("%(cause)s still first, %(p)s")
    return form % {"cause": cause, "p": p}


def _answer(finding: Finding, value: Value) -> str:
    if finding.kind == "number":
        return _("About %(value)s") % {"value": words.answer(finding, float(f"{value:.2g}"))}
    text = words.answer(finding, value)
    return text[:1].upper() + text[1:]
