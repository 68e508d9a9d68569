from __future__ import annotations

import math

import pytest

from causes.catalogue import BACKGROUND
from clinic.chart import chart_of
from clinic.differential_page import differential_page
from clinic.differential_page.contributions import contribution_table, counts_as, effective
from clinic.words import ratio, statement, strength
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def chart(sent_intake, clinician):
    cast.add_findings(sent_intake, clinician)
    return chart_of(sent_intake)


def table_of(chart, slug):
    return contribution_table(chart.catalogue, chart.differential, chart.differential.cause(slug), 5.0)


def rows_of(chart, slug):
    """Contribution and row of each printed finding."""
    table = {row.name: row for row in table_of(chart, slug).rows}
    for item in chart.differential.cause(slug).contributions:
        row = table.get(statement(chart.catalogue.finding[item.finding], item.answer))
        if row is not None:
            yield item, row


def test_it_works(chart):
    start, *rows = table_of(chart, "als").rows

    assert start.name == "Starting point" and start.grade
    assert rows
    assert all(row.grade in "ABCD" and row.source.title and row.figures and row.lr and row.strength for row in rows)


def test_the_words_are_those_of_the_ratio_beside_them(chart):
    for item, row in rows_of(chart, "als"):
        assert row.lr == ratio(item.lr)
        assert row.strength == strength(item.lr)
        assert row.bar.kind == ("for" if item.value > 0 else "against")
        assert float(row.adds.replace("−", "-")) == pytest.approx(item.value, abs=0.011)


def test_the_reasons_keep_ratio_and_discount_apart(chart, clinician):
    reasons = {}
    for cause in chart.differential.causes:
        for item in cause.contributions:
            reasons[cause.slug, statement(chart.catalogue.finding[item.finding], item.answer)] = item
    shown = [(row, reason) for row in differential_page(chart, clinician).causes.first for reason in row.reasons]

    assert any(reason.counts for _row, reason in shown)
    for row, reason in shown:
        item = reasons[row.slug, reason.name]
        assert (reason.lr, reason.strength) == (ratio(item.lr), strength(item.lr))
        assert reason.counts == counts_as(item)


def test_a_discount_is_said_with_its_related_findings(chart):
    discounted = [(item, row) for item, row in rows_of(chart, "als") if item.weight < 1]
    counted = chart.differential.cause("als").contributions

    assert discounted
    for item, row in discounted:
        related = sum(other.cluster == item.cluster for other in counted)
        assert f"{related} related findings on " in row.counts and f"weight {item.weight:.2f} each" in row.counts
        assert row.counts.startswith(f"counts as {ratio(math.exp(item.value))} in its group: ")
        assert item.weight == pytest.approx(1 / (1 + (related - 1) * chart.catalogue.cluster[item.cluster].rho))


def test_without_a_discount_nothing_is_said_of_one(chart):
    assert all(row.counts == "" for item, row in rows_of(chart, "als") if item.weight == 1)


def test_who_was_counted_is_named(chart):
    for item, row in rows_of(chart, "als"):
        if item.likelihood is not None and item.likelihood.affected is not None:
            assert f"{item.likelihood.affected} of {item.likelihood.total}" in row.population
        elif item.likelihood is not None and item.likelihood.total:
            assert f"n = {item.likelihood.total}" in row.population


def test_gaps_are_listed(chart):
    table, ranked = table_of(chart, "als"), chart.differential.cause("als")

    assert [item.slug for item in table.silent] == [c.finding for c in ranked.contributions if c.is_silent]
    assert {item.slug for item in table.silent} == set(ranked.gaps)


def test_a_number_shows_mean_and_deviation(sent_intake, clinician):
    cast.add_findings(sent_intake, clinician, {"tremor-frequency": 5.0, "tremor": True})
    chart = chart_of(sent_intake)
    mean = chart.catalogue.cell["parkinson-disease", "tremor-frequency", "mean"].probability
    others = chart.catalogue.cell[BACKGROUND, "tremor-frequency", "mean"].probability

    row = next(row for row in table_of(chart, "parkinson-disease").rows if row.name.startswith("Tremor frequency"))

    assert row.figures.startswith(f"{mean:.3g} ± ")
    assert f"Hz in it, {others:.3g} ± " in row.figures
    assert "times likelier in it" in row.figures or "as likely in both" in row.figures
    assert "e-" not in row.figures


def test_what_a_discount_leaves_is_said_where_it_prints_otherwise(chart):
    item = next(c for c in chart.differential.cause("als").contributions if c.weight == 1 and c.lr > 3)

    halved = item._replace(weight=0.5, value=item.value / 2)

    assert counts_as(item) == ""
    assert counts_as(halved) == f"counts as {ratio(effective(halved))} in its group"
