from __future__ import annotations

import datetime
from itertools import product

import pytest

from clinic.chart import chart_of
from clinic.models import AccessRecord, Membership
from clinic.since_last import (
    GONE,
    LEARNT,
    NEW,
    OTHERWISE,
    UNKNOWN,
    Medicines,
    differences,
    intake_before,
    medicines,
    since_last,
)
from tests import cast

DAY = datetime.timedelta(days=1)
LATER = cast.ALS_ANSWERS | {
    "duration": "1 to 5 years",
    "breathlessness": "yes",
    "muscle-cramps": "no",
    "dysphagia": "unsure",
}


def url(intake) -> str:
    return f"/intakes/{intake.key}/"


def a_row(name, drug="", **more):
    return {"name": name, "drug": drug, "since": "", **more}


@pytest.fixture
def patient(practice):
    return cast.a_patient(practice, "Arthur Lang")


@pytest.fixture
def before(practice, patient):
    return cast.a_sent_intake(practice, cast.ALS_ANSWERS, patient=patient, waiting=90 * DAY)


@pytest.fixture
def after(practice, patient, before):
    return cast.a_sent_intake(practice, LATER, patient=patient)


@pytest.fixture
def titled(before, after):
    """The groups that are printed, by their titles."""
    return {group.title: group.lines for group in since_last(chart_of(after), before).groups}


YES, NO, UNSURE, NOT_ASKED = "yes", "no", "unsure", None
KINDS = {
    (NO, YES): NEW,
    (YES, NO): GONE,
    (UNSURE, YES): LEARNT,
    (NOT_ASKED, YES): LEARNT,
    (YES, UNSURE): UNKNOWN,
    (YES, NOT_ASKED): UNKNOWN,
}


class TestDifferences:
    @pytest.mark.parametrize(("then", "now"), product((YES, NO, UNSURE, NOT_ASKED), repeat=2))
    def test_every_pair_of_states(self, catalogue, then, now):
        """“Not asked” and “not sure” are never taken for “no”."""
        found = differences(catalogue, *({"weakness": said} if said else {} for said in (then, now)))
        assert [(item.finding.slug, item.kind) for item in found] == (
            [("weakness", KINDS[then, now])] if (then, now) in KINDS else []
        )

    def test_another_answer_of_several(self, catalogue):
        options = [option.value for option in catalogue.finding["duration"].options]
        (item,) = differences(catalogue, {"duration": options[0]}, {"duration": options[1]})
        assert (item.kind, item.before.value, item.after.value) == (OTHERWISE, options[0], options[1])

    def test_the_same_answers_do_not_differ(self, catalogue):
        assert differences(catalogue, cast.ALS_ANSWERS, cast.ALS_ANSWERS) == ()

    def test_getting_older_is_no_change(self, catalogue):
        assert differences(catalogue, {"age": 66}, {"age": 67}) == ()

    def test_there_and_back_are_mirrored(self, catalogue):
        mirror = {NEW: GONE, GONE: NEW, LEARNT: UNKNOWN, UNKNOWN: LEARNT, OTHERWISE: OTHERWISE}
        there = differences(catalogue, cast.ALS_ANSWERS, LATER)
        back = differences(catalogue, LATER, cast.ALS_ANSWERS)
        assert len(there) > 3
        assert [(item.finding.slug, mirror[item.kind]) for item in there] == [(i.finding.slug, i.kind) for i in back]


class TestMedicines:
    @pytest.mark.parametrize(
        ("then", "now", "expected"),
        [
            ([], [a_row("Lithium", "lithium")], Medicines(("Lithium",), ())),
            ([a_row("Lithium", "lithium")], [], Medicines((), ("Lithium",))),
            ([a_row("Priadel", "lithium")], [a_row("Lithium", "lithium")], Medicines((), ())),
            ([a_row("Aspirin")], [a_row("aspirin ")], Medicines((), ())),
            ([a_row("Aspirin")], [a_row("Aspirin") | {"since": "stopped"}], Medicines((), ("Aspirin",))),
            ([a_row("Aspirin")], [a_row("Ramipril")], Medicines(("Ramipril",), ("Aspirin",))),
            ([a_row("A and B", "a", more_drugs=["b"])], [a_row("A", "a")], Medicines(("A",), ("A and B",))),
        ],
    )
    def test_works(self, then, now, expected):
        said = [{"medicines": rows, "no-medicines": not rows} for rows in (then, now)]
        assert medicines(*said) == expected

    @pytest.mark.parametrize("asked", [0, 1])
    def test_a_list_that_was_not_asked_for_is_not_empty(self, asked):
        said = [{}, {}]
        said[asked] = {"medicines": [a_row("Aspirin")]}
        assert medicines(*said) == Medicines(None, None)


class TestWhichOne:
    def test_the_last_before_it(self, practice, patient, before, after):
        cast.a_sent_intake(practice, cast.ALS_ANSWERS, patient=patient, waiting=200 * DAY)
        assert intake_before(after) == before

    def test_none_before_the_first(self, before, after):
        assert intake_before(before) is None

    def test_not_a_draft_nor_another_patients(self, practice, patient):
        cast.a_draft(practice, patient=patient)
        cast.a_sent_intake(practice, waiting=DAY)
        assert intake_before(cast.a_sent_intake(practice, patient=patient)) is None


class TestPrinted:
    def test_works(self, titled, catalogue):
        names = {
            slug: catalogue.finding[slug].name for slug in ("breathlessness", "muscle-cramps", "dysphagia", "duration")
        }
        assert titled["New"] == (names["breathlessness"],)
        assert titled["Gone"] == (names["muscle-cramps"],)
        assert titled["Changed"] == (f"{names['duration']}: 1 to 5 years (then 3 to 12 months)",)
        assert titled["Known then, not known now"] == (f"{names['dysphagia']} (now not sure)",)

    def test_what_follows_from_a_list_was_not_known_rather_than_not_asked(self, practice, patient, before):
        now = LATER | {"medicines": [a_row("Lithium", "lithium")]}
        found = since_last(chart_of(cast.a_sent_intake(practice, now, patient=patient)), before)
        (lines,) = [group.lines for group in found.groups if group.title == "Known now, not known then"]
        assert "Takes a drug known to cause tremor (then not known)" in lines

    def test_nothing_new(self, practice, patient, before):
        same = cast.a_sent_intake(practice, cast.ALS_ANSWERS, patient=patient)
        assert since_last(chart_of(same), before).groups == ()

    def test_the_ranking_of_both_by_the_same_release(self, before, after, clinician):
        cast.add_findings(after, clinician)
        found = since_last(chart_of(after), before)
        assert len(found.before) == len(found.after) == 3
        assert found.before != found.after
        assert found.before == since_last(chart_of(after), before).before

    def test_answers_of_another_person_are_not_compared(self, practice, patient, before):
        other = cast.a_sent_intake(practice, LATER | {"name": "Bea Stone"}, patient=patient)
        found = since_last(chart_of(other), before)
        assert "Bea Stone" in found.refused
        assert (found.groups, found.before) == ((), ())

    def test_medicines_that_were_not_asked_about_are_said(self, practice, patient, before):
        now = {key: value for key, value in LATER.items() if key != "medicines"}
        found = since_last(chart_of(cast.a_sent_intake(practice, now, patient=patient)), before)
        assert any("Medicines are not compared" in note for note in found.notes)

    def test_what_the_release_no_longer_knows_is_said(self, practice, patient, after):
        old = cast.a_sent_intake(practice, {**cast.ALS_ANSWERS, "retired": "yes"}, patient=patient, waiting=DAY)
        assert "1 answer from then is unknown to this release." in since_last(chart_of(after), old).notes


class TestPage:
    def test_works(self, signed_in, clinician, before, after):
        content = signed_in(clinician).get(url(after)).content.decode()
        assert "Since the answers of" in content
        assert f'href="{url(before)}"' in content

    def test_the_first_has_nothing_to_compare(self, signed_in, clinician, before, after):
        assert "Since the answers of" not in signed_in(clinician).get(url(before)).content.decode()

    def test_both_looks_are_on_record(self, signed_in, clinician, before, after):
        signed_in(clinician).get(url(after))
        looks = {(record.intake, record.view) for record in AccessRecord.objects.filter(user=clinician)}
        assert looks == {(after, "differential"), (before, "compared")}

    def test_outsider_gets_404_and_sees_neither(self, signed_in, outsider, before, after):
        assert signed_in(outsider).get(url(after)).status_code == 404
        assert not AccessRecord.objects.filter(intake=before).exists()

    def test_before_the_own_list_nothing_of_the_ranking(self, signed_in, clinician, before, after):
        Membership.objects.filter(user=clinician).update(own_list_first="yes")
        content = signed_in(clinician).get(url(after)).content.decode()
        assert "Since the answers of" in content
        assert "By answers then" not in content

    def test_queries(self, signed_in, clinician, before, after, django_assert_num_queries):
        client = signed_in(clinician)
        client.get(url(after))
        first = client.get(url(after)).content
        assert b"Since the answers of" in first
        # Those of the differential, and the look at the earlier one.
        with django_assert_num_queries(15):
            client.get(url(after))
