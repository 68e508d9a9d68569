"""Small catalogues with drawn figures, and answers to them, for properties that must hold in all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from causes.catalogue import BACKGROUND, Catalogue, Cluster, Finding
from tests.causes.small import SHARES, a_catalogue, a_row, choices, numbers

YES_NO = ("weakness", "tremor", "wasting")
probabilities = st.floats(0.02, 0.98)
silent_or_known = st.none() | probabilities


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """The small catalogue's findings with other rates, gaps, discounts and shares."""
    small = a_catalogue()
    rows = [row for row in small.likelihoods if row.cause == BACKGROUND and row.finding not in YES_NO]
    rows += [a_row(BACKGROUND, slug, draw(probabilities)) for slug in YES_NO]
    for cause in small.causes:
        for slug in YES_NO:
            if (rate := draw(silent_or_known)) is not None:
                rows.append(a_row(cause.slug, slug, rate, "A", total=200))
        if (worse := draw(silent_or_known)) is not None:
            rows += choices(cause.slug, "course", worse=worse, stable=1 - worse, better=0.0)
        if draw(st.booleans()):
            rows += numbers(cause.slug, "speed", draw(st.floats(3, 12)), 2)
    shares = dict(zip(SHARES, [draw(st.floats(0.05, 1)) for _ in SHARES], strict=True))
    pretests = (replace(row, share=shares[row.cause] / sum(shares.values())) for row in small.pretests)
    clusters = (Cluster("power", "Power", draw(st.floats(0, 1))),)
    findings = tuple(
        replace(f, cluster="power" if draw(st.booleans()) else "") if f.kind != "number" else f for f in small.findings
    )
    return a_catalogue(likelihoods=tuple(rows), pretests=tuple(pretests), clusters=clusters, findings=findings)


def answers(catalogue: Catalogue) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={f.slug: _answer(f) for f in catalogue.findings})


def _answer(finding: Finding) -> st.SearchStrategy[Any]:
    if finding.kind == "choice":
        return st.sampled_from([option.value for option in finding.options])
    return st.booleans() if finding.kind == "boolean" else st.floats(1, 100)


patients = catalogues().flatmap(lambda catalogue: st.tuples(st.just(catalogue), answers(catalogue)))
