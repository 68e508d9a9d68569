"""Many cases in one matrix product: worklists and evaluations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from causes.catalogue import Catalogue
from causes.conditions import Evidence
from causes.ranking.cells import Floats
from causes.ranking.model import compiled
from causes.ranking.scoring import observe, softmax


class Case(NamedTuple):
    evidence: Evidence
    setting: str
    presentation: str = "any"


@dataclass(frozen=True, slots=True)
class EncodedCases:
    """Cases as arrays: score = base + weights @ (log ratio of each answer)."""

    weights: Floats  # (cases, answers), the discount of an answered column, else 0
    base: Floats  # (cases, causes + 1), log pretest and the contributions of numbers


def encode(catalogue: Catalogue, cases: Sequence[Case]) -> EncodedCases:
    """Raises EvidenceError as ``rank`` does."""
    model = compiled(catalogue)
    weights = np.zeros((len(cases), len(model.theta)))
    base = np.empty((len(cases), model.theta.shape[1]))
    for row, case in enumerate(cases):
        seen = observe(model, *case)
        base[row] = seen.log_pretest
        for column, weight, ratios in zip(seen.columns, seen.weights, seen.log_ratios, strict=True):
            if column < 0:
                base[row] += weight * ratios
            else:
                weights[row, column] = weight
    return EncodedCases(weights, base)


def posteriors(catalogue: Catalogue, cases: Sequence[Case] | EncodedCases) -> Floats:
    """(cases, causes + 1): each case's posterior of every cause in the catalogue's order, then of ``other``."""
    encoded = cases if isinstance(cases, EncodedCases) else encode(catalogue, cases)
    scores = encoded.weights @ compiled(catalogue).log_ratio
    scores += encoded.base
    return softmax(scores)


def first_causes(
    catalogue: Catalogue, cases: Sequence[Case] | EncodedCases, n: int = 3
) -> list[tuple[tuple[str, float], ...]]:
    """The n most probable causes (without ``other``) of each case, with their posteriors."""
    table = posteriors(catalogue, cases)[:, :-1]
    slugs = compiled(catalogue).causes
    order = np.argsort(-table, axis=1, kind="stable")[:, :n]
    return [
        tuple((slugs[place], float(row[place])) for place in places) for row, places in zip(table, order, strict=True)
    ]
