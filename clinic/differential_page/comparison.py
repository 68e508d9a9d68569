"""Two causes side by side: what each answer adds to each, and the difference."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.utils.translation import gettext as _

from causes import ranking
from causes.catalogue import OTHER
from causes.ranking import Difference, Differential
from clinic import words
from clinic.chart import Chart
from clinic.differential_page.bars import Bar, bar
from clinic.differential_page.contributions import Mention, mentions
from clinic.differential_page.states import STATES, State, state_of


@dataclass(frozen=True, slots=True)
class ComparedCause:
    slug: str
    name: str
    short: str  # heads its column
    posterior: str
    score: str


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    name: str
    state: str  # a state of ``states``, "" for the starting point
    value_a: str
    note_a: str  # why it adds nothing to the first cause; "" when it adds something
    is_silent_a: bool  # the catalogue says nothing of the finding for the first cause
    value_b: str
    note_b: str
    is_silent_b: bool
    difference: str
    bar: Bar


@dataclass(frozen=True, slots=True)
class Comparison:
    a: ComparedCause
    b: ComparedCause
    rows: tuple[ComparisonRow, ...]
    total: str
    sentence: str
    choices: tuple[tuple[str, str], ...]
    same: tuple[Mention, ...]  # findings that add nothing to either
    legend: tuple[State, ...]


LEAST_SHOWN = 0.005


def comparison(chart: Chart, a: str, b: str) -> Comparison:
    """Raises KeyError for a cause that is not ranked."""
    differential = chart.differential
    start, *findings = ranking.compare(differential, a, b)
    telling = [item for item in findings if _is_telling(item)]
    hidden = [item for item in findings if not _is_telling(item)]
    rows = [Difference("", None, _with(start, hidden, "value_a"), _with(start, hidden, "value_b")), *telling]
    values_a, score_a = words.adding_up([row.value_a for row in rows])
    values_b, score_b = words.adding_up([row.value_b for row in rows])
    differences = [_hundredths(x) - _hundredths(y) for x, y in zip(values_a, values_b, strict=True)]
    scale = max([1.0, *(abs(value) for row in telling for value in (row.value_a, row.value_b, row.value))])
    silent_a, silent_b = _silent(differential, a), _silent(differential, b)
    compared_a, compared_b = _cause(chart, a, score_a), _cause(chart, b, score_b)
    return Comparison(
        compared_a,
        compared_b,
        tuple(
            ComparisonRow(
                _name(chart, row),
                "" if row.answer is None else state_of(row.answer),
                value_a,
                _note(row, value_a, silent_a),
                row.finding in silent_a,
                value_b,
                _note(row, value_b, silent_b),
                row.finding in silent_b,
                words.signed(difference),
                bar(row.value, scale),
            )
            for row, value_a, value_b, difference in zip(rows, values_a, values_b, differences, strict=True)
        ),
        words.signed(sum(differences)),
        _sentence(chart, compared_a, compared_b),
        _choices(chart),
        tuple(mentions(chart.catalogue, ((row.finding, row.answer) for row in hidden if row.answer is not None))),
        tuple(STATES.values()),
    )


def _silent(differential: Differential, slug: str) -> frozenset[str]:
    """The answered findings without a figure; “none of these” is the background and has one for each."""
    return frozenset() if slug == OTHER else frozenset(differential.cause(slug).gaps)


def _note(row: Difference, printed: str, silent: frozenset[str]) -> str:
    """Two kinds of nothing: no figure, and a figure that is the background’s."""
    if row.finding in silent:
        return _("catalogue is silent")
    return _("as in others") if row.finding and not _hundredths(printed) else ""


def _choices(chart: Chart) -> tuple[tuple[str, str], ...]:
    """By rank, as the differential lists them."""
    differential = chart.differential
    listed = [
        (cause.slug, cause.rank, chart.catalogue.cause[cause.slug].name, cause.posterior)
        for cause in differential.causes
    ]
    ranked = tuple((slug, f"{rank}. {name}, {words.probability(p)}") for slug, rank, name, p in listed)
    return (*ranked, (OTHER, f"{_('None of these')}, {words.probability(differential.other_posterior)}"))


def _is_telling(item: Difference) -> bool:
    return abs(item.value_a) >= LEAST_SHOWN or abs(item.value_b) >= LEAST_SHOWN


def _with(start: Difference, hidden: list[Difference], side: str) -> float:
    """The starting point takes what the findings that print as nothing add, so that the column adds up."""
    return math.fsum(getattr(item, side) for item in (start, *hidden))


def _hundredths(text: str) -> int:
    return round(float(text.replace(words.MINUS, "-")) * 100)


def _cause(chart: Chart, slug: str, score: str) -> ComparedCause:
    differential = chart.differential
    if slug == OTHER:
        name = _("None of these")
        return ComparedCause(slug, name, name, words.probability(differential.other_posterior), score)
    posterior = words.probability(differential.cause(slug).posterior)
    name = chart.catalogue.cause[slug].name
    return ComparedCause(slug, name, words.short(name), posterior, score)


def _name(chart: Chart, row: Difference) -> str:
    if not row.finding or row.answer is None:
        return _("Starting point")
    return words.statement(chart.catalogue.finding[row.finding], row.answer)


def _sentence(chart: Chart, a: ComparedCause, b: ComparedCause) -> str:
    return _("%(a)s %(p)s against %(b)s %(q)s.") % {"a": a.name, "p": a.posterior, "b": b.name, "q": b.posterior}
