from __future__ import annotations

import pytest

from intake.medicines import MOST_SUGGESTIONS, matched_drug, suggestions


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("salbutamol", "salbutamol-albuterol"),
        ("Albuterol", "salbutamol-albuterol"),
        ("VENTOLIN", "salbutamol-albuterol"),
        ("Ventolin, 100 micrograms", "salbutamol-albuterol"),
        ("lithium carbonate", "lithium"),
        ("lithi", ""),
        ("my lithium", ""),
        # Someone who takes it now has not stopped it.
        ("diazepam", ""),
        ("", ""),
    ],
)
def test_matched_drug(catalogue, text, slug):
    assert matched_drug(catalogue, text) == slug


def test_suggestions_begin_with_the_query_and_name_a_brands_drug(catalogue):
    (found,) = suggestions(catalogue, " VENT")
    assert (found.value, found.label) == ("Ventolin", "Salbutamol (albuterol)")


@pytest.mark.parametrize("query", ["", "a", " a "])
def test_one_letter_is_too_few(catalogue, query):
    assert suggestions(catalogue, query) == ()


def test_at_most_eight(catalogue):
    assert len(suggestions(catalogue, "pr")) == MOST_SUGGESTIONS
