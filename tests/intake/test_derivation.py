from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causes.catalogue import (
    BodyZone,
    Catalogue,
    Drink,
    Drug,
    DrugEffect,
    Finding,
    Option,
    Parameter,
    Presentation,
    Section,
)
from intake import derivation


def finding(slug, kind="boolean", control="question", ask_if="", options=(), section="signs", name=""):
    return Finding(
        slug=slug,
        name=name or slug,
        reported_by="patient",
        kind=kind,
        unit="",
        cluster="",
        options=tuple(Option(value, value) for value in options),
        hpo="",
        hpo_name="",
        section=section,
        question=f"{slug}?",
        help="",
        why="",
        ask_if=ask_if,
        control=control,
    )


def drug(slug, *implied):
    effects = tuple(DrugEffect("tremor", name, "", "", "", False, "", "D") for name in implied)
    return Drug(slug, slug.title(), (), "", "", effects)


SMALL = Catalogue(
    presentations=(
        Presentation("shaking", "Shaking", ("tremor",)),
        Presentation("twitching", "Twitching", ("fasciculations",)),
        Presentation("tics", "Tics", ("motor-tics", "vocal-tics")),
        Presentation("any", "Any", ()),
    ),
    sections=(Section("signs", "Signs", ""), Section("later", "Later", "")),
    findings=(
        finding("age", kind="number", control="profile"),
        finding("sex", kind="choice", control="profile", options=("female", "male")),
        finding("weak", section="later", name="Weak grip (hand)"),
        finding("fasciculations", name="Twitches (fasciculations)"),
        finding("tremor", name="Shaking"),
        finding("motor-tics", name="Tics"),
        finding("vocal-tics"),
        finding("rest", ask_if="tremor"),
        finding("rest-detail", ask_if="rest"),
        finding("hand-only", ask_if="hand-site"),
        finding("male-only", ask_if="sex=male"),
        finding("adult-only", ask_if="age>=18"),
        finding("course", kind="choice", options=("better", "worse")),
        finding("hand-site", control="derived", name="Hand affected"),
        finding("eyelid-twitch", control="derived"),
        finding("head-tremor", control="derived", ask_if="tremor"),
        finding("widespread", control="derived"),
        finding("onset-under-18", control="derived"),
        finding("drug-tremor", control="derived"),
        finding("drug-slow", control="derived"),
        finding("nicotine"),
        finding("drug-since", ask_if="medicines"),
        finding("high-caffeine", control="derived"),
        finding("heavy-alcohol", control="derived"),
        finding("reflexes", section="", control="clinician"),
    ),
    drugs=(
        drug("shaker", "drug-tremor"),
        drug("both", "drug-tremor", "drug-slow"),
        drug("gum", "nicotine"),
        drug("safe"),
    ),
    body_zones=(
        BodyZone("right-hand", "Right hand", "arms", "front", "arm-right", ("hand-site",), (), ()),
        BodyZone("left-hand", "Left hand", "arms", "front", "arm-left", ("hand-site",), (), ()),
        BodyZone("eyelid", "Eyelid", "head", "face", "head", (), ("eyelid-twitch",), ()),
        BodyZone("head", "Head", "head", "front", "head", (), (), ("head-tremor",)),
        BodyZone("calf", "Calf", "legs", "back", "leg-left", (), (), ()),
    ),
    drinks=(Drink("coffee", "Coffee", 100.0, ""), Drink("tea", "Tea", 50.0, "")),
    parameters=(
        Parameter("caffeine-limit", "", 400, "mg/day", "", ""),
        Parameter("alcohol-limit", "", 14, "units/week", "", ""),
        Parameter("childhood-onset-age", "", 18, "years", "", ""),
        Parameter("widespread-regions", "", 3, "regions", "", ""),
    ),
)


def row(drug, name="typed", since="", **more):
    return {"drug": drug, "name": name, "since": since, **more}


CASES = [
    ({}, {}),
    ({"tremor": "yes"}, {"tremor": True}),
    ({"tremor": "no"}, {"tremor": False}),
    ({"tremor": "unsure"}, {}),
    ({"course": "worse"}, {"course": "worse"}),
    ({"course": "unsure"}, {}),
    ({"course": "retired option"}, {}),
    ({"retired-finding": "yes"}, {}),
    ({"tremor": True}, {}),
    ({"age": 67, "sex": "male"}, {"age": 67.0, "sex": "male"}),
    ({"sex": ""}, {}),
    ({"name": "Ada", "birth-date": "1959-03-02", "own-words": "yes", "worry": "no"}, {}),
    # A question that another answer rules out, and what hangs on it.
    ({"tremor": "no", "rest": "yes", "rest-detail": "yes"}, {"tremor": False}),
    ({"tremor": "unsure", "rest": "yes", "rest-detail": "yes"}, {}),
    ({"rest": "yes", "rest-detail": "yes"}, {"rest": True, "rest-detail": True}),
    ({"body": [], "hand-only": "yes"}, {}),
    ({"hand-only": "yes"}, {"hand-only": True}),
    ({"sex": "", "male-only": "yes"}, {}),
    ({"rest": "yes"}, {"rest": True}),
    ({"age": 12, "adult-only": "yes"}, {"age": 12.0}),
    ({"age": 18, "adult-only": "no"}, {"age": 18.0, "adult-only": False}),
    ({"adult-only": "no"}, {"adult-only": False}),
    # The body map.
    ({"body": ["right-hand"]}, {"hand-site": True, "widespread": False}),
    ({"body": ["calf"]}, {"hand-site": False, "widespread": False}),
    ({"body": ["right-hand", "left-hand", "calf"]}, {"hand-site": True, "widespread": True}),
    ({"body": ["eyelid", "head", "calf"]}, {"hand-site": False, "widespread": False}),
    ({"body": []}, {}),
    ({"body": ["retired-place"]}, {}),
    (
        {"fasciculations": "yes", "body": ["eyelid"]},
        {"fasciculations": True, "hand-site": False, "eyelid-twitch": True, "widespread": False},
    ),
    (
        {"fasciculations": "yes", "body": ["calf"]},
        {"fasciculations": True, "hand-site": False, "eyelid-twitch": False, "widespread": False},
    ),
    ({"fasciculations": "no", "body": ["eyelid"]}, {"fasciculations": False, "hand-site": False, "widespread": False}),
    (
        {"tremor": "yes", "body": ["head"]},
        {"tremor": True, "hand-site": False, "head-tremor": True, "widespread": False},
    ),
    (
        {"tremor": "yes", "body": ["calf"]},
        {"tremor": True, "hand-site": False, "head-tremor": False, "widespread": False},
    ),
    ({"tremor": "no", "body": ["head"]}, {"tremor": False, "hand-site": False, "widespread": False}),
    # A direct answer to a derived finding counts until its control is answered.
    ({"hand-site": "yes", "widespread": "yes"}, {"hand-site": True, "widespread": True}),
    ({"hand-site": "yes", "widespread": "yes", "body": ["calf"]}, {"hand-site": False, "widespread": False}),
    ({"hand-site": "yes", "body": []}, {"hand-site": True}),
    ({"high-caffeine": "yes", "drinks": {"tea": 1}}, {"high-caffeine": False}),
    ({"drug-tremor": "yes"}, {"drug-tremor": True}),
    ({"tremor": "no", "head-tremor": "yes"}, {"tremor": False}),
    # Medicines.
    ({"no-medicines": True}, {"drug-tremor": False, "drug-slow": False}),
    ({"medicines": []}, {}),
    ({"medicines": [row("shaker")]}, {"drug-tremor": True, "drug-slow": False}),
    ({"medicines": [row("shaker"), row("both")]}, {"drug-tremor": True, "drug-slow": True}),
    ({"medicines": [row("safe", more_drugs=["both"])]}, {"drug-tremor": True, "drug-slow": True}),
    ({"medicines": [row("safe", more_drugs=["shaker"])]}, {"drug-tremor": True, "drug-slow": False}),
    ({"medicines": [row("shaker", is_partly_known=True)]}, {"drug-tremor": True}),
    ({"medicines": [row("shaker", more_drugs=["retired-drug"])]}, {"drug-tremor": True}),
    ({"medicines": [row("safe")]}, {"drug-tremor": False, "drug-slow": False}),
    ({"medicines": [row("")]}, {}),
    # One that was stopped is not taken, and leaves not known what it might still do.
    ({"medicines": [row("shaker", since="stopped")]}, {"drug-slow": False}),
    ({"medicines": [row("shaker", since="stopped")], "no-medicines": True}, {"drug-slow": False}),
    ({"medicines": [row("shaker", since="stopped"), row("both")]}, {"drug-tremor": True, "drug-slow": True}),
    ({"medicines": [row("", since="stopped"), row("shaker")]}, {"drug-tremor": True}),
    ({"medicines": [row(""), row("shaker")]}, {"drug-tremor": True}),
    ({"medicines": [row("retired-drug")], "drug-slow": "yes"}, {}),
    ({"medicines": [row("gum")]}, {"drug-tremor": False, "drug-slow": False, "nicotine": True}),
    ({"medicines": [row("gum")], "nicotine": "no"}, {"drug-tremor": False, "drug-slow": False, "nicotine": False}),
    (
        {"medicines": [row("safe")], "drug-since": "yes"},
        {"drug-tremor": False, "drug-slow": False, "drug-since": True},
    ),
    ({"no-medicines": True, "drug-since": "yes"}, {"drug-tremor": False, "drug-slow": False}),
    # Numbers against the editors' limits: "above which", "before which".
    ({"drinks": {"coffee": 4}}, {"high-caffeine": False}),
    ({"drinks": {"coffee": 4, "tea": 1}}, {"high-caffeine": True}),
    ({"drinks": {}}, {"high-caffeine": False}),
    ({"drinks": "unsure"}, {}),
    ({"drinks": {"retired-drink": 1}}, {}),
    ({"drinks": {"retired-drink": 1, "coffee": 5}}, {"high-caffeine": True}),
    ({"alcohol-units": 14}, {"heavy-alcohol": False}),
    ({"alcohol-units": 15}, {"heavy-alcohol": True}),
    ({"alcohol-units": "unsure"}, {}),
    ({"onset-age": 17}, {"onset-under-18": True}),
    ({"onset-age": 18}, {"onset-under-18": False}),
    ({"onset-age": "unsure"}, {}),
]


@pytest.mark.parametrize(("answers", "expected"), CASES)
def test_evidence(answers, expected):
    assert derivation.evidence(SMALL, answers) == expected


def test_evidence_is_in_the_order_of_the_catalogue():
    assert list(derivation.evidence(SMALL, {"tremor": "yes", "weak": "no", "age": 5})) == ["age", "weak", "tremor"]


@pytest.mark.parametrize(
    ("parameter", "answers"),
    [
        ("caffeine-limit", {"drinks": {"tea": 1}}),
        ("alcohol-limit", {"alcohol-units": 3}),
        ("childhood-onset-age", {"onset-age": 3}),
        ("widespread-regions", {"body": ["calf"]}),
    ],
)
def test_a_missing_parameter_is_loud(parameter, answers):
    parameters = tuple(item for item in SMALL.parameters if item.slug != parameter)
    with pytest.raises(KeyError, match=parameter):
        derivation.evidence(replace(SMALL, parameters=parameters), answers)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"tremor": "yes", "course": "worse", "name": "Ada", "body": ["calf"], "sex": ""}, []),
        ({"retired-finding": "yes"}, ["retired-finding: yes"]),
        ({"course": "retired option"}, ["course: retired option"]),
        ({"course": "unsure", "tremor": "unsure"}, []),
        ({"body": ["calf", "tail"]}, ["body: tail"]),
        ({"drinks": {"tea": 2, "mate": 3}}, ["drinks: mate"]),
        ({"drinks": "unsure"}, []),
        (
            {"medicines": [row("gone"), row(""), row("safe", more_drugs=["left"])]},
            ["medicines: gone", "medicines: left"],
        ),
    ],
)
def test_unusable(answers, expected):
    assert derivation.unusable(SMALL, answers) == expected


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ({"tremor": True}, "shaking"),
        ({"tremor": False, "fasciculations": True}, "twitching"),
        ({"motor-tics": True, "vocal-tics": True}, "tics"),
        ({"tremor": True, "fasciculations": True}, "any"),
        ({"tremor": False}, "any"),
        ({}, "any"),
    ],
)
def test_presentation(evidence, expected):
    assert derivation.presentation(SMALL, evidence) == expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, ""),
        ({"tremor": "no"}, ""),
        ({"weak": "yes"}, "Weak grip"),
        ({"weak": "yes", "body": ["left-hand"], "tremor": "yes"}, "Shaking, hand affected, weak grip"),
        (
            {"weak": "yes", "body": ["left-hand"], "tremor": "yes", "fasciculations": "yes"},
            "Twitches, shaking, hand affected",
        ),
    ],
)
def test_title(answers, expected):
    assert derivation.title(SMALL, answers) == expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"drinks": {"coffee": 2, "tea": 1}}, 250.0),
        ({"drinks": {}}, 0.0),
        ({"drinks": "unsure"}, None),
        ({}, None),
    ],
)
def test_caffeine_mg(answers, expected):
    assert derivation.caffeine_mg(SMALL, answers) == expected


def test_patient_details():
    answers = {"name": "Ada Quill", "birth-date": "1959-03-02"}
    assert derivation.patient_details(answers) == {"name": "Ada Quill", "birth_date": datetime.date(1959, 3, 2)}
    assert derivation.patient_details({}) == {"name": "", "birth_date": None}


booleans = [item.slug for item in SMALL.findings if item.kind == "boolean" and item.control == "question"]
answer_sets = st.fixed_dictionaries(
    {},
    optional={
        **{slug: st.sampled_from(["yes", "no", "unsure"]) for slug in booleans},
        "age": st.integers(0, 110),
        "body": st.lists(st.sampled_from([zone.slug for zone in SMALL.body_zones]), unique=True),
        "medicines": st.lists(st.sampled_from(["shaker", "both", "safe", ""]).map(row), max_size=3),
        "drinks": st.dictionaries(st.sampled_from(["coffee", "tea"]), st.integers(0, 20)),
    },
)


@given(answer_sets, st.sampled_from(booleans))
def test_not_sure_says_nothing_that_silence_does_not_say(answers, slug):
    unsure, silent = {**answers, slug: "unsure"}, {key: value for key, value in answers.items() if key != slug}
    assert derivation.evidence(SMALL, unsure).items() <= derivation.evidence(SMALL, silent).items()


@given(answer_sets)
def test_evidence_holds_only_findings_and_no_contradiction_of_a_plain_answer(answers):
    found = derivation.evidence(SMALL, answers)
    assert set(found) <= set(SMALL.finding)
    assert all(found[slug] is (answers[slug] == "yes") for slug in booleans if slug in found and slug in answers)


def test_the_real_catalogue_has_every_parameter(catalogue):
    answers = {"body": ["left-hand"], "onset-age": 40, "drinks": {}, "alcohol-units": 3, "no-medicines": True}
    found = derivation.evidence(catalogue, answers)
    assert found["hand-site"] is True
    assert [
        found[slug] for slug in ("widespread", "onset-under-18", "high-caffeine", "heavy-alcohol", "drug-tremor")
    ] == [False] * 5


def test_a_twitching_tongue_is_in_the_face(catalogue):
    found = derivation.evidence(catalogue, {"fasciculations": "yes", "body": ["tongue"]})
    assert found["face-site"] is True
