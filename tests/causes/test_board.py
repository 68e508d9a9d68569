"""All questions in order, and the buttons that move them."""

from __future__ import annotations

import pytest

from causes.catalogue import Catalogue
from causes.condition_words import condition_in_words, unknown_findings
from causes.models import Finding, LogEntry, Section, Translation
from causes.models.compilation import working_copy

pytestmark = pytest.mark.django_db
BOARD = "/admin/causes/section/board/"


@pytest.fixture
def board(signed_in, editor, release):
    return signed_in(editor)


def asked(section: str) -> list[str]:
    return [finding.slug for finding in working_copy(("findings",)).findings if finding.section == section]


def order() -> list[str]:
    return [section.slug for section in working_copy(("sections",)).sections]


class TestPage:
    def test_works(self, board):
        page = board.get(BOARD).content.decode()
        for section in Section.objects.all():
            assert section.title in page
        for finding in Finding.objects.exclude(section=None):
            assert f'id="question-{finding.pk}"' in page
        assert "Asked when" in page
        assert "Worked out from another answer" in page

    def test_says_what_is_not_translated(self, board):
        assert "Español" not in board.get(BOARD).content.decode()
        Translation.objects.filter(language="es", key="weakness").delete()
        assert "Español: 3 texts are missing or out of date" in board.get(BOARD).content.decode()

    def test_says_what_hangs_on_a_later_question(self, board):
        Finding.objects.filter(pk="fasciculations").update(ask_if="nicotine")
        page = board.get(BOARD).content.decode()
        assert f"Hangs on what is asked later: “{Finding.objects.get(pk='nicotine').question}”" in page

    def test_a_malformed_condition_is_shown_as_it_is(self, board):
        Finding.objects.filter(pk="fasciculations").update(ask_if="tremor+&")
        assert "tremor+&amp;" in board.get(BOARD).content.decode()

    def test_can_be_found(self, board):
        for table in ("section", "finding"):
            assert f'href="{BOARD}"' in board.get(f"/admin/causes/{table}/").content.decode()

    def test_anonymous(self, client, release):
        assert client.get(BOARD).status_code == 302

    def test_staff_without_permissions(self, signed_in, editor, release):
        editor.user_permissions.clear()
        assert signed_in(editor).get(BOARD).status_code == 403

    def test_number_of_queries(self, board, django_assert_max_num_queries):
        with django_assert_max_num_queries(10):
            board.get(BOARD)


def moved(client, data, follow=False):
    """From the page as it is now."""
    return client.post(BOARD, {"seen": client.get(BOARD).context["seen"], **data}, follow=follow)


class TestMove:
    @pytest.mark.parametrize(("direction", "step"), [("up", -1), ("down", 1)])
    def test_a_question(self, board, editor, direction, step):
        before = asked("strength")
        slug = before[1]
        response = moved(board, {f"question-{direction}": slug, "reason": "Asked first at the desk."})
        assert response.url == f"{BOARD}#question-{slug}"
        after = asked("strength")
        assert after.index(slug) == 1 + step
        assert sorted(after) == sorted(before)
        entry = LogEntry.objects.get()
        assert (entry.user, entry.action, entry.table) == (editor, "reordered", "findings")
        assert entry.reason == "Asked first at the desk."

    def test_past_questions_of_other_topics(self, board):
        """Questions of one topic need not stand together in the catalogue."""
        Finding.objects.filter(pk=asked("you")[0]).update(order=Finding.objects.get(pk=asked("strength")[1]).order)
        before = asked("strength")
        moved(board, {"question-down": before[0]})
        assert asked("strength")[:2] == [before[1], before[0]]

    def test_up_and_down_is_the_identity(self, board):
        before = working_copy().sha256
        slug = asked("strength")[1]
        moved(board, {"question-down": slug})
        assert working_copy().sha256 != before
        moved(board, {"question-up": slug})
        assert working_copy().sha256 == before

    def test_at_the_end_nothing_happens(self, board):
        before = working_copy().sha256
        moved(board, {"question-up": asked("strength")[0]})
        moved(board, {"topic-down": order()[-1]})
        assert working_copy().sha256 == before
        assert not LogEntry.objects.exists()

    def test_a_page_that_is_out_of_date_moves_nothing(self, board):
        """Two boards: what is up on one of them is somewhere else by now."""
        first, second = asked("strength")[:2]
        seen = board.get(BOARD).context["seen"]
        board.post(BOARD, {"seen": seen, "question-down": first})
        answer = board.post(BOARD, {"seen": seen, "question-down": first}, follow=True)
        assert asked("strength")[:2] == [second, first]
        assert "Nothing was moved" in answer.content.decode()
        assert LogEntry.objects.count() == 1

    def test_to_another_topic(self, board):
        slug = asked("strength")[0]
        moved(board, {"question-to": slug, f"topic-of-{slug}": "you"})
        assert Finding.objects.get(pk=slug).section_id == "you"
        entry = LogEntry.objects.get()
        assert (entry.action, entry.name) == ("changed", slug)

    def test_a_topic(self, board):
        before = order()
        response = moved(board, {"topic-down": before[0]}, follow=True)
        assert order()[:2] == [before[1], before[0]]
        assert "was moved down" in response.content.decode()
        assert LogEntry.objects.get().table == "sections"

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"question-up": "unheard-of"},
            {"topic-up": "unheard-of"},
            {"topic-to": "you"},
            {"question-to": "weakness"},
            {"question-to": "weakness", "topic-of-weakness": "unheard-of"},
        ],
    )
    def test_bad_input(self, board, data):
        assert moved(board, data).status_code == 400
        assert not LogEntry.objects.exists()

    @pytest.mark.parametrize("role", ["viewer", "translator", "approver"])
    def test_others_only_look(self, signed_in, request, release, role):
        client = signed_in(request.getfixturevalue(role))
        page = client.get(BOARD).content.decode()
        assert "question-up" not in page
        assert "topic-up" not in page
        for kind in ("question", "topic"):
            assert client.post(BOARD, {f"{kind}-up": "weakness"}).status_code == 403


class TestInWords:
    """Pure: a condition as an editor reads it."""

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", ""),
            ("tremor+rest-tremor", "tremor is present and {rest-tremor} is present"),
            ("tremor|!weakness", "tremor is present, or {weakness} is absent"),
            ("sex=female/male", "{sex} is “female” or “male”"),
            ("age>=50", "{age} is 50 years or more"),
            ("age<18", "{age} is below 18 years"),
            ("medicines", "a medicine is taken"),
            ("!medicines", "no medicine is taken"),
            ("unheard-of", "“unheard-of” is present"),
        ],
    )
    def test_works(self, catalogue: Catalogue, text, words):
        names = {slug: f.name[:1].lower() + f.name[1:] for slug, f in catalogue.finding.items()}
        assert condition_in_words(catalogue, text) == words.replace("tremor is", f"{names['tremor']} is", 1).format(
            **names
        )

    def test_malformed(self, catalogue):
        with pytest.raises(ValueError, match="is not a condition"):
            condition_in_words(catalogue, "tremor+&")

    def test_unknown_findings(self, catalogue):
        assert unknown_findings(catalogue, "tremor+nothing|medicines|!no-one") == ["nothing", "no-one"]
