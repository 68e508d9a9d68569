"""Speed of the ranking, one JSON line a measurement: ``make bench``. Run with one thread.

The same naive Bayes network is given to pgmpy and pyAgrum, built once and not counted. Their posteriors must agree.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyagrum
from pgmpy.factors.discrete import TabularCPD
from pgmpy.inference import VariableElimination
from pgmpy.models import DiscreteBayesianNetwork

from causes import ranking
from causes.catalogue import OTHER, Catalogue
from causes.conditions import Value
from causes.data_files import read_catalogue
from causes.evaluation import read_cases
from causes.ranking.model import AGE, SEX, Answers, Model, compiled
from intake.evaluation import evaluate
from intake.panel import FURTHER, PUBLISHED
from tests import bench_browser, bench_catalogue, bench_intake, bench_pages

SETTING, PRESENTATION = "neurology-clinic", "any"
ANSWERS = 25
BATCH = 100_000
TOLERANCE = 1e-9
CAUSE = "cause"


def main() -> None:
    catalogue, problems = read_catalogue()
    assert not problems, problems
    measurements = (*ranking_measurements(catalogue), *interview_measurements(catalogue), *page_measurements())
    for measurement in measurements:
        sys.stdout.write(json.dumps(measurement) + "\n")


def ranking_measurements(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    model = compiled(catalogue)
    evidence = a_case(model)
    case = (catalogue, evidence, SETTING, PRESENTATION)
    ours = microseconds(lambda: ranking.posterior(*case))
    yield measured("posterior_us", ours, "us")
    for name, query in (("pgmpy", pgmpy_query(model, evidence)), ("pyagrum", pyagrum_query(model, evidence))):
        difference = np.abs(query() - np.array(list(ranking.posterior(*case).values()))).max()
        assert difference < TOLERANCE, f"{name} differs by {difference}"
        theirs = microseconds(query, seconds=1.0)
        yield measured(f"posterior_{name}_us", theirs, "us", ratio=theirs / ours, against="posterior_us")
    yield measured("posterior_contributions_interval_us", microseconds(lambda: ranking.assess(*case)), "us")
    yield measured("full_differential_us", microseconds(lambda: ranking.rank(*case)), "us")
    found = ranking.rank(*case)
    yield measured("second_cause_us", microseconds(lambda: ranking.second_causes(catalogue, found)), "us")
    yield measured("smallest_change_us", microseconds(lambda: ranking.smallest_changes(catalogue, found)), "us")
    yield measured("batch_cases_per_s", BATCH / seconds_of_a_batch(catalogue), "cases/s")


def interview_measurements(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """What the published patients are asked; a list to tick is one question, and each of its ticks one thing."""
    evidence = a_case(compiled(catalogue))
    lines = [line for path in (PUBLISHED, FURTHER) for line in path.read_text(encoding="utf-8").splitlines()]
    report = evaluate(catalogue, read_cases(catalogue, lines))
    questions = report["questions"]
    yield measured("interview_questions_median", questions["median"], "questions")
    yield measured("interview_questions_ninth_decile", questions["ninth_decile"], "questions")
    yield measured("interview_things_asked_median", report["items"], "things", lists=report["lists"])
    yield measured("whole_form_questions_median", report["whole_form"]["median"], "questions")
    yield measured("interview_same_first_cause", 100 * report["same_first"], "%")
    yield measured("interview_same_first_three", 100 * report["same_three"], "%")
    gains = microseconds(lambda: ranking.expected_gains(catalogue, evidence, SETTING, PRESENTATION, stages=("ask",)))
    yield measured("expected_gains_us", gains, "us")


def page_measurements() -> Iterator[dict[str, Any]]:
    for name, value, unit, more in bench_pages.page_measurements():
        yield measured(name, value, unit, **more)
    changed = bench_browser.changed_finding_milliseconds()
    if changed is not None:
        ranking_drawn, page_drawn = changed
        yield measured("changed_finding_browser_ms", ranking_drawn, "ms")
        yield measured("changed_finding_whole_page_ms", page_drawn, "ms")
    for name, weight, unit, more in bench_intake.first_page_measurements():
        yield measured(name, weight, unit, **more)
    yield from (measured(*measurement) for measurement in bench_catalogue.page_measurements())


def measured(name: str, value: float | None, unit: str, **more: Any) -> dict[str, Any]:
    """None is what could not be measured here."""
    rounded = {key: round(item, 2) if isinstance(item, float) else item for key, item in more.items()}
    kept = None if value is None else round(value, 3 if value < 1 else 1)
    return {"name": name, "value": kept, "unit": unit, **rounded}


def microseconds(function: Callable[[], object], seconds: float = 0.5, rounds: int = 7) -> float:
    """The best round's mean time of one call, after a first call that is not counted."""
    function()
    start = time.perf_counter()
    function()
    calls = max(1, int(seconds / rounds / (time.perf_counter() - start)))
    return min(_round(function, calls) for _ in range(rounds)) * 1e6


def _round(function: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - start) / calls


def seconds_of_a_batch(catalogue: Catalogue) -> float:
    """The best of three products of many encoded cases."""
    case = ranking.Case(a_case(compiled(catalogue)), SETTING, PRESENTATION)
    one = ranking.encode(catalogue, [case])
    many = ranking.EncodedCases(np.repeat(one.weights, BATCH, axis=0), np.repeat(one.base, BATCH, axis=0))
    return min(_round(lambda: ranking.posteriors(catalogue, many), 1) for _ in range(3))


def asked(model: Model) -> list[Answers]:
    """Findings that a discrete network can hold and that are no part of the pretest."""
    return [a for a in model.columns if a.finding.kind != "number" and a.finding.slug not in (AGE, SEX)]


def a_case(model: Model) -> dict[str, Value]:
    """Answers to at most one finding of each cluster, so that none is discounted."""
    evidence: dict[str, Value] = {}
    clusters: set[str] = set()
    for a in asked(model):
        if len(evidence) < ANSWERS and a.finding.cluster not in clusters:
            evidence[a.finding.slug] = a.values[len(evidence) % 2]
            clusters |= {a.finding.cluster} - {""}
    return evidence


def pretest_of(model: Model) -> np.ndarray:
    shares = np.exp(model.log_shares[SETTING, PRESENTATION])
    return shares / shares.sum()


def pgmpy_query(model: Model, evidence: dict[str, Value]) -> Callable[[], np.ndarray]:
    """Variable elimination."""
    states = [*model.causes, OTHER]
    network = DiscreteBayesianNetwork([(CAUSE, a.finding.slug) for a in asked(model)])
    network.add_cpds(TabularCPD(CAUSE, len(states), pretest_of(model)[:, None]))
    for a in asked(model):
        table = model.theta[a.start : a.stop]
        network.add_cpds(TabularCPD(a.finding.slug, len(a.values), table, [CAUSE], [len(states)]))
    inference = VariableElimination(network)
    given = {slug: model.answers[slug].values.index(value) for slug, value in evidence.items()}
    return lambda: inference.query([CAUSE], evidence=given, show_progress=False).values


def pyagrum_query(model: Model, evidence: dict[str, Value]) -> Callable[[], np.ndarray]:
    """Lazy propagation, with all the evidence entered again each time."""
    network = pyagrum.BayesNet()
    network.add(pyagrum.LabelizedVariable(CAUSE, CAUSE, len(model.causes) + 1))
    network.cpt(CAUSE).fillWith(pretest_of(model).tolist())
    for a in asked(model):
        network.add(pyagrum.LabelizedVariable(a.finding.slug, a.finding.slug, len(a.values)))
        network.addArc(CAUSE, a.finding.slug)
        network.cpt(a.finding.slug).fillWith(model.theta[a.start : a.stop].T.ravel().tolist())
    given = {slug: model.answers[slug].values.index(value) for slug, value in evidence.items()}
    inference = pyagrum.LazyPropagation(network)
    inference.addTarget(CAUSE)

    def query() -> np.ndarray:
        inference.setEvidence(given)
        inference.makeInference()
        return inference.posterior(CAUSE).toarray()

    return query


if __name__ == "__main__":
    main()
