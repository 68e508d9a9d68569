"""Every word that a patient reads is there in every language that patients can choose."""

from __future__ import annotations

import io
import re
from collections import Counter

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from causes.catalogue.translating import missing_texts, patient_texts
from causes.data_files import DATA_FOLDER
from causes.models import Translation
from tests import messages
from tests.real import REAL

LANGUAGES = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_works(language):
    """“make messages” brings the files up to date; what it prints is then to be translated."""
    known = messages.read(language)
    wanted = messages.extracted()
    assert {_id(message) for message in known if message.id} == wanted.keys()
    assert [message.id for message in known if message.id and not messages.is_translated(message)] == []


def test_messages_are_found():
    found = messages.extracted()
    assert "templates/intake/start.html" in found["Start",]
    assert "intake/forms/controls.py" in found["Not sure",]
    assert any(len(message) == 2 for message in found)
    assert not any(name.startswith(messages.STAFF) for names in found.values() for name in names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_the_same(language):
    for message in messages.read(language):
        ids, strings = (value if isinstance(value, list | tuple) else [value] for value in (message.id, message.string))
        for text in strings:
            assert Counter(PLACEHOLDER.findall(text)) == Counter(PLACEHOLDER.findall(ids[-1])), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language):
    assert messages.placed(language).read_bytes() == messages.compiled(messages.read(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_is_translated(language):
    assert missing_texts(REAL, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_shape_of_what_they_translate(language):
    """As many parts of a list, as many questions, the same numbers."""
    texts = {item.place: item.text for item in patient_texts(REAL)}
    for item in REAL.translations:
        original = texts[item.table, item.key, item.field]
        assert item.text.count("|") == original.count("|"), item
        if item.field == "question":
            assert original.endswith("?") == item.text.endswith("?"), item
        missing = Counter(re.findall(r"\d+", original)) - Counter(re.findall(r"\d+", item.text))
        assert not missing, item


def check(*arguments: str) -> str:
    output = io.StringIO()
    call_command("check_translations", *arguments, stdout=output)
    return output.getvalue()


def test_the_command_reads_the_files():
    assert check("--folder", str(DATA_FOLDER)).endswith("es.\n")


@pytest.mark.django_db
def test_the_command_finds_what_is_missing_or_out_of_date(capsys, release):
    assert "Everything" in check()
    Translation.objects.get(language="es", key="tremor", field="question").delete()
    Translation.objects.filter(language="es", key="tremor", field="why").update(original="Once.")
    output = io.StringIO()
    with pytest.raises(CommandError, match="2 texts"):
        call_command("check_translations", stdout=output)
    lines = output.getvalue().splitlines()
    assert lines[0].startswith("es: findings, tremor, question: missing: ")
    assert lines[1].startswith("es: findings, tremor, why: out of date: ")


def _id(message) -> messages.Id:
    return tuple(message.id) if isinstance(message.id, list | tuple) else (message.id,)
