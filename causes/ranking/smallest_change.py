"""The fewest answers that would have to be otherwise to put another cause first. docs/model.md explains the order.

Only real alternatives: yes for no, another option. The effect is exact, as no cluster's discount changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from causes.catalogue import Catalogue
from causes.conditions import Evidence, Value
from causes.ranking.cells import Flags, Floats, Integers
from causes.ranking.model import Answers, Model
from causes.ranking.outlook import is_ruled_out
from causes.ranking.results import Differential
from causes.ranking.scoring import Observed, observe, observe_again, softmax

MOST_CHANGES = 3
CONTENDERS = 3
_CHUNK = 4096  # combinations at a time
_ROUNDING = 1e-9  # nats


@dataclass(frozen=True, slots=True)
class Change:
    finding: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class SmallestChange:
    cause: str  # which would be first
    changes: tuple[Change, ...]  # in the catalogue's order
    posterior: float  # of the cause, then


@dataclass(frozen=True, slots=True)
class SmallestChanges:
    overall: SmallestChange | None  # of these causes; None when more than three answers would have to change
    rivals: Mapping[str, SmallestChange | None]  # for each cause that was asked for, its own


def contenders(differential: Differential) -> tuple[str, ...]:
    """The causes that could still come first once the next stage is known, by rank; at most three, or none."""
    return tuple(item.slug for item in differential.causes[1 : 1 + CONTENDERS] if item.rank_low == 1)


def smallest_changes(catalogue: Catalogue, differential: Differential, causes: Collection[str] = ()) -> SmallestChanges:
    """The smallest changes of answered findings that put one of these causes first, each verified by ranking again.

    Without causes: any but the first. Fewest findings first, then the most probable answers (by the posterior as it
    is). Never changed: age, sex, numbers, the complaint's own findings, and an answer that another present finding
    presupposes. Raises ValueError for a differential of another catalogue.
    """
    model, observed = observe_again(catalogue, differential)
    search = _Search(model, observed, differential, _moves(model, observed, differential))
    places = {slug: model.causes.index(slug) for slug in causes or [item.slug for item in differential.causes[1:]]}
    overall = search.smallest(list(places.values()))
    return SmallestChanges(overall, {slug: search.smallest([places[slug]]) for slug in causes})


@dataclass(frozen=True, slots=True)
class _Moves:
    """Each possible change of one answer, in the catalogue's order."""

    row: Integers  # (moves,): the finding's place among the answered
    after: tuple[Value, ...]
    gain: Floats  # (moves, causes), nats: by how much the cause's score rises
    log_probability: Floats  # (moves,): of the new answer


def _moves(model: Model, observed: Observed, differential: Differential) -> _Moves:
    posterior = softmax(observed.scores)
    complaint = model.presenting[differential.presentation]
    rows: list[tuple[int, Value, int]] = []
    for row, (a, value) in enumerate(zip(observed.findings, observed.values, strict=True)):
        if a.finding.slug not in complaint:
            rows += [
                (row, other, column)
                for other, column in _others(a, value)
                if _is_coherent(observed, differential.evidence, a.finding.slug, other)
            ]
    places, columns = (np.array([item[at] for item in rows], dtype=np.intp) for at in (0, 2))
    gain = observed.weights[places, None] * (model.log_ratio[columns] - observed.log_ratios[places])
    chance = model.theta[columns] @ posterior
    return _Moves(places, tuple(item[1] for item in rows), gain[:, :-1], np.log(np.maximum(chance, 1e-300)))


def _others(a: Answers, value: Value) -> Iterator[tuple[Value, int]]:
    return ((other, column) for (_, other), column in a.column.items() if other != value)


def _is_coherent(observed: Observed, evidence: Evidence, slug: str, answer: Value) -> bool:
    """Whether every other present finding is still possible by its condition."""
    changed = {**evidence, slug: answer}
    present = [
        a for a, value in zip(observed.findings, observed.values, strict=True) if a.ask_if and value is not False
    ]
    return not any(is_ruled_out(a.ask_if, changed) and not is_ruled_out(a.ask_if, evidence) for a in present)


@dataclass(frozen=True, slots=True)
class _Found:
    """A change that was verified, and how it compares with others of its size."""

    order: float
    change: SmallestChange


class _Search:
    def __init__(self, model: Model, observed: Observed, differential: Differential, moves: _Moves) -> None:
        self.model, self.observed, self.differential, self.moves = model, observed, differential, moves
        self.scores: Floats = observed.scores[:-1]
        self.found: dict[tuple[int, int], _Found | None] = {}

    def smallest(self, targets: list[int]) -> SmallestChange | None:
        """Of the changes that put one of these causes first."""
        for size in range(1, MOST_CHANGES + 1):
            found = [item for target in targets if (item := self._best(target, size))]
            if found:
                return min(found, key=lambda item: item.order).change
        return None

    def _best(self, target: int, size: int) -> _Found | None:
        if (target, size) not in self.found:
            self.found[target, size] = next(self._verified(target, size), None)
        return self.found[target, size]

    def _verified(self, target: int, size: int) -> Iterator[_Found]:
        chosen = self._sufficient(target, size)
        log_probability = self.moves.log_probability[chosen].sum(axis=1)
        for place in np.argsort(-log_probability, kind="stable").tolist():
            change = self._ranked_again(target, chosen[place].tolist())
            if change:
                yield _Found(-float(log_probability[place]), change)

    def _ranked_again(self, target: int, chosen: list[int]) -> SmallestChange | None:
        """None when the cause would not be first after all."""
        observed, moves = self.observed, self.moves
        rows = [int(moves.row[move]) for move in chosen]
        changes = [
            Change(observed.findings[row].finding.slug, observed.values[row], moves.after[move])
            for row, move in zip(rows, chosen, strict=True)
        ]
        evidence = changed_evidence(self.differential.evidence, changes)
        again = observe(self.model, evidence, self.differential.setting, self.differential.presentation)
        posterior = softmax(again.scores)
        if posterior[:-1].argmax() != target:
            return None
        return SmallestChange(self.model.causes[target], tuple(changes), float(posterior[target]))

    def _sufficient(self, target: int, size: int) -> Integers:
        """(combinations, size): the moves, by their place, that together put the cause first."""
        gain, row = self.moves.gain, self.moves.row
        ahead = np.flatnonzero(self.scores >= self.scores[target])
        ahead = ahead[ahead != target]
        need = self.scores[ahead] - self.scores[target] - _ROUNDING
        bounds = gain[:, [target]] - gain[:, ahead]
        kept = np.flatnonzero((bounds + (size - 1) * bounds.max(axis=0, initial=0) >= need).all(axis=1))
        chosen = kept[_combinations(bounds[kept], need, row[kept], size)]
        parts = [chosen[start : start + _CHUNK] for start in range(0, len(chosen), _CHUNK)]
        winning = [part[_leads(self.scores + gain[part].sum(axis=1))[:, target]] for part in parts]
        return np.concatenate([np.empty((0, size), dtype=np.intp), *winning])


def _leads(scores: Floats) -> Flags:
    """(combinations, causes): whether a cause may be first; near ties are settled by ranking again."""
    result: Flags = scores >= scores.max(axis=1, keepdims=True) - _ROUNDING
    return result


def _combinations(bounds: Floats, need: Floats, row: Integers, size: int) -> Integers:
    """(combinations, size): places of moves of different findings whose bounds together reach the need."""
    chosen, sums = np.arange(len(bounds))[:, None], bounds
    top = bounds.max(axis=0, initial=0)
    for left in range(size - 2, -1, -1):
        last = chosen[:, -1]
        counts = len(bounds) - 1 - last
        parents = np.repeat(np.arange(len(chosen)), counts)
        following = np.arange(len(parents)) - np.repeat(np.cumsum(counts) - counts, counts) + last[parents] + 1
        is_enough = row[following] != row[last[parents]]
        for column, least in enumerate(need - left * top):
            is_enough &= sums[parents, column] + bounds[following, column] >= least
        parents, following = parents[is_enough], following[is_enough]
        chosen = np.column_stack([chosen[parents], following])
        sums = sums[parents] + bounds[following]
    return chosen


def changed_evidence(evidence: Evidence, changes: Collection[Change]) -> dict[str, Value]:
    """The evidence once the changes are made."""
    return {**evidence, **{change.finding: change.after for change in changes}}
