"""The fewest answers that would have to be otherwise to put another cause first. docs/model.md explains the order.

The effect of a change is exact: an answer that becomes another leaves its cluster's discount as it is, one that is
taken back lets the remaining answers of the cluster count more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from causes.catalogue import Catalogue
from causes.conditions import Evidence, Value
from causes.ranking.cells import Flags, Floats, Integers
from causes.ranking.model import Answers, Model
from causes.ranking.outlook import Clusters, clusters_of, is_ruled_out
from causes.ranking.results import Differential
from causes.ranking.scoring import Observed, observe, observe_again, softmax

MOST_CHANGES = 3
RIVALS = 4  # after the first cause
_CHUNK = 4096  # combinations at a time
_ROUNDING = 1e-9  # nats


@dataclass(frozen=True, slots=True)
class Change:
    finding: str
    before: Value
    after: Value | None  # None: not known


@dataclass(frozen=True, slots=True)
class SmallestChange:
    cause: str  # which would be first
    changes: tuple[Change, ...]  # in the catalogue's order
    posterior: float  # of the cause, then


@dataclass(frozen=True, slots=True)
class SmallestChanges:
    overall: SmallestChange | None  # of all causes; None when more than three answers would have to change
    rivals: Mapping[str, SmallestChange | None]  # for each cause of the next ranks, its own


def smallest_changes(catalogue: Catalogue, differential: Differential, rivals: int = RIVALS) -> SmallestChanges:
    """The smallest changes of answered findings that put another cause first, each verified by ranking again.

    Fewest findings first, then the most probable answers (by the posterior as it is), then those taken back rather
    than turned. Never changed: age, sex, the complaint's own findings, and an answer that another present finding
    presupposes. Raises ValueError for a differential of another catalogue.
    """
    model, observed = observe_again(catalogue, differential)
    search = _Search(model, observed, differential, _moves(model, observed, differential))
    places = [model.causes.index(item.slug) for item in differential.causes[1:]]
    own = {place: search.smallest([place]) for place in places[:rivals]}
    return SmallestChanges(search.smallest(places), {model.causes[place]: found for place, found in own.items()})


@dataclass(frozen=True, slots=True)
class _Moves:
    """Each possible change of one answer, in the catalogue's order."""

    row: Integers  # (moves,): the finding's place among the answered
    after: tuple[Value | None, ...]
    is_back: Flags
    fall: Floats  # (moves, causes), nats: undiscounted log ratio before, less after
    log_probability: Floats  # (moves,): of the new answer; of any other answer for one that is taken back
    cluster: Integers


def _moves(model: Model, observed: Observed, differential: Differential) -> _Moves:
    posterior = softmax(observed.scores)
    complaint = model.presenting[differential.presentation]
    rows: list[tuple[int, Value | None, Floats, float]] = []
    for row, (a, value) in enumerate(zip(observed.findings, observed.values, strict=True)):
        if a.finding.slug not in complaint:
            before, answered = observed.log_ratios[row, :-1], _column(a, value)
            chance = {column: float(model.theta[column] @ posterior) for column in range(a.start, a.stop)}
            rows.append((row, None, before, sum(p for column, p in chance.items() if column != answered)))
            for other, column in _others(a, value):
                if _is_coherent(observed, differential.evidence, a.finding.slug, other):
                    rows.append((row, other, before - model.log_ratio[column, :-1], chance[column]))
    return _Moves(
        np.array([row[0] for row in rows], dtype=np.intp),
        tuple(row[1] for row in rows),
        np.array([row[1] is None for row in rows], dtype=np.bool_),
        np.array([row[2] for row in rows]).reshape(len(rows), len(model.causes)),
        np.log(np.maximum([row[3] for row in rows], 1e-300)),
        np.array([observed.findings[row[0]].cluster for row in rows], dtype=np.intp),
    )


def _column(a: Answers, value: Value) -> int:
    """The answer's column; for a number, that of the nearest representative value."""
    if a.column:
        return a.column[type(value), value]
    return a.start + int(np.argmin([abs(float(value) - float(known)) for known in a.values]))


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

    order: tuple[float, int]
    change: SmallestChange


class _Search:
    def __init__(self, model: Model, observed: Observed, differential: Differential, moves: _Moves) -> None:
        self.model, self.observed, self.differential, self.moves = model, observed, differential, moves
        self.scores: Floats = observed.scores[:-1]
        self.clusters: Clusters = clusters_of(model, observed)
        self.weights: Floats = np.array([self.clusters.weights(-back) for back in range(MOST_CHANGES + 1)])
        self.found: dict[tuple[int, int], _Found | None] = {}
        self.shares: dict[int, list[tuple[Integers, Floats]]] = {}
        singles = np.arange(len(moves.row))[:, None]
        self.leads: Flags = _leads(self._scores_after(singles))

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
        moves, chosen = self.moves, self._sufficient(target, size)
        log_probability = moves.log_probability[chosen].sum(axis=1)
        turned = np.count_nonzero(~moves.is_back[chosen], axis=1)
        for place in np.lexsort((turned, -log_probability)).tolist():
            change = self._ranked_again(target, chosen[place].tolist())
            if change:
                yield _Found((-float(log_probability[place]), int(turned[place])), change)

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
        if size == 1:
            return np.flatnonzero(self.leads[:, target])[:, None]
        ahead = np.flatnonzero(self.scores >= self.scores[target])
        ahead = ahead[ahead != target]
        need = self.scores[ahead] - self.scores[target] - _ROUNDING
        bounds = self._bounds(target, ahead, size)
        kept = np.flatnonzero((bounds + (size - 1) * bounds.max(axis=0, initial=0) >= need).all(axis=1))
        chosen = kept[_combinations(bounds[kept], need, self.moves.row[kept], size)]
        parts = [chosen[start : start + _CHUNK] for start in range(0, len(chosen), _CHUNK)]
        winning = [part[_leads(self._scores_after(part))[:, target]] for part in parts]
        return np.concatenate([np.empty((0, size), dtype=np.intp), *winning])

    def _bounds(self, target: int, ahead: Integers, size: int) -> Floats:
        """(moves, causes ahead), nats: how much a move can at most gain on them, with size - 1 others beside it."""
        bounds = np.full((len(self.moves.row), len(ahead)), -np.inf)
        for possible, shares in self._possible_shares(size):
            gains = shares[:, [target]] - shares[:, ahead]
            bounds[possible] = np.maximum(bounds[possible], gains)
        return bounds

    def _possible_shares(self, size: int) -> list[tuple[Integers, Floats]]:
        """For each number of members of a cluster, and of those taken back: the moves it can hold for, their shares."""
        if size not in self.shares:
            self.shares[size] = []
            for backs, members in product(range(size + 1), range(1, size + 1)):
                moves = np.flatnonzero(np.where(self.moves.is_back, 1 <= backs <= members, backs < members))
                shares = self._shares(moves, np.full(len(moves), backs), members)
                self.shares[size].append((moves, shares))
        return self.shares[size]

    def _shares(self, moves: Integers, backs: Integers, members: Integers | int) -> Floats:
        """(…, causes), nats: a move's share of its cluster's change, when so many members move, some taken back."""
        cluster = self.moves.cluster[moves]
        weight, now = self.weights[backs, cluster], self.weights[0, cluster]
        spread = ((weight - now) / members)[..., None] * self.clusters.sums[cluster, :-1]
        result: Floats = spread - weight[..., None] * self.moves.fall[moves]
        return result

    def _scores_after(self, chosen: Integers) -> Floats:
        """(combinations, causes), nats."""
        cluster = self.moves.cluster[chosen]
        is_same = cluster[:, :, None] == cluster[:, None, :]
        backs = np.count_nonzero(is_same & self.moves.is_back[chosen][:, None, :], axis=2)
        result: Floats = self.scores + self._shares(chosen, backs, is_same.sum(axis=2)).sum(axis=1)
        return result


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


def changed_evidence(evidence: Evidence, changes: list[Change] | tuple[Change, ...]) -> dict[str, Value]:
    """The evidence once the changes are made."""
    after = {change.finding: change.after for change in changes}
    kept = {slug: after.get(slug, value) for slug, value in evidence.items()}
    return {slug: value for slug, value in kept.items() if value is not None}
