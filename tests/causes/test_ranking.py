import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causes.catalogue import BACKGROUND, OTHER, STAGES, Catalogue, Cluster, Parameter
from causes.ranking import (
    Case,
    EvidenceError,
    assess,
    compare,
    encode,
    first_causes,
    posterior,
    posteriors,
    rank,
)
from causes.ranking.cells import log_density, weight_of
from causes.ranking.model import compiled
from tests.causes.small import SHARES, a_catalogue, a_finding, a_row, choices
from tests.real import PROBLEMS, REAL

SMALL = a_catalogue()
EVERYTHING = {
    "weakness": True,
    "tremor": False,
    "course": "worse",
    "wasting": True,
    "speed": 5.5,
    "age": 70,
    "sex": "male",
}


def evidence_of(catalogue: Catalogue) -> st.SearchStrategy[dict]:
    def value(finding):
        if finding.kind == "boolean":
            return st.booleans()
        if finding.kind == "choice":
            return st.sampled_from([option.value for option in finding.options])
        return st.floats(-1e6, 1e6) | st.integers(0, 130)

    return st.fixed_dictionaries({}, optional={f.slug: value(f) for f in catalogue.findings})


# --- worked by hand


def test_works() -> None:
    found = rank(SMALL, {"weakness": True}, "clinic")
    # theta = (n p + background) / (n + 1): alpha (100 * 0.8 + 0.2) / 101, beta (10 * 0.1 + 0.2) / 11; gamma silent
    alpha, beta = 80.2 / 101, 1.2 / 11
    weights = {"alpha": 0.1 * alpha / 0.2, "beta": 0.3 * beta / 0.2, "gamma": 0.1, OTHER: 0.5}
    total = sum(weights.values())
    assert {c.slug: c.posterior for c in found.causes} == pytest.approx(
        {slug: weight / total for slug, weight in weights.items() if slug != OTHER}, abs=1e-12
    )
    assert found.other_posterior == pytest.approx(0.5 / total, abs=1e-12)
    assert [c.slug for c in found.causes] == ["alpha", "beta", "gamma"]
    assert [c.rank for c in found.causes] == [1, 2, 3]
    assert found.release == 0
    assert found.engine_version == "3"
    assert found.sha256 == SMALL.sha256


def test_a_contribution_names_all_its_parts() -> None:
    (part,) = rank(SMALL, {"weakness": False}, "clinic").cause("alpha").contributions
    assert part.lr == pytest.approx((1 - 80.2 / 101) / 0.8)
    assert part.value == pytest.approx(math.log(part.lr))
    assert part.cause_probability == pytest.approx(20.8 / 101)
    assert part.background_probability == pytest.approx(0.8)
    assert (part.finding, part.answer, part.cluster, part.weight) == ("weakness", False, "power", 1)
    assert (part.grade, part.is_silent) == ("A", False)
    assert part.likelihood == SMALL.cell["alpha", "weakness", ""]


def test_a_cluster_counts_its_answers_less() -> None:
    both = rank(SMALL, {"weakness": True, "wasting": True}, "clinic").cause("alpha")
    # k = 2, rho = 0.5: each counts 1 / 1.5
    wasting = (20 * 0.5 + 0.05) / 21 / 0.05
    assert {p.finding: p.weight for p in both.contributions} == {"weakness": 1 / 1.5, "wasting": 1 / 1.5}
    assert both.score - both.log_pretest == pytest.approx((math.log(80.2 / 101 / 0.2) + math.log(wasting)) / 1.5)


def test_a_choice_is_clamped_and_made_to_add_up_again() -> None:
    alpha = rank(SMALL, {"course": "better"}, "clinic").cause("alpha")
    raw = [(10 * p + b) / 11 for p, b in ((0.9, 0.2), (0.1, 0.5), (0.0, 0.3))]
    assert alpha.contributions[0].cause_probability == pytest.approx(raw[2] / sum(raw))
    sure = a_catalogue(
        likelihoods=tuple(
            replace(row, probability=float(row.option == "worse"), grade="A", total=200)
            if (row.cause, row.finding) == ("alpha", "course")
            else row
            for row in SMALL.likelihoods
        )
    )
    table = compiled(sure)
    start = table.answers["course"].start
    # (200 * 0 + 0.3) / 201 is below 0.01
    kept = [min(0.99, (200 + 0.2) / 201), 0.01, 0.01]
    assert table.theta[start : start + 3, 0] == pytest.approx([p / sum(kept) for p in kept])


def test_a_missing_option_takes_what_the_others_leave() -> None:
    rows = [r for r in SMALL.likelihoods if (r.cause, r.finding) != ("alpha", "course")]
    part = a_catalogue(likelihoods=(*rows, *choices("alpha", "course", worse=0.6)))
    table = compiled(part)
    start = table.answers["course"].start
    # 0.4 left, shared 5 to 3 as in the background; then one pseudo-observation of it
    raw = [(10 * p + b) / 11 for p, b in ((0.6, 0.2), (0.25, 0.5), (0.15, 0.3))]
    assert table.theta[start : start + 3, 0] == pytest.approx(raw)


def test_a_number_uses_its_density() -> None:
    beta = rank(SMALL, {"speed": 5.0}, "clinic").cause("beta")

    def density(value: float, mean: float, sd: float) -> float:  # Student t, 4 degrees of freedom
        return 0.375 / sd * (1 + ((value - mean) / sd) ** 2 / 4) ** -2.5

    assert beta.contributions[0].cause_probability == pytest.approx(density(5, 5, 1))
    assert beta.contributions[0].lr == pytest.approx(density(5, 5, 1) / density(5, 8, 3))


def test_pretest_holds_share_age_and_sex() -> None:
    found = rank(SMALL, {"age": 70, "sex": "male"}, "clinic")
    age = [math.exp(log_density(70, np.array(mean), np.array(sd))) for mean, sd in ((62.0, 12.0), (50.0, 18.0))]
    male = (10 * 0.6 + 0.5) / 11
    weights = {"alpha": 0.1 * age[0] * male, "beta": 0.3 * age[1] * 0.5, "gamma": 0.1 * age[1] * 0.5}
    total = sum(weights.values()) + 0.5 * age[1] * 0.5
    assert {c.slug: c.pretest for c in found.causes} == pytest.approx({s: w / total for s, w in weights.items()})
    assert found.ignored == ("age", "sex")
    assert all(c.posterior == pytest.approx(c.pretest) and not c.contributions for c in found.causes)


def test_the_presenting_finding_contributes_nothing_more() -> None:
    with_it, without = (rank(SMALL, e, "clinic", "tremor") for e in ({"tremor": True}, {}))
    assert with_it.ignored == ("tremor",)
    assert [c.posterior for c in with_it.causes] == [c.posterior for c in without.causes]
    assert rank(SMALL, {"tremor": True}, "clinic").cause("beta").contributions[0].value > 0


@pytest.mark.parametrize(
    ("grade", "total", "expected"),
    [
        ("A", 80, 80),
        ("A", 5000, 200),
        ("A", None, 50),
        ("B", 12, 12),
        ("B", 90, 30),
        ("B", None, 30),
        ("C", 400, 10),
        ("D", None, 4),
    ],
)
def test_weight_of_a_grade(grade: str, total: int | None, expected: float) -> None:
    assert weight_of(a_row("alpha", "weakness", 0.5, grade, total=total)) == expected


def test_an_unknown_grade_is_refused() -> None:
    with pytest.raises(ValueError, match="grade “E”"):
        weight_of(a_row("alpha", "weakness", 0.5, "E"))


# --- the four honest states


@given(evidence_of(SMALL), st.sampled_from(["any", "tremor"]))
@settings(max_examples=30, deadline=None)
def test_the_parts_add_up_to_the_score(evidence: dict, presentation: str) -> None:
    found = rank(SMALL, evidence, "clinic", presentation)
    for cause in found.causes:
        assert cause.log_pretest + sum(p.value for p in cause.contributions) == pytest.approx(cause.score, abs=1e-9)
        assert cause.low <= cause.posterior <= cause.high
        assert all(p.lr == 1 and p.value == 0 for p in cause.contributions if p.is_silent)
        assert set(cause.gaps) == {p.finding for p in cause.contributions if p.is_silent}
        sizes = [abs(p.value) for p in cause.contributions]
        assert sizes == sorted(sizes, reverse=True)
    assert sum(c.posterior for c in found.causes) + found.other_posterior == pytest.approx(1, abs=1e-12)
    scores = {**{c.slug: c.score for c in found.causes}, OTHER: found.other_score}
    powers = {slug: math.exp(score) for slug, score in scores.items()}
    for cause in found.causes:
        assert cause.posterior == pytest.approx(powers[cause.slug] / sum(powers.values()), abs=1e-12)


@given(evidence_of(SMALL), st.randoms())
@settings(max_examples=20, deadline=None)
def test_the_order_of_answers_is_irrelevant(evidence: dict, random) -> None:
    slugs = list(evidence)
    random.shuffle(slugs)
    shuffled = {slug: evidence[slug] for slug in slugs}
    assert repr(rank(SMALL, shuffled, "clinic")) == repr(rank(SMALL, evidence, "clinic"))


def test_a_second_compilation_gives_the_same_bytes() -> None:
    first = repr(rank(SMALL, EVERYTHING, "clinic"))
    compiled.cache_clear()
    assert repr(rank(a_catalogue(), EVERYTHING, "clinic")) == first


def test_a_finding_nobody_answered_changes_nothing() -> None:
    more = a_catalogue(
        findings=(*SMALL.findings, a_finding("rash", "exam")),
        likelihoods=(*SMALL.likelihoods, a_row(BACKGROUND, "rash", 0.1), a_row("beta", "rash", 0.9, "A", total=200)),
    )
    assert posterior(more, EVERYTHING, "clinic") == pytest.approx(posterior(SMALL, EVERYTHING, "clinic"), abs=1e-15)
    before, after = (assess(c, EVERYTHING, "clinic").interval for c in (SMALL, more))
    assert np.array_equal(before.low, after.low)


@given(evidence_of(SMALL), st.booleans())
@settings(max_examples=20, deadline=None)
def test_a_silent_cell_neither_helps_nor_hurts(evidence: dict, answer: bool) -> None:
    """gamma is silent on wasting, as "other" is: their ratio stays."""
    without = {slug: value for slug, value in evidence.items() if slug not in ("wasting", "weakness")}
    before, after = (posterior(SMALL, e, "clinic") for e in (without, {**without, "wasting": answer}))
    assert after["gamma"] / after[OTHER] == pytest.approx(before["gamma"] / before[OTHER], rel=1e-9)
    found = rank(SMALL, {**without, "wasting": answer}, "clinic")
    assert "wasting" in found.cause("gamma").gaps
    assert next(p for p in found.cause("gamma").contributions if p.finding == "wasting").likelihood is None


@given(st.floats(0, 1), st.integers(1, 3))
@settings(max_examples=20, deadline=None)
def test_the_discount_is_exact(rho: float, k: int) -> None:
    slugs = [f"sign-{i}" for i in range(k)]
    catalogue = a_catalogue(
        clusters=(Cluster("signs", "Signs", rho),),
        findings=tuple(a_finding(slug, "exam", cluster="signs") for slug in slugs),
        likelihoods=tuple(a_row(c, slug, p) for slug in slugs for c, p in ((BACKGROUND, 0.2), ("alpha", 0.6))),
        presentations=(SMALL.presentations[0],),
        red_flags=(),
    )
    alpha = rank(catalogue, dict.fromkeys(slugs, True), "clinic").cause("alpha")
    ratio = math.log((4 * 0.6 + 0.2) / 5 / 0.2)
    assert alpha.score - alpha.log_pretest == pytest.approx(k * ratio / (1 + (k - 1) * rho), abs=1e-12)


@pytest.mark.parametrize("age", [0, 130, -1e308, 1e308])
@pytest.mark.parametrize("speed", [0, 1e6, 1e308, -1e308])
def test_extremes_stay_finite(age: float, speed: float) -> None:
    found = rank(SMALL, {"age": age, "speed": speed, "weakness": True}, "clinic")
    values = [found.other_posterior, found.other_low, found.other_high]
    for c in found.causes:
        values += [c.posterior, c.low, c.high, c.score, c.pretest, *(p.value for p in c.contributions)]
    assert all(math.isfinite(value) for value in values)
    assert all(cause.posterior > 0 for cause in found.causes)


# --- what the catalogue does not know


@pytest.mark.parametrize(
    ("evidence", "setting", "presentation", "named"),
    [
        ({"nonsense": True}, "clinic", "any", "nonsense"),
        ({"course": "sideways"}, "clinic", "any", "course"),
        ({"course": True}, "clinic", "any", "course"),
        ({"weakness": 1}, "clinic", "any", "weakness"),
        ({"weakness": "yes"}, "clinic", "any", "weakness"),
        ({"weakness": None}, "clinic", "any", "weakness"),
        ({"weakness": [True]}, "clinic", "any", "weakness"),
        ({"speed": True}, "clinic", "any", "speed"),
        ({"speed": "8"}, "clinic", "any", "speed"),
        ({"speed": math.nan}, "clinic", "any", "speed"),
        ({"age": math.inf}, "clinic", "any", "age"),
        ({"age": "old"}, "clinic", "any", "age"),
        ({"sex": "unknown"}, "clinic", "any", "sex"),
        ({}, "moon", "any", "moon"),
        ({}, "clinic", "hiccups", "hiccups"),
    ],
)
def test_bad_input_is_refused_by_name(evidence: dict, setting: str, presentation: str, named: str) -> None:
    for known in (evidence, {"tremor": True, "wasting": False} | evidence):
        for function in (rank, posterior):
            with pytest.raises(EvidenceError, match=named):
                function(SMALL, known, setting, presentation)


def test_unknown_stage_is_refused() -> None:
    with pytest.raises(ValueError, match="biopsy"):
        rank(SMALL, {}, "clinic", stages=("ask", "biopsy"))


def test_incomplete_base_rates_are_refused() -> None:
    partial = a_catalogue(pretests=SMALL.pretests[:-1])
    with pytest.raises(EvidenceError, match="no complete base rates"):
        rank(partial, {}, "community", "tremor")


def test_a_finding_without_a_background_is_refused() -> None:
    rows = tuple(row for row in SMALL.likelihoods if (row.cause, row.finding) != (BACKGROUND, "tremor"))
    with pytest.raises(ValueError, match="tremor has no background rate"):
        rank(a_catalogue(likelihoods=rows), {}, "clinic")


# --- interval, lane, outlook


def test_more_evidence_of_a_better_grade_narrows_the_interval() -> None:
    def width(grade: str, total: int | None) -> float:
        rows = tuple(
            replace(row, grade=grade, total=total) if (row.cause, row.finding) == ("alpha", "weakness") else row
            for row in SMALL.likelihoods
        )
        limits = assess(a_catalogue(likelihoods=rows), {"weakness": True}, "clinic").interval
        return float(limits.high[0] - limits.low[0])

    assert width("A", 200) < width("C", None) < width("D", None)


def test_top_three_probability_is_one_where_there_are_three_causes() -> None:
    assert [c.top_three_probability for c in rank(SMALL, EVERYTHING, "clinic").causes] == [1, 1, 1]


def test_the_lane_keeps_a_flagged_cause_whatever_its_rank() -> None:
    found = rank(SMALL, {"weakness": True, "tremor": True, "course": "stable"}, "clinic")
    assert [flag.slug for flag in found.flags] == ["gamma-flag"]
    entry = next(item for item in found.lane if item.cause == "gamma")
    assert (entry.rank, entry.reasons, entry.is_above_threshold) == (3, ("gamma-flag",), False)
    assert "beta" not in [item.cause for item in found.lane]  # suspected, but not a cannot-miss cause


def test_the_lane_keeps_a_cause_above_its_threshold() -> None:
    found = rank(SMALL, {"weakness": True}, "clinic")
    (entry,) = found.lane
    assert (entry.cause, entry.rank, entry.reasons, entry.is_above_threshold) == ("alpha", 1, (), True)
    (check,) = entry.checks  # the only unanswered yes/no finding that speaks about alpha
    assert (check.finding, check.stage) == ("wasting", "examine")
    for answer, expected in ((True, check.posterior_if_present), (False, check.posterior_if_absent)):
        now = posterior(SMALL, {"weakness": True, "wasting": answer}, "clinic")
        assert now["alpha"] == pytest.approx(expected, abs=1e-12)


@given(evidence_of(SMALL))
@settings(max_examples=20, deadline=None)
def test_outcomes_are_what_the_answers_would_give(evidence: dict) -> None:
    """Also across a cluster, whose discount moves with one more answer."""
    found = rank(SMALL, evidence, "clinic")
    for stage, items in found.next_findings.items():
        for item in items:
            assert item.slug not in evidence and item.slug not in ("age", "sex")
            assert SMALL.finding[item.slug].stage == stage
            assert sum(o.probability for o in item.outcomes) == pytest.approx(1)
            expected, mean = 0.0, dict.fromkeys((*(cause.slug for cause in SMALL.causes), OTHER), 0.0)
            for outcome in item.outcomes:
                after = posterior(SMALL, {**evidence, item.slug: outcome.answer}, "clinic")
                mean = {slug: value + outcome.probability * after[slug] for slug, value in mean.items()}
                expected_order = sorted((slug for slug in after if slug != OTHER), key=lambda slug: -after[slug])
                assert [slug for slug, _ in outcome.first_causes] == expected_order[:3]
                for slug, value in outcome.first_causes:
                    assert after[slug] == pytest.approx(value, abs=1e-9)
                expected += outcome.probability * bits(after)
            assert item.gain == pytest.approx(bits(mean) - expected, abs=1e-9)


def test_a_finding_that_says_nothing_gains_nothing_though_it_moves_a_discount() -> None:
    """One more answer of a cluster lets the others count less, whatever it is."""
    mute = a_finding("mute", "patient", cluster="power")
    catalogue = a_catalogue(
        findings=(*SMALL.findings, mute), likelihoods=(*SMALL.likelihoods, a_row(BACKGROUND, "mute", 0.4))
    )
    evidence = {"weakness": True}
    before, after = (posterior(catalogue, {**evidence, **more}, "clinic") for more in ({}, {"mute": True}))
    assert before["alpha"] > after["alpha"] + 0.01
    found = rank(catalogue, evidence, "clinic")
    assert "mute" not in [item.slug for items in found.next_findings.values() for item in items]


def bits(probabilities: dict[str, float]) -> float:
    return -sum(p * math.log2(p) for p in probabilities.values())


def test_suggestions_are_best_first_and_keep_to_the_stages() -> None:
    found = rank(SMALL, {}, "clinic", stages=("examine",))
    assert list(found.next_findings) == ["examine"]
    gains = [item.gain for item in found.next_findings["examine"]]
    assert gains and gains == sorted(gains, reverse=True)
    assert found.safest_check is not None and found.safest_check.stage == "examine"
    assert found.safest_check.slug == "wasting"  # the one sign that speaks about a cannot-miss cause


def test_a_finding_ruled_out_by_its_condition_is_not_suggested() -> None:
    findings = tuple(replace(f, ask_if="sex=male") if f.slug == "wasting" else f for f in SMALL.findings)
    catalogue = a_catalogue(findings=findings)

    def suggested(evidence: dict) -> set[str]:
        return {item.slug for items in rank(catalogue, evidence, "clinic").next_findings.values() for item in items}

    assert "wasting" in suggested({}) and "wasting" in suggested({"sex": "male"})
    assert "wasting" not in suggested({"sex": "female"})


def test_the_rank_range_holds_what_examination_could_do() -> None:
    found = rank(SMALL, {"weakness": True}, "clinic")
    alpha = found.cause("alpha")
    assert alpha.rank_stage == "examine"
    assert all(1 <= c.rank_low <= c.rank_high <= 3 for c in found.causes)
    assert alpha.rank_low == 1 and alpha.rank_high >= 2


def test_without_anything_left_to_learn_the_range_is_the_rank() -> None:
    found = rank(SMALL, EVERYTHING, "clinic")
    assert all((c.rank_low, c.rank_high, c.rank_stage) == (c.rank, c.rank, "") for c in found.causes)
    assert found.safest_check is None and not any(found.next_findings.values())


def test_a_decider_moves_its_cause() -> None:
    """Of the examination's two findings only wasting speaks about alpha; about gamma, silent on both, neither."""
    found = rank(SMALL, {"weakness": True}, "clinic")
    assert found.cause("alpha").rank_deciders == ("wasting", "speed")
    now = found.cause("alpha").posterior
    changes = {
        item.slug: sum(
            outcome.probability
            * (posterior(SMALL, {"weakness": True, item.slug: outcome.answer}, "clinic")["alpha"] - now) ** 2
            for outcome in item.outcomes
        )
        for item in found.next_findings["examine"]
    }
    assert changes["wasting"] > changes["speed"] >= (0.1 * now) ** 2


def test_where_nothing_moves_there_is_no_decider() -> None:
    for found in (rank(SMALL, EVERYTHING, "clinic"), rank(SMALL, {"weakness": True, "wasting": True}, "clinic")):
        for cause in found.causes:
            assert len(cause.rank_deciders) <= 2
            assert {SMALL.finding[slug].stage for slug in cause.rank_deciders} <= {cause.rank_stage}
            assert not cause.rank_deciders or cause.rank_low < cause.rank_high
    assert not any(cause.rank_deciders for cause in rank(SMALL, EVERYTHING, "clinic").causes)


@pytest.mark.parametrize(
    ("evidence", "unexplained", "unspoken"),
    [
        ({"weakness": True, "wasting": True, "course": "stable"}, ("course",), ()),
        ({"weakness": True, "wasting": True, "course": "worse", "tremor": True}, (), ("tremor",)),
        ({"weakness": True, "wasting": False, "tremor": False}, (), ()),  # what is absent needs no explanation
        ({"weakness": True, "wasting": True, "speed": 8.0}, (), ()),  # nor a number on which the catalogue is silent
        ({"weakness": True, "tremor": True}, (), ("tremor",)),
        ({}, (), ()),
    ],
)
def test_what_the_first_cause_leaves_unexplained(evidence: dict, unexplained: tuple, unspoken: tuple) -> None:
    found = rank(SMALL, evidence, "clinic")
    assert found.causes[0].slug == ("alpha" if evidence else "beta")
    assert (found.unexplained, found.unspoken) == (unexplained, unspoken)


@given(evidence_of(SMALL), st.sampled_from(["any", "tremor"]))
@settings(max_examples=60, deadline=None)
def test_the_quick_posterior_is_the_same(evidence: dict, presentation: str) -> None:
    """Also where every answer is listed, so that its rows are added up without the discounts."""
    listed = {slug: value for slug, value in evidence.items() if slug not in ("age", "sex", "speed", "wasting")}
    for known in (evidence, listed):
        found = rank(SMALL, known, "clinic", presentation)
        quick = posterior(SMALL, known, "clinic", presentation)
        expected = {cause.slug: cause.posterior for cause in found.causes} | {OTHER: found.other_posterior}
        assert quick == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("count", [1, 2, 25, 100, 101, 1000])
def test_the_quick_posterior_of_many_answers_is_the_same(count: int) -> None:
    """To at most one finding of each cluster, and to any."""
    listed = [f for f in REAL.findings if f.kind == "boolean"]
    apart = list({f.cluster or f.slug: f for f in listed}.values())
    for findings in (listed, apart):
        known = {f.slug: number % 3 == 0 for number, f in enumerate(findings[:count])}
        found = assess(REAL, known, "neurology-clinic")
        assert list(posterior(REAL, known, "neurology-clinic").values()) == pytest.approx(found.posterior, abs=1e-13)


def test_little_known_says_why() -> None:
    assert rank(SMALL, {"age": 40}, "clinic").little_known_reasons[0] == "few-findings"
    assert "few-findings" not in rank(SMALL, EVERYTHING, "clinic").little_known_reasons
    wide = rank(SMALL, {"weakness": True, "wasting": True, "course": "worse"}, "clinic")
    assert wide.is_little_known == bool(wide.little_known_reasons)
    assert ("wide-interval" in wide.little_known_reasons) == (wide.causes[0].high - wide.causes[0].low > 0.4)


def test_the_meter_adds_up() -> None:
    assert rank(SMALL, {}, "clinic").evidence_meter == dict.fromkeys("ABCD", 0)
    meter = rank(SMALL, EVERYTHING, "clinic").evidence_meter
    assert sum(meter.values()) == pytest.approx(1)
    assert rank(SMALL, {"wasting": True}, "clinic").evidence_meter == {"A": 0, "B": 1, "C": 0, "D": 0}


@pytest.mark.parametrize(("a", "b"), [("alpha", "beta"), ("gamma", "alpha"), ("alpha", OTHER)])
def test_compare_adds_up_to_the_difference_of_scores(a: str, b: str) -> None:
    found = rank(SMALL, EVERYTHING | {"tremor": True}, "clinic", "tremor")
    rows = compare(found, a, b)
    scores = {**{c.slug: c.score for c in found.causes}, OTHER: found.other_score}
    assert sum(row.value for row in rows) == pytest.approx(scores[a] - scores[b], abs=1e-9)
    assert rows[0].finding == "" and {row.finding for row in rows[1:]} == {"weakness", "course", "wasting", "speed"}


def test_a_complaint_that_the_clinician_does_not_find_speaks_against_its_causes() -> None:
    denied, present, unknown = (
        posterior(SMALL, evidence, "clinic", "tremor") for evidence in ({"tremor": False}, {"tremor": True}, {})
    )
    assert present == unknown
    assert denied != unknown
    assert "tremor" not in rank(SMALL, {"tremor": False}, "clinic", "tremor").ignored


def test_compare_refuses_an_unknown_cause() -> None:
    with pytest.raises(KeyError):
        compare(rank(SMALL, {}, "clinic"), "alpha", "nonsense")


# --- many cases at once


@given(st.lists(evidence_of(SMALL), min_size=1, max_size=5))
@settings(max_examples=30, deadline=None)
def test_a_batch_gives_each_case_its_own_posterior(many: list[dict]) -> None:
    cases = [Case(evidence, "community", "tremor") for evidence in many]
    table = posteriors(SMALL, encode(SMALL, cases))
    for case, row in zip(cases, table, strict=True):
        assert row == pytest.approx(list(posterior(SMALL, *case).values()), abs=1e-12)
    for case, first in zip(cases, first_causes(SMALL, cases, n=2), strict=True):
        assert [slug for slug, _ in first] == [c.slug for c in rank(SMALL, *case).causes[:2]]


def test_without_evidence_the_shares_remain() -> None:
    assert posterior(SMALL, {}, "clinic") == pytest.approx(SHARES)


# --- the catalogue of this repository


def test_the_real_catalogue_ranks() -> None:
    assert not PROBLEMS
    found = rank(REAL, {"weakness": True, "fasciculations": True, "age": 67, "sex": "male"}, "neurology-clinic")
    assert {flag.urgency for flag in found.flags}
    assert set(found.next_findings) == set(STAGES)
    assert found.cause("als").posterior > 0.1


@given(evidence_of(REAL), st.sampled_from(REAL.settings), st.sampled_from(REAL.presentations))
@settings(max_examples=15, deadline=None)
def test_any_answers_to_the_real_catalogue_rank(evidence: dict, setting, presentation) -> None:
    found = rank(REAL, evidence, setting.slug, presentation.slug)
    assert sum(c.posterior for c in found.causes) + found.other_posterior == pytest.approx(1, abs=1e-9)
    for cause in found.causes:
        assert cause.log_pretest + sum(p.value for p in cause.contributions) == pytest.approx(cause.score, abs=1e-9)
        assert 0 <= cause.low <= cause.posterior <= cause.high <= 1
        assert 1 <= cause.rank_low <= cause.rank_high <= len(REAL.causes)
    suspected = {slug for flag in found.flags for slug in flag.suspected_causes if REAL.cause[slug].is_cannot_miss}
    assert suspected <= {entry.cause for entry in found.lane}


# --- base rates in part, answers that follow from others


def weighing_base_rates(weight: float) -> Catalogue:
    return a_catalogue(parameters=(*SMALL.parameters, Parameter("base-rate-weight", "Weight", weight, "", "", "")))


@pytest.mark.parametrize("weight", [1.0, 0.5, 0.0])
def test_base_rates_count_as_much_as_the_catalogue_says(weight: float) -> None:
    powers = {slug: share**weight for slug, share in SHARES.items()}
    expected = {slug: power / sum(powers.values()) for slug, power in powers.items()}
    assert posterior(weighing_base_rates(weight), {}, "clinic") == pytest.approx(expected)


def test_without_the_parameter_base_rates_count_in_full() -> None:
    assert posterior(SMALL, {}, "clinic") == pytest.approx(posterior(weighing_base_rates(1.0), {}, "clinic"))


IMPLYING = a_catalogue(
    findings=tuple(
        replace(f, implied_if={"wasting": "age<18", "weakness": "course=worse"}.get(f.slug, "")) for f in SMALL.findings
    )
)


def test_an_answer_that_follows_from_another_counts_once() -> None:
    child = {"age": 12, "wasting": True}
    assert posterior(IMPLYING, child, "clinic") == pytest.approx(posterior(SMALL, {"age": 12}, "clinic"))
    assert rank(IMPLYING, child, "clinic").ignored == ("wasting", "age")
    # Without numbers, where the quick way is taken, too.
    steady = {"course": "worse", "weakness": True}
    assert posterior(IMPLYING, steady, "clinic") == pytest.approx(posterior(SMALL, {"course": "worse"}, "clinic"))


def test_it_counts_where_it_does_not_follow() -> None:
    grown = {"age": 40, "wasting": True}
    assert posterior(IMPLYING, grown, "clinic") == pytest.approx(posterior(SMALL, grown, "clinic"))


def test_what_follows_is_not_suggested() -> None:
    def suggested(age: int) -> set[str]:
        found = rank(IMPLYING, {"age": age}, "clinic").next_findings
        return {item.slug for items in found.values() for item in items}

    assert "wasting" in suggested(40) - suggested(12)


def test_a_young_patients_age_is_not_counted_again_as_onset_in_childhood() -> None:
    child = {"age": 14.0, "onset-under-18": True}
    assert "onset-under-18" in rank(REAL, child, "neurology-clinic").ignored
    assert "onset-under-18" not in rank(REAL, child | {"age": 30.0}, "neurology-clinic").ignored
