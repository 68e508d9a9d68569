from __future__ import annotations

import pytest

from causes.catalogue.translating import in_language
from intake.medicines import MOST_SUGGESTIONS, Typed, read_text, suggestions


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("salbutamol", ["salbutamol-albuterol"]),
        ("Albuterol", ["salbutamol-albuterol"]),
        ("VENTOLIN", ["salbutamol-albuterol"]),
        ("Ventolin, 100 micrograms", ["salbutamol-albuterol"]),
        ("Ventolin 100mcg inhaler (2 puffs)", ["salbutamol-albuterol"]),
        ("lithium carbonate", ["lithium"]),
        ("Litio 400 mg por la noche", ["lithium"]),
        ("carbonato de litio", ["lithium"]),
        ("fenitoina y valproato sódico", ["phenytoin", "valproate"]),
        ("Levotiroxina 1 comprimido al día", ["levothyroxine"]),
        ("adrenalina", ["epinephrine-adrenaline"]),
        ("Priadel 400 mg MR tablets, twice a day", ["lithium"]),
        ("Sodium valproate 200 mg/5 ml", ["valproate"]),
        ("sertraline hydrochloride 50.", ["sertraline"]),
        ("Omeprazole and lithium", ["omeprazole", "lithium"]),
        ("Omeprazole, gliclazide", ["omeprazole", "gliclazide"]),
        ("Sertraline; haloperidol/lithium + omeprazole", ["sertraline", "haloperidol", "lithium", "omeprazole"]),
        ("Sertraline & haloperidol\nlithium", ["sertraline", "haloperidol", "lithium"]),
        ("Pro Plus plus lithium", ["caffeine", "lithium"]),
        ("Diazepam (stopped recently)", ["diazepam-stopped-recently"]),
    ],
)
def test_wholly_known(catalogue, text, drugs):
    assert read_text(catalogue, text) == Typed(tuple(drugs), True)


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("lithium and aspirin", ["lithium"]),
        ("aspirin, lithium", ["lithium"]),
        ("Omeprazole my heart pills", ["omeprazole"]),
        ("omeprazole and an inhaler", ["omeprazole"]),
        ("omeprazole and magnesium", ["omeprazole"]),
        ("lithi", []),
        ("my lithium", []),
        ("400 mg", []),
        # Someone who takes it now has not stopped it.
        ("diazepam", []),
        ("", []),
        ("Haloperidol stopped in 2010", []),
        ("Haloperidol (stopped)", []),
        ("lithium, ended last year", []),
    ],
)
def test_not_or_partly_known(catalogue, text, drugs):
    assert read_text(catalogue, text) == Typed(tuple(drugs), False)


def test_suggestions_begin_with_the_query_and_name_a_brands_drug(catalogue):
    (found,) = suggestions(catalogue, " VENT")
    assert (found.value, found.label) == ("Ventolin", "Salbutamol (albuterol)")


@pytest.mark.parametrize("query", ["", "a", " a "])
def test_one_letter_is_too_few(catalogue, query):
    assert suggestions(catalogue, query) == ()


def test_at_most_eight(catalogue):
    assert len(suggestions(catalogue, "pr")) == MOST_SUGGESTIONS


@pytest.mark.parametrize("text", ["litio", "lithium", "Priadel"])
def test_the_language_of_the_page_does_not_matter(catalogue, text):
    for shown in (catalogue, in_language(catalogue, "es")):
        assert read_text(shown, text) == Typed(("lithium",), True)
        assert [item.value for item in suggestions(shown, text)]
