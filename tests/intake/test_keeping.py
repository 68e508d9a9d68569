"""Answers are kept one by one, from several tabs and in any order of arrival, and nothing that was typed is lost."""

from __future__ import annotations

import html
import json
import re

import pytest

from intake import pages
from intake.models import Intake
from intake.topics import TICKS, Item, Topic, all_topics
from tests.cast import ALS_ANSWERS, a_draft
from tests.intake.posting import PROFILE, address, filled

pytestmark = pytest.mark.usefixtures("whole_form")


@pytest.fixture
def draft(practice):
    return a_draft(practice, {"age": 67, "sex": "male", "name": "Arthur Lang", "birth-date": "1959-03-02"})


def saved(intake: Intake) -> dict:
    return Intake.objects.get(pk=intake.pk).answers


class Tab:
    """A page as a browser with the script holds it."""

    def __init__(self, client, intake: Intake, slug: str) -> None:
        self.client, self.url, self.order = client, address(intake, slug), 0
        page = client.get(self.url).content.decode()
        self.page, self.before = (
            html.unescape(re.search(f'name="{name}" value="([^"]*)"', page)[1]) for name in ("page", "before")
        )
        self.data = {"shown": re.findall(r'name="shown" value="([^"]*)"', page)}
        for name, value in re.findall(r'name="(list-[\w-]+-rows)" value="([^"]*)"', page):
            self.data.setdefault(name, []).append(value)
        for name, value in re.findall(r'name="([\w-]+)" value="([^"]*)" checked', page):
            self.data[name] = [*self.data.get(name, []), value]
        self.data |= dict(re.findall(r'<input class="form-control[^>]* name="([\w-]+)" value="([^"]+)"', page))

    def keep(self, touched: list[str] | None = None, order: int | None = None, **answers: str):
        self.order = order or self.order + 1
        self.change(**answers)
        names = list(answers) if touched is None else touched
        response = self._post(keep="draft", order=self.order, touched=[name.replace("_", "-") for name in names])
        if response.status_code == 200:
            self.before = response.json()["before"]
        return response

    def change(self, **answers: str) -> None:
        self.data |= {name.replace("_", "-"): value for name, value in answers.items()}

    def go_on(self, **fields):
        return self._post(**fields)

    def _post(self, **fields):
        return self.client.post(self.url, self.data | {"page": self.page, "before": self.before} | fields)


@pytest.mark.usefixtures("whole_form")
class TestOneAnswer:
    def test_works(self, client, draft):
        tab = Tab(client, draft, "strength")
        response = tab.keep(weakness="yes")
        assert response.status_code == 200
        assert response.json().keys() == {"before", "next"}
        assert saved(draft) == draft.answers | {"weakness": "yes"}

    def test_complains_about_nothing_and_answers_nothing_else(self, client, draft):
        Tab(client, draft, "your-words").keep(health_anxiety="no")
        assert "own-words" not in saved(draft), "a box that nobody has come to is no answer"
        assert saved(draft)["health-anxiety"] == "no"

    def test_a_change_back_before_the_answer_came_is_kept_too(self, client, draft):
        draft.answers["weakness"] = "no"
        draft.save()
        tab = Tab(client, draft, "strength")
        before = tab.before
        tab.keep(weakness="yes")
        tab.before = before  # the answer was lost on its way
        tab.keep(weakness="no")
        assert saved(draft)["weakness"] == "no"

    def test_one_that_arrives_late_changes_nothing(self, client, draft):
        tab = Tab(client, draft, "strength")
        tab.keep(weakness="no", order=2)
        tab.keep(weakness="yes", order=1)
        assert saved(draft)["weakness"] == "no"

    def test_one_that_arrives_after_continue_changes_nothing(self, client, draft):
        tab = Tab(client, draft, "strength")
        tab.change(weakness="no")
        tab.go_on(keep="continue", order=5)
        tab.keep(weakness="yes", order=4)
        assert saved(draft)["weakness"] == "no"

    def test_a_change_makes_the_time_that_it_is_kept_longer(self, client, draft):
        Tab(client, draft, "strength").keep(weakness="yes")
        assert Intake.objects.get().saved_at > draft.saved_at

    @pytest.mark.parametrize("fields", [{"order": "x"}, {"order": "9" * 30}, {"page": ""}, {"before": "[1]"}])
    def test_bad_input(self, client, draft, fields):
        tab = Tab(client, draft, "strength")
        tab.change(weakness="yes")
        assert tab.go_on(**({"keep": "draft", "order": 1, "touched": "weakness"} | fields)).status_code == 200
        assert saved(draft)["weakness"] == "yes"

    def test_once_sent_the_script_is_led_away(self, client, practice):
        intake = a_draft(practice, ALS_ANSWERS)
        tab = Tab(client, intake, "strength")
        intake.send()
        assert tab.keep(weakness="no").status_code == 302
        assert saved(intake)["weakness"] == "yes"

    def test_staff_cannot(self, client, draft, clinician):
        tab = Tab(client, draft, "strength")
        client.force_login(clinician)
        assert tab.keep(weakness="yes").status_code == 403
        assert "weakness" not in saved(draft)

    def test_number_of_queries(self, client, draft, django_assert_max_num_queries):
        tab = Tab(client, draft, "strength")
        # The draft, the transaction's two ends, the lock for reading, the lock for writing, the change.
        with django_assert_max_num_queries(8):
            tab.keep(weakness="yes")


@pytest.mark.usefixtures("whole_form")
class TestTwoTabs:
    def test_an_old_tab_does_not_undo_what_the_other_answered(self, client, draft):
        old, new = Tab(client, draft, "strength"), Tab(client, draft, "strength")
        new.keep(weakness="yes")
        old.keep(dysarthria="no")
        assert (saved(draft)["weakness"], saved(draft)["dysarthria"]) == ("yes", "no")

    @pytest.mark.parametrize("kind", [{}, {"keep": "continue", "order": 9}])
    def test_nor_does_its_continue(self, client, draft, kind):
        draft.answers["weakness"] = "no"
        draft.save()
        old, new = Tab(client, draft, "strength"), Tab(client, draft, "strength")
        new.keep(weakness="yes")
        old.change(dysarthria="no")
        old.go_on(**kind)
        assert (saved(draft)["weakness"], saved(draft)["dysarthria"]) == ("yes", "no")

    def test_the_last_change_of_the_same_answer_counts(self, client, draft):
        first, second = Tab(client, draft, "strength"), Tab(client, draft, "strength")
        first.keep(weakness="yes")
        second.keep(weakness="no")
        first.go_on()
        assert saved(draft)["weakness"] == "no"
        first.keep(weakness="unsure")
        assert saved(draft)["weakness"] == "unsure"

    def test_a_question_that_only_the_other_has_in_sight_is_left_alone(self, client, draft):
        old = Tab(client, draft, "what-you-notice")
        assert "coprolalia" in old.data["shown"]
        old.data["shown"].remove("coprolalia")  # switched off there, so the browser does not send it
        Tab(client, draft, "what-you-notice").keep(vocal_tics="yes", coprolalia="yes")
        old.change(tremor="yes")
        old.go_on()
        assert (saved(draft)["coprolalia"], saved(draft)["tremor"]) == ("yes", "yes")


@pytest.mark.usefixtures("whole_form")
class TestWhatIsNoAnswerYet:
    def test_half_a_date_is_there_again(self, client, practice):
        intake = a_draft(practice, {"started": ""})
        Tab(client, intake, "you").keep(name="Arthur Lang", birth_day="27", birth_month="3")
        page = client.get(address(intake, "you")).content.decode()
        assert 'name="birth-day" value="27"' in page
        assert 'name="name" value="Arthur Lang"' in page
        assert "There is a problem" not in page
        assert saved(intake)["name"] == "Arthur Lang"

    def test_it_is_typed_no_more_once_it_is_an_answer(self, client, draft):
        tab = Tab(client, draft, "how-it-began")
        tab.keep(onset_age="sixty")
        assert Intake.objects.get().typed == {"onset-age": {"onset-age": ["sixty"]}}
        tab.keep(onset_age="60")
        assert Intake.objects.get().typed == {}
        assert saved(draft)["onset-age"] == 60

    def test_it_outlives_an_error_and_a_reload(self, client, draft):
        data = filled(draft, "drinks-and-habits", alcohol_units="lots")
        for _time in range(2):
            page = client.post(address(draft, "drinks-and-habits"), data, follow=True).content.decode()
            assert 'value="lots"' in page
            assert "Enter a whole number" in page
        page = client.get(address(draft, "drinks-and-habits")).content.decode()
        assert 'value="lots"' in page
        assert "There is a problem" not in page

    def test_every_medicine_is_there_again_though_none_could_be_saved(self, client, draft):
        data = filled(draft, "medicines", medicine_1="Lithium", medicine_2="x" * 300, since_1="recent")
        del data["no-medicines"]
        page = client.post(address(draft, "medicines"), data, follow=True).content.decode()
        assert 'value="Lithium"' in page
        assert f'value="{"x" * 300}"' in page
        assert "medicines" not in saved(draft)

    def test_a_mistake_of_another_tab_is_not_undone(self, client, draft):
        old, new = Tab(client, draft, "drinks-and-habits"), Tab(client, draft, "drinks-and-habits")
        new.keep(alcohol_units="lots")
        old.keep(nicotine="yes")
        assert "lots" in str(Intake.objects.get().typed)

    def test_out_of_sight_it_stops_nobody(self, client, draft):
        Intake.objects.filter(pk=draft.pk).update(typed={"coprolalia": {"coprolalia": ["perhaps"]}})
        tab = Tab(client, draft, "what-you-notice")
        tab.data |= filled(draft, "what-you-notice", vocal_tics="no")
        tab.data["shown"].remove("coprolalia")
        del tab.data["coprolalia"]
        assert "problems" not in tab.go_on()["Location"]

    def test_nothing_is_left_of_it_after_sending(self, client, practice):
        intake = a_draft(practice, ALS_ANSWERS, typed={"onset-age": {"onset-age": ["sixty"]}}, pages={"a": 3})
        intake.send()
        assert (intake.typed, intake.pages) == ({}, {})


class TestListOfTicks:
    """Questions that are answered together: one tick is one answer."""

    @pytest.fixture(autouse=True)
    def one_list(self, monkeypatch, catalogue):
        """The page of the topic “strength”, all of it in one list, whatever is worth a list by now."""
        findings = tuple(catalogue.finding[slug] for slug in ("weakness", "dysarthria", "grip-weakness"))
        topic = next(topic for topic in all_topics(catalogue) if topic.slug == "strength")
        page = Topic(topic.section, (Item(TICKS, findings),))
        monkeypatch.setattr(pages, "page_of", lambda catalogue, topic, answers: page)

    @pytest.fixture
    def tab(self, client, draft):
        return Tab(client, draft, "strength")

    @pytest.fixture
    def ticks(self, tab):
        (name,) = tab.data["shown"]
        return name

    def test_works(self, draft, tab, ticks):
        first = tab.data[f"{ticks}-rows"][0]
        tab.data[ticks] = [first]
        assert tab.keep(touched=[ticks]).status_code == 200
        assert saved(draft) == draft.answers | {first: "yes"}
        assert Intake.objects.get().typed == {}

    def test_what_is_not_ticked_is_asked_about_with_the_ticks_still_there(self, client, draft, tab, ticks):
        first = tab.data[f"{ticks}-rows"][0]
        tab.data[ticks] = [first]
        location = tab.go_on()["Location"]
        page = client.get(location).content.decode()
        assert location.endswith("?problems")
        assert "Choose no, or that you are not sure, for those that you did not tick" in html.unescape(page)
        assert re.search(rf'name="{ticks}" value="{first}" checked', page)

    def test_an_old_tab_does_not_undo_the_ticks_of_another(self, client, draft, tab, ticks):
        first, other = tab.data[f"{ticks}-rows"][0], Tab(client, draft, "strength")
        other.data[ticks] = [first]
        other.data[f"{ticks}-others"] = "no"
        other.keep(touched=[ticks])
        answered = saved(draft)
        for kind in ({"keep": "draft", "order": 1}, {}):
            tab.go_on(**kind)
            assert {slug: saved(draft).get(slug) for slug in answered} == answered


@pytest.mark.usefixtures("whole_form")
class TestContinueByTheScript:
    def test_is_told_where_to_go(self, client, draft):
        tab = Tab(client, draft, "strength")
        tab.data |= filled(draft, "strength", weakness="yes")
        response = tab.go_on(keep="continue", order=1)
        assert response.json()["next"] == address(draft, "movement")

    def test_of_problems_too(self, client, draft):
        response = Tab(client, draft, "strength").go_on(keep="continue", order=1)
        assert response.json()["next"] == address(draft, "strength") + "?problems"

    def test_keeps_the_way_back_to_the_check_page(self, client, draft):
        tab = Tab(client, draft, "strength")
        tab.url += "?change"
        assert tab.go_on(keep="continue", order=1).json()["next"] == address(draft, "strength") + "?change&problems"


@pytest.mark.usefixtures("whole_form")
def test_resuming_leads_to_the_first_open_question_of_a_page(client, practice):
    intake = a_draft(practice, {"started": ""})
    for slug, data in (("you", PROFILE), ("what-you-notice", filled(intake, "what-you-notice"))):
        client.post(address(intake, slug), data)
    assert client.get(address(intake))["Location"] == address(intake, "where")
    Tab(client, intake, "strength").keep(weakness="no")
    Intake.objects.filter(pk=intake.pk).update(answers=ALS_ANSWERS | {"weakness": "no"})
    location = client.get(address(intake))["Location"]
    assert re.fullmatch(rf"{address(intake)}[\w-]+/#item-[\w-]+", location)


@pytest.mark.usefixtures("whole_form")
def test_the_page_says_what_stood_in_it(client, draft):
    tab = Tab(client, draft, "strength")
    assert json.loads(tab.before).keys() >= {"weakness", "dysarthria"}
    assert "yes" not in tab.before
