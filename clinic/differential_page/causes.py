"""The ranked causes, and “none of these” at its place among them: bar, standing and reasons."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes.catalogue import OTHER, Catalogue
from causes.models.editable import Urgency
from causes.ranking import Contribution, Differential, RankedCause
from clinic import words
from clinic.chart import Chart
from clinic.differential_page.bars import Bar, PosteriorBar, bar, posterior_bar
from clinic.differential_page.contributions import (
    LEAST_SHOWN,
    ContributionTable,
    contribution_table,
    counts_as,
)
from clinic.differential_page.states import state_of

FIRST_CAUSES = 6
REASONS = (3, 2)  # for and against
REASONS_OF_FURTHER = (2, 1)
LEAST_REASON = math.log(1.1)  # nats; a weaker one is “neither for nor against”
SMALLEST_INTERVAL = 1e-3  # of the posterior; less is rounding


@dataclass(frozen=True, slots=True)
class UrgencyChip:
    slug: str
    label: str


@dataclass(frozen=True, slots=True)
class Reason:
    state: str
    name: str
    bar: Bar
    lr: str  # before the discount, as the words are
    strength: str
    counts: str  # “counts as 0.82 in its group”, "" without a discount; the bar is after it


@dataclass(frozen=True, slots=True)
class CauseRow:
    slug: str
    rank: int  # 0 for none of these, which has no rank of its own
    name: str
    url: str
    urgency: UrgencyChip | None
    is_cannot_miss: bool
    posterior: str
    bar: PosteriorBar
    interval: str
    top_three: str
    standing: str  # “4th now; 1st to 9th until strength is examined”
    reasons: tuple[Reason, ...]
    no_reason: str  # what is said when there is none
    contributions: str  # “All 15 contributions to …”, "" when there are none to show
    table: ContributionTable | None
    open_query: str  # the page with this cause's table open

    @property
    def is_lead(self) -> bool:
        return self.rank == 1


@dataclass(frozen=True)
class CauseList:
    first: tuple[CauseRow, ...]
    further_title: str  # "" without further ones
    _make_further: Callable[[], tuple[CauseRow, ...]] = field(compare=False)

    @cached_property
    def further(self) -> tuple[CauseRow, ...]:
        """Made when they are asked for: they are many, and mostly closed."""
        return self._make_further()


def cause_list(chart: Chart, opened: str, query: str = "") -> CauseList:
    """``opened`` is the cause whose contributions are shown besides those of the first.

    ``query`` is kept by the links that open another one.
    """
    differential = chart.differential
    scale = _scale(differential.causes)

    def row(cause: RankedCause | None) -> CauseRow:
        """None stands for “none of these”."""
        if cause is None:
            return _other_row(differential)
        is_open = cause.rank == 1 or cause.slug == opened
        return _cause_row(chart, cause, scale, is_open, query)

    causes: list[RankedCause | None] = list(differential.causes)
    place = sum(cause.posterior >= differential.other_posterior for cause in differential.causes)
    causes.insert(place, None)
    least = FIRST_CAUSES + (place < FIRST_CAUSES)
    # A cause that was asked for by name must be in sight.
    named = [cause for cause in causes[least:] if cause is not None and cause.slug == opened]
    further = [cause for cause in causes[least:] if cause not in named]
    return CauseList(
        tuple(row(cause) for cause in (*causes[:least], *named)),
        _further_title(differential, further) if further else "",
        lambda: tuple(row(cause) for cause in further),
    )


def _further_title(differential: Differential, further: Sequence[RankedCause | None]) -> str:
    causes = [cause for cause in further if cause is not None]
    together = sum(cause.posterior for cause in causes)
    if len(causes) == len(further):
        title = ngettext("%(n)s further cause, %(p)s", "%(n)s further causes, together %(p)s", len(causes))
    else:
        together += differential.other_posterior
        title = ngettext(
            "%(n)s further cause and none of these, together %(p)s",
            "%(n)s further causes and none of these, together %(p)s",
            len(causes),
        )
    return title % {"n": len(causes), "p": words.probability(together)}


def urgency_chip(slug: str) -> UrgencyChip:
    return UrgencyChip(slug, _urgency(slug))


@words.once_a_language
def _urgency(slug: str) -> str:
    return str(Urgency(slug).label)


def standing(chart: Chart, ranked: RankedCause) -> str:
    """What was only switched off is not still to be asked."""
    off = chart.record.switched_off
    names = (chart.catalogue.finding[slug].name for slug in ranked.rank_deciders if slug not in off)
    deciders = tuple(map(words.short, names))
    return words.standing(ranked.rank, ranked.rank_low, ranked.rank_high, ranked.rank_stage, deciders)


def _cause_row(chart: Chart, ranked: RankedCause, scale: float, is_open: bool, query: str) -> CauseRow:
    catalogue = chart.catalogue
    cause = catalogue.cause[ranked.slug]
    count = sum(abs(item.value) >= LEAST_SHOWN for item in ranked.contributions)
    reasons = tuple(_reason(catalogue, item, scale) for item in strongest(ranked))
    return CauseRow(
        slug=ranked.slug,
        rank=ranked.rank,
        name=cause.name,
        url=_url(ranked.slug),
        urgency=urgency_chip(cause.urgency),
        is_cannot_miss=cause.is_cannot_miss,
        posterior=words.probability(ranked.posterior),
        bar=posterior_bar(ranked.posterior, ranked.low, ranked.high),
        interval=_interval(ranked.posterior, ranked.low, ranked.high),
        top_three=words.probability(ranked.top_three_probability),
        standing=standing(chart, ranked),
        reasons=reasons,
        no_reason="" if reasons else _("No answer speaks for or against it."),
        contributions=_contributions_title(cause.name, count),
        table=contribution_table(catalogue, chart.differential, ranked, scale) if is_open else None,
        open_query=f"?open={ranked.slug}{query}",
    )


@lru_cache(maxsize=512)
def _url(slug: str) -> str:
    return reverse("cause", args=[slug])


def _other_row(differential: Differential) -> CauseRow:
    posterior, low, high = differential.other_posterior, differential.other_low, differential.other_high
    return CauseRow(
        slug=OTHER,
        rank=0,
        name=_("None of these"),
        url="",
        urgency=None,
        is_cannot_miss=False,
        posterior=words.probability(posterior),
        bar=posterior_bar(posterior, low, high),
        interval=_interval(posterior, low, high),
        top_three="",
        standing="",
        reasons=(),
        no_reason=_("A cause that the catalogue does not hold. Every answer counts as usual in others."),
        contributions="",
        table=None,
        open_query="",
    )


@words.once_a_language
def _contributions_title(cause: str, count: int) -> str:
    if not count:
        return _("The starting point of %(cause)s") % {"cause": cause}
    title = ngettext(
        "%(n)s contribution to %(cause)s and its source",
        "All %(n)s contributions to %(cause)s and their sources",
        count,
    )
    return title % {"n": count, "cause": cause}


def _interval(posterior: float, low: float, high: float) -> str:
    """The interval tells how sure the likelihoods are: before any is used there is none."""
    if high - low < SMALLEST_INTERVAL * posterior:
        return _("No interval yet: only the starting point")
    return words.interval(low, high)


def strongest(ranked: RankedCause) -> Iterable[Contribution]:
    """The strongest reasons, for before against."""
    most_for, most_against = REASONS if ranked.rank <= FIRST_CAUSES else REASONS_OF_FURTHER
    chosen = (*ranked.for_[:most_for], *ranked.against[:most_against])
    return (item for item in chosen if abs(item.value) >= LEAST_REASON)


def _scale(ranked: Sequence[RankedCause]) -> float:
    """One scale for the bars of all causes, so that they compare."""
    strongest_of_each = (abs(cause.contributions[0].value) for cause in ranked if cause.contributions)
    return max([1.0, abs(ranked[0].log_pretest), *strongest_of_each])


def _reason(catalogue: Catalogue, item: Contribution, scale: float) -> Reason:
    return Reason(
        state_of(item.answer),
        words.statement(catalogue.finding[item.finding], item.answer),
        bar(item.value, scale),
        words.ratio(item.lr),
        words.strength(item.lr),
        counts_as(item),
    )
