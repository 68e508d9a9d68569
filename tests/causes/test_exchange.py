"""Import after export is the identity, for whatever a catalogue can hold; what a file would lose is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from causes.catalogue import RECORDS, Catalogue, from_json, to_json
from causes.catalogue.schema import schema
from causes.catalogue.tables import NESTED, TABLES, columns, in_order, key, lost, marked, read, unmarked, write
from causes.data_files import DATA_FOLDER
from causes.exchange import document, formats, tables
from causes.exchange.rows import MODEL_OF
from causes.models import Likelihood
from causes.models.compilation import working_copy
from causes.models.loading import replace_working_copy
from causes.validation import problems
from tests.causes.drawn_whole import NASTY, texts, whole_catalogues
from tests.real import REAL

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "catalogue.schema.json"
# A failure is not made smaller: each try fills and empties every table.
unhurried = settings(deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
quick = settings(unhurried, max_examples=2, derandomize=True)
thorough = settings(unhurried, max_examples=25)


def check_tables_come_back(user: User, extension: str, catalogue: Catalogue) -> None:
    with transaction.atomic():
        replace_working_copy(catalogue)
        files = {table: tables.export_table(table, extension, user) for table in MODEL_OF}
        for table, data in files.items():
            totals = tables.import_table(table, formats.read(data, extension), user, "")
            assert totals == tables.Totals(same=totals.same), table
        assert to_json(working_copy()) == to_json(catalogue)

        replace_working_copy(Catalogue())
        for table, data in files.items():
            tables.import_table(table, formats.read(data, extension), user, "", is_whole=True)
        assert to_json(working_copy()) == to_json(catalogue)
        transaction.set_rollback(True)


def check_the_document_comes_back(user: User, catalogue: Catalogue) -> None:
    text = to_json(catalogue)
    assert from_json(text) == catalogue
    with transaction.atomic():
        document.import_document(document.read(text.encode()), user, "")
        assert document.export_working_copy(user) == text
        transaction.set_rollback(True)


@pytest.fixture
def empty(release) -> None:
    """Once, not for every example."""
    replace_working_copy(Catalogue())


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("extension", formats.FORMATS)
@quick
@given(whole_catalogues())
def test_tables_come_back_as_they_were(editor, extension, catalogue) -> None:
    check_tables_come_back(editor, extension, catalogue)


@pytest.mark.usefixtures("empty")
@quick
@given(whole_catalogues())
def test_the_document_comes_back_as_it_was(editor, catalogue) -> None:
    check_the_document_comes_back(editor, catalogue)


@pytest.mark.long
@pytest.mark.usefixtures("empty")
@thorough
@given(whole_catalogues(), st.sampled_from(tuple(formats.FORMATS)))
def test_many_catalogues_come_back_as_they_were(editor, catalogue, extension) -> None:
    check_tables_come_back(editor, extension, catalogue)
    check_the_document_comes_back(editor, catalogue)


@given(whole_catalogues())
@settings(unhurried, max_examples=8)
def test_every_document_is_as_the_schema_says(catalogue) -> None:
    assert not list(Draft202012Validator(schema()).iter_errors(json.loads(to_json(catalogue))))


@given(texts | st.sampled_from(NASTY))
def test_a_mark_is_taken_off_again(text) -> None:
    assert unmarked(marked(text)) == text
    assert marked(text)[:1] not in "=+-@" or not text


@pytest.mark.parametrize(
    ("text", "in_file"),
    [
        ("=1", "'=1"),
        ("'=1", "''=1"),
        ("-", "'-"),
        ("@a", "'@a"),
        ("+4", "'+4"),
        ("'", "'"),
        ("'a", "'a"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_marks(text, in_file) -> None:
    assert marked(text) == in_file
    assert unmarked(in_file) == text


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("plain", ""),
        ("a\nb", ""),
        (("a", "b, c"), ""),
        ((), ""),
        (" a", "space"),
        ("a\n", "space"),
        ("a\rb", "character"),
        ("a\x00b", "character"),
        ("a\ud800", "character"),
        ("a_x000D_b", "character"),
        ("x" * 30_001, "30000"),
        (("a|b",), "separates"),
        (("a\nb",), "several lines"),
        (("a\u2028b",), "several lines"),
        (("",), "empty part"),
        (("a ",), "space"),
        (1.5, ""),
        (None, ""),
    ],
)
def test_what_files_lose(value, why) -> None:
    assert why in lost(value)
    assert bool(lost(value)) == bool(why)


@pytest.mark.parametrize("table", TABLES)
def test_every_cell_is_read_as_it_was_written(table) -> None:
    records = {nested.table: name for name, nested in NESTED.items()}
    rows = getattr(REAL, records.get(table, table))
    if table in records:
        nested = NESTED[records[table]]
        rows = [part for row in rows for part in getattr(row, nested.field)]
    for row in rows:
        for name, hint in columns(table).items():
            value = getattr(row, name, "")
            assert read(str(write(value)), hint) == value


def test_every_table_has_the_columns_of_its_file() -> None:
    for table in TABLES:
        header = (DATA_FOLDER / f"{table}.csv").read_text(encoding="utf-8").splitlines()[0]
        assert set(header.split(",")) == set(columns(table)), table
        assert set(key(table)) <= set(columns(table))


@pytest.mark.django_db
def test_the_files_of_the_data_folder_are_the_loaded_catalogue(editor, release) -> None:
    before = working_copy()
    for table in MODEL_OF:
        data = formats.read((DATA_FOLDER / f"{table}.csv").read_bytes(), "csv")
        totals = tables.import_table(table, data, editor, "", is_whole=True)
        assert totals == tables.Totals(same=len(data)), table
    assert working_copy() == before


@pytest.mark.django_db
def test_a_table_that_would_lose_something_is_not_exported(editor, release) -> None:
    Likelihood.objects.filter(cause="als", finding="weakness").update(note=" spaces ")
    with pytest.raises(ValidationError, match="begins or ends with a space"):
        tables.export_table("likelihoods", "csv", editor)


def test_what_a_file_would_lose_is_a_problem() -> None:
    drug, cause = REAL.drugs[0], REAL.presentations[0]
    spoiled = replace(
        REAL,
        drugs=(replace(drug, brands=("a|b",)), *REAL.drugs[1:]),
        presentations=(replace(cause, findings=cause.findings * 2), *REAL.presentations[1:]),
    )
    found = [str(problem) for problem in problems(spoiled)]
    assert f"drugs, {drug.slug}: brands has a part with “|”, which separates parts" in found
    assert f"presentations, {cause.slug}: findings names something twice" in found


def test_sets_have_the_order_of_what_they_name() -> None:
    assert in_order(REAL) == REAL
    flags = tuple(replace(f, suspected_causes=f.suspected_causes[::-1]) for f in REAL.red_flags)
    assert in_order(replace(REAL, red_flags=flags)) == REAL


def test_the_published_schema_is_this_one() -> None:
    """Written by: manage.py export_catalogue --schema > docs/catalogue.schema.json"""
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schema()


def test_the_schema_is_one_and_the_catalogue_fits_it() -> None:
    Draft202012Validator.check_schema(schema())
    part = replace(REAL, likelihoods=REAL.likelihoods[:40], sources=REAL.sources[:40], translations=())
    assert not list(Draft202012Validator(schema()).iter_errors(json.loads(to_json(part))))
    assert set(schema()["properties"]) == {"format", *RECORDS}
