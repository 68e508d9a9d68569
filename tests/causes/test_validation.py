from dataclasses import replace
from typing import Any

import pytest

from causes.catalogue import Catalogue, Fact, Source
from causes.validation import REQUIRED_PARAMETERS, cell_defects, problems, withdrawn
from tests.real import PROBLEMS, REAL


@pytest.fixture(scope="module")
def whole() -> Catalogue:
    assert PROBLEMS == []
    return REAL


def changed(catalogue: Catalogue, table: str, position: int = 0, **values: Any) -> Catalogue:
    rows = list(getattr(catalogue, table))
    rows[position] = replace(rows[position], **values)
    return replace(catalogue, **{table: tuple(rows)})


def without(catalogue: Catalogue, table: str, position: int = 0) -> Catalogue:
    rows = getattr(catalogue, table)
    return replace(catalogue, **{table: rows[:position] + rows[position + 1 :]})


def position_of(catalogue: Catalogue, table: str, **values: Any) -> int:
    rows = getattr(catalogue, table)
    return next(n for n, row in enumerate(rows) if all(getattr(row, k) == v for k, v in values.items()))


def test_the_catalogue_itself_has_none(whole) -> None:
    assert problems(whole) == []


@pytest.mark.parametrize(
    ("table", "values", "message"),
    [
        ("likelihoods", {"probability": 1.2}, "outside 0 to 1"),
        ("likelihoods", {"probability": -0.1}, "outside 0 to 1"),
        ("likelihoods", {"probability": float("nan")}, "is not a number"),
        ("likelihoods", {"cause": "gout"}, "unknown cause “gout”"),
        ("likelihoods", {"finding": "gout"}, "unknown finding “gout”"),
        ("likelihoods", {"source": "nobody"}, "unknown source “nobody”"),
        ("likelihoods", {"source": "", "grade": "A"}, "grade A without a source"),
        ("likelihoods", {"grade": "E"}, "grade “E” is not one of"),
        ("likelihoods", {"affected": 5, "total": 4}, "5 affected of 4"),
        ("likelihoods", {"affected": 5, "total": None}, "5 affected of None"),
        ("likelihoods", {"affected": 0, "total": 0}, "counted in 0"),
        ("likelihoods", {"grade": "A", "total": 49}, "grade A needs 50 patients or more, and 49 were counted"),
        ("likelihoods", {"grade": "B", "population": ""}, "the population is empty"),
        ("likelihoods", {"affected": 12, "total": 40, "probability": 0.4}, "12 of 40 is 0.300, not 0.4"),
        ("likelihoods", {"option": "often"}, "unknown option “often”"),
        ("causes", {"urgency": "later"}, "urgency “later” is not one of"),
        ("causes", {"cannot_miss_threshold": 2.0}, "threshold 2.0 is outside"),
        ("causes", {"slug": "other"}, "has a meaning of its own"),
        ("causes", {"slug": "A cause"}, "a slug has only"),
        ("findings", {"kind": "text"}, "kind “text” is not one of"),
        ("findings", {"reported_by": "aunt"}, "reported by “aunt”"),
        ("findings", {"control": "magic"}, "control “magic”"),
        ("findings", {"cluster": "gout"}, "unknown cluster “gout”"),
        ("findings", {"section": "gout"}, "unknown topic “gout”"),
        ("findings", {"ask_if": "gout"}, "unknown finding “gout” in a condition"),
        ("findings", {"ask_if": "a b"}, "is not a condition"),
        ("findings", {"ask_if": "tremor>=3"}, "the condition never holds"),
        ("findings", {"ask_if": "course"}, "the condition never holds"),
        ("findings", {"ask_if": "course=strange"}, "unknown option of course “strange”"),
        ("findings", {"ask_if": "age>=3"}, "is never asked: its condition waits for its own answer"),
        ("findings", {"control": "question", "question": ""}, "no question or no topic"),
        ("red_flags", {"findings": ()}, "has no findings"),
        ("red_flags", {"findings": ("gout",)}, "unknown finding “gout”"),
        ("red_flags", {"findings": ("tremor|weakness",)}, "is not a condition"),
        ("red_flags", {"suspected_causes": ("gout",)}, "unknown cause “gout”"),
        ("red_flags", {"advice_to_patient": "It may be essential tremor."}, "tells patients of “Essential tremor”"),
        ("red_flags", {"warning_sign": "Signs of ALS"}, "what they read names no disease"),
        ("red_flags", {"urgency": ""}, "urgency “” is not one of"),
        ("treatments", {"cause": ""}, "unknown cause “(empty)”"),
        ("clusters", {"rho": 1.5}, "rho 1.5 is outside"),
        ("drinks", {"caffeine_mg": -1.0}, "is below 0"),
        ("parameters", {"value": float("inf")}, "is not a number"),
        ("sources", {"url": "javascript:alert(1)"}, "does not start with http"),
        ("body_zones", {"findings": ("gout",)}, "unknown finding “gout”"),
        ("presentations", {"findings": ("gout",)}, "unknown finding “gout”"),
        ("findings", {"burden": ""}, "unknown burden “(empty)”"),
        ("findings", {"burden": "agony"}, "unknown burden “agony”"),
        ("investigations", {"burden": "agony"}, "unknown burden “agony”"),
        ("burdens", {"source": "nobody"}, "unknown source “nobody”"),
        ("causes", {"benign_requires": ("gout",)}, "unknown finding “gout”"),
        ("causes", {"is_benign": True}, "is benign and cannot be missed"),
        ("causes", {"is_benign": True}, "names no finding that must be absent"),
        ("causes", {"is_benign": True}, "has no advice to patients with a recheck"),
        ("causes", {"is_benign": True, "benign_requires": ("course",)}, "“course” is not a yes or no finding"),
        ("patient_advice", {"cause": "gout"}, "unknown cause “gout”"),
        ("patient_advice", {"explanation": ""}, "has no explanation"),
        ("patient_advice", {"recheck_weeks": 0}, "a recheck after 0 weeks is not believable"),
        ("patient_advice", {"recheck_weeks": 105}, "a recheck after 105 weeks is not believable"),
        ("patient_advice", {"recheck_source": "nobody"}, "unknown source “nobody”"),
        ("patient_advice", {"source": "", "grade": "C"}, "grade C without a source"),
        ("red_flags", {"warning_sign": ""}, "has no warning sign"),
        ("red_flags", {"warning_presentations": ("gout",)}, "unknown presenting complaint “gout”"),
        ("pretests", {"share": 0.0}, "is not above 0"),
        ("pretests", {"setting": "moon"}, "unknown setting"),
    ],
)
def test_a_defect_is_found_and_names_its_record(whole, table, values, message) -> None:
    broken = changed(whole, table, **values)
    found = [problem for problem in problems(broken) if message in problem.message]
    assert found
    assert found[0].table == table
    assert found[0].record is getattr(broken, table)[0]


def test_shares_must_add_up(whole) -> None:
    place = position_of(whole, "pretests", setting="primary-care", presentation="tremor", cause="als")
    found = problems(changed(whole, "pretests", place, share=0.9))
    assert any("the shares add up to" in problem.message for problem in found)


def test_each_cause_needs_a_share(whole) -> None:
    place = position_of(whole, "pretests", setting="primary-care", presentation="tremor", cause="als")
    assert [problem.message for problem in problems(without(whole, "pretests", place))] == ["no share for als"]


def test_options_must_add_up(whole) -> None:
    place = position_of(whole, "likelihoods", cause="als", finding="course", is_used=True)
    found = problems(changed(whole, "likelihoods", place, probability=0.1))
    assert any("the options add up to" in problem.message for problem in found)


def test_an_option_must_not_be_missing(whole) -> None:
    place = position_of(whole, "likelihoods", cause="als", finding="course", option="stable", is_used=True)
    found = problems(changed(whole, "likelihoods", place, is_used=False))
    assert any(problem.message == "no row is used for stable" for problem in found)


def test_a_finding_needs_a_background(whole) -> None:
    place = position_of(whole, "likelihoods", cause="_background", finding="tremor", is_used=True)
    found = problems(changed(whole, "likelihoods", place, is_used=False))
    assert [problem.row for problem in found] == ["tremor"]


def test_a_translated_advice_names_no_disease_either(whole) -> None:
    named = next(t for t in whole.translations if (t.table, t.key, t.field) == ("causes", "essential-tremor", "name"))
    place = position_of(whole, "translations", field="advice_to_patient")
    broken = changed(whole, "translations", place, text=f"Puede ser {named.text}.")
    assert any("what they read names no disease" in each.message for each in problems(broken))


def test_a_cause_has_its_advice_to_patients_once(whole) -> None:
    twice = replace(whole, patient_advice=(*whole.patient_advice, whole.patient_advice[0]))
    assert [problem.message for problem in problems(twice)] == ["appears more than once"]


def test_a_benign_cause_needs_a_recheck(whole) -> None:
    place = position_of(whole, "patient_advice", cause="benign-fasciculation-syndrome")
    found = problems(changed(whole, "patient_advice", place, recheck_weeks=None))
    assert [(problem.table, problem.row) for problem in found] == [("causes", "benign-fasciculation-syndrome")]


def test_only_one_row_of_a_cell_is_used(whole) -> None:
    place = position_of(whole, "likelihoods", cause="als", finding="weakness", is_used=True)
    twice = replace(whole, likelihoods=(*whole.likelihoods, whole.likelihoods[place]))
    assert any("another row of this cell is used" in problem.message for problem in problems(twice))


def test_a_key_appears_once(whole) -> None:
    twice = replace(whole, sources=(*whole.sources, whole.sources[0]))
    assert [problem.message for problem in problems(twice)] == ["appears more than once"]


@pytest.mark.parametrize(
    ("kind", "options", "used", "expected"),
    [
        ("boolean", {"": "it"}, [], []),
        ("boolean", {"": "it"}, [("", 0.5)], []),
        ("boolean", {"": "it"}, [("", 0.5), ("", 0.4)], [("used", 1)]),
        ("choice", {"f": "Female", "m": "Male"}, [("f", 0.5), ("m", 0.5)], []),
        ("choice", {"f": "Female", "m": "Male"}, [("f", 0.5), ("m", 0.495)], []),
        ("choice", {"f": "Female", "m": "Male"}, [("f", 0.5), ("m", 0.4)], [("sum", 0)]),
        ("choice", {"f": "Female", "m": "Male"}, [("f", 0.5), ("m", float("nan"))], [("sum", 0)]),
        ("choice", {"f": "Female", "m": "Male"}, [("f", 0.5)], [("missing", 0)]),
        ("choice", {"f": "Female", "m": "Male"}, [("f", 0.5), ("m", 0.4), ("f", 0.5)], [("used", 2)]),
        ("number", {"mean": "Mean", "sd": "SD"}, [("mean", 60.0), ("sd", 9.0)], []),
        ("number", {"mean": "Mean", "sd": "SD"}, [("sd", 9.0)], [("missing", 0)]),
    ],
)
def test_what_the_used_rows_of_a_cell_must_keep(kind, options, used, expected) -> None:
    assert [(defect.code, defect.place) for defect in cell_defects(kind, options, used)] == expected


def test_a_defect_of_a_cell_uses_the_editors_words() -> None:
    (defect,) = cell_defects("choice", {"f": "Female", "m": "Male"}, [("f", 0.5)])
    assert defect.message == "no row is used for Male"


def test_an_empty_catalogue_cannot_be_published() -> None:
    expected = {"settings", "presentations", "causes", "findings", "parameters"}
    assert {problem.table for problem in problems(Catalogue())} == expected


def test_a_mean_that_no_answer_could_have_is_refused(whole) -> None:
    row = next(row for row in whole.likelihoods if row.option == "mean")
    wrong = changed(whole, "likelihoods", whole.likelihoods.index(row), probability=whole.limits(row.finding)[1] + 1)
    assert [problem.message for problem in problems(wrong)] == ["mean 121.0 is outside what an answer may be"]


@pytest.mark.parametrize("slug", REQUIRED_PARAMETERS)
def test_a_threshold_that_answers_are_worked_out_with_may_not_be_missing(whole, slug) -> None:
    lacking = replace(whole, parameters=tuple(item for item in whole.parameters if item.slug != slug))
    assert [(problem.table, problem.row) for problem in problems(lacking)] == [("parameters", slug)]


def test_a_setting_that_patients_are_filed_under_may_not_be_withdrawn(whole) -> None:
    fewer = replace(whole, settings=whole.settings[1:])
    assert [(p.table, p.row) for p in withdrawn(whole, fewer)] == [("settings", whole.settings[0].slug)]
    assert withdrawn(fewer, whole) == []


def test_every_problem_is_listed_at_once(whole) -> None:
    broken = changed(changed(whole, "likelihoods", probability=2.0), "facts", cause="gout")
    broken = replace(broken, sources=(*broken.sources, Source("no-title", "", "", None, "")))
    assert {problem.table for problem in problems(broken)} == {"likelihoods", "facts", "sources"}
    assert isinstance(next(p for p in problems(broken) if p.table == "facts").record, Fact)
