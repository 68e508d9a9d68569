"""The ranked causes: bar, reasons, and the table whose rows add up to the score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes.catalogue import Catalogue, Likelihood, Pretest
from causes.models.editable import Urgency
from causes.ranking import Contribution, Differential, RankedCause
from clinic import words
from clinic.chart import Chart
from clinic.differential_page.bars import Bar, PosteriorBar, bar, posterior_bar

FIRST_CAUSES = 6
REASONS = (3, 2)  # for and against
REASONS_OF_FURTHER = (2, 1)
LEAST_REASON = 0.05  # nats; a weaker one explains nothing
LEAST_SHOWN = 0.005  # nats; rounds to 0.00
SMALLEST_INTERVAL = 1e-3  # of the posterior; less is rounding
ROWS_IN_SIGHT = 18  # a longer table is opened by hand


@dataclass(frozen=True, slots=True)
class UrgencyChip:
    slug: str
    label: str


@dataclass(frozen=True, slots=True)
class Reason:
    name: str
    bar: Bar
    lr: str
    strength: str


@dataclass(frozen=True, slots=True)
class SourceLink:
    title: str
    url: str
    detail: str  # year and number of patients


@dataclass(frozen=True, slots=True)
class ContributionRow:
    name: str
    note: str
    probabilities: str
    lr: str
    counts_as: str
    bar: Bar
    adds: str
    grade: str
    source: SourceLink


@dataclass(frozen=True, slots=True)
class ContributionTable:
    is_open: bool
    rows: tuple[ContributionRow, ...]
    score: str
    neutral: str  # findings as common in the cause as in others
    silent: str  # findings about which the catalogue says nothing for the cause


@dataclass(frozen=True, slots=True)
class CauseRow:
    slug: str
    rank: int
    name: str
    url: str
    urgency: UrgencyChip
    is_cannot_miss: bool
    posterior: str
    bar: PosteriorBar
    interval: str
    top_three: str
    later: str  # heading of the rank range, "" without one
    later_ranks: str
    reasons: tuple[Reason, ...]
    contributions: str  # "All 15 contributions to …"
    table: ContributionTable | None


@dataclass(frozen=True, slots=True)
class CauseList:
    first: tuple[CauseRow, ...]
    further: tuple[CauseRow, ...]
    further_title: str
    other: str


def cause_list(chart: Chart, opened: str) -> CauseList:
    """``opened`` is the cause whose contributions are shown besides those of the first."""
    ranked = chart.differential.causes
    scale = _scale(ranked)
    rows = tuple(
        cause_row(chart.catalogue, chart.differential, cause, scale, is_open=cause.rank == 1 or cause.slug == opened)
        for cause in ranked
    )
    # A cause that was asked for by name must be in sight.
    in_sight = [row for row in rows if row.rank <= FIRST_CAUSES or row.slug == opened]
    further = [row for row in rows if row not in in_sight]
    together = sum(ranked[row.rank - 1].posterior for row in further)
    title = ngettext("%(n)s further cause, %(p)s", "%(n)s further causes, together %(p)s", len(further))
    return CauseList(
        tuple(in_sight),
        tuple(further),
        title % {"n": len(further), "p": words.probability(together)},
        words.probability(chart.differential.other_posterior),
    )


def urgency_chip(slug: str) -> UrgencyChip:
    return UrgencyChip(slug, str(Urgency(slug).label))


def cause_row(
    catalogue: Catalogue, differential: Differential, ranked: RankedCause, scale: float, is_open: bool
) -> CauseRow:
    cause = catalogue.cause[ranked.slug]
    count = sum(abs(item.value) >= LEAST_SHOWN for item in ranked.contributions)
    return CauseRow(
        slug=ranked.slug,
        rank=ranked.rank,
        name=cause.name,
        url=reverse("cause", args=[ranked.slug]),
        urgency=urgency_chip(cause.urgency),
        is_cannot_miss=cause.is_cannot_miss,
        posterior=words.probability(ranked.posterior),
        bar=posterior_bar(ranked.posterior, ranked.low, ranked.high),
        interval=_interval(ranked),
        top_three=words.probability(ranked.top_three_probability),
        later=str(words.AFTER_STAGE[ranked.rank_stage]) if ranked.rank_stage else "",
        later_ranks=words.ranks(ranked.rank_low, ranked.rank_high),
        reasons=tuple(_reason(catalogue, item, scale) for item in strongest(ranked)),
        contributions=_contributions_title(cause.name, count),
        table=_table(catalogue, differential, ranked, scale) if is_open else None,
    )


def _contributions_title(cause: str, count: int) -> str:
    if not count:
        return _("The starting point of %(cause)s") % {"cause": cause}
    title = ngettext(
        "%(n)s contribution to %(cause)s and its source",
        "All %(n)s contributions to %(cause)s and their sources",
        count,
    )
    return title % {"n": count, "cause": cause}


def _interval(ranked: RankedCause) -> str:
    """The interval tells how sure the likelihoods are: before any is used there is none."""
    if ranked.high - ranked.low < SMALLEST_INTERVAL * ranked.posterior:
        return _("No interval yet: only the starting point")
    return words.interval(ranked.low, ranked.high)


def strongest(ranked: RankedCause) -> Iterable[Contribution]:
    """The strongest reasons, for before against."""
    most_for, most_against = REASONS if ranked.rank <= FIRST_CAUSES else REASONS_OF_FURTHER
    chosen = (*ranked.for_[:most_for], *ranked.against[:most_against])
    return (item for item in chosen if abs(item.value) >= LEAST_REASON)


def _scale(ranked: Sequence[RankedCause]) -> float:
    """One scale for the bars of all causes, so that they compare."""
    values = (abs(item.value) for cause in ranked for item in cause.contributions)
    return max([1.0, abs(ranked[0].log_pretest), *values])


def _reason(catalogue: Catalogue, item: Contribution, scale: float) -> Reason:
    return Reason(
        words.statement(catalogue.finding[item.finding], item.answer),
        bar(item.value, scale),
        words.ratio(item.lr),
        words.strength(item.lr),
    )


def _table(catalogue: Catalogue, differential: Differential, ranked: RankedCause, scale: float) -> ContributionTable:
    shown = [item for item in ranked.contributions if abs(item.value) >= LEAST_SHOWN]
    neutral = [item for item in ranked.contributions if abs(item.value) < LEAST_SHOWN]
    # The unprinted ones are part of the starting point's rounding, so that the printed rows add up.
    start = ranked.log_pretest + sum(item.value for item in neutral)
    adds, score = words.adding_up([start, *(item.value for item in shown)])
    rows = [_start_row(catalogue, differential, ranked, adds[0], scale)]
    rows += [_row(catalogue, item, text, scale) for item, text in zip(shown, adds[1:], strict=True)]
    return ContributionTable(
        len(rows) <= ROWS_IN_SIGHT or ranked.rank > 1,
        tuple(rows),
        score,
        _listed(catalogue, [item for item in neutral if not item.is_silent]),
        _listed(catalogue, [item for item in neutral if item.is_silent]),
    )


def _listed(catalogue: Catalogue, items: Iterable[Contribution]) -> str:
    return "; ".join(words.in_sentence(words.statement(catalogue.finding[c.finding], c.answer)) for c in items)


def _start_row(
    catalogue: Catalogue, differential: Differential, ranked: RankedCause, adds: str, scale: float
) -> ContributionRow:
    pretest = _pretest(catalogue, differential, ranked.slug)
    return ContributionRow(
        _("Starting point"),
        _("setting, complaint, age, sex"),
        words.probability(ranked.pretest),
        "",
        "",
        # One that does not fit is left to its number: a cut bar would lie.
        bar(ranked.log_pretest if abs(ranked.log_pretest) <= scale else 0.0, scale),
        adds,
        pretest.grade,
        _source(catalogue, pretest.source, ""),
    )


def _pretest(catalogue: Catalogue, differential: Differential, slug: str) -> Pretest:
    wanted = (differential.setting, differential.presentation, slug)
    return next(row for row in catalogue.pretests if (row.setting, row.presentation, row.cause) == wanted)


def _row(catalogue: Catalogue, item: Contribution, adds: str, scale: float) -> ContributionRow:
    finding = catalogue.finding[item.finding]
    cluster = catalogue.cluster.get(item.cluster)
    is_discounted = item.weight < 1
    return ContributionRow(
        words.statement(finding, item.answer),
        _("cluster: %(name)s") % {"name": cluster.name} if cluster and is_discounted else "",
        _probabilities(item, finding.kind),
        words.ratio(item.lr),
        f"× {item.weight:.2f}" if is_discounted else _("full"),
        bar(item.value, scale),
        adds,
        item.grade,
        _source_of(catalogue, item.likelihood),
    )


def _probabilities(item: Contribution, kind: str) -> str:
    if kind == "number":
        return _("density %(here)s v. %(others)s") % {
            "here": f"{item.cause_probability:.2g}",
            "others": f"{item.background_probability:.2g}",
        }
    here, others = words.probability(item.cause_probability), words.probability(item.background_probability)
    return _("%(here)s v. %(others)s") % {"here": here, "others": others}


def _source_of(catalogue: Catalogue, row: Likelihood | None) -> SourceLink:
    if row is None:
        return SourceLink(_("Left over by the other options"), "", "")
    return _source(catalogue, row.source, f"n = {row.total}" if row.total else "")


def _source(catalogue: Catalogue, slug: str, count: str) -> SourceLink:
    source = catalogue.source.get(slug)
    if source is None:
        return SourceLink(_("Estimate, no source"), "", count)
    year = str(source.year) if source.year else ""
    return SourceLink(source.title, source.url, " · ".join(part for part in (year, count) if part))
