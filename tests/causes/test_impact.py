from dataclasses import replace

import pytest

from causes.admin.impact_page import impact_page
from causes.catalogue import OTHER, Pretest
from causes.evaluation import STAGES, PublishedCase, evaluate
from causes.impact import Fell, KnownPatient, compare, from_json, to_json
from tests.causes.small import a_catalogue, a_cause, a_row

TITLES = ("release 1", "working copy")
NUMBERS = {"accuracy-least-patients": 3.0}


def patients(*cases, name="case"):
    """Each is (truth, evidence), known at every stage."""

    def known(catalogue):
        return [
            KnownPatient(
                f"{name}-{number}",
                f"{name}-{number}" if name else "",
                PublishedCase(str(number), (truth,), "clinic", "any", "development", dict.fromkeys(STAGES, evidence)),
            )
            for number, (truth, evidence) in enumerate(cases)
            if truth in catalogue.cause
        ]

    return known


def with_rows(catalogue, *rows):
    """These instead of the rows of the same cells."""
    cells = {(row.cause, row.finding, row.option) for row in rows}
    kept = [row for row in catalogue.likelihoods if (row.cause, row.finding, row.option) not in cells]
    return replace(catalogue, likelihoods=(*kept, *rows))


OLD = a_catalogue()
# Weakness, which spoke for the cannot-miss cause alpha, now speaks against it.
TURNED = with_rows(OLD, a_row("alpha", "weakness", 0.01, "A", affected=1, total=100))
WEAK = ("alpha", {"weakness": True})


def test_works():
    found = compare(OLD, TURNED, patients(WEAK, ("beta", {"weakness": False})))
    (was, now) = found.stages["all"]
    assert was.n == now.n == 2
    assert (was.top1, now.top1) == (1.0, 0.5)
    assert [(row.patient, row.was, row.now, row.old_rank) for row in found.moved if row.stage == "all"] == [
        ("case-0", "alpha", "beta", 1)
    ]
    assert {row.stage for row in found.moved} == set(STAGES)


def test_the_figures_are_those_of_an_evaluation():
    known = patients(WEAK, ("beta", {"tremor": True}), ("gamma", {"weakness": False}))
    found = compare(OLD, TURNED, known)
    for catalogue, side in ((OLD, 0), (TURNED, 1)):
        figures = evaluate(catalogue, [patient.case for patient in known(catalogue)])["stages"]["exam"]
        got = found.stages["exam"][side]
        assert (got.n, got.top1, got.top3, got.ece) == (3, figures["top1"], figures["top3"], figures["ece"])
        assert (got.recall, got.mean_lane) == (figures["cannot_miss"]["recall"], figures["cannot_miss"]["mean_lane"])


def test_the_same_catalogue_has_no_impact():
    found = compare(OLD, OLD, patients(WEAK, ("beta", {})))
    assert (found.moved, found.fell, found.vanished, found.vanished_patients) == ((), (), (), 0)
    assert all(old == new for old, new in found.stages.values())


def test_a_cannot_miss_cause_that_leaves_the_lane_fell():
    found = compare(OLD, TURNED, patients(("beta", {"weakness": True})))
    row = next(row for row in found.fell if row.stage == "all" and row.cause == "alpha")
    assert isinstance(row, Fell)
    assert row.has_left_lane
    assert row.old_rank < row.new_rank


def test_a_cause_that_was_not_in_sight_does_not_fall():
    """Gamma's threshold is high: out of the lane, it counts as long as it is among the first three."""
    more = replace(
        OLD,
        causes=(*OLD.causes, a_cause("delta")),
        pretests=tuple(
            Pretest(setting.slug, presentation.slug, cause, share, "D", "", "")
            for setting in OLD.settings
            for presentation in OLD.presentations
            for cause, share in {"alpha": 0.3, "beta": 0.3, "gamma": 0.01, "delta": 0.2, OTHER: 0.19}.items()
        ),
    )
    lower = with_rows(more, a_row("gamma", "tremor", 0.01))
    found = compare(more, lower, patients(("beta", {"tremor": True})))
    assert "gamma" not in {row.cause for row in found.fell}


FAR = replace(
    OLD,
    causes=(*OLD.causes, a_cause("delta"), a_cause("epsilon")),
    pretests=tuple(
        Pretest(setting.slug, presentation.slug, cause, share, "D", "", "")
        for setting in OLD.settings
        for presentation in OLD.presentations
        for cause, share in {
            "alpha": 0.1,
            "beta": 0.3,
            "gamma": 0.2,
            "delta": 0.2,
            "epsilon": 0.1,
            OTHER: 0.1,
        }.items()
    ),
)
FAR_TURNED = with_rows(FAR, a_row("alpha", "weakness", 0.001, "A", affected=1, total=1000))


def test_a_cannot_miss_truth_out_of_lane_and_first_three_vanished():
    found = compare(FAR, FAR_TURNED, patients(WEAK, ("beta", {"weakness": True})))
    assert {(row.patient, row.truth, row.new_rank) for row in found.vanished} == {("case-0", "alpha", 5)}
    assert found.vanished_patients == 1


def test_calling_it_harmless_does_not_hide_that_it_vanished():
    harmless = replace(FAR_TURNED, causes=(replace(FAR_TURNED.causes[0], is_cannot_miss=False), *FAR_TURNED.causes[1:]))
    assert compare(FAR, harmless, patients(WEAK)).vanished_patients == 1


def test_one_who_can_no_longer_be_ranked_vanished():
    without = replace(
        OLD,
        causes=OLD.causes[1:],
        likelihoods=tuple(row for row in OLD.likelihoods if row.cause != "alpha"),
        pretests=tuple(row for row in OLD.pretests if row.cause != "alpha"),
        red_flags=(),
    )
    found = compare(OLD, without, patients(WEAK, ("beta", {})))
    assert found.unranked == ("case-0",)
    assert {row.new_rank for row in found.vanished} == {None}
    assert found.vanished_patients == 1
    assert found.stages["all"][1].n == 1


class TestConfirmed:
    """Of a practice's patients nothing is told but numbers, by diagnosis."""

    def test_they_are_counted(self):
        known = patients(WEAK, WEAK, ("gamma", {"weakness": True}), name="")
        found = compare(FAR, FAR_TURNED, known)
        assert (found.stages, found.moved, found.fell, found.vanished) == ({}, (), (), ())
        rows = {row.truth: (row.n, row.was_right, row.is_right, row.moved, row.vanished) for row in found.counts}
        assert rows == {"alpha": (2, 2, 0, 2, 2), "gamma": (1, 0, 1, 1, 0)}
        assert found.vanished_patients == 2
        assert found.confirmed["all"][0].n == 3

    def test_what_is_stored_names_nobody(self):
        text = to_json(compare(FAR, FAR_TURNED, patients(WEAK, name="")))
        assert "patient" not in text

    def test_one_who_can_no_longer_be_ranked_is_counted(self):
        def lost(catalogue):
            return patients(WEAK, name="")(catalogue) if catalogue == FAR else []

        found = compare(FAR, FAR_TURNED, lost)
        assert (found.confirmed_unranked, found.vanished_patients, found.unranked) == (1, 1, ())


def test_json_keeps_it_all():
    for known in (patients(WEAK, ("gamma", {"weakness": True})), patients(WEAK, name="")):
        found = compare(FAR, FAR_TURNED, known)
        assert from_json(to_json(found)) == found


class TestPage:
    def page(self, *cases, name="case"):
        new = replace(FAR_TURNED, parameters=tuple(a_parameter(*item) for item in NUMBERS.items()))
        return impact_page(compare(FAR, new, patients(*cases, name=name)), FAR, new, TITLES)

    def test_it_says_what_changed(self):
        page = self.page(WEAK, ("gamma", {"weakness": True}))
        assert page.summary[0] == "2 published patients ranked again, and 0 confirmed ones."
        (lost,) = page.vanished
        assert (lost.patient, lost.cause) == ("case-0", "Alpha")
        assert lost.place == "History: rank 5; History and examination: rank 5; All findings: rank 5"
        row = next(row for row in page.moved if row.patient == "case-0")
        assert (row.was, row.now, row.ranks, row.verdict) == ("Alpha", "Gamma", "1 → 5", "right before")
        assert page.fell[0].summary == "lower in 2 patients, left the lane in 2"

    def test_the_pictures_tell_the_same(self):
        page = self.page(WEAK, ("gamma", {"weakness": True}))
        picture = page.slopes[0]
        assert {line.text: line.slug for line in picture.lines} == {
            "1 → 5: 1 patient": "worse",
            "2 → 1: 1 patient": "better",
        }
        assert "1 → 5: 1 patient" in picture.label
        assert [pair.name for pair in page.stages[0].bars.pairs][:2] == ["First cause right", "Among the first three"]

    def test_figures_say_better_or_worse(self):
        rows = {row.name: row for row in self.page(WEAK).stages[0].rows}
        assert (rows["First cause right"].difference, rows["First cause right"].verdict) == ("−100.0", "worse")
        assert rows["Cannot-miss cause in sight"].verdict == "worse"
        assert rows["Mean length of the cannot-miss lane"].verdict == "shorter"

    @pytest.mark.parametrize(("count", "has_figures"), [(2, False), (3, True)])
    def test_no_percentage_over_few_confirmed_patients(self, count, has_figures):
        page = self.page(*[WEAK] * count, name="")
        assert bool(page.confirmed) == has_figures
        assert ("Fewer than 3" in page.confirmed_note) != has_figures
        assert page.counts[0].n == count


def a_parameter(slug, value):
    return replace(OLD.parameters[0], slug=slug, value=value)
