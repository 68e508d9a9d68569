"""The matrix of findings by causes in the admin: the grid, its filters and the editor of a cell."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from causes.catalogue import BACKGROUND
from causes.matrix import Column, Figure, Filters, Row, build_grid, cell_text, grid_table
from causes.models import Likelihood, LogEntry, Source, SourceCheck
from tests.cast import PASSWORD

MATRIX = "/admin/causes/likelihood/matrix/"
FETCH = {"HTTP_X_REQUESTED_WITH": "fetch"}

ROWS = (
    Row("weakness", "Muscle weakness", "Strength", section="strength", reported_by="patient", text="muscle weakness"),
    Row("sex", "Sex", "You", option="male", label="Male", reported_by="patient", text="sex"),
    Row("age", "Age", "You", unit="years", is_number=True, reported_by="history", text="age"),
)
COLUMNS = (Column(BACKGROUND, "In others"), Column("als", "ALS", "nerve"), Column("tremor", "Tremor", "movement"))
FIGURES = (
    Figure("als", "weakness", "", 0.95, 77, "kim", "A", True),
    Figure("als", "weakness", "", 0.5, None, "lee", "C", False),
    Figure("tremor", "weakness", "", 0.0004, None, None, "D", True),
    Figure("als", "sex", "male", 0.6, None, "kim", "B", True),
    Figure("als", "age", "mean", 64.8, 50, "kim", "A", True),
    Figure("als", "age", "sd", 12.0, 50, "lee", "C", True),
    Figure("tremor", "age", "mean", 60.0, 50, "kim", "A", True),
)


def texts(grid) -> dict[str, list[str]]:
    return {row.finding: [cell_text(cell) for cell in cells] for group in grid.groups for row, cells in group.rows}


def test_each_kind_of_finding_in_the_grid() -> None:
    assert texts(build_grid(COLUMNS, ROWS, FIGURES)) == {
        "weakness": ["–", "95%\nA n +1", "<0.1%\nD"],
        "sex": ["–", "60%\nB", "–"],
        # A number without its standard deviation is a gap; its grade is the worse of the two.
        "age": ["–", "64.8 ±\N{NO-BREAK SPACE}12\nC n", "–"],
    }


@pytest.mark.parametrize(
    ("filters", "findings", "columns", "counts"),
    [
        ({}, ["weakness", "sex", "age"], 3, (9, 5, 1)),
        ({"section": "strength"}, ["weakness"], 3, (3, 1, 1)),
        ({"reported_by": "history"}, ["age"], 3, (3, 2, 0)),
        ({"group": "nerve"}, ["weakness", "sex", "age"], 2, (6, 3, 0)),
        ({"words": ("weak", "muscle")}, ["weakness"], 3, (3, 1, 1)),
        ({"words": ("weak", "sex")}, [], 3, (0, 0, 0)),
        ({"sources": frozenset({"lee"})}, ["weakness", "age"], 1, (2, 0, 0)),
        ({"sources": frozenset()}, [], 0, (0, 0, 0)),
        ({"grade": "D"}, ["weakness"], 1, (1, 0, 1)),
        ({"is_gap": True}, ["weakness", "sex", "age"], 2, (5, 5, 0)),
        ({"is_uncited": True}, ["weakness"], 1, (1, 0, 1)),
        ({"is_gap": True, "grade": "A"}, [], 0, (0, 0, 0)),
    ],
)
def test_filters(filters, findings, columns, counts) -> None:
    grid = build_grid(COLUMNS, ROWS, FIGURES, Filters(**filters))
    assert [row.finding for group in grid.groups for row, _cells in group.rows] == findings
    assert len(grid.columns) == columns
    assert (grid.cells, grid.gaps, grid.uncited) == counts


def test_the_table_escapes_what_it_shows() -> None:
    row = Row("weakness", "<b>Weak</b>", "A & B")
    text = grid_table(build_grid([Column("als", "“<i>”")], [row], FIGURES), "?q=a&b=<")
    assert "&lt;b&gt;Weak" in text and "A &amp; B" in text and "&lt;i&gt;" in text
    assert 'href="als/weakness/?q=a&amp;b=&lt;"' in text
    assert "<b>" not in text and "<i>" not in text


def test_a_cell_outside_the_filter_is_told_apart() -> None:
    text = grid_table(build_grid(COLUMNS, ROWS, FIGURES, Filters(sources=frozenset({"lee", "kim"}), grade="A")))
    assert '<td class="A"><a href="als/weakness/">' in text
    assert '<td class="B out"><a href="als/sex/">' not in text  # its row is left out
    partly = grid_table(build_grid(COLUMNS, ROWS[:1], FIGURES, Filters(is_gap=True, words=("weakness",))))
    assert "out" not in partly


# --- the pages ---

pages = pytest.mark.django_db


@pytest.fixture
def viewer(db: None) -> User:
    user = User.objects.create_user("vera", password=PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="causes", codename__startswith="view_"))
    return user


@pytest.fixture
def as_editor(client: Client, editor: User, release) -> Client:
    client.force_login(editor)
    return client


def cell(cause: str, finding: str) -> str:
    return reverse("admin:causes_likelihood_cell", args=[cause, finding])


def form_data(response) -> dict[str, Any]:
    editor = response.context["page"].editor
    forms = [*editor.rows.forms, editor.rows.management_form, editor.reason]
    data = {form.add_prefix(name): form[name].value() for form in forms for name in form.fields}
    return {name: value for name, value in data.items() if value is not None and value is not False}


def changed(response, number: int = 0, **values: Any) -> dict[str, Any]:
    """The data of the cell's form with other values in one row; None unticks a box."""
    data = form_data(response) | {"reason": "A better study."}
    for name, value in values.items():
        data[f"rows-{number}-{name}"] = value
    return {name: value for name, value in data.items() if value is not None}


def errors(response) -> dict[str, list[str]]:
    """The codes of what is wrong, by field; the rules between rows under an empty name."""
    rows = response.context["page"].editor.rows
    found = {form.add_prefix(name): form.errors.as_data()[name] for form in rows.forms for name in form.errors}
    if rows.non_form_errors():
        found[""] = rows.non_form_errors().as_data()
    return {name: [error.code for error in problems] for name, problems in found.items()}


def used(cause: str | None, finding: str, option: str = "") -> Likelihood:
    return Likelihood.objects.get(cause=cause, finding=finding, option=option, is_used=True)


@pages
def test_works(as_editor) -> None:
    page = as_editor.get(MATRIX)
    text = page.content.decode()
    row = used("als", "weakness")
    shown = re.search(r'<td class="(\w+)"><a href="als/weakness/">([^<]+)</a>', text)
    assert shown is not None
    assert shown[1] == row.grade
    assert html.unescape(shown[2]).startswith(f"{row.probability:.0%}\n{row.grade}")
    assert re.search(r"\d+ findings, \d+ columns, [\d,]+ cells, [\d,]+ gaps", text)
    assert 'href="_background/age/"' in text


@pages
def test_anonymous(client, release) -> None:
    for address in (MATRIX, cell("als", "weakness")):
        assert client.get(address).url.startswith(reverse("admin:login"))


@pages
def test_a_clinician_sees_nothing(client, clinician, release) -> None:
    client.force_login(clinician)
    for address in (MATRIX, cell("als", "weakness")):
        assert client.get(address).status_code == 302
    assert client.post(cell("als", "weakness"), {}).status_code == 302


@pages
def test_staff_without_the_permission(client, viewer, release) -> None:
    viewer.user_permissions.clear()
    client.force_login(viewer)
    assert client.get(MATRIX).status_code == 403
    assert client.get(cell("als", "weakness")).status_code == 403


@pages
def test_a_viewer_reads_only(client, viewer, release) -> None:
    client.force_login(viewer)
    assert client.get(MATRIX).status_code == 200
    page = client.get(cell("als", "weakness"))
    assert "<form method" not in page.content.decode().partition("<main")[2]
    assert str(used("als", "weakness").source) in html.unescape(page.content.decode())
    assert client.post(cell("als", "weakness"), {"reason": "x"}).status_code == 403
    assert "A gap" in client.get(cell("tourette-syndrome", "carpopedal-spasm")).content.decode()


@pages
@pytest.mark.parametrize("address", ["als/no-such-finding/", "no-such-cause/weakness/"])
def test_what_is_not_there(as_editor, address) -> None:
    assert as_editor.get(MATRIX + address).status_code == 404


@pages
def test_queries_do_not_grow_with_the_cells(as_editor, django_assert_num_queries) -> None:
    with django_assert_num_queries(10):
        as_editor.get(MATRIX)


@pages
def test_it_is_linked(as_editor) -> None:
    for address in (reverse("admin:index"), reverse("admin:causes_likelihood_changelist")):
        assert f'href="{MATRIX}"' in as_editor.get(address).content.decode(), address


@pages
def test_a_filter_is_kept_on_the_way_to_a_cell_and_back(as_editor) -> None:
    text = as_editor.get(MATRIX, {"q": "weakness", "grade": ""}).content.decode()
    assert 'href="als/weakness/?q=weakness"' in text
    page = as_editor.get(cell("als", "weakness") + "?q=weakness")
    answer = as_editor.post(cell("als", "weakness") + "?q=weakness", changed(page))
    assert answer.url == f"{MATRIX}?q=weakness#weakness"


@pages
def test_sources_are_filtered_by_title_or_identifier(as_editor) -> None:
    source = used("als", "weakness").source
    text = as_editor.get(MATRIX, {"source": source.title[:30], "q": "weakness"}).content.decode()
    assert 'href="als/weakness/?' in text
    assert "0 findings, 0 columns" in as_editor.get(MATRIX, {"source": "no such source"}).content.decode()


@pages
def test_an_unknown_filter_is_said_beside_its_field(as_editor) -> None:
    page = as_editor.get(MATRIX, {"section": "no-such-topic"})
    assert page.status_code == 200
    assert list(page.context["form"].errors) == ["section"]


@pages
def test_a_figure_is_changed(as_editor, editor) -> None:
    page = as_editor.get(cell("als", "weakness"))
    assert as_editor.post(cell("als", "weakness"), changed(page, probability="0.91")).status_code == 302
    assert used("als", "weakness").probability == 0.91
    entry = LogEntry.objects.first()
    assert (entry.table, entry.name, entry.user, entry.reason) == (
        "likelihoods",
        "als weakness",
        editor,
        "A better study.",
    )


@pages
def test_the_script_gets_what_the_cell_shows_now(as_editor) -> None:
    page = as_editor.get(cell("als", "weakness"), **FETCH)
    assert "<html" not in page.content.decode()
    answer = as_editor.post(
        cell("als", "weakness"), changed(page, probability="0.91", grade="D", total="", affected=""), **FETCH
    ).json()
    assert (answer["cause"], answer["finding"]) == ("als", "weakness")
    [[option, kind, text]] = answer["cells"]
    assert (option, kind, text.split("\n")[0]) == ("", "D", "91%")


@pages
def test_a_reason_is_demanded(as_editor) -> None:
    data = changed(as_editor.get(cell("als", "weakness")), probability="0.91") | {"reason": " "}
    answer = as_editor.post(cell("als", "weakness"), data)
    assert answer.context["page"].editor.reason.errors.as_data()["reason"][0].code == "required"
    assert used("als", "weakness").probability != 0.91


@pages
def test_a_gap_is_filled(as_editor) -> None:
    address = cell("tourette-syndrome", "carpopedal-spasm")
    source = Source.objects.first()
    page = as_editor.get(address)
    values = {"probability": "0.02", "affected": "1", "total": "50", "grade": "B", "source": f"{source} [{source.pk}]"}
    values["population"] = "50 people with tics"
    assert as_editor.post(address, changed(page, **values)).status_code == 302
    row = used("tourette-syndrome", "carpopedal-spasm")
    assert (row.probability, row.affected, row.total, row.grade, row.source) == (0.02, 1, 50, "B", source)
    assert row.order == Likelihood.objects.order_by("-order").first().order


@pages
def test_nothing_entered_changes_nothing(as_editor) -> None:
    address = cell("tourette-syndrome", "carpopedal-spasm")
    assert as_editor.post(address, changed(as_editor.get(address))).status_code == 302
    assert not Likelihood.objects.filter(cause="tourette-syndrome", finding="carpopedal-spasm").exists()
    assert not LogEntry.objects.exists()


@pages
def test_another_row_is_used_instead(as_editor) -> None:
    first = used("als", "weakness")
    second = Likelihood.objects.create(
        cause_id="als", finding_id="weakness", probability=0.5, is_used=False, order=99_999
    )
    address = cell("als", "weakness")
    page = as_editor.get(address)
    keys = [form.instance.pk for form in page.context["page"].editor.rows.initial_forms]
    data = changed(page, keys.index(first.pk), is_used=None) | {f"rows-{keys.index(second.pk)}-is_used": "on"}
    assert as_editor.post(address, data).status_code == 302
    assert used("als", "weakness") == second
    first.refresh_from_db()
    assert not first.is_used


@pages
def test_a_row_is_deleted(as_editor) -> None:
    row = Likelihood.objects.create(cause_id="als", finding_id="weakness", probability=0.5, is_used=False, order=99_999)
    address = cell("als", "weakness")
    page = as_editor.get(address)
    number = [form.instance.pk for form in page.context["page"].editor.rows.initial_forms].index(row.pk)
    assert as_editor.post(address, changed(page, number, DELETE="on")).status_code == 302
    assert not Likelihood.objects.filter(pk=row.pk).exists()


@pages
def test_all_options_are_changed_together(as_editor) -> None:
    address = cell("als", "sex")
    page = as_editor.get(address)
    assert page.context["page"].total == "1"
    options = [form.instance.option for form in page.context["page"].editor.rows.initial_forms if form.instance.is_used]
    data = changed(page)
    for number, form in enumerate(page.context["page"].editor.rows.initial_forms):
        if form.instance.is_used:
            data[f"rows-{number}-probability"] = "0.3" if form.instance.option == "male" else "0.7"
            data |= {f"rows-{number}-affected": "", f"rows-{number}-total": ""}
    assert as_editor.post(address, data).status_code == 302
    assert {option: used("als", "sex", option).probability for option in options} == {"male": 0.3, "female": 0.7}
    answer = as_editor.post(address, changed(as_editor.get(address)), **FETCH).json()
    assert {option: text.split("\n")[0] for option, _kind, text in answer["cells"]} == {"male": "30%", "female": "70%"}


@pages
def test_mean_and_deviation_of_a_number(as_editor) -> None:
    address = cell("als", "age")
    page = as_editor.get(address)
    options = [form.instance.option for form in page.context["page"].editor.rows.initial_forms if form.instance.is_used]
    assert set(options) == {"mean", "sd"}
    answer = as_editor.post(address, changed(page), **FETCH).json()
    mean, sd = (used("als", "age", option).probability for option in ("mean", "sd"))
    assert answer["cells"][0][2].split("\n")[0] == f"{mean:g} ±\N{NO-BREAK SPACE}{sd:g}"


@pages
@pytest.mark.parametrize(
    ("address", "values", "wrong"),
    [
        ("als/weakness", {"probability": "1.5"}, {"rows-0-probability": ["range"]}),
        ("als/weakness", {"probability": ""}, {"rows-0-probability": ["required"]}),
        ("als/weakness", {"affected": "9", "total": "5"}, {"rows-0-affected": ["affected"]}),
        ("als/weakness", {"affected": "9", "total": ""}, {"rows-0-total": ["total"]}),
        ("als/weakness", {"source": "", "grade": "A"}, {"rows-0-source": ["source"]}),
        ("als/weakness", {"source": "No such book"}, {"rows-0-source": ["invalid_choice"]}),
        ("als/weakness", {"source": "PMID:99999999"}, {"rows-0-source": ["invalid_choice"]}),
        ("als/weakness", {"source": "https://example.org/a"}, {"rows-0-source": ["invalid_choice"]}),
        ("als/weakness", {"is_pooled": "on"}, {"rows-0-is_pooled": ["pooled"]}),
        ("als/weakness", {"id": "999999"}, {"rows-0-id": ["invalid_choice"]}),
        ("als/sex", {"option": "other"}, {"rows-0-option": ["option"]}),
        ("als/weakness", {"grade": "A", "affected": "", "total": "49"}, {"rows-0-grade": ["grade"]}),
        ("als/weakness", {"grade": "B", "population": " "}, {"rows-0-population": ["population"]}),
        ("als/sex", {"probability": "0.9"}, {"rows-0-probability": ["probability"]}),
        ("als/sex", {"probability": "0.9", "affected": "", "total": ""}, {"": ["sum"]}),
        ("als/sex", {"is_used": None}, {"": ["missing"]}),
        ("als/age", {"is_used": None}, {"": ["missing"]}),
        ("_background/weakness", {"is_used": None}, {"": ["background"]}),
    ],
)
def test_bad_input_stands_beside_its_field(as_editor, address, values, wrong) -> None:
    before = list(Likelihood.objects.order_by("pk").values())
    page = as_editor.get(f"{MATRIX}{address}/")
    answer = as_editor.post(f"{MATRIX}{address}/", changed(page, **values))
    assert answer.status_code == 200
    assert errors(answer) == wrong
    assert list(Likelihood.objects.order_by("pk").values()) == before


@pages
def test_what_concerns_all_rows_stands_below_them_and_is_announced_above(as_editor) -> None:
    address = cell("als", "sex")
    page = as_editor.get(address)
    assert "Nothing was saved" not in page.content.decode()
    text = as_editor.post(address, changed(page, probability="0.9", affected="", total="")).content.decode()
    assert text.index("Nothing was saved") < text.index("rows-1-probability") < text.index('id="matrix-errors"')


@pages
def test_a_source_that_is_retracted_is_marked_where_it_is_cited(as_editor, viewer) -> None:
    slug = used("als", "weakness").source_id
    on = {"source": slug, "checked_on": "2026-03-01"}
    SourceCheck.objects.create(**on, status="live")
    assert "source-warnings" not in as_editor.get(cell("als", "weakness")).content.decode()
    SourceCheck.objects.create(**on, status="retracted", note="Figures made up.")
    for user in (None, viewer):
        if user:
            as_editor.force_login(user)
        text = as_editor.get(cell("als", "weakness")).content.decode()
        assert "source-warnings is-grave" in text
        assert "retracted (01 March 2026): Figures made up." in text


@pages
def test_two_used_rows_are_refused_beside_the_second(as_editor) -> None:
    address = cell("tourette-syndrome", "carpopedal-spasm")
    data = changed(as_editor.get(address), probability="0.1") | {"rows-1-probability": "0.2", "rows-1-is_used": "on"}
    assert errors(as_editor.post(address, data)) == {"rows-1-is_used": ["used"]}


@pages
def test_nobody_overwrites_what_he_has_not_seen(as_editor) -> None:
    address = cell("als", "weakness")
    page = as_editor.get(address)
    Likelihood.objects.filter(pk=used("als", "weakness").pk).update(probability=0.77)
    answer = as_editor.post(address, changed(page, probability="0.91"))
    assert "Somebody changed this cell" in answer.content.decode()
    assert used("als", "weakness").probability == 0.77
    assert as_editor.post(address, changed(answer, probability="0.91")).status_code == 302
    assert used("als", "weakness").probability == 0.91


@pages
def test_the_history_of_a_cell_is_linked(as_editor) -> None:
    address = cell("als", "sex")
    row = used("als", "sex", "male")
    data = form_data(as_editor.get(address)) | {"reason": "Counted again."}
    for name, value in data.items():
        if name.endswith("-option") and name.replace("option", "is_used") in data:
            data[name.replace("option", "probability")] = 0.55 if value == "male" else 0.45
            data |= {name.replace("option", "affected"): "", name.replace("option", "total"): ""}
    assert as_editor.post(address, data).status_code == 302
    history = reverse("admin:causes_likelihood_cell_history", args=["als", "sex"])
    for extra in ({}, FETCH):
        assert f'href="{history}"' in as_editor.get(address, **extra).content.decode()
    page = as_editor.get(history)
    lines = page.context["history"]
    assert {line.record for line in lines} == {"Likelihood, als sex male", "Likelihood, als sex female"}
    assert {line.reason for line in lines} == {"Counted again."}
    assert f"probability: {row.probability:g} → 0.55" in page.content.decode()
    assert "Return to the version before" in page.content.decode()


@pages
def test_the_history_of_a_gap_knows_what_was_there(as_editor) -> None:
    Likelihood.objects.filter(cause="als", finding="weakness").exclude(pk=used("als", "weakness").pk).delete()
    address = cell("als", "weakness")
    as_editor.post(address, changed(as_editor.get(address), DELETE="on"))
    page = as_editor.get(f"{address}history/")
    assert [(line.what, line.record) for line in page.context["history"]] == [("removed", "")]
    assert "Restore" in page.content.decode()
    assert as_editor.get(cell("als", "tremor") + "history/").context["history"] == []


@pages
def test_who_may_read_the_history_of_a_cell(client, viewer, clinician, release) -> None:
    address = cell("als", "weakness") + "history/"
    assert client.get(address).url.startswith(reverse("admin:login"))
    client.force_login(clinician)
    assert client.get(address).status_code == 302
    client.force_login(viewer)
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 405
    assert client.get(cell("als", "no-such-finding") + "history/").status_code == 404
    viewer.user_permissions.clear()
    assert client.get(address).status_code == 403


@pages
def test_a_source_is_found_by_its_identifier(as_editor) -> None:
    source = Source.objects.filter(identifier__startswith="DOI:").first()
    address = cell("als", "weakness")
    assert as_editor.post(address, changed(as_editor.get(address), source=source.identifier.lower())).status_code == 302
    assert used("als", "weakness").source == source


@pages
def test_who_may_only_change_adds_and_deletes_nothing(as_editor, editor) -> None:
    editor.user_permissions.remove(*Permission.objects.filter(codename__in=["add_likelihood", "delete_likelihood"]))
    page = as_editor.get(cell("als", "weakness"))
    assert page.context["page"].further is None
    assert "DELETE" not in page.content.decode()


@pages
def test_no_page_needs_an_inline_script_or_style(as_editor) -> None:
    for address in (MATRIX, cell("als", "sex")):
        text = as_editor.get(address).content.decode()
        assert " style=" not in text and "<style" not in text and " onclick=" not in text and "<script>" not in text
