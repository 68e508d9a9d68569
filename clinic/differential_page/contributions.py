"""The table of a cause's contributions: what each answer adds, and what that rests on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes.catalogue import BACKGROUND, Catalogue, Finding, Likelihood, Pretest
from causes.conditions import Value
from causes.pooling import pools
from causes.ranking import Contribution, Differential, RankedCause
from causes.words import capitalised
from clinic import words
from clinic.differential_page.bars import Bar, bar
from clinic.differential_page.states import state_of

LEAST_SHOWN = 0.005  # nats; rounds to 0.00
ROWS_IN_SIGHT = 18  # a longer table is opened by hand
SAME = 1.1  # a ratio below it, either way, is “about as likely”


@dataclass(frozen=True, slots=True)
class SourceLink:
    title: str
    url: str
    year: str


@dataclass(frozen=True, slots=True)
class ContributionRow:
    state: str  # a state of ``states``, "" for the starting point
    name: str
    url: str  # the finding's reference page, "" for the starting point
    figures: str  # “57% in it, 30% in others”
    population: str  # who was counted, and how many
    lr: str  # before the discount
    strength: str  # of that ratio
    counts: str  # what the discount leaves, in words; "" without one
    bar: Bar  # after the discount, as what it adds is
    adds: str
    grade: str
    source: SourceLink


@dataclass(frozen=True, slots=True)
class Mention:
    """A finding named outside the table."""

    slug: str
    text: str
    state: str


@dataclass(frozen=True, slots=True)
class ContributionTable:
    is_open: bool
    rows: tuple[ContributionRow, ...]
    score: str
    neutral: tuple[Mention, ...]  # findings as common in the cause as in others
    silent: tuple[Mention, ...]  # findings about which the catalogue says nothing for the cause


def contribution_table(
    catalogue: Catalogue, differential: Differential, ranked: RankedCause, scale: float
) -> ContributionTable:
    shown = [item for item in ranked.contributions if abs(item.value) >= LEAST_SHOWN]
    neutral = [item for item in ranked.contributions if abs(item.value) < LEAST_SHOWN]
    # The unprinted ones are part of the starting point's rounding, so that the printed rows add up.
    start = ranked.log_pretest + sum(item.value for item in neutral)
    adds, score = words.adding_up([start, *(item.value for item in shown)])
    rows = [_start_row(catalogue, differential, ranked, adds[0], scale)]
    rows += [
        _row(catalogue, item, ranked.contributions, text, scale) for item, text in zip(shown, adds[1:], strict=True)
    ]
    return ContributionTable(
        len(rows) <= ROWS_IN_SIGHT or ranked.rank > 1,
        tuple(rows),
        score,
        tuple(mentions(catalogue, ((c.finding, c.answer) for c in neutral if not c.is_silent))),
        tuple(mentions(catalogue, ((c.finding, c.answer) for c in neutral if c.is_silent))),
    )


def mentions(catalogue: Catalogue, answers: Iterable[tuple[str, Value]]) -> Iterable[Mention]:
    for slug, answer in answers:
        yield Mention(slug, words.in_sentence(words.statement(catalogue.finding[slug], answer)), state_of(answer))


def effective(item: Contribution) -> float:
    """The likelihood ratio after the discount of its cluster: what bar and sum tell."""
    return math.exp(item.value)


def counts_as(item: Contribution) -> str:
    """What related findings leave of the ratio, "" when that prints the same."""
    left = words.ratio(effective(item))
    return "" if left == words.ratio(item.lr) else _("counts as %(left)s in its group") % {"left": left}


def _start_row(
    catalogue: Catalogue, differential: Differential, ranked: RankedCause, adds: str, scale: float
) -> ContributionRow:
    pretest = _pretest(catalogue, differential, ranked.slug)
    return ContributionRow(
        state="",
        name=_("Starting point"),
        url="",
        figures=_("%(p)s before any finding: setting, complaint, age and sex")
        % {"p": words.probability(ranked.pretest)},
        population="",
        lr="",
        strength="",
        counts="",
        # One that does not fit is left to its number: a cut bar would lie.
        bar=bar(ranked.log_pretest if abs(ranked.log_pretest) <= scale else 0.0, scale),
        adds=adds,
        grade=pretest.grade,
        source=_source(catalogue, pretest.source),
    )


def _pretest(catalogue: Catalogue, differential: Differential, slug: str) -> Pretest:
    wanted = (differential.setting, differential.presentation, slug)
    return next(row for row in catalogue.pretests if (row.setting, row.presentation, row.cause) == wanted)


def _row(
    catalogue: Catalogue, item: Contribution, others: Sequence[Contribution], adds: str, scale: float
) -> ContributionRow:
    finding = catalogue.finding[item.finding]
    return ContributionRow(
        state=state_of(item.answer),
        name=words.statement(finding, item.answer),
        url=reverse("finding", args=[item.finding]),
        figures=_figures(catalogue, finding, item),
        population=_population(catalogue, item.likelihood),
        lr=words.ratio(item.lr),
        strength=words.strength(item.lr),
        counts=_counts(catalogue, item, others),
        bar=bar(item.value, scale),
        adds=adds,
        grade=item.grade,
        source=_source_of(catalogue, item.likelihood),
    )


def _counts(catalogue: Catalogue, item: Contribution, others: Iterable[Contribution]) -> str:
    if item.weight >= 1:
        return ""
    related = sum(other.cluster == item.cluster for other in others)
    form = ngettext(
        "counts as %(left)s in its group: %(n)s related finding on %(cluster)s, weight %(weight)s",
        "counts as %(left)s in its group: %(n)s related findings on %(cluster)s, weight %(weight)s each",
        related,
    )
    return form % {
        "left": words.ratio(effective(item)),
        "weight": f"{item.weight:.2f}",
        "n": related,
        "cluster": words.in_sentence(catalogue.cluster[item.cluster].name),
    }


def _figures(catalogue: Catalogue, finding: Finding, item: Contribution) -> str:
    if finding.kind == "number":
        return _spread(catalogue, finding, item)
    here, others = words.probability(item.cause_probability), words.probability(item.background_probability)
    return _("%(here)s in it, %(others)s in others") % {"here": here, "others": others}


def _spread(catalogue: Catalogue, finding: Finding, item: Contribution) -> str:
    """A number's density means nothing to a reader: mean, deviation, and how much likelier the value is."""
    assert item.likelihood is not None
    here, others = (_mean_and_sd(catalogue, owner, finding) for owner in (item.likelihood.cause, BACKGROUND))
    text = _("%(here)s in it, %(others)s in others") % {"here": here, "others": others}
    return f"{text}; {_times(item.lr)}"


def _mean_and_sd(catalogue: Catalogue, owner: str, finding: Finding) -> str:
    mean, sd = (catalogue.cell[owner, finding.slug, option].probability for option in ("mean", "sd"))
    return f"{mean:.3g} ± {sd:.2g} {finding.unit}".strip()


def _times(lr: float) -> str:
    size = max(lr, 1 / lr)
    if size < SAME:
        return _("this value is about as likely in both")
    form = _("this value is %(n)s times likelier in it") if lr > 1 else _("this value is %(n)s times less likely in it")
    return form % {"n": words.ratio(size)}


def _population(catalogue: Catalogue, row: Likelihood | None) -> str:
    if row is None:
        return ""
    if pool := pools(catalogue).get((row.cause, row.finding)):
        form = ngettext("pooled with %(n)s more study", "pooled with %(n)s more studies", pool.studies - 1)
        total = _("%(total)s patients in all") % {"total": pool.total}
        return capitalised(f"{row.population}; {form % {'n': pool.studies - 1}}, {total}")
    if row.affected is not None and row.total:
        counted = _("%(affected)s of %(total)s") % {"affected": row.affected, "total": row.total}
    else:
        counted = f"n = {row.total}" if row.total else ""
    return capitalised("; ".join(part for part in (row.population, counted) if part))


def _source_of(catalogue: Catalogue, row: Likelihood | None) -> SourceLink:
    return SourceLink(_("Left over by the other options"), "", "") if row is None else _source(catalogue, row.source)


def _source(catalogue: Catalogue, slug: str) -> SourceLink:
    source = catalogue.source.get(slug)
    if source is None:
        return SourceLink(_("Estimate, no source"), "", "")
    return SourceLink(source.title, source.url, str(source.year) if source.year else "")
