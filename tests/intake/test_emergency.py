from __future__ import annotations

import pytest

from causes.red_flags import fired
from intake.emergency import destination, emergencies, on_the_way_to
from intake.models import Intake
from tests.cast import ALS_ANSWERS, a_draft, a_sent_intake
from tests.intake.posting import address, filled
from tests.intake.test_views_send import names_a_cause

BREATHLESS = ALS_ANSWERS | {"breathlessness": "yes"}  # with weakness: help at once
INTERRUPT = "interrupt"


@pytest.fixture
def draft(practice):
    practice.emergency_phone = "999"
    practice.save()
    return a_draft(practice)


@pytest.fixture
def short_of_breath(practice):
    practice.emergency_phone = "999"
    practice.save()
    return a_draft(practice, BREATHLESS)


def page_that_asks(intake: Intake, slug: str) -> str:
    return intake.release.catalogue().finding[slug].section


def answer(client, intake, data=None):
    """“Yes” to being short of breath."""
    page = page_that_asks(intake, "breathlessness")
    return client.post(address(intake, page), {"breathlessness": "yes", "shown": "breathlessness", **(data or {})})


def read_on(client, intake, url):
    shown = client.get(url)
    return client.post(url, {"seen": shown.context["seen"], "to": shown.context["to"]})


class TestInterrupt:
    def test_works(self, client, short_of_breath):
        content = client.get(address(short_of_breath, INTERRUPT)).content.decode()
        assert 'href="tel:999"' in content
        assert "Your answers are kept" in content
        assert "Go on with the questions" in content
        assert 'tabindex="-1" autofocus' in content

    def test_the_emergency_number_comes_first(self, client, short_of_breath):
        content = client.get(address(short_of_breath, INTERRUPT)).content.decode()
        assert content.index('href="tel:999"') < content.index('href="tel:01632960100"')

    def test_it_says_what_each_emergency_asks_for_and_nothing_less_urgent(self, client, short_of_breath, catalogue):
        content = client.get(address(short_of_breath, INTERRUPT)).content.decode()
        flags = fired(catalogue, short_of_breath.evidence(catalogue))
        texts = {flag.advice_to_patient: flag.urgency == "emergency" for flag in flags}
        assert {text: text in content for text in texts} == texts
        assert set(texts.values()) == {True, False}

    def test_no_disease_is_named(self, client, practice, catalogue):
        everything = {finding.slug: "yes" for finding in catalogue.findings if finding.kind == "boolean"}
        intake = a_draft(practice, everything)
        content = client.get(address(intake, INTERRUPT)).content.decode()
        assert len(emergencies(intake)) > 5
        assert names_a_cause(content, catalogue) == []
        assert not [flag.slug for flag in emergencies(intake) if flag.slug in content]

    def test_a_stranger_finds_nothing(self, client, practice):
        assert client.get("/intake/nobody/interrupt/").status_code == 404

    def test_once_sent_it_leads_to_the_advice_there(self, client, practice):
        intake = a_sent_intake(practice, BREATHLESS)
        assert client.get(address(intake, INTERRUPT))["Location"] == address(intake, "sent")

    def test_looking_at_it_is_not_recorded_going_on_is(self, client, short_of_breath):
        url = address(short_of_breath, INTERRUPT)
        client.get(url)
        short_of_breath.refresh_from_db()
        assert short_of_breath.interruptions == {}

        read_on(client, short_of_breath, url)
        short_of_breath.refresh_from_db()
        assert list(short_of_breath.interruptions) == ["respiratory-weakness"]
        assert short_of_breath.answers == BREATHLESS

    def test_what_was_not_on_the_page_is_not_recorded_as_read(self, client, short_of_breath):
        url = address(short_of_breath, INTERRUPT)
        seen = client.get(url).context["seen"]
        short_of_breath.save_answers({"carpopedal-spasm": "yes", "perioral-tingling": "yes"})

        assert client.post(url, {"seen": seen})["Location"] == url
        short_of_breath.refresh_from_db()
        assert short_of_breath.interruptions == {}

    @pytest.mark.parametrize(
        "page", ["//elsewhere.example/", "https://elsewhere.example/", "../p/x/", "strength/../../", "strength/?q=//x"]
    )
    def test_it_never_leads_out_of_the_draft(self, short_of_breath, page):
        assert destination(short_of_breath, page) == address(short_of_breath)


class TestAfterAnAnswer:
    def test_continue_leads_there_first_and_the_answer_is_kept(self, client, draft):
        response = answer(client, draft)
        assert response["Location"].startswith(address(draft, INTERRUPT))
        draft.refresh_from_db()
        assert draft.answers["breathlessness"] == "yes"

    def test_and_then_on_to_where_continue_was_going(self, client, draft):
        page = page_that_asks(draft, "breathlessness")
        without = client.post(address(draft, page), filled(draft, page, weakness="yes"))["Location"]
        draft.refresh_from_db()
        interrupted = client.post(address(draft, page), filled(draft, page, weakness="yes", breathlessness="yes"))[
            "Location"
        ]
        assert interrupted.startswith(address(draft, INTERRUPT))
        assert without.startswith(address(draft))
        assert read_on(client, draft, interrupted)["Location"] == without

    def test_an_answer_that_was_only_kept_leads_there_at_once_and_back_to_its_question(self, client, draft):
        page = page_that_asks(draft, "breathlessness")
        reply = answer(client, draft, {"keep": "draft", "touched": "breathlessness", "page": "a", "order": "1"}).json()
        url, _hash, anchor = reply["next"].partition("#")
        assert url.startswith(address(draft, INTERRUPT))
        assert anchor == "item-breathlessness"
        assert read_on(client, draft, url)["Location"] == address(draft, page)
        draft.refresh_from_db()
        assert draft.answers["breathlessness"] == "yes"

    def test_an_answer_that_can_wait_leads_nowhere(self, client, draft):
        reply = answer(client, draft, {"keep": "draft", "breathlessness": "no", "touched": "breathlessness"}).json()
        assert reply["next"] == ""
        assert {flag.urgency for flag in fired(draft.catalogue(), draft.evidence(draft.catalogue()))} == {"urgent"}

    def test_the_query_tells_no_answer(self, draft):
        draft.save_answers({"breathlessness": "yes"})
        assert (
            "breathlessness"
            not in on_the_way_to(draft, address(draft, "strength") + "#item-breathlessness").partition("#")[0]
        )


class TestEveryPage:
    @pytest.mark.parametrize("page", [(), ("check",), ("you",)])
    def test_waits_until_it_was_read(self, client, short_of_breath, page):
        """Killed and resumed, by Back or from the bookmarks."""
        response = client.get(address(short_of_breath, *page))
        assert response["Location"].startswith(address(short_of_breath, INTERRUPT))

    def test_is_not_interrupted_again_for_the_same_flag(self, client, short_of_breath):
        read_on(client, short_of_breath, address(short_of_breath, INTERRUPT))
        assert client.get(address(short_of_breath, "check")).status_code == 200
        reply = answer(client, short_of_breath, {"keep": "draft", "touched": "breathlessness"}).json()
        assert reply["next"] == ""

    def test_is_interrupted_for_another_flag(self, client, short_of_breath):
        read_on(client, short_of_breath, address(short_of_breath, INTERRUPT))
        short_of_breath.save_answers({"carpopedal-spasm": "yes", "perioral-tingling": "yes"})
        assert client.get(address(short_of_breath, "check"))["Location"].startswith(address(short_of_breath, INTERRUPT))

    @pytest.mark.parametrize("page", ["check", "you", "code"])
    def test_then_shows_the_number(self, client, short_of_breath, page):
        read_on(client, short_of_breath, address(short_of_breath, INTERRUPT))
        content = client.get(address(short_of_breath, page)).content.decode()
        assert 'href="tel:999"' in content
        assert address(short_of_breath, INTERRUPT) in content

    def test_keeps_the_number_when_the_answer_is_taken_back(self, client, short_of_breath):
        """A slip or not: no page says that all is well."""
        read_on(client, short_of_breath, address(short_of_breath, INTERRUPT))
        short_of_breath.save_answers({"breathlessness": "no"})
        assert 'href="tel:999"' in client.get(address(short_of_breath, "check")).content.decode()
        again = client.get(address(short_of_breath, INTERRUPT)).content.decode()
        assert 'href="tel:999"' in again
        assert "Get medical help now" not in again

    def test_without_an_emergency_shows_none(self, client, draft):
        assert 'href="tel:999"' not in client.get(address(draft, "check")).content.decode()
