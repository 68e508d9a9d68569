from __future__ import annotations

import datetime

import pytest
from django.utils import timezone, translation

from intake.derivation import evidence
from intake.forms.profile import OLDEST_AGE
from intake.forms.topic import Problem
from intake.summary import groups
from tests.cast import a_draft
from tests.intake.posting import PROFILE, filled, page

pytestmark = pytest.mark.usefixtures("whole_form")


@pytest.fixture
def draft(practice):
    return a_draft(practice, {"age": 67, "tremor": "no", "fasciculations": "no"})


def test_works(draft):
    form = page(draft, "strength", filled(draft, "strength", weakness="yes"))

    assert form.is_finished(), form.errors
    assert form.changes["weakness"] == "yes"
    assert form.changes["grip-weakness"] == "no"


def test_a_boolean_offers_yes_no_and_not_sure_and_preselects_nothing(draft):
    field = page(draft, "strength")["weakness"]

    assert [str(label) for _value, label in field.field.choices] == ["Yes", "No", "Not sure"]
    assert field.value() is None


def test_a_choice_offers_the_options_in_the_patients_words_and_not_sure(draft, catalogue):
    choices = page(draft, "how-it-began")["course"].field.choices

    assert choices == [*((o.value, o.label) for o in catalogue.finding["course"].options), ("unsure", "Not sure")]


def test_an_unanswered_question_is_a_problem_and_the_rest_is_kept(draft):
    data = filled(draft, "strength", weakness="yes")
    del data["dysarthria"]
    form = page(draft, "strength", data)

    assert not form.is_valid()
    question = form.catalogue.finding["dysarthria"].question
    assert form.problems() == [Problem("id_dysarthria_0", question, "Choose yes, no or not sure")]
    assert form.changes["weakness"] == "yes"
    assert "dysarthria" not in form.changes


@pytest.mark.parametrize("value", ["maybe", "YES", "<script>", ""])
def test_an_answer_that_was_not_offered_is_refused(draft, value):
    form = page(draft, "strength", filled(draft, "strength", weakness=value))

    assert not form.is_valid()
    assert "weakness" in form.errors
    assert "weakness" not in form.changes


def test_ask_if_hides_what_does_not_apply(draft):
    assert "rest-tremor" not in page(draft, "when-it-happens").fields
    draft.answers["tremor"] = "yes"
    assert "rest-tremor" in page(draft, "when-it-happens").fields


def test_a_question_that_waits_for_an_answer_on_the_same_page_is_there_but_hidden(draft):
    form = page(draft, "what-you-notice")
    rendered = form.helper.render_layout(form, {})

    assert 'id="item-coprolalia" data-item="coprolalia" data-ask-if="vocal-tics" hidden disabled' in rendered
    assert 'id="item-tremor" data-item="tremor" data-ask-if' not in rendered
    assert 'id="item-tremor" data-item="tremor"' in rendered


def test_an_answer_can_bring_up_more_questions_without_an_error(draft):
    data = filled(draft, "what-you-notice", vocal_tics="yes")
    del data["coprolalia"]
    data["shown"].remove("coprolalia")
    form = page(draft, "what-you-notice", data)

    assert form.is_valid()
    assert not form.is_finished()
    assert [item.name for item in form.new_items] == ["coprolalia"]
    assert form.changes["vocal-tics"] == "yes"


def test_a_question_that_was_shown_and_left_out_is_an_error(draft):
    data = filled(draft, "what-you-notice", vocal_tics="yes")
    del data["coprolalia"]
    form = page(draft, "what-you-notice", data)

    assert form.errors["coprolalia"] == ["Choose yes, no or not sure"]


class TestProfile:
    def test_works(self, draft):
        form = page(draft, "you", PROFILE)
        assert form.is_finished(), form.errors
        today = timezone.localdate()
        assert form.changes == {
            "name": "Arthur Lang",
            "birth-date": "1959-03-02",
            "age": today.year - 1959 - ((today.month, today.day) < (3, 2)),
            "sex": "male",
        }

    def test_the_sex_may_stay_unsaid(self, draft):
        form = page(draft, "you", {**PROFILE, "sex": "not-said"})
        assert form.is_finished()
        assert form.changes["sex"] == ""

    @pytest.mark.parametrize(
        ("day", "month", "year", "message"),
        [
            ("", "", "", "Enter the date of birth"),
            ("2", "", "1959", "in numbers"),
            ("31", "2", "1959", "There is no such day"),
            ("two", "3", "1959", "in numbers"),
            ("²", "3", "1959", "in numbers"),
            ("2", "Marzipan", "1959", "in numbers"),
            ("2", "3", "99999999999", "There is no such day"),
            ("2", "3", "59", "four digits"),
            ("2", "3", "1850", f"Check the year. It must be {timezone.now().year - OLDEST_AGE} or later"),
            ("2 March 1850", "", "", "Check the year"),
            ("2 March", "", "", "in numbers"),
            ("1", "1", str(timezone.now().year + 2), "in the past"),
        ],
    )
    def test_a_date_of_birth_that_cannot_be(self, draft, day, month, year, message):
        form = page(draft, "you", {**PROFILE, "birth-day": day, "birth-month": month, "birth-year": year})
        assert not form.is_valid()
        assert message in form.errors["birth-day"][0]
        assert form.changes == {"name": "Arthur Lang", "sex": "male"}

    @pytest.mark.parametrize("month", ["3", "03", "March", "mar", "Mar.", "MARCH"])
    def test_the_month_may_be_a_word(self, draft, month):
        form = page(draft, "you", {**PROFILE, "birth-month": month})
        assert form.is_finished(), form.errors
        assert form.changes["birth-date"] == "1959-03-02"

    @pytest.mark.parametrize(
        ("day", "month", "year"),
        [
            ("2 March 1959", "", ""),
            ("2nd of March 1959", "", ""),
            ("", "", "March 2, 1959"),
            ("02/03/1959", "", ""),
            ("1959-03-02", "", ""),
            ("2 Mar.", "", "1959"),
        ],
    )
    def test_a_whole_date_may_stand_in_one_box(self, draft, day, month, year):
        form = page(draft, "you", {**PROFILE, "birth-day": day, "birth-month": month, "birth-year": year})
        assert form.is_finished(), form.errors
        assert form.changes["birth-date"] == "1959-03-02"

    def test_a_whole_date_in_the_words_of_the_page(self, draft):
        with translation.override("es"):
            typed = {"birth-day": "2 de marzo de 1959", "birth-month": "", "birth-year": ""}
            assert page(draft, "you", {**PROFILE, **typed}).changes["birth-date"] == "1959-03-02"

    def test_the_month_may_be_a_word_of_the_page(self, draft):
        with translation.override("es"):
            assert page(draft, "you", {**PROFILE, "birth-month": "Marzo"}).changes["birth-date"] == "1959-03-02"
        assert not page(draft, "you", {**PROFILE, "birth-month": "Marzo"}).is_valid()

    def test_every_gap_is_named(self, draft):
        draft.answers = {}
        form = page(draft, "you", {"shown": ["profile"]})
        assert [problem.anchor for problem in form.problems()] == ["id_name", "id_birth-day", "id_sex_0"]

    def test_each_problem_names_its_question(self, draft):
        draft.answers = {}
        named = [problem.question for problem in page(draft, "you", {"shown": ["profile"]}).problems()]
        assert named == ["Full name:", "Date of birth:", "Sex:"]

    def test_emptying_a_box_is_an_error_though_an_older_answer_is_saved(self, draft):
        draft.answers |= {"name": "Arthur Lang", "birth-date": "1959-03-02", "age": 67, "sex": "male"}
        form = page(draft, "you", {**PROFILE, "name": " "})
        assert list(form.errors) == ["name"]

    def test_the_day_before_the_birthday_is_a_year_less(self, draft):
        tomorrow = timezone.localdate() + datetime.timedelta(days=1)
        form = page(
            draft,
            "you",
            {**PROFILE, "birth-day": tomorrow.day, "birth-month": tomorrow.month, "birth-year": tomorrow.year - 40},
        )
        assert form.is_valid()
        assert form.changes["age"] == 39


class TestBody:
    def test_works(self, draft):
        form = page(draft, "where", filled(draft, "where", body=["left-hand", "right-calf"]))
        assert form.is_finished(), form.errors
        assert form.changes["body"] == ["left-hand", "right-calf"]

    def test_nowhere_in_particular(self, draft):
        form = page(draft, "where", filled(draft, "where", body=[], no_place="on"))
        assert form.is_finished(), form.errors
        assert form.changes["body"] == []

    def test_nothing_chosen(self, draft):
        form = page(draft, "where", filled(draft, "where", body=[]))
        assert list(form.errors) == ["body"]

    def test_both(self, draft):
        form = page(draft, "where", filled(draft, "where", no_place="on"))
        assert "not both" in form.errors["body"][0]
        assert form["body"].value() == ["left-hand", "left-forearm"]
        assert "body" not in form.changes
        assert "body" in form.cleared

    def test_a_place_that_is_not_listed(self, draft):
        form = page(draft, "where", filled(draft, "where", body=["left-hand", "tail"]))
        assert list(form.errors) == ["body"]
        assert "body" not in form.changes

    def test_every_place_of_the_catalogue_is_drawn(self, draft, catalogue):
        form = page(draft, "where")
        (body,) = [control for control in form.controls if control.item.control == "body"]
        drawn = {zone.slug for view in body.context(form)["views"] for zone in view.zones}
        assert drawn == {zone.slug for zone in catalogue.body_zones}


def rows(catalogue, answers):
    """What the patient reads of the medicines when she checks her answers, and in her own copy."""
    everything = [row for group in groups(catalogue, answers) for row in group.rows]
    return {row.question: row.answer for row in everything if row.anchor == "item-medicines"}


class TestMedicines:
    def test_names_and_brands_are_matched_whatever_their_case(self, draft, catalogue):
        data = filled(
            draft, "medicines", medicine_1="VENTOLIN", since_1="recent", medicine_2=" lithium  carbonate 400 mg"
        )
        del data["no-medicines"]
        form = page(draft, "medicines", data)
        assert form.is_finished(), form.errors
        assert form.changes["medicines"] == [
            {"drug": "salbutamol-albuterol", "name": "VENTOLIN", "since": "recent"},
            {"drug": "lithium", "name": "lithium carbonate 400 mg", "since": ""},
        ]
        assert evidence(catalogue, form.changes)["drug-tremor"] is True

    def test_an_unknown_medicine_is_kept_as_typed_and_leaves_the_findings_not_known(self, draft, catalogue):
        data = filled(draft, "medicines", medicine_1="Aunt Ada's drops")
        del data["no-medicines"]
        form = page(draft, "medicines", data)
        assert form.changes["medicines"] == [{"drug": "", "name": "Aunt Ada's drops", "since": ""}]
        assert "drug-tremor" not in evidence(catalogue, form.changes)

    def test_none(self, draft, catalogue):
        form = page(draft, "medicines", filled(draft, "medicines"))
        assert form.is_finished(), form.errors
        assert evidence(catalogue, form.changes)["drug-tremor"] is False

    def test_neither_a_name_nor_none(self, draft):
        data = filled(draft, "medicines")
        del data["no-medicines"]
        assert list(page(draft, "medicines", data).errors) == ["medicine-1"]

    def test_a_name_and_none(self, draft):
        form = page(draft, "medicines", filled(draft, "medicines", medicine_1="Lithium"))
        assert list(form.errors) == ["no-medicines"]
        assert form["medicine-1"].value() == "Lithium"
        assert form.changes.keys().isdisjoint({"medicines", "no-medicines"})
        assert form.cleared >= {"medicines", "no-medicines"}

    def test_two_in_one_box(self, draft, catalogue):
        data = filled(draft, "medicines", medicine_1="Omeprazole and lithium", medicine_2="Sertraline, aspirin")
        del data["no-medicines"]
        form = page(draft, "medicines", data)
        assert form.changes["medicines"] == [
            {"drug": "omeprazole", "name": "Omeprazole and lithium", "since": "", "more_drugs": ["lithium"]},
            {"drug": "sertraline", "name": "Sertraline, aspirin", "since": "", "is_partly_known": True},
        ]
        found = evidence(catalogue, form.changes)
        assert found["drug-tremor"] is found["drug-magnesium-wasting"] is True
        assert "diabetes-treated" not in found

    def test_stopped(self, draft, catalogue):
        data = filled(draft, "medicines", medicine_1="Haloperidol stopped in 2010")
        del data["no-medicines"]
        found = evidence(catalogue, page(draft, "medicines", data).changes)
        assert found.keys().isdisjoint({"drug-parkinsonism", "drug-tremor"})

    def test_one_that_is_no_longer_taken(self, draft, catalogue):
        """It stands on the list as such, and beside it one may take none."""
        form = page(draft, "medicines", filled(draft, "medicines", medicine_1="Lithium", still_1="no"))
        assert form.is_finished(), form.errors
        assert form.changes["medicines"] == [{"drug": "lithium", "name": "Lithium", "since": "stopped"}]
        assert form.changes["no-medicines"] is True
        assert "drug-tremor" not in evidence(catalogue, form.changes)
        assert rows(catalogue, form.changes) == {
            "Which medicines do you take?": "I take no medicines",
            "Which medicines have you stopped?": "Lithium (stopped)",
        }

    @pytest.mark.parametrize(
        ("when", "answer"),
        [
            ("month", "Lithium (stopped in the last month)"),
            ("recent", "Lithium (stopped 1 to 3 months ago)"),
            ("earlier", "Lithium (stopped longer ago)"),
        ],
    )
    def test_when_it_was_stopped_is_kept_and_told_beside_what_is_taken(self, draft, catalogue, when, answer):
        data = filled(
            draft,
            "medicines",
            medicine_1="Lithium",
            still_1="no",
            since_1="recent",
            stopped_1=when,
            medicine_2="Aspirin",
        )
        del data["no-medicines"]
        form = page(draft, "medicines", data)
        assert form.is_finished(), form.errors
        assert form.changes["medicines"][0] == {
            "drug": "lithium",
            "name": "Lithium",
            "since": "stopped",
            "stopped": when,
        }
        assert list(rows(catalogue, form.changes).values()) == ["Aspirin", answer]
        draft.answers |= form.changes
        again = page(draft, "medicines")
        shown = [again[f"{key}-{number}"].value() for number in (1, 2) for key in ("still", "stopped")]
        assert shown == ["no", when, "yes", ""]

    def test_nobody_need_say_that_none_is_taken_beside_what_was_stopped(self, draft, catalogue):
        data = filled(draft, "medicines", medicine_1="Lithium", stopped_1="earlier")
        del data["no-medicines"]
        form = page(draft, "medicines", data)
        assert form.is_finished(), form.errors
        assert list(rows(catalogue, form.changes).values()) == [
            "None that I still take",
            "Lithium (stopped longer ago)",
        ]

    def test_still_taken_and_stopped(self, draft):
        data = filled(draft, "medicines", medicine_1="Lithium", still_1="yes", stopped_1="month")
        del data["no-medicines"]
        form = page(draft, "medicines", data)
        assert list(form.errors) == ["still-1"]
        assert form["stopped-1"].value() == "month"
        (problem,) = form.problems()
        assert (problem.anchor, problem.question) == ("id_still-1_0", "Medicine 1: Do you still take it?")

    def test_there_is_always_an_empty_row(self, draft):
        draft.answers["medicines"] = [{"drug": "lithium", "name": "Lithium", "since": "earlier"}]
        form = page(draft, "medicines")
        assert form["medicine-1"].value() == "Lithium"
        assert form["medicine-2"].value() == ""
        assert "medicine-3" not in form.fields


class TestNumbers:
    def test_of_several_like_problems_each_names_its_own(self, draft, catalogue):
        data = filled(draft, "drinks-and-habits", drink_espresso="x", drink_cola="x")
        problems = page(draft, "drinks-and-habits", data).problems()
        names = {f"{drink.name}:" for drink in catalogue.drinks if drink.slug in ("espresso", "cola")}
        assert len({problem.message for problem in problems}) == 1
        assert {problem.question for problem in problems} == names

    @pytest.mark.parametrize("typed", ["-1", "3.5", "abc", "9999"])
    def test_a_number_that_cannot_be(self, draft, typed):
        form = page(draft, "drinks-and-habits", filled(draft, "drinks-and-habits", alcohol_units=typed))
        assert list(form.errors) == ["alcohol-units"]
        assert form["alcohol-units"].value() == typed

    def test_not_sure(self, draft):
        data = filled(draft, "drinks-and-habits", alcohol_units="", alcohol_units_unsure="on")
        form = page(draft, "drinks-and-habits", data)
        assert form.is_finished(), form.errors
        assert form.changes["alcohol-units"] == "unsure"

    def test_it_cannot_have_begun_after_today(self, draft):
        form = page(draft, "how-it-began", filled(draft, "how-it-began", onset_age="68"))
        assert "not above your age" in form.errors["onset-age"][0]
        assert form["onset-age"].value() == "68"
        assert "onset-age" not in form.changes
        assert "onset-age" in form.cleared

    def test_a_child_is_not_asked_about_alcohol(self, draft):
        draft.answers["age"] = 9
        assert "alcohol-units" not in page(draft, "drinks-and-habits").fields


class TestDrinks:
    def test_works(self, draft, catalogue):
        data = filled(draft, "drinks-and-habits", drink_espresso="6")
        del data["drinks-none"]
        form = page(draft, "drinks-and-habits", data)
        assert form.is_finished(), form.errors
        assert form.changes["drinks"] == {"espresso": 6}
        assert evidence(catalogue, form.changes)["high-caffeine"] is True

    def test_none(self, draft):
        assert page(draft, "drinks-and-habits", filled(draft, "drinks-and-habits")).changes["drinks"] == {}

    def test_none_beside_a_count(self, draft):
        form = page(draft, "drinks-and-habits", filled(draft, "drinks-and-habits", drink_espresso="6"))
        assert list(form.errors) == ["drinks-none"]
        assert form["drink-espresso"].value() == "6"
        assert "drinks" not in form.changes
        assert "drinks" in form.cleared

    def test_nothing_said(self, draft):
        data = filled(draft, "drinks-and-habits")
        del data["drinks-none"]
        assert list(page(draft, "drinks-and-habits", data).errors) == ["drink-filter-coffee"]

    def test_one_bad_number_saves_no_sum_that_is_too_low(self, draft):
        data = filled(draft, "drinks-and-habits", drink_espresso="6", drink_cola="many")
        del data["drinks-none"]
        form = page(draft, "drinks-and-habits", data)
        assert list(form.errors) == ["drink-cola"]
        assert "drinks" not in form.changes
