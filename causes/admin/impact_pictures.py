"""The pictures of an impact. Lengths in the units of their frames; nothing is told by colour alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes.impact import Moved
from causes.words import KNOWN_TITLES

WIDTH, ROW, THICK = 240.0, 44.0, 10.0  # of the longest bar; of a row of bars; of a bar
TOP, STEP, LAST = 34.0, 21.0, 11  # of the ranks: where the first stands, how far apart, the last one drawn
LEFT, RIGHT = 60.0, 220.0


@dataclass(frozen=True, slots=True)
class BarPair:
    name: str
    old: str
    new: str
    y_name: str
    y_old: str
    y_new: str
    y_old_text: str
    y_new_text: str
    old_width: str
    new_width: str
    x_old_text: str
    x_new_text: str


@dataclass(frozen=True, slots=True)
class Bars:
    label: str
    height: str
    pairs: tuple[BarPair, ...]


@dataclass(frozen=True, slots=True)
class Slope:
    y_old: str
    y_new: str
    width: str
    slug: str  # better, worse, same
    text: str


@dataclass(frozen=True, slots=True)
class Rank:
    y: str
    y_text: str
    text: str
    old_count: str
    new_count: str


@dataclass(frozen=True, slots=True)
class Slopes:
    title: str
    label: str
    height: str
    ranks: tuple[Rank, ...]
    lines: tuple[Slope, ...]


def bars(title: str, shares: Sequence[tuple[str, float, float]], titles: tuple[str, str]) -> Bars:
    """Two bars for each share: old above new."""
    pairs = tuple(_pair(place, *share) for place, share in enumerate(shares))
    parts = [f"{pair.name}: {titles[0]} {pair.old}, {titles[1]} {pair.new}" for pair in pairs]
    return Bars(f"{title}. {'; '.join(parts)}", _length(len(pairs) * ROW), pairs)


def _pair(place: int, name: str, old: float, new: float) -> BarPair:
    top = place * ROW
    return BarPair(
        name=name,
        old=f"{old * 100:.1f}%",
        new=f"{new * 100:.1f}%",
        y_name=_length(top + 13),
        y_old=_length(top + 18),
        y_new=_length(top + 18 + THICK + 1),
        y_old_text=_length(top + 18 + THICK - 1),
        y_new_text=_length(top + 18 + 2 * THICK + 1),
        old_width=_length(old * WIDTH),
        new_width=_length(new * WIDTH),
        x_old_text=_length(old * WIDTH + 4),
        x_new_text=_length(new * WIDTH + 4),
    )


def slopes(moved: Sequence[Moved], titles: tuple[str, str]) -> tuple[Slopes, ...]:
    """By stage: the rank of the true cause, old on the left, new on the right, of those whose first cause changed."""
    return tuple(
        _slopes(stage, [row for row in moved if row.stage == stage], titles)
        for stage in KNOWN_TITLES
        if any(row.stage == stage for row in moved)
    )


def _slopes(stage: str, moved: Sequence[Moved], titles: tuple[str, str]) -> Slopes:
    title = str(KNOWN_TITLES[stage])
    lines = tuple(_lines(moved))
    old, new = Counter(_drawn(row.old_rank) for row in moved), Counter(_drawn(row.new_rank) for row in moved)
    last = max(*old, *new)
    heading = _("%(stage)s: rank of the true cause, %(old)s → %(new)s") % {
        "stage": title,
        "old": titles[0],
        "new": titles[1],
    }
    return Slopes(
        title=title,
        label=f"{heading}. {'; '.join(line.text for line in lines)}",
        height=_length(TOP + last * STEP),
        ranks=tuple(_rank(rank, old[rank], new[rank]) for rank in range(1, last + 1)),
        lines=lines,
    )


def _rank(rank: int, old: int, new: int) -> Rank:
    text = f"{rank}+" if rank == LAST else str(rank)
    return Rank(_length(_y(rank)), _length(_y(rank) + 4), text, str(old or ""), str(new or ""))


def _lines(moved: Sequence[Moved]) -> Iterator[Slope]:
    counted = Counter((row.old_rank, row.new_rank) for row in moved)
    for (old, new), count in sorted(counted.items()):
        patients = ngettext("%(n)s patient", "%(n)s patients", count) % {"n": count}
        slug = "better" if new < old else "worse" if new > old else "same"
        width = min(1.5 + count / 2, 7.0)
        yield Slope(
            _length(_y(_drawn(old))), _length(_y(_drawn(new))), _length(width), slug, f"{old} → {new}: {patients}"
        )


def _drawn(rank: int) -> int:
    return min(rank, LAST)


def _y(rank: int) -> float:
    return TOP + (rank - 1) * STEP


def _length(value: float) -> str:
    return f"{value:.1f}"
