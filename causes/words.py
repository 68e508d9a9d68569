"""Numbers, grades and stages in the words of the reference pages."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

STAGE_TITLES = {
    "ask": gettext_lazy("Ask"),
    "examine": gettext_lazy("Examine"),
    "blood": gettext_lazy("Blood and genetics"),
    "electrodiagnostic": gettext_lazy("Electrodiagnostic"),
    "imaging": gettext_lazy("Imaging"),
}
# What is known at each stage of an evaluation.
KNOWN_TITLES = {
    "history": gettext_lazy("History"),
    "exam": gettext_lazy("History and examination"),
    "all": gettext_lazy("All findings"),
}
GRADE_TITLES = {
    "A": gettext_lazy("Counted in 50 patients or more"),
    "B": gettext_lazy("Smaller series, review or guideline"),
    "C": gettext_lazy("Estimated from a source’s words"),
    "D": gettext_lazy("Expert estimate, no source"),
}


def probability(value: float) -> str:
    """Never 0% or 100%: below 1% one decimal, and <0.1% or >99% at the ends."""
    percent = value * 100
    if percent < 0.1:
        return "<0.1%"
    if percent > 99:
        return ">99%"
    return f"{percent:.1f}%" if percent < 0.95 else f"{percent:.0f}%"


def chance(p: float) -> str:
    """Of a test: two digits, so that 0.095 is seen to be below 0.1."""
    return "<0.01" if p < 0.01 else f"{p:.2g}"


def interval(low: float, high: float) -> str:
    return _("90%% interval %(low)s to %(high)s") % {"low": probability(low), "high": probability(high)}


def length(share: float) -> str:
    """A length of an SVG picture."""
    return f"{min(max(share, 0.0), 1.0) * 100:.2f}%"


def number(value: float) -> str:
    return f"{value:,.8g}"


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def counted(affected: int | None, total: int | None) -> str:
    if total is None:
        return "–"
    return f"{total}" if affected is None else f"{affected}/{total}"
