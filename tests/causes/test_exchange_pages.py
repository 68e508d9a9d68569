"""Export and import in the admin: who may, what is seen before, what is kept after."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from causes.catalogue import from_json, to_json
from causes.catalogue.tables import TABLES
from causes.exchange import formats, stash
from causes.models import (
    Drink,
    Drug,
    Epidemiology,
    Fact,
    Investigation,
    Likelihood,
    LogEntry,
    Pretest,
    Source,
    Translation,
    Treatment,
)
from causes.models.compilation import working_copy

pytestmark = pytest.mark.django_db
Rows = list[dict[str, str]]


@pytest.fixture
def as_editor(client, editor, release):
    client.force_login(editor)
    return client


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path) -> None:
    settings.VAR_DIR = tmp_path


def address(what: str, *arguments: str) -> str:
    return reverse(f"admin:causes_exchange{what}", args=arguments)


def exported(client, table: str, extension: str = "csv", **filters: str) -> Rows:
    answer = client.post(address("_export", table) + (f"?{_query(filters)}" if filters else ""), {"format": extension})
    assert answer["Content-Disposition"] == f'attachment; filename="{table}.{extension}"', answer.content
    return list(formats.read(answer.content, extension).dict)


def _query(filters: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in filters.items())


def file_of(rows: Rows) -> SimpleUploadedFile:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile("table.csv", text.getvalue().encode())


def previewed(client, table: str, file: SimpleUploadedFile, mode: str = "add"):
    return client.post(address("_import", table), {"file": file, "mode": mode, "reason": "A newer study"})


def confirmed(client, table: str, page):
    return client.post(address("_import", table), {"key": page.context["key"]}, follow=True)


def problems(page) -> list[tuple[str, str]]:
    return [(line.row, line.column) for line in page.context["preview"].problems]


# The row that is used for one cell.
WEAKNESS = {"cause__slug__exact": "als", "finding__slug__exact": "weakness", "is_used__exact": "1"}


def test_works(as_editor) -> None:
    rows = exported(as_editor, "drinks")
    rows[1]["caffeine_mg"] = "61.5"
    page = previewed(as_editor, "drinks", file_of([*rows, {**rows[0], "slug": "mate-tea", "name": "Mate tea"}]))
    assert page.context["preview"].summary == f"1 added, 1 changed, 0 removed, {len(rows) - 1} as they were"
    assert not Drink.objects.filter(pk="mate-tea").exists()

    done = confirmed(as_editor, "drinks", page)

    assert [str(message) for message in done.context["messages"]] == [
        f"Imported: 1 added, 1 changed, 0 removed, {len(rows) - 1} as they were."
    ]
    assert Drink.objects.get(pk=rows[1]["slug"]).caffeine_mg == 61.5
    assert Drink.objects.latest("order").pk == "mate-tea"
    logged = LogEntry.objects.filter(table="drinks")
    assert {(entry.action, entry.name, entry.reason, entry.user.username) for entry in logged} == {
        ("changed", rows[1]["slug"], "A newer study", "emil"),
        ("added", "mate-tea", "A newer study", "emil"),
    }
    assert len(set(logged.values_list("operation"))) == 1


def test_every_table_has_both_from_its_list(as_editor) -> None:
    text = as_editor.get(reverse("admin:causes_finding_changelist"), {"kind__exact": "choice"}).content.decode()
    assert f"{address('_export', 'findings')}?kind__exact=choice" in text
    assert f"{address('_export', 'options')}?kind__exact=choice" in text
    assert address("_import", "findings") in text
    assert address("_import", "options") in text
    for table in TABLES:
        assert as_editor.get(address("_export", table)).status_code == 200
        assert as_editor.get(address("_import", table)).status_code == 200


def test_an_export_is_what_the_list_shows(as_editor) -> None:
    rows = exported(as_editor, "likelihoods", "xlsx", cause__slug__exact="als", grade__exact="A")
    assert rows
    assert {(row["cause"], row["grade"]) for row in rows} == {("als", "A")}
    options = exported(as_editor, "options", q="course")
    assert {row["finding"] for row in options} == {"course"}
    entry = LogEntry.objects.filter(action="exported").first()
    assert (entry.name, entry.user.username) == (f"options, CSV, {len(options)} rows", "emil")


def test_a_wrong_filter_is_left_out(as_editor) -> None:
    assert as_editor.get(address("_export", "drinks"), {"gout": "1"}).url == address("_export", "drinks")


def test_a_look_at_an_export_is_not_logged(as_editor) -> None:
    as_editor.get(address("_export", "drinks"))
    as_editor.get(address(""))
    as_editor.get(address("_download"))
    assert not LogEntry.objects.exists()


def test_every_problem_is_told_by_row_and_column_and_nothing_is_kept(as_editor) -> None:
    rows = exported(as_editor, "likelihoods", cause__slug__exact="als")[:6]
    rows[0]["probability"] = "often"
    rows[1].update(source="gout", grade="X")
    rows[2]["cause"] = ""
    rows[3].update(affected="7", total="5")
    rows[4]["note"] = "two\x0bparts"
    rows[5]["probability"] = "0.123"
    page = previewed(as_editor, "likelihoods", file_of(rows))
    assert problems(page) == [
        ("2", "probability"),
        ("3", "source"),
        ("3", "grade"),
        ("4", "cause"),
        ("5", "affected"),
        ("6", "note"),
    ]
    assert page.context["key"] == ""
    assert not Likelihood.objects.filter(probability=0.123).exists()
    assert not LogEntry.objects.exclude(action="exported").exists()


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"id": "999999"}, "id"),
        ({"id": "x"}, "id"),
        ({"finding": "tremor"}, "finding"),
        ({"is_used": "maybe"}, "is_used"),
        ({"total": "1.5"}, "total"),
        ({"population": "x" * 501}, "population"),
        ({"cause": "other"}, "cause"),
    ],
)
def test_one_bad_cell(as_editor, change, column) -> None:
    (row,) = exported(as_editor, "likelihoods", **WEAKNESS)
    assert problems(previewed(as_editor, "likelihoods", file_of([{**row, **change}]))) == [("2", column)]


@pytest.mark.parametrize(
    ("cause", "rule"),
    [
        ("unheard-of", "unknown: “unheard-of”"),
        ("essential-tremor", "has “als” here"),
        ("_background", "has “als” here"),
    ],
)
def test_a_row_that_is_about_another_cause(as_editor, cause, rule) -> None:
    """A cause that is not there is said as such; a record is named by its id, a row by its place in the file."""
    rows = exported(as_editor, "likelihoods", **WEAKNESS)
    (problem,) = previewed(as_editor, "likelihoods", file_of([{**rows[0], "cause": cause}])).context["preview"].problems
    assert (problem.row, problem.column) == ("2", "cause")
    assert rule in problem.rule


def test_the_used_row_of_a_cell_changes_places(as_editor) -> None:
    rows = exported(as_editor, "likelihoods", cause__slug__exact="als", finding__slug__exact="fasciculations")
    used = next(row for row in rows if row["is_used"] == "yes")
    other = next(row for row in rows if row["is_used"] == "no")
    # The row that becomes the used one comes first: what stands in its way changes only after it.
    swapped = [{**other, "is_used": "yes", "is_pooled": "no"}, {**used, "is_used": "no"}]
    page = previewed(as_editor, "likelihoods", file_of(swapped))
    assert not page.context["preview"].problems
    confirmed(as_editor, "likelihoods", page)
    assert Likelihood.objects.get(pk=other["id"]).is_used
    assert not Likelihood.objects.get(pk=used["id"]).is_used


def test_a_second_used_row_is_refused(as_editor) -> None:
    (row,) = exported(as_editor, "likelihoods", **WEAKNESS)
    page = previewed(as_editor, "likelihoods", file_of([row, {**row, "id": "", "probability": "0.5"}]))
    assert problems(page) == [("3", "option")]


def test_a_row_twice_is_refused(as_editor) -> None:
    rows = exported(as_editor, "drinks")
    assert problems(previewed(as_editor, "drinks", file_of([rows[0], rows[1], rows[0]]))) == [("4", "–")]


def test_a_whole_table_loses_what_the_file_has_not(as_editor) -> None:
    rows = exported(as_editor, "drinks")
    page = previewed(as_editor, "drinks", file_of([*reversed(rows[1:])]), "replace")
    confirmed(as_editor, "drinks", page)
    assert [drink.slug for drink in working_copy().drinks] == [row["slug"] for row in reversed(rows[1:])]


def test_what_others_name_is_not_removed(as_editor) -> None:
    rows = exported(as_editor, "causes")
    page = previewed(as_editor, "causes", file_of(rows[1:]), "replace")
    assert problems(page) == [("File", "–")]
    assert "“als”" in page.context["preview"].problems[0].rule
    assert "likelihoods" in page.context["preview"].problems[0].rule


def test_what_cannot_be_proposed_afterwards_is_said_before(as_editor) -> None:
    row = exported(as_editor, "pretests")[0]
    page = previewed(as_editor, "pretests", file_of([{**row, "share": "0.9"}]))
    assert any("add up to" in problem.message for problem, _address in page.context["preview"].obstacles)
    confirmed(as_editor, "pretests", page)
    assert Pretest.objects.filter(share=0.9).exists()


def test_a_preview_of_an_older_working_copy_is_not_taken(as_editor) -> None:
    rows = exported(as_editor, "drinks")
    page = previewed(as_editor, "drinks", file_of([{**rows[0], "caffeine_mg": "1"}]))
    Drink.objects.filter(pk=rows[1]["slug"]).update(caffeine_mg=2)
    done = confirmed(as_editor, "drinks", page)
    assert "look again" in str(next(iter(done.context["messages"])))
    assert not Drink.objects.filter(caffeine_mg=1).exists()


@pytest.mark.parametrize("key", ["", "made-up", "../../etc/passwd"])
def test_a_key_cannot_be_made_up(as_editor, key) -> None:
    done = as_editor.post(address("_import", "drinks"), {"key": key}, follow=True)
    assert "upload it again" in str(next(iter(done.context["messages"])))


def test_a_key_is_of_one_table_and_of_an_hour(as_editor, monkeypatch) -> None:
    page = previewed(as_editor, "drinks", file_of(exported(as_editor, "drinks")))
    done = as_editor.post(address("_import", "sections"), {"key": page.context["key"]}, follow=True)
    assert "upload it again" in str(next(iter(done.context["messages"])))
    monkeypatch.setattr(stash, "KEPT_SECONDS", -1)
    assert stash.find(page.context["key"]) is None


def test_anonymous(client, release) -> None:
    for page in (address(""), address("_export", "drinks"), address("_import", "drinks")):
        assert client.get(page).url.startswith(reverse("admin:login"))


def test_an_unknown_table_is_404(as_editor) -> None:
    assert as_editor.get(address("_export", "gout")).status_code == 404
    assert as_editor.post(address("_import", "gout")).status_code == 404


def test_a_clinician_may_neither_export_nor_import(client, clinician, release) -> None:
    client.force_login(clinician)
    for page in (address(""), address("_export", "drinks"), address("_import", "drinks")):
        assert client.get(page).status_code == 302


def test_a_viewer_may_export_only(client, viewer, release) -> None:
    client.force_login(viewer)
    assert exported(client, "drinks")
    assert client.get(address("_import", "drinks")).status_code == 403
    assert client.post(address("_import", "drinks"), {"key": "x"}).status_code == 403
    assert client.get(address("")).context["form"] is None
    assert client.post(address(""), {"key": "x"}).status_code == 403
    assert client.post(address("_download")).status_code == 200


def test_a_translator_may_import_translations_only(client, translator, release) -> None:
    client.force_login(translator)
    rows = exported(client, "translations")
    page = previewed(client, "translations", file_of([{**rows[0], "text": "Usted"}]))
    confirmed(client, "translations", page)
    assert Translation.objects.filter(text="Usted").exists()
    assert client.get(address("_import", "drinks")).status_code == 403


def test_whoever_may_not_delete_may_not_replace(as_editor, editor) -> None:
    rows = exported(as_editor, "drinks")
    page = previewed(as_editor, "drinks", file_of(rows[1:]), "replace")
    editor.user_permissions.remove(editor.user_permissions.get(codename="delete_drink"))
    assert confirmed(as_editor, "drinks", page).status_code == 403
    assert "mode" in previewed(as_editor, "drinks", file_of(rows), "replace").context["form"].errors


def test_a_formula_is_marked_and_the_mark_is_taken_off(as_editor) -> None:
    text = '=HYPERLINK("https://example.org")'
    Source.objects.filter(pk="source-article").update(title=text)
    for extension in ("csv", "xlsx"):
        answer = as_editor.post(address("_export", "sources"), {"format": extension})
        if extension == "csv":
            assert b"\"'=HYPERLINK" in answer.content
        else:
            cells = openpyxl.load_workbook(io.BytesIO(answer.content)).active
            assert not any(cell.data_type == "f" for row in cells.iter_rows() for cell in row)
        page = previewed(as_editor, "sources", SimpleUploadedFile(f"a.{extension}", answer.content))
        assert not page.context["preview"].changes


def workbook(*rows: list[object]) -> bytes:
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(data)
    return data.getvalue()


def a_bomb() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (formats.MOST_UNPACKED_BYTES + 1))
    return data.getvalue()


DRINK = ["slug", "name", "caffeine_mg", "source"]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.csv", b"\xe9\xff", "unreadable"),
        ("a.csv", b'slug,"name\n', "unreadable"),
        ("a.csv", b"slug,slug\na,b\n", "header"),
        ("a.csv", b"slug,name,caffeine_mg,source\na,b\n", "columns"),
        ("a.xlsx", b"no workbook", "unreadable"),
        ("a.xlsx", workbook(DRINK, ["a", "=1+1", 2, ""]), "formula"),
        ("a.ods", b"", "empty"),
        ("a.ods", b"x", "extension"),
        ("a", b"x", "extension"),
    ],
)
def test_a_file_that_cannot_be_read(as_editor, name, data, code) -> None:
    page = previewed(as_editor, "drinks", SimpleUploadedFile(name, data))
    assert [error.code for error in page.context["form"].errors.as_data()["file"]] == [code]


def test_a_bomb_is_not_unpacked(as_editor) -> None:
    page = previewed(as_editor, "drinks", SimpleUploadedFile("a.xlsx", a_bomb()))
    assert [error.code for error in page.context["form"].errors.as_data()["file"]] == ["unpacked"]


@pytest.mark.parametrize("limit", ["MOST_ROWS", "MOST_BYTES"])
def test_a_file_that_is_too_large(as_editor, monkeypatch, limit) -> None:
    monkeypatch.setattr(formats, limit, 2)
    data = b"slug,name,caffeine_mg,source\n" + b"a,b,1,\n" * 3
    page = previewed(as_editor, "drinks", SimpleUploadedFile("a.csv", data))
    assert [error.code for error in page.context["form"].errors.as_data()["file"]] == [
        "rows" if limit == "MOST_ROWS" else "size"
    ]


def test_columns_that_do_not_fit(as_editor) -> None:
    page = previewed(as_editor, "drinks", SimpleUploadedFile("a.csv", b"slug,name,mg\na,b,1\n"))
    (problem,) = page.context["preview"].problems
    assert problem.rule == "The columns do not fit. Missing: caffeine_mg, source. Unknown: mg."


def test_a_reason_is_needed(as_editor) -> None:
    page = as_editor.post(
        address("_import", "drinks"), {"file": file_of([{"slug": "a"}]), "mode": "add", "reason": " "}
    )
    assert page.context["form"].errors.as_data()["reason"][0].code == "required"


def test_nothing_within_the_pages_is_inline(as_editor) -> None:
    """What the content security policy would refuse."""
    shown = previewed(as_editor, "drinks", file_of(exported(as_editor, "drinks")))
    for page in (shown, as_editor.get(address("")), as_editor.get(address("_export", "drinks"))):
        text = page.content.decode()
        assert all(inline not in text for inline in ("<style", " style=", "<script>", " onclick=", " onchange="))


# The whole catalogue


@pytest.fixture
def light(as_editor) -> None:
    """A working copy without most of its rows: to read thousands takes seconds, and proves no more."""
    for model in (Translation, Likelihood, Epidemiology, Treatment, Investigation, Fact, Drug):
        model.objects.filter(order__gte=20).delete()
    whole = Pretest.objects.first()
    Pretest.objects.exclude(setting=whole.setting, presentation=whole.presentation).delete()
    named = {
        source
        for relation in Source._meta.get_fields(include_hidden=True)
        if relation.one_to_many
        for source in relation.related_model._default_manager.values_list(relation.field.attname, flat=True)
    }
    Source.objects.exclude(pk__in=named - {None}).delete()


def uploaded(client, text: str):
    file = SimpleUploadedFile("catalogue.json", text.encode())
    return client.post(address(""), {"file": file, "reason": "From the other hospital"})


def test_the_whole_goes_out_and_comes_back(as_editor, light) -> None:
    before = working_copy()
    answer = as_editor.post(address("_download"))
    assert from_json(answer.content.decode()) == before
    assert (
        LogEntry.objects.get().name
        == f"working copy, JSON, {sum(len(getattr(before, t)) for t in TABLES[:-2])} records"
    )
    other = json.loads(answer.content)
    other["drinks"][0]["name"] = "Espresso"
    del other["facts"][5]

    page = uploaded(as_editor, json.dumps(other))
    assert page.context["preview"].summary == "2 changes"
    assert working_copy() == before
    done = as_editor.post(address(""), {"key": page.context["key"]}, follow=True)

    assert done.redirect_chain[0][0] == reverse("admin:causes_release_check")
    assert to_json(working_copy()) == to_json(from_json(json.dumps(other)))
    assert sorted(LogEntry.objects.exclude(action="exported").values_list("table", "action", "reason")) == [
        ("drinks", "changed", "From the other hospital"),
        ("facts", "removed", "From the other hospital"),
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda d: d.pop("drinks"), ["$: 'drinks' is a required property"]),
        (lambda d: d.update(format=2), ["$.format: 1 was expected"]),
        (
            lambda d: d["drinks"][0].update(caffeine_mg="much", slug="A"),
            [
                "drinks, record 1 (A), slug: 'A' does not match '^[a-z0-9][a-z0-9-]{0,79}$'",
                "drinks, record 1 (A), caffeine_mg: 'much' is not of type 'number'",
            ],
        ),
        (lambda d: d["facts"][1].update(cause="gout"), ["facts, gout, ", "unknown cause “gout”"]),
        (lambda d: d["causes"][1].update(name=""), ["name: This field cannot be blank"]),
        (lambda d: d["red_flags"][0].update(findings=["tremor+weakness"]), ["Cannot be kept as it is: red_flags"]),
        (lambda d: d["drugs"][0].update(brands=["a\nb"]), ["Cannot be kept as it is: drugs"]),
        (lambda d: d["drinks"].append(d["drinks"][0]), ["drinks", "appears more than once"]),
    ],
)
def test_a_document_that_does_not_fit(as_editor, light, change, expected) -> None:
    before = working_copy()
    document = json.loads(to_json(before))
    change(document)
    page = uploaded(as_editor, json.dumps(document))
    rules = "\n".join(line.rule for line in page.context["preview"].problems)
    assert all(text in rules for text in expected), rules
    assert page.context["key"] == ""
    assert working_copy() == before


def test_a_document_in_another_encoding(as_editor, light) -> None:
    file = SimpleUploadedFile("catalogue.json", '{"name": "Ménière"}'.encode("latin-1"))
    page = as_editor.post(address(""), {"file": file, "reason": "From a colleague."})
    assert "Save it as UTF-8" in page.content.decode()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": NaN}', '{"format": 1, "format": 1}', "[" * 100_000])
def test_what_is_no_document(as_editor, text) -> None:
    page = uploaded(as_editor, text)
    assert page.context.get("preview") is None or page.context["preview"].problems


def test_a_document_with_broken_rules_can_be_imported_and_says_so(as_editor, light) -> None:
    document = json.loads(to_json(working_copy()))
    document["pretests"][0]["share"] = 1
    page = uploaded(as_editor, json.dumps(document))
    assert any("add up to" in problem.message for problem, _address in page.context["preview"].obstacles)
    as_editor.post(address(""), {"key": page.context["key"]})
    assert Pretest.objects.filter(share=1.0).exists()


def test_the_download_of_a_release_is_logged(as_editor, release) -> None:
    as_editor.get(reverse("admin:causes_release_document", args=[release.number]))
    entry = LogEntry.objects.get()
    assert (entry.action, entry.name, entry.user.username) == ("exported", "release 1, JSON", "emil")


def test_the_schema_is_published(as_editor) -> None:
    assert json.loads(as_editor.get(address("_schema")).content)["$schema"].endswith("2020-12/schema")
