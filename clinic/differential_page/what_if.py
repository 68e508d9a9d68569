"""Findings switched off to see their effect. Nothing of it is saved."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from causes import ranking
from causes.catalogue import OTHER, Catalogue
from causes.ranking import Differential
from clinic import words
from clinic.chart import Chart

WITHOUT = "without"
COMPARED = 3  # the first causes, with all findings and without


@dataclass(frozen=True, slots=True)
class Change:
    """One cause with all findings, and without those that are switched off."""

    name: str
    before: str
    after: str
    is_same: bool


@dataclass(frozen=True, slots=True)
class WhatIf:
    title: str  # “Without: rigidity, weakness”
    effect: str
    changes: tuple[Change, ...]
    query: str  # "&without=…", for links that stay with it


def query(slugs: Collection[str]) -> str:
    return urlencode([(WITHOUT, slug) for slug in sorted(slugs)])


def switched_url(switched_off: frozenset[str], slug: str) -> str:
    """The page's query with this finding switched the other way."""
    if not switched_off:
        return f"?{WITHOUT}={slug}"
    return f"?{query(switched_off ^ {slug})}"


def what_if(chart: Chart, without: Chart) -> WhatIf:
    """``chart`` is the record as it is, ``without`` the same with findings switched off."""
    intake, catalogue = chart.intake, chart.catalogue
    before = ranking.posterior(catalogue, chart.record.values, intake.setting, intake.presentation)
    order = sorted((slug for slug in before if slug != OTHER), key=lambda slug: -before[slug])
    now = without.differential
    shown = dict.fromkeys([*order[:COMPARED], *(cause.slug for cause in now.causes[:COMPARED])])
    ranks = {slug: rank for rank, slug in enumerate(order, start=1)}
    off = without.record.switched_off
    names = [words.in_sentence(catalogue.finding[slug].name) for slug in catalogue.finding if slug in off]
    return WhatIf(
        title=_("Without: %(names)s") % {"names": ", ".join(names)},
        effect=_effect(catalogue, order[0], before, now),
        changes=tuple(_change(catalogue, slug, ranks[slug], before[slug], now) for slug in shown),
        query=f"&{query(off)}",
    )


def _effect(catalogue: Catalogue, first: str, before: Mapping[str, float], now: Differential) -> str:
    leader = now.causes[0]
    facts = {
        "cause": catalogue.cause[first].name,
        "before": words.probability(before[first]),
        "after": words.probability(now.cause(first).posterior),
        "leader": catalogue.cause[leader.slug].name,
        "p": words.probability(leader.posterior),
    }
    if leader.slug == first:
        return _("First place unchanged: %(cause)s, %(before)s with all findings, %(after)s without.") % facts
    return (
        _("First place changes: %(leader)s %(p)s. With all findings it is %(cause)s %(before)s, here %(after)s.")
        % facts
    )


def _change(catalogue: Catalogue, slug: str, rank: int, posterior: float, now: Differential) -> Change:
    cause = now.cause(slug)
    before = _place(rank, posterior)
    after = _place(cause.rank, cause.posterior)
    return Change(catalogue.cause[slug].name, before, after, before == after)


def _place(rank: int, posterior: float) -> str:
    return _("%(rank)s, %(p)s") % {"rank": words.ranks(rank, rank), "p": words.probability(posterior)}
