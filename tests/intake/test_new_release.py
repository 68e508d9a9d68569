"""A draft moves to the new release when it is opened, says so once, and loses nothing on the way."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from causes.catalogue import to_json
from causes.models import Release, Withdrawal
from clinic.chart import chart_of
from intake import own_copy
from intake.fitting import fitted, reworded
from intake.keeping import save_page
from intake.models import Intake
from intake.topics import incomplete_topics
from tests.cast import ALS_ANSWERS, a_draft
from tests.intake.posting import address, filled
from tests.intake.test_keeping import Tab

pytestmark = pytest.mark.usefixtures("whole_form")


def changed_finding(catalogue, slug: str, **fields):
    return replace(catalogue, findings=tuple(replace(f, **fields) if f.slug == slug else f for f in catalogue.findings))


def without_option(catalogue, slug: str, value: str):
    options = tuple(option for option in catalogue.finding[slug].options if option.value != value)
    kept = tuple(row for row in catalogue.likelihoods if (row.finding, row.option) != (slug, value))
    made = changed_finding(replace(catalogue, likelihoods=kept), slug, options=options)
    return replace(made, translations=tuple(t for t in made.translations if t.key != f"{slug}/{value}"))


def put_into_force(catalogue) -> Release:
    """As a release, whatever the rules of publishing say about its probabilities."""
    return Release.objects.create(
        number=Release.objects.order_by("-number").first().number + 1,
        document=to_json(catalogue),
        sha256=catalogue.sha256,
    )


@pytest.fixture
def draft(practice):
    return a_draft(practice, ALS_ANSWERS)


@pytest.fixture
def newer(catalogue, draft) -> Release:
    """“3 to 12 months” is no answer any more, and the question about weakness reads otherwise."""
    made = without_option(catalogue, "duration", "3 to 12 months")
    return put_into_force(changed_finding(made, "weakness", question="Are your muscles weak?"))


def fresh(intake: Intake) -> Intake:
    return Intake.objects.select_related("release").get(pk=intake.pk)


def confirm(client, draft, **fields):
    return client.post(address(draft, "changed"), {"release": Release.objects.current().pk, **fields})


class TestChanged:
    @pytest.mark.parametrize("page", [(), ("check",), ("strength",)])
    def test_works(self, client, draft, newer, page):
        response = client.get(address(draft, *page))
        assert (response.status_code, response.url) == (302, address(draft, "changed"))
        assert fresh(draft).release_id == 1, "to look changes nothing"
        text = client.get(response.url).content.decode()
        assert "Some questions have changed since you began" in text
        assert "Your answers are kept." in text
        assert "3 months to 1 year" in text
        assert "Are your muscles weak?" in text
        assert 'tabindex="-1" autofocus' in text
        assert confirm(client, draft).url == address(draft)
        moved = fresh(draft)
        assert moved.release == newer
        assert moved.answers == {key: value for key, value in ALS_ANSWERS.items() if key != "duration"}
        assert moved.aside == {"duration": {"release": 1, "value": "3 to 12 months"}}
        assert [(move["from"], move["to"], move["reworded"]) for move in moved.moves] == [(1, 2, ["weakness"])]

    def test_it_is_said_once(self, client, draft, newer):
        confirm(client, draft)
        assert client.get(address(draft, "strength")).status_code == 200
        assert client.get(address(draft, "changed")).url == address(draft)

    def test_what_no_longer_fits_is_asked_again(self, client, draft, newer):
        confirm(client, draft)
        topic = newer.catalogue().finding["duration"].section
        open_topics = incomplete_topics(newer.catalogue(), fresh(draft).answers)
        assert topic in [item.slug for item in open_topics]

    def test_one_to_check_is_led_to(self, client, draft, newer):
        assert confirm(client, draft, check="item-weakness").url.endswith("/strength/?change#item-weakness")
        assert fresh(draft).release == newer

    def test_what_was_not_on_the_page_is_not_confirmed(self, client, draft, newer):
        response = client.post(address(draft, "changed"), {"release": "1"})
        assert response.status_code == 200
        assert fresh(draft).release_id == 1

    def test_a_release_that_asks_the_same_says_so(self, client, draft, catalogue):
        rows = tuple(replace(row, note="Read again.") for row in catalogue.likelihoods)
        put_into_force(replace(catalogue, likelihoods=rows))
        text = client.get(address(draft, "changed")).content.decode()
        assert "You need not change any of them." in text
        assert "Please check these" not in text

    def test_in_spanish(self, client, draft, newer):
        Intake.objects.update(language="es")
        text = client.get(address(draft, "changed")).content.decode()
        assert "Algunas preguntas han cambiado desde que usted empezó" in text
        assert "3 months to 1 year" not in text, "the answer as it was read then"

    def test_a_withdrawn_release_is_left_for_the_one_before_and_answers_come_back(self, client, draft, newer, approver):
        confirm(client, draft)
        Withdrawal.objects.create(release=newer, by=approver, reason="An option was lost.")
        assert client.get(address(draft)).url == address(draft, "changed")
        confirm(client, draft)
        moved = fresh(draft)
        assert (moved.release_id, moved.begun_with, moved.aside) == (1, 1, {})
        assert moved.answers == ALS_ANSWERS

    def test_without_any_release_it_goes_on_with_its_own(self, client, draft, release, approver):
        Withdrawal.objects.create(release=release, by=approver, reason="Wrong.")
        assert client.get(address(draft, "strength")).status_code == 200

    def test_staff_cannot(self, signed_in, clinician, draft, newer):
        assert signed_in(clinician).get(address(draft, "changed")).status_code == 403

    def test_unknown(self, client, newer):
        assert client.get("/intake/nothing/changed/").status_code == 404


class TestEmergency:
    def test_what_cannot_wait_comes_first(self, client, draft, newer, monkeypatch):
        monkeypatch.setattr("intake.emergency.is_due", lambda intake: True)
        assert "/interrupt/" in client.get(address(draft)).url
        assert "/interrupt/" in client.get(address(draft, "changed")).url


class TestOldPages:
    def test_a_page_is_kept_by_the_release_that_laid_it_out(self, client, draft, catalogue):
        tab = Tab(client, draft, "strength")
        put_into_force(changed_finding(catalogue, "weakness", question="Are your muscles weak?"))
        assert tab.keep(grip_weakness="no").status_code == 200
        assert (fresh(draft).answers["grip-weakness"], fresh(draft).release_id) == ("no", 1)

    def test_after_the_draft_has_moved_it_loses_nothing(self, client, draft, catalogue):
        tab = LaidOut(client, draft, "strength")
        made = changed_finding(catalogue, "weakness", question="Are your muscles weak?")
        put_into_force(made)
        confirm(client, draft)
        response = tab.keep(grip_weakness="no")
        assert response.json() == {"before": "", "next": address(draft)}
        moved = fresh(draft)
        assert moved.answers == ALS_ANSWERS | {"grip-weakness": "no"}
        assert moved.release_id == 2

    def test_what_is_said_there_and_no_longer_fits_is_aside(self, client, draft, newer, catalogue):
        slug = catalogue.finding["duration"].section
        Intake.objects.filter(pk=draft.pk).update(answers={**ALS_ANSWERS, "duration": "unsure"})
        confirm(client, draft)
        assert fresh(draft).aside == {}
        data = {"release": "1", "shown": ["duration"], "duration": "3 to 12 months", "keep": "continue"}
        response = client.post(address(draft, slug), data)
        assert response.json()["next"] == address(draft)
        assert fresh(draft).aside == {"duration": {"release": 1, "value": "3 to 12 months"}}
        assert fresh(draft).answers["duration"] == "unsure"

    def test_a_newer_answer_that_fits_stays(self, client, draft, newer, catalogue):
        slug = catalogue.finding["duration"].section
        confirm(client, draft)
        fresh(draft).save_answers({"duration": "over 5 years"})
        data = {"release": "1", "shown": ["duration"], "duration": "3 to 12 months"}
        assert client.post(address(draft, slug), data).url == address(draft)
        assert fresh(draft).answers["duration"] == "over 5 years"

    def test_a_topic_that_is_gone_keeps_what_comes_from_it(self, client, draft, catalogue):
        moved = tuple(replace(f, section="your-words") if f.section == "strength" else f for f in catalogue.findings)
        sections = tuple(section for section in catalogue.sections if section.slug != "strength")
        tab = LaidOut(client, draft, "strength")
        put_into_force(replace(catalogue, findings=moved, sections=sections))
        confirm(client, draft)
        assert tab.keep(grip_weakness="no").status_code == 200
        assert fresh(draft).answers["grip-weakness"] == "no"
        assert client.get(address(draft, "strength")).status_code == 302

    def test_another_number_is_no_release_of_its_past(self, client, draft, newer):
        data = filled(draft, "strength") | {"release": "2"}
        assert client.post(address(draft, "strength"), data).status_code == 302
        assert fresh(draft).release_id == 1

    def test_moved_by_another_tab_at_the_same_moment(self, client, draft, newer, monkeypatch):
        def save_late(intake, *args, **kwargs):
            fresh(draft).move_to(newer)
            return save_page(intake, *args, **kwargs)

        monkeypatch.setattr("intake.views.questions.save_page", save_late)
        data = {"release": "1", "shown": ["weakness", "grip-weakness"], "weakness": "yes", "grip-weakness": "no"}
        assert client.post(address(draft, "strength"), data).url == address(draft)
        assert fresh(draft).answers["grip-weakness"] == "no"
        assert fresh(draft).release == newer

    def test_sent_in_another_tab(self, client, draft, newer):
        confirm(client, draft)
        fresh(draft).send()
        data = {"release": "1", "shown": ["weakness"], "weakness": "no"}
        assert client.post(address(draft, "strength"), data).url == address(draft, "sent")
        assert fresh(draft).answers["weakness"] == "yes"


class TestSent:
    def test_a_check_page_that_was_open_still_sends(self, client, practice, catalogue):
        draft = a_draft(practice, ALS_ANSWERS)
        put_into_force(changed_finding(catalogue, "weakness", question="Are your muscles weak?"))
        assert draft.send()
        assert fresh(draft).release_id == 1

    def test_it_never_moves(self, client, sent_intake, catalogue):
        put_into_force(changed_finding(catalogue, "weakness", question="Are your muscles weak?"))
        assert client.get(address(sent_intake)).url == address(sent_intake, "sent")
        assert fresh(sent_intake).release_id == 1

    def test_the_clinician_sees_that_it_moved_and_what_is_aside(self, client, signed_in, draft, newer, clinician):
        confirm(client, draft)
        moved = fresh(draft)
        moved.send()
        chart = chart_of(moved)
        assert "duration: 3 to 12 months" in chart.record.unusable
        history = signed_in(clinician).get(f"/intakes/{moved.key}/history/").content.decode()
        assert "begun with release 1 and asked from release 2" in history

    def test_the_own_copy_has_what_is_aside(self, client, draft, newer):
        confirm(client, draft)
        moved = fresh(draft)
        moved.send()
        text = own_copy.as_text(moved)
        assert "What you answered before the questions changed" in text
        assert "3 months to 1 year" in text


class LaidOut(Tab):
    """A page with the number of its release."""

    def __init__(self, client, intake: Intake, slug: str) -> None:
        super().__init__(client, intake, slug)
        page = client.get(self.url).content.decode()
        self.data["release"] = html.unescape(re.search(r'name="release" value="([^"]*)"', page)[1])


class TestFitted:
    """Pure: the answers of one catalogue to another."""

    @pytest.fixture
    def other(self, catalogue):
        zones = tuple(zone for zone in catalogue.body_zones if zone.slug != "left-hand")
        drinks = catalogue.drinks[1:]
        findings = tuple(f for f in catalogue.findings if f.slug != "nicotine")
        made = replace(catalogue, body_zones=zones, drinks=drinks, findings=findings, number=2)
        return changed_finding(made, "duration", kind="number", options=())

    @pytest.mark.parametrize(
        ("answers", "aside", "typed"),
        [
            ({"nicotine": "no"}, {"nicotine"}, {}),
            ({"duration": "3 to 12 months"}, {"duration"}, {}),
            ({"duration": "unsure"}, set(), {}),
            ({"weakness": "yes"}, set(), {}),
            ({"body": ["left-hand", "right-hand"]}, {"body"}, {"body": {"body": ["right-hand"]}}),
            ({"body": ["left-hand"]}, {"body"}, {}),
            ({"body": []}, set(), {}),
            ({"body": ["right-hand"]}, set(), {}),
            ({"own-words": "It jumps.", "worry": ""}, set(), {}),
            ({"medicines": [{"drug": "gone", "name": "Gone", "since": ""}]}, set(), {}),
        ],
    )
    def test_each_answer_fits_or_is_aside(self, catalogue, other, answers, aside, typed):
        found = fitted(catalogue, other, answers, {}, {})
        assert found.answers == {key: value for key, value in answers.items() if key not in aside}
        assert found.aside == {key: {"release": catalogue.number, "value": answers[key]} for key in aside}
        assert found.typed == typed

    def test_a_drink_that_is_gone_makes_no_smaller_sum(self, catalogue, other):
        answers = {"drinks": {catalogue.drinks[0].slug: 6, catalogue.drinks[1].slug: 1}}
        assert fitted(catalogue, other, answers, {}, {}).answers == {}

    def test_half_a_number_of_a_question_that_is_gone_is_aside(self, catalogue, other):
        typed = {"nicotine": {"nicotine": ["ten a"]}, "weakness": {"weakness": ["x"]}}
        found = fitted(catalogue, other, {}, typed, {})
        assert found.typed == {"weakness": {"weakness": ["x"]}}
        assert found.aside["nicotine"]["value"] == "ten a"

    def test_back_and_forth_is_the_identity(self, catalogue, other):
        answers = {**ALS_ANSWERS, "drinks": {catalogue.drinks[0].slug: 6}}
        there = fitted(catalogue, other, answers, {}, {})
        back = fitted(other, catalogue, there.answers, {}, there.aside)
        assert (back.answers, back.aside) == (answers, {})

    def test_only_what_was_answered_and_reads_otherwise_is_to_be_checked(self, catalogue):
        made = changed_finding(catalogue, "weakness", help="New help.")
        made = changed_finding(made, "rest-tremor", question="Otherwise?")
        made = changed_finding(made, "face", question="Never printed?") if "face" in made.finding else made
        assert reworded(catalogue, made, ALS_ANSWERS) == ["weakness"]
        assert reworded(catalogue, catalogue, ALS_ANSWERS) == []
