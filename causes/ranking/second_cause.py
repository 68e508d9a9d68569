"""Which second cause would explain what the first leaves unexplained. Formulae: docs/model.md, “Two causes”."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from causes.catalogue import BACKGROUND, Catalogue, Finding
from causes.conditions import Value
from causes.ranking.cells import CEILING, FLOOR, Flags, Floats
from causes.ranking.model import Model
from causes.ranking.results import Differential
from causes.ranking.scoring import AGAINST, Observed, observe_again

_MOST_NATS = 700.0  # of which the exponential is still finite
_USUAL = 0.5  # of the background: what more than half have is no abnormality


class PairPart(NamedTuple):
    """What one answered finding contributes, in nats and after its cluster's discount."""

    finding: str
    answer: Value
    value_first: float  # to the first cause alone
    value_second: float  # to the second cause alone
    value_pair: float  # to both together


@dataclass(frozen=True, slots=True)
class SecondCause:
    """A second cause beside the first. Ratios and odds are of both together against one alone."""

    cause: str
    explains: tuple[str, ...]  # what the first leaves unexplained and the two explain better, most improved first
    fit_ratio_first: float  # how many times better the two explain the findings than the first alone
    fit_ratio_second: float
    odds_first: float  # the same, with the chance of the coincidence
    odds_second: float
    parts: tuple[PairPart, ...]  # in the catalogue's order; their sums give the fit ratios


class Unexplained(NamedTuple):
    """Findings that are there and that the first cause does not explain, by their slugs."""

    against: tuple[str, ...]  # less likely with it, strongest first
    unspoken: tuple[str, ...]  # the catalogue is silent on them for it


def unexplained(catalogue: Catalogue, differential: Differential) -> Unexplained:
    """What of a differential's present findings is something to be explained: an abnormality of the patient.

    Never a course, a duration, a side or another choice or number (every patient has one), nor a circumstance (the
    history: medicines, habits, family). What the patient tells or draws counts when the catalogue names it by a term
    of the Human Phenotype Ontology, so that a place on the body or what makes it worse does not; what was found or
    tested counts unless more than half of comparable people have it.
    """
    return Unexplained(
        tuple(slug for slug in differential.unexplained if _is_abnormality(catalogue, catalogue.finding[slug])),
        tuple(slug for slug in differential.unspoken if _is_abnormality(catalogue, catalogue.finding[slug])),
    )


def _is_abnormality(catalogue: Catalogue, finding: Finding) -> bool:
    if finding.kind != "boolean" or finding.reported_by == "history":
        return False
    if finding.stage == "ask":
        return bool(finding.hpo)
    return bool(finding.hpo) or catalogue.cell[BACKGROUND, finding.slug, ""].probability <= _USUAL


def second_causes(catalogue: Catalogue, differential: Differential, n: int = 3) -> tuple[SecondCause, ...]:
    """The n causes that best explain, with the first, what it leaves unexplained; best odds of the pair first.

    Only causes with which the findings as a whole are better explained than by the first alone. The odds take the two
    to be independent. Raises ValueError for a differential of another catalogue.
    """
    model, observed = observe_again(catalogue, differential)
    left = unexplained(catalogue, differential)
    open_findings = {*left.against, *left.unspoken}
    if not open_findings:
        return ()
    first = model.causes.index(differential.causes[0].slug)
    together = observed.weights[:, None] * pair_log_ratios(model, observed, first)
    alone = observed.contributions[:, :-1]
    fits = together.sum(axis=0) - alone[:, first].sum()
    scores = fits + observed.log_pretest[:-1]
    is_open = np.array([a.finding.slug in open_findings for a in observed.findings])
    explained = is_open[:, None] & (together - alone[:, [first]] > AGAINST)
    useful = explained.any(axis=0) & (fits > 0)
    useful[first] = False
    places = [place for place in np.argsort(-scores, kind="stable").tolist() if useful[place]]
    return tuple(_second(model, observed, together, explained, first, place) for place in places[:n])


def _second(
    model: Model, observed: Observed, together: Floats, explained: Flags, first: int, second: int
) -> SecondCause:
    alone, pair = observed.contributions, together[:, second]
    slugs = [a.finding.slug for a in observed.findings]
    gains = pair - alone[:, first]
    order = np.argsort(-gains, kind="stable").tolist()
    fit_first, fit_second = float(gains.sum()), float((pair - alone[:, second]).sum())
    values = (alone[:, first].tolist(), alone[:, second].tolist(), pair.tolist())
    return SecondCause(
        model.causes[second],
        tuple(slugs[row] for row in order if explained[row, second]),
        _ratio(fit_first),
        _ratio(fit_second),
        _ratio(fit_first + float(observed.log_pretest[second])),
        _ratio(fit_second + float(observed.log_pretest[first])),
        tuple(map(PairPart, slugs, observed.values, *values)),
    )


def _ratio(nats: float) -> float:
    return math.exp(min(nats, _MOST_NATS))


def pair_log_ratios(model: Model, observed: Observed, first: int) -> Floats:
    """(findings, causes), nats: log likelihood ratio of each answer in people with the first cause and each other."""
    result = _of_either(observed.log_ratios[:, :-1], model.is_silent[[a.position for a in observed.findings]], first)
    is_boolean = [a.finding.kind == "boolean" for a in observed.findings]
    starts = [a.start for a in observed.findings if a.finding.kind == "boolean"]
    if starts:
        theta = model.theta[starts]
        present, background = present_in_both(theta[:, [first]], theta[:, :-1], theta[:, -1:]), theta[:, -1:]
        absent = np.array([value is False for value in observed.values])[is_boolean, None]
        result[is_boolean] = np.log(np.where(absent, (1 - present) / (1 - background), present / background))
    return result


def present_in_both(first: Floats, second: Floats, background: Floats) -> Floats:
    """Probability of a yes/no finding in people with both causes: noisy-or, kept within 0.01-0.99.

    Each cause fails to bring the finding with (1 - p) / (1 - background), at most 1: a cause with a rate below the
    background brings nothing, and its people's lower rate is what remains for other reasons. Two such causes do not
    make the finding rarer still. A silent cause, whose rate is the background, leaves the other's rate as it is.
    """
    remaining = np.minimum(np.minimum(first, second), background)
    failures = [np.minimum(1.0, (1 - p) / (1 - background)) for p in (first, second)]
    result: Floats = np.clip(1 - (1 - remaining) * failures[0] * failures[1], FLOOR, CEILING)
    return result


def _of_either(ratios: Floats, is_silent: Flags, first: int) -> Floats:
    """A choice or a number follows one of the two causes, at even odds; a silent one leaves it to the other."""
    own = ratios[:, [first]]
    either = np.logaddexp(ratios, own) - math.log(2)
    result: Floats = np.where(is_silent[:, [first]], ratios, np.where(is_silent, own, either))
    return result
