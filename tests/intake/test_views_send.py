from __future__ import annotations

import html
import re

import pytest

from causes.catalogue import Catalogue
from intake.models import Intake, Patient
from intake.topics import all_topics
from tests.cast import ALS_ANSWERS, a_draft, a_sent_intake
from tests.intake.posting import a_whole_questionnaire, address


@pytest.fixture
def finished(client, practice):
    intake = a_draft(practice, {"started": ""})
    Intake.objects.filter(pk=intake.pk).update(answers={})
    intake.refresh_from_db()
    a_whole_questionnaire(client, intake)
    return intake


def without_token(response) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def names_a_cause(text: str, catalogue: Catalogue) -> list[str]:
    words = html.unescape(text).casefold()
    return [cause.name for cause in catalogue.causes if cause.name.split(" (")[0].casefold() in words]


class TestCheck:
    def test_works(self, client, finished):
        content = client.get(address(finished, "check")).content.decode()

        assert "Nothing has been sent yet" in content
        assert "Left forearm, Left hand" in content
        assert "2 March 1959" in content
        assert f'action="{address(finished, "send")}"' in content
        assert f"{address(finished, 'strength')}?change#item-weakness" in content

    def test_shows_the_caffeine_that_the_drinks_make(self, client, finished):
        finished.save_answers({"drinks": {"espresso": 2, "cola": 1}})
        content = client.get(address(finished, "check")).content.decode()
        assert "About 200 mg a day" in content

    def test_a_change_leads_back(self, client, finished):
        page = address(finished, "your-words") + "?change"
        response = client.post(page, {"own-words": "Other words", "worry": "", "health-anxiety": "no"})
        assert response["Location"] == address(finished, "check")
        assert "Other words" in client.get(response["Location"]).content.decode()

    def test_open_questions_are_named_and_cannot_be_sent_past(self, client, practice):
        intake = a_draft(practice, ALS_ANSWERS)
        content = client.get(address(intake, "check")).content.decode()
        assert "Some questions are not answered yet" in content
        assert "Send to the practice" not in content

        assert client.post(address(intake, "send"))["Location"] == address(intake, "check")
        intake.refresh_from_db()
        assert not intake.is_sent


class TestSend:
    def test_works(self, client, finished):
        response = client.post(address(finished, "send"))
        assert response["Location"] == address(finished, "sent")

        finished.refresh_from_db()
        assert finished.patient.name == "Arthur Lang"
        assert finished.reference in client.get(address(finished, "sent")).content.decode()

    def test_a_double_click_sends_once(self, client, finished):
        first, second = (client.post(address(finished, "send"), follow=True) for _click in range(2))
        assert without_token(first) == without_token(second)
        assert Patient.objects.count() == 1

    def test_a_draft_has_no_sent_page(self, client, finished):
        assert client.get(address(finished, "sent"))["Location"] == address(finished)


class TestSent:
    def test_red_flags_give_advice_numbers_and_a_reference(self, client, practice):
        practice.out_of_hours_phone, practice.emergency_phone = "01632 960 222", "999"
        practice.save()
        intake = a_sent_intake(practice, ALS_ANSWERS | {"breathlessness": "yes"})
        content = client.get(address(intake, "sent")).content.decode()

        assert "Get medical help now" in content
        assert intake.reference in content
        for number in ("999", "01632960100", "01632960222"):
            assert f'href="tel:{number}"' in content
        assert content.index('href="tel:999"') < content.index('href="tel:01632960100"')

    def test_less_urgent_flags_send_to_the_practice_first(self, client, practice):
        intake = a_sent_intake(practice, ALS_ANSWERS)
        content = client.get(address(intake, "sent")).content.decode()
        assert "See a doctor this week, or sooner" in content
        assert content.index('href="tel:01632960100"') < content.index(f'href="tel:{practice.emergency_phone}"')

    @pytest.mark.parametrize(("phone", "is_told_where"), [("01632 960 100", False), ("", True)])
    def test_where_the_number_is_that_the_advice_needs(self, client, practice, phone, is_told_where):
        practice.phone = phone
        practice.save()
        content = client.get(address(a_sent_intake(practice, ALS_ANSWERS), "sent")).content.decode()
        assert ("telephone number of the practice is on its letters" in content) is is_told_where

    def test_without_a_flag_no_advice_and_no_all_clear(self, client, practice):
        intake = a_sent_intake(practice, {"name": "Ada", "tremor": "no", "weakness": "no"})
        content = client.get(address(intake, "sent")).content.decode()

        assert "tw-advice" not in content
        assert "If it gets worse" in content
        assert "that does not mean that all is well" in content

    def test_the_answers_cannot_be_read_back(self, client, practice):
        intake = a_sent_intake(practice)
        content = client.get(address(intake, "sent")).content.decode()
        for said in (ALS_ANSWERS["name"], ALS_ANSWERS["own-words"], ALS_ANSWERS["worry"], "Simvastatin"):
            assert said not in content

    def test_never_stored(self, client, sent_intake):
        assert "no-store" in client.get(address(sent_intake, "sent"))["Cache-Control"]


class TestNoDiseaseIsNamed:
    def test_the_search_finds_one(self, catalogue):
        assert names_a_cause("<p>Parkinson&#x27;s disease</p>", catalogue) == ["Parkinson's disease"]

    def test_after_sending(self, client, practice, catalogue):
        everything = {finding.slug: "yes" for finding in catalogue.findings if finding.kind == "boolean"}
        intake = a_sent_intake(
            practice, {**everything, "name": "Ada", "age": 70, "medicines": [{"drug": "", "name": "x", "since": ""}]}
        )
        content = client.get(address(intake, "sent")).content.decode()
        assert "Get medical help now" in content
        assert names_a_cause(content, catalogue) == []

    def test_anywhere_but_in_questions_about_relatives(self, client, finished, catalogue):
        about_relatives = [f.question for f in catalogue.findings if f.slug.startswith("family-")]
        pages = [topic.slug for topic in all_topics(catalogue)] + ["check"]
        for page in pages:
            content = html.unescape(client.get(address(finished, page)).content.decode())
            for question in about_relatives:
                content = content.replace(question, "")
            assert names_a_cause(content, catalogue) == [], page
