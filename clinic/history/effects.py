"""What a step did to the ranking, and for a new release the figures behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp

from django.utils.translation import gettext as _

from causes import ranking
from causes.catalogue import BACKGROUND, Catalogue, Likelihood
from causes.conditions import Value
from causes.pooling import pools
from clinic import words
from clinic.history.steps import CATALOGUE, Step

FIRST = 3
MOVED = 0.01  # of a posterior; less is not worth a reason
MOVED_CAUSES = 3
CELLS = 2  # of each cause that moved
LEAST = 0.05  # nats that a cell must add or take away


@dataclass(frozen=True, slots=True)
class Effect:
    sentence: str = ""
    why: tuple[str, ...] = ()


def effect(before: Step, after: Step) -> Effect:
    old, new = before.ranked, after.ranked
    if not new:
        return Effect(_("It can no longer be ranked."))
    if not old:
        return Effect(_("It could not be ranked before."))
    why = tuple(_reasons(before, after)) if after.reason == CATALOGUE else ()
    return Effect(_sentence(before, after, old, new), why)


def first_causes(step: Step) -> tuple[str, ...]:
    """“Essential tremor 62%”, the first three."""
    catalogue = step.release.catalogue()
    first = list(step.ranked.items())[:FIRST]
    return tuple(f"{words.short(catalogue.cause[slug].name)} {words.probability(value)}" for slug, value in first)


def _sentence(before: Step, after: Step, old: Mapping[str, float], new: Mapping[str, float]) -> str:
    was, now = next(iter(old)), next(iter(new))
    facts = {
        "was": before.release.catalogue().cause[was].name,
        "cause": after.release.catalogue().cause[now].name,
        "p": words.probability(old.get(now, 0.0)),
        "q": words.probability(new[now]),
    }
    if was != now:
        return _("First cause now %(cause)s %(q)s (was %(p)s), before %(was)s.") % facts
    if facts["p"] == facts["q"]:
        return _("First cause unchanged: %(cause)s %(q)s.") % facts
    return _("First cause unchanged: %(cause)s, from %(p)s to %(q)s.") % facts


def _reasons(before: Step, after: Step) -> Iterator[str]:
    """For each cause that moved, the figures of the catalogue that moved it most."""
    old, new = _parts(before), _parts(after)
    shifts = {slug: new[slug].posterior - old[slug].posterior for slug in new if slug in old}
    for slug in sorted(shifts, key=lambda slug: -abs(shifts[slug]))[:MOVED_CAUSES]:
        if abs(shifts[slug]) < MOVED:
            return
        cells = "; ".join(_cells(before, after, slug, old[slug], new[slug]))
        yield _("%(cause)s %(p)s → %(q)s: %(cells)s.") % {
            "cause": after.release.catalogue().cause[slug].name,
            "p": words.probability(old[slug].posterior),
            "q": words.probability(new[slug].posterior),
            "cells": cells or _("because other causes moved"),
        }


@dataclass(frozen=True, slots=True)
class _Parts:
    """What makes up one cause's score: the starting point under ""."""

    posterior: float
    values: Mapping[str, float]  # by finding, nats


def _parts(step: Step) -> dict[str, _Parts]:
    catalogue = step.release.catalogue()
    found = ranking.assess(catalogue, step.values, step.setting, step.presentation)
    names = [answers.finding.slug for answers in found.observed.findings]
    result = {}
    for place, cause in enumerate(catalogue.causes):
        values = dict(zip(names, found.contributions[:, place].tolist(), strict=True))
        values[""] = float(found.observed.log_pretest[place])
        result[cause.slug] = _Parts(float(found.posterior[place]), values)
    return result


def _cells(before: Step, after: Step, cause: str, old: _Parts, new: _Parts) -> Iterator[str]:
    shifts = {slug: new.values.get(slug, 0.0) - old.values.get(slug, 0.0) for slug in {*old.values, *new.values}}
    for slug in sorted(shifts, key=lambda slug: (-abs(shifts[slug]), slug))[:CELLS]:
        if abs(shifts[slug]) >= LEAST:
            yield _cell(before, after, cause, slug) if slug else _start(old.values[""], new.values[""])


def _start(old: float, new: float) -> str:
    return _("starting point %(p)s → %(q)s") % {"p": words.probability(exp(old)), "q": words.probability(exp(new))}


def _cell(before: Step, after: Step, cause: str, slug: str) -> str:
    """Which figure of one finding changed: the cause's own, that of others, or how it is weighed."""
    old, new = before.release.catalogue(), after.release.catalogue()
    finding = (new if slug in new.finding else old).finding[slug]
    name = words.in_sentence(finding.name)
    if slug not in after.values:
        return _("%(finding)s no longer counts") % {"finding": name}
    if slug not in before.values:
        return _("%(finding)s counts now") % {"finding": name}
    own = _figure(old, cause, slug, before.values[slug]), _figure(new, cause, slug, after.values[slug])
    if own[0] != own[1]:
        return _("%(finding)s in it %(p)s → %(q)s") % {"finding": name, "p": own[0], "q": own[1]}
    others = _figure(old, BACKGROUND, slug, before.values[slug]), _figure(new, BACKGROUND, slug, after.values[slug])
    if others[0] != others[1]:
        return _("%(finding)s in others %(p)s → %(q)s") % {"finding": name, "p": others[0], "q": others[1]}
    return _("%(finding)s is weighed differently") % {"finding": name}


def _figure(catalogue: Catalogue, cause: str, slug: str, value: Value) -> str:
    """The catalogue's figure for an answer, with its grade."""
    kind = catalogue.finding[slug].kind
    option = "" if kind == "boolean" else "mean" if kind == "number" else str(value)
    row = catalogue.cell.get((cause, slug, option))
    if row is None:
        return _("no figure")
    pool = pools(catalogue).get((cause, slug))
    return _row(row, pool.mean if pool else row.probability, kind, value is False)


def _row(row: Likelihood, figure: float, kind: str, is_absent: bool) -> str:
    if kind == "number":
        return f"{figure:g} ({row.grade})"
    share = 1 - figure if is_absent else figure
    return f"{words.probability(share)} ({row.grade})"
