"""Lengths of the page's pictures, in percent."""

from __future__ import annotations

from dataclasses import dataclass

from clinic import words


@dataclass(frozen=True, slots=True)
class Bar:
    """From the middle to the right for, to the left against."""

    kind: str  # "for", "against" or "none"
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class PosteriorBar:
    width: str
    low: str
    high: str
    label: str


def bar(value: float, scale: float) -> Bar:
    """``scale`` is the value, in nats, that fills half the picture."""
    share = min(abs(value) / scale, 1.0) / 2
    if value >= 0:
        return Bar("for" if value else "none", "50%", words.length(share))
    return Bar("against", words.length(0.5 - share), words.length(share))


def posterior_bar(posterior: float, low: float, high: float) -> PosteriorBar:
    label = f"{words.probability(posterior)}, {words.interval(low, high)}"
    return PosteriorBar(words.length(posterior), words.length(low), words.length(high), label)
