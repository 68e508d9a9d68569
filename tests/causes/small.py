"""A catalogue small enough to rank by hand: three causes, two settings, seven findings."""

from __future__ import annotations

from typing import Any

from causes.catalogue import (
    BACKGROUND,
    OTHER,
    Catalogue,
    Cause,
    Cluster,
    Finding,
    Likelihood,
    Option,
    Parameter,
    Presentation,
    Pretest,
    RedFlag,
    Setting,
)

SHARES = {"alpha": 0.1, "beta": 0.3, "gamma": 0.1, OTHER: 0.5}


def a_cause(slug: str, **changes: Any) -> Cause:
    values = {"name": slug.title(), "group": "", "urgency": "routine", "is_cannot_miss": False} | changes
    return Cause(slug, **{"cannot_miss_threshold": 0.05, "summary": "", "is_in_source_article": False} | values)


def a_finding(slug: str, reported_by: str, kind: str = "boolean", *options: str, **changes: Any) -> Finding:
    texts = dict.fromkeys(("unit", "cluster", "hpo", "hpo_name", "section", "question", "help", "why", "ask_if"), "")
    choices = tuple(Option(value, value) for value in options)
    values = {"name": slug, "control": "question", "options": choices} | texts | changes
    return Finding(slug, reported_by=reported_by, kind=kind, **values)


def a_row(
    cause: str, finding: str, probability: float, grade: str = "D", option: str = "", **changes: Any
) -> Likelihood:
    values = {
        "affected": None,
        "total": None,
        "population": "those seen",
        "source": "",
        "design": "",
        "note": "",
    } | changes
    return Likelihood(cause, finding, option, probability, grade=grade, is_used=True, **values)


def a_flag(slug: str, findings: tuple[str, ...], urgency: str = "urgent", suspected: tuple[str, ...] = ()) -> RedFlag:
    return RedFlag(slug, slug, findings, urgency, "", "", suspected, "", "D")


def numbers(cause: str, finding: str, mean: float, sd: float, grade: str = "C") -> list[Likelihood]:
    return [a_row(cause, finding, mean, grade, "mean"), a_row(cause, finding, sd, grade, "sd")]


def choices(cause: str, finding: str, grade: str = "C", **shares: float) -> list[Likelihood]:
    return [a_row(cause, finding, share, grade, option) for option, share in shares.items()]


def a_catalogue(**changes: Any) -> Catalogue:
    parts: dict[str, Any] = {
        "settings": (Setting("clinic", "Clinic"), Setting("community", "Community")),
        "presentations": (Presentation("any", "Any", ()), Presentation("tremor", "Tremor", ("tremor",))),
        "causes": (
            a_cause("alpha", is_cannot_miss=True, urgency="urgent"),
            a_cause("beta"),
            a_cause("gamma", is_cannot_miss=True, cannot_miss_threshold=0.9),
        ),
        "clusters": (Cluster("power", "Power", 0.5),),
        "findings": (
            a_finding("weakness", "patient", cluster="power"),
            a_finding("tremor", "patient"),
            a_finding("course", "patient", "choice", "worse", "stable", "better"),
            a_finding("wasting", "exam", cluster="power"),
            a_finding("speed", "exam", "number", unit="Hz"),
            a_finding("age", "history", "number", unit="years", control="profile"),
            a_finding("sex", "history", "choice", "female", "male", control="profile"),
        ),
        "likelihoods": (
            a_row(BACKGROUND, "weakness", 0.2),
            a_row("alpha", "weakness", 0.8, "A", affected=80, total=100),
            a_row("beta", "weakness", 0.1, "C"),
            a_row(BACKGROUND, "tremor", 0.5),
            a_row("beta", "tremor", 0.9, "C"),
            *choices(BACKGROUND, "course", "D", worse=0.2, stable=0.5, better=0.3),
            *choices("alpha", "course", worse=0.9, stable=0.1, better=0.0),
            a_row(BACKGROUND, "wasting", 0.05),
            a_row("alpha", "wasting", 0.5, "B", affected=10, total=20),
            *numbers(BACKGROUND, "speed", 8, 3),
            *numbers("beta", "speed", 5, 1),
            *numbers(BACKGROUND, "age", 50, 18),
            *numbers("alpha", "age", 62, 12),
            *choices(BACKGROUND, "sex", "D", female=0.5, male=0.5),
            *choices("alpha", "sex", female=0.4, male=0.6),
        ),
        "pretests": tuple(
            Pretest(setting, presentation, cause, share, "D", "", "")
            for setting in ("clinic", "community")
            for presentation in ("any", "tremor")
            for cause, share in SHARES.items()
        ),
        "red_flags": (a_flag("gamma-flag", ("tremor", "course=worse/stable"), suspected=("gamma", "beta")),),
        "parameters": (
            Parameter("wide-interval", "Wide interval", 0.4, "", "", ""),
            Parameter("few-findings", "Few findings", 3, "", "", ""),
        ),
    }
    return Catalogue(**(parts | changes))
