from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given, settings
from hypothesis import strategies as st

from causes.catalogue import Catalogue
from causes.evaluation import read_cases
from causes.models import Release
from causes.ranking import expected_gains, rank
from intake import derivation, interview
from intake.derivation import NO, UNSURE, YES
from intake.evaluation import evaluate, interviewed
from intake.forms import TopicForm
from intake.forms.controls import CONTROLS
from intake.models import Intake
from intake.pages import is_yes_or_no, page_of, questions_left, told_left, usual_questions
from intake.panel import FURTHER, PUBLISHED
from intake.topics import ALWAYS_ASKED, TICKS, Topic, all_topics, asked_topics
from tests.cast import ALS_ANSWERS, a_draft
from tests.intake.posting import address, filled, posted
from tests.real import REAL

TWITCHES = {"age": 50, "sex": "male", "fasciculations": "yes", "tremor": "no", "motor-tics": "no", "vocal-tics": "no"}


def with_parameters(catalogue: Catalogue, **values: float) -> Catalogue:
    named = {slug.replace("_", "-"): value for slug, value in values.items()}
    changed = (replace(row, value=named.get(row.slug, row.value)) for row in catalogue.parameters)
    return replace(catalogue, parameters=tuple(changed))


def topic_of(slug: str) -> Topic:
    return next(topic for topic in all_topics(REAL) if topic.slug == slug)


def asked(catalogue: Catalogue, answers: dict[str, Any]) -> set[str]:
    return {slug for topic in asked_topics(catalogue, answers) for item in topic.items for slug in item.slugs}


def applying(catalogue: Catalogue, answers: dict[str, Any]) -> set[str]:
    circumstances = derivation.circumstances(catalogue, answers)
    items = [item for topic in all_topics(catalogue) for item in topic.applying(circumstances)]
    return {slug for item in items for slug in item.slugs}


def some_answers() -> st.SearchStrategy[dict[str, Any]]:
    yes_no = st.sampled_from(["yes", "no", "unsure"])
    asked = [item for topic in all_topics(REAL) for item in topic.items if is_yes_or_no(item)]
    questions = {item.name: yes_no for item in asked}
    known = {"age": st.integers(5, 90), "sex": st.sampled_from(["female", "male"]), "body": st.just(["left-hand"])}
    return st.fixed_dictionaries({}, optional=questions | known)


class TestWhatIsAsked:
    def test_works(self):
        found = asked(REAL, TWITCHES)
        assert {"weakness", "muscle-wasting", "age", "drug-fasciculation"} <= found
        assert "kidney-stones" in applying(REAL, TWITCHES) - found

    def test_gains_are_those_of_the_differential(self):
        known = derivation.evidence(REAL, TWITCHES)
        gains = expected_gains(REAL, known, "neurology-clinic", "fasciculation", stages=("ask",))
        ranked = rank(REAL, known, "neurology-clinic", "fasciculation").next_findings["ask"]
        assert [(item.slug, item.gain) for item in ranked] == [
            (slug, gains[slug]) for slug in sorted(gains, key=gains.__getitem__, reverse=True)[: len(ranked)]
        ]

    def test_with_an_endless_threshold_only_red_flags_and_controls_are_left(self):
        strict = with_parameters(REAL, interview_least_gain=99.0)
        items = [item for topic in asked_topics(strict, {}) for item in topic.items]
        always = interview.always_asked(strict)
        assert items
        assert all(item.control in ALWAYS_ASKED or always & {*item.slugs} for item in items)

    def test_without_thresholds_all_that_applies_is_asked(self):
        kept = tuple(row for row in REAL.parameters if row.slug != interview.LEAST_GAIN)
        whole = replace(REAL, parameters=kept)
        assert applying(whole, TWITCHES) <= asked(whole, TWITCHES)
        assert not any(item.control == TICKS for topic in all_topics(whole) for item in page_of(whole, topic, {}).items)

    def test_half_of_the_thresholds_is_a_loud_error(self):
        kept = tuple(row for row in REAL.parameters if row.slug != interview.ALONE_GAIN)
        with pytest.raises(KeyError, match="interview-alone-gain"):
            asked(replace(REAL, parameters=kept), TWITCHES)

    @settings(max_examples=25, deadline=None)
    @given(some_answers())
    def test_what_a_red_flag_hangs_on_is_always_asked(self, answers):
        assert interview.always_asked(REAL) & applying(REAL, answers) <= asked(REAL, answers)

    @settings(max_examples=25, deadline=None)
    @given(some_answers())
    def test_what_was_answered_stays(self, answers):
        questions = answers.keys() - {"age", "sex", "body"}
        assert questions & applying(REAL, answers) <= asked(REAL, answers)


class TestAPage:
    @settings(max_examples=25, deadline=None)
    @given(some_answers(), some_answers(), st.sampled_from(all_topics(REAL)))
    def test_nothing_on_it_goes_away_or_moves_while_it_is_answered(self, before, more, topic):
        own = {key for item in topic.items for key in (*item.keys, *item.slugs)}
        first = page_of(REAL, topic, {key: value for key, value in before.items() if key not in own})
        later = page_of(REAL, topic, before | {key: value for key, value in more.items() if key in own})
        # An answer elsewhere is left as it was: only those of the page differ.
        same = [item for item in first.items if item.control != TICKS]
        assert [item for item in later.items if item in same] == same
        assert {slug for item in first.items for slug in item.slugs} <= {s for item in later.items for s in item.slugs}

    @settings(max_examples=20, deadline=None)
    @given(some_answers(), st.sampled_from(all_topics(REAL)))
    def test_every_question_has_one_place(self, answers, topic):
        slugs = [slug for item in page_of(REAL, topic, answers).items for slug in item.slugs]
        assert len(slugs) == len(set(slugs))

    def test_what_would_raise_a_red_flag_by_itself_stands_alone(self):
        page = page_of(REAL, topic_of("strength"), TWITCHES)
        alone = {item.name for item in page.items if item.control != TICKS}
        assert {"weakness", "muscle-wasting", "dysarthria", "dysphagia", "foot-drop"} <= alone
        calm = page_of(REAL, topic_of("strength"), TWITCHES | {"fasciculations": "no"})
        assert "foot-drop" in {slug for item in calm.items if item.control == TICKS for slug in item.slugs}

    def test_lists_are_as_even_as_can_be_and_no_longer_than_the_limit(self):
        short = with_parameters(REAL, interview_longest_list=3.0, interview_alone_gain=9.0)
        page = page_of(short, topic_of("general-health"), TWITCHES)
        lists = [item for item in page.items if item.control == TICKS]
        headings = {CONTROLS[TICKS](item, short, TWITCHES).fields[item.name].label for item in lists}
        assert len(headings) == len(lists), "a screen reader goes by headings"
        lengths = [len(item.findings) for item in lists]
        assert len(lengths) > 1
        assert max(lengths) <= 3
        assert max(lengths) - min(lengths) <= 1

    def test_what_was_answered_no_is_not_in_a_list_with_what_is_open(self):
        page = page_of(REAL, topic_of("general-health"), TWITCHES)
        ticks = next(item for item in page.items if item.control == TICKS)
        first, *rest = ticks.slugs
        for said in (NO, UNSURE):
            later = page_of(REAL, topic_of("general-health"), TWITCHES | {first: said})
            lists = [item for item in later.items if item.control == TICKS]
            assert first not in {slug for item in lists for slug in item.slugs}
            assert {*rest} <= {slug for item in later.items for slug in item.slugs}
        ticked = page_of(REAL, topic_of("general-health"), TWITCHES | {first: YES})
        assert ticks in ticked.items, "a list that is being answered stays as it is"

    def test_fewer_questions_are_left_the_more_are_answered(self):
        start, later = questions_left(REAL, {}), questions_left(REAL, ALS_ANSWERS)
        assert start > later > 0

    @pytest.mark.parametrize(
        "complaint", [{"fasciculations": "yes"}, {"tremor": "yes"}, {"fasciculations": "no", "tremor": "unsure"}]
    )
    def test_the_number_is_told_once_it_is_known_what_the_patient_came_for(self, complaint):
        you = {"name": "Arthur Lang", "birth-date": "1976-03-02", "age": 50, "sex": "male"}
        assert told_left(REAL, {}) == told_left(REAL, you) == 0
        assert told_left(REAL, you | complaint) == questions_left(REAL, you | complaint) > 0

    def test_it_is_not_on_the_first_page(self, client, practice):
        draft = a_draft(practice, {"started": ""})
        assert "questions left" not in client.get(address(draft, "you")).content.decode()
        draft.save_answers({"fasciculations": "yes"})
        assert "questions left" in client.get(address(draft, "where")).content.decode()


class TestAList:
    @pytest.fixture
    def draft(self, practice):
        return a_draft(practice, dict(TWITCHES, name="Arthur Lang", **{"birth-date": "1976-03-02"}))

    @pytest.fixture
    def form(self, draft):
        return TopicForm(REAL, topic_of("general-health"), draft.answers)

    @pytest.fixture
    def ticks(self, form):
        return next(control for control in form.controls if control.item.control == TICKS)

    def said(self, draft, form, ticks, **fields: Any) -> TopicForm:
        """The page as a browser sends it: the list as given, whatever stands alone answered no."""
        shown = [control.item.name for control in form.controls]
        data = {"shown": shown, f"{ticks.item.name}-rows": list(ticks.item.slugs)}
        for control in form.controls:
            if control is not ticks and control.item.control == TICKS:
                data |= {f"{control.item.name}-others": "no", f"{control.item.name}-rows": list(control.item.slugs)}
            elif control is not ticks:
                data[control.item.name] = "no"
        named = {f"{ticks.item.name}{'-others' if key == 'others' else ''}": value for key, value in fields.items()}
        sent = TopicForm(REAL, topic_of("general-health"), draft.answers, posted(data | named))
        sent.is_valid()
        return sent

    def test_works(self, draft, form, ticks):
        first, *others = ticks.item.slugs
        sent = self.said(draft, form, ticks, ticked=[first], others="no")
        assert not sent.errors
        assert sent.changes.items() >= {first: "yes", **dict.fromkeys(others, "no")}.items()

    def test_not_sure_about_the_others(self, draft, form, ticks):
        sent = self.said(draft, form, ticks, others="unsure")
        assert sent.changes.items() >= dict.fromkeys(ticks.item.slugs, "unsure").items()

    def test_what_is_not_ticked_is_no_answer_by_itself(self, draft, form, ticks):
        first, *others = ticks.item.slugs
        sent = self.said(draft, form, ticks, ticked=[first])
        assert sent.errors[f"{ticks.item.name}-others"] == [
            "Choose no, or that you are not sure, for those that you did not tick"
        ]
        assert [problem.anchor for problem in sent.problems()] == [f"id_{ticks.item.name}-others_0"]
        assert sent.changes[first] == "yes"
        assert sent.changes.keys().isdisjoint(others)

    @pytest.mark.parametrize("fields", [{"ticked": ["age"], "others": "no"}, {"others": "maybe"}])
    def test_bad_input(self, draft, form, ticks, fields):
        sent = self.said(draft, form, ticks, **fields)
        assert sent.errors
        assert sent.changes.keys().isdisjoint({*ticks.item.slugs, "age"})

    def test_it_is_there_again_with_its_answers(self, client, draft, ticks):
        first, *_others = ticks.item.slugs
        data = filled(draft, "general-health", **{first: "yes"})
        client.post(address(draft, "general-health"), data)
        content = client.get(address(draft, "general-health")).content.decode()
        assert f'value="{first}" checked' in content
        assert f'name="{ticks.item.name}-others" value="no" checked' in content

    def test_a_list_that_would_be_another_by_now_keeps_its_answers(self, client, draft, ticks):
        data = filled(draft, "general-health", **{ticks.item.slugs[0]: "yes"})
        Intake.objects.update(answers={**draft.answers, "fasciculations": "no", "tremor": "yes", "weakness": "yes"})
        client.post(address(draft, "general-health"), data)
        draft.refresh_from_db()
        assert [draft.answers[slug] for slug in ticks.item.slugs] == ["yes"] + ["no"] * (len(ticks.item.slugs) - 1)

    def test_a_question_that_would_not_be_asked_by_now_keeps_its_answer(self, draft):
        data = posted({"shown": ["kidney-stones"], "kidney-stones": "yes"})
        topic = topic_of("health-and-family")
        assert "kidney-stones" not in [item.name for item in page_of(REAL, topic, draft.answers).items]
        form = TopicForm(REAL, topic, draft.answers, data)
        form.is_valid()
        assert form.changes["kidney-stones"] == "yes"


def test_answers_bring_up_questions_of_pages_that_were_finished():
    """What only the answers of a later page make worth asking is asked before the answers are checked."""
    cases = read_cases(REAL, PUBLISHED.read_text(encoding="utf-8").splitlines()[:10])
    assert any(interviewed(REAL, case).returns for case in cases)


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """Of every other patient, to be quick: ``manage.py evaluate_interview`` and ``make bench`` take them all."""
    lines = [line for path in (PUBLISHED, FURTHER) for line in path.read_text(encoding="utf-8").splitlines()]
    return evaluate(REAL, read_cases(REAL, lines[::2]))


class TestThePublishedPatients:
    def test_few_questions(self, report):
        assert report["questions"]["median"] <= 35
        assert abs(report["questions"]["median"] - usual_questions(REAL)) <= 1, "patients are told another number"
        assert report["questions"]["under_45"] >= 0.9

    def test_the_ranking_is_that_of_the_whole_form(self, report):
        assert report["same_first"] >= 0.95
        assert report["same_three"] >= 0.9

    def test_nobody_is_asked_more_than_the_whole_form(self, report):
        assert report["questions"]["most"] < report["whole_form"]["median"]
        assert report["items"] < report["whole_form"]["median"]


class TestTheCommand:
    pytestmark = pytest.mark.django_db

    @pytest.fixture
    def few(self, tmp_path, monkeypatch):
        # The same object, so that what was worked out for it is found again.
        monkeypatch.setattr(Release, "catalogue", lambda self: REAL)
        for name, path in (("PUBLISHED", PUBLISHED), ("FURTHER", FURTHER)):
            few = tmp_path / path.name
            few.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:2]), encoding="utf-8")
            monkeypatch.setattr(f"intake.management.commands.evaluate_interview.{name}", few)

    def printed(self, *arguments: str) -> str:
        out = StringIO()
        call_command("evaluate_interview", *arguments, stdout=out)
        return out.getvalue()

    def test_works(self, few):
        assert "4 patients" in self.printed()
        assert json.loads(self.printed("--json"))["n"] == 4

    def test_a_part_alone(self, few):
        assert json.loads(self.printed("--json", "--split", "held-out"))["n"] == 1

    def test_without_a_release(self, monkeypatch):
        def none():
            raise Release.DoesNotExist("no catalogue was published")

        monkeypatch.setattr(Release.objects, "current", none)
        with pytest.raises(CommandError, match="no catalogue"):
            self.printed()
