from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from causes.admin.source_health import MOST_BYTES
from causes.catalogue import BACKGROUND, Source
from causes.models import Likelihood, LogEntry, Parameter, SourceCheck
from causes.models import Source as SourceRow
from causes.models.compilation import working_copy
from causes.models.source_warnings import source_warnings
from causes.source_health import conflicts, due_on, reviews_due, uses, weights
from causes.source_lists import normalised, read_list
from tests.causes.small import a_catalogue, a_row

ADDRESS = "/admin/causes/source/health/"
TODAY = datetime.date(2026, 11, 24)
STATUSES = {"live": "live", "retracted": "retracted", "address dead": "dead", "dead": "dead"}
SOURCES = (
    Source("by-pmid", "One", "PMID:27858734", 2015, "https://pubmed.ncbi.nlm.nih.gov/27858734/"),
    Source("by-doi", "Two", "DOI:10.1016/J.JAD.2021.03.015", 2021, "https://doi.org/10.1016/j.jad.2021.03.015"),
    Source("by-address", "Three", "https://pmc.ncbi.nlm.nih.gov/articles/PMC2998536", 2010, ""),
    Source("again", "One, cited again", "", 2015, "http://www.ncbi.nlm.nih.gov/pubmed/27858734"),
)


def a_list(*lines: str) -> str:
    return "\n".join(["identifier,status,checked_on,note", *lines]) + "\n"


def read(*lines: str) -> tuple[list[tuple[str, str]], list[str]]:
    checks, problems = read_list(a_list(*lines), SOURCES, STATUSES, TODAY)
    return [(check.source, check.status) for check in checks], problems


def upload(client, text: str | bytes) -> Any:
    content = text if isinstance(text, bytes) else text.encode()
    return client.post(reverse("admin:causes_source_health"), {"file": SimpleUploadedFile("list.csv", content)})


@pytest.fixture
def as_editor(client, editor, release):
    client.force_login(editor)
    return client


@pytest.fixture
def cited(release) -> SourceRow:
    """A source with an identifier, on which the ranking rests."""
    row = Likelihood.objects.filter(is_used=True, source__identifier__startswith="DOI:").first()
    assert row is not None
    return row.source


def checked(source: SourceRow, status: str, day: datetime.date = TODAY, **values: Any) -> SourceCheck:
    return SourceCheck.objects.create(source=source.pk, status=status, checked_on=day, **values)


@pytest.mark.django_db
def test_works(as_editor, cited) -> None:
    checked(cited, "retracted", note="The counts were made up.")
    assert reverse("admin:causes_source_health") == ADDRESS
    answer = as_editor.get(ADDRESS)
    assert answer.status_code == 200
    page = answer.context["page"]
    (row,) = page.checked
    assert (row.is_grave, row.note) == (True, "The counts were made up.")
    assert any("likelihood" in use for use in row.used)
    assert {share.name[0] for share in page.grades} == set("ABCD")
    assert page.conflicts
    assert page.unused
    assert [count for _name, count, _address in page.lacking] == [
        SourceRow.objects.filter(identifier="").count(),
        SourceRow.objects.filter(year=None).count(),
        SourceRow.objects.filter(design="").count(),
    ]


@pytest.mark.django_db
def test_every_link_leads_somewhere(as_editor, cited) -> None:
    checked(cited, "retracted")
    page = as_editor.get(ADDRESS).context["page"]
    addresses = [page.never_address, page.conflicts[0].address, page.checked[0].address, page.unused[0][1]]
    addresses += [row.address for row in (page.grades[0], page.causes[0])]
    addresses += [address for _name, _count, address in page.lacking]
    addresses += [use.split('"')[1] for use in page.checked[0].used if "href" in use]
    for address in addresses:
        assert as_editor.get(address).status_code == 200, address


@pytest.mark.django_db
def test_anonymous(client, release) -> None:
    assert client.get(ADDRESS).url.startswith(reverse("admin:login"))


@pytest.mark.django_db
def test_a_clinician_is_sent_away(client, clinician, release) -> None:
    client.force_login(clinician)
    assert client.get(ADDRESS).status_code == 302


@pytest.mark.django_db
def test_a_viewer_reads_and_uploads_nothing(client, viewer, cited) -> None:
    client.force_login(viewer)
    check = checked(cited, "dead")
    page = client.get(ADDRESS)
    assert page.status_code == 200
    assert '<input type="file"' not in page.content.decode()
    assert upload(client, a_list(f"{cited.pk},live,2024-01-31,")).status_code == 403
    assert client.post(reverse("admin:causes_source_check_remove", args=[check.pk])).status_code == 403
    assert SourceCheck.objects.get() == check


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_checks(as_editor, django_assert_max_num_queries) -> None:
    for source in SourceRow.objects.all()[:40]:
        checked(source, "retracted")
    as_editor.get(ADDRESS)
    with django_assert_max_num_queries(45):
        assert len(as_editor.get(ADDRESS).context["page"].checked) == 40


@pytest.mark.django_db
def test_a_list_is_kept_once_and_logged(as_editor, editor, cited) -> None:
    spelling = "https://DOI.org/" + cited.identifier.removeprefix("DOI:").upper()
    text = "\ufeff" + a_list(f"{spelling},Retracted,2024-01-31,Notice of 2025")
    assert upload(as_editor, text).status_code == 302
    check = SourceCheck.objects.get()
    assert (check.source, check.status, check.note, check.uploaded_by) == (
        cited.pk,
        "retracted",
        "Notice of 2025",
        editor,
    )
    logged = LogEntry.objects.count()
    assert "1 check" in LogEntry.objects.first().name
    assert upload(as_editor, text).status_code == 302
    assert SourceCheck.objects.get() == check
    assert LogEntry.objects.count() == logged


@pytest.mark.django_db
def test_nothing_of_a_list_with_a_problem_is_kept(as_editor, cited) -> None:
    answer = upload(as_editor, a_list(f"{cited.pk},live,2024-01-31,", "PMID:1,gone,soon,"))
    assert answer.status_code == 200
    assert list(answer.context["form"].errors["file"]) == [
        "Line 3: “PMID:1” is no source of the working copy.",
        "Line 3: status “gone” is not one of live, corrected, concern, retracted, dead.",
        "Line 3: checked on “soon”: write the date as 2026-01-31.",
    ]
    assert not SourceCheck.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty"), (b"source\xff,status", "encoding"), (b"x" * (MOST_BYTES + 1), "size"), (b"a,b\n1,2\n", "line")],
)
def test_a_file_that_is_no_list(as_editor, content, code) -> None:
    answer = upload(as_editor, content)
    assert [error.code for error in answer.context["form"].errors.as_data()["file"]] == [code]


@pytest.mark.django_db
def test_a_check_is_removed_and_logged(as_editor, cited) -> None:
    check = checked(cited, "retracted", note="By mistake")
    address = reverse("admin:causes_source_check_remove", args=[check.pk])
    assert as_editor.get(address).status_code == 405
    assert as_editor.post(address).status_code == 302
    assert not SourceCheck.objects.exists()
    assert LogEntry.objects.first().action == LogEntry.Action.REMOVED
    assert as_editor.post(address).status_code == 404


@pytest.mark.django_db
def test_a_retraction_outlives_a_later_look_at_the_address(cited) -> None:
    checked(cited, "retracted", TODAY - datetime.timedelta(days=90))
    checked(cited, "live")
    assert SourceCheck.objects.standing()[cited.pk].status == "retracted"


@pytest.mark.django_db
def test_the_newest_check_counts(cited) -> None:
    checked(cited, "live")
    checked(cited, "dead", TODAY - datetime.timedelta(days=90))
    assert SourceCheck.objects.standing()[cited.pk].status == "live"


@pytest.mark.django_db
def test_warnings_name_what_rests_on_a_source(cited) -> None:
    unused = SourceRow.objects.create(slug="nobody", title="Cited by nobody")
    for source in (cited, unused):
        checked(source, "retracted")
    (warning,) = source_warnings(working_copy())
    assert (warning.source, warning.is_grave) == (cited.pk, True)
    assert warning.uses.ranked == Likelihood.objects.filter(source=cited, is_used=True).count() > 0
    assert "Retracted" in str(warning) or "retracted" in str(warning)


@pytest.mark.django_db
def test_a_retracted_source_of_unused_rows_alone_is_not_grave(cited) -> None:
    row = Likelihood.objects.filter(is_used=True, grade="D", source=None).first()
    source = SourceRow.objects.create(slug="beside", title="Beside")
    Likelihood.objects.create(cause=row.cause, finding=row.finding, probability=0.1, source=source, is_used=False)
    checked(source, "retracted")
    checked(cited, "corrected")
    found = {warning.source: warning.is_grave for warning in source_warnings(working_copy())}
    assert found == {"beside": False, cited.pk: False}


@pytest.mark.django_db
def test_a_live_source_is_no_warning(cited) -> None:
    checked(cited, "live")
    assert source_warnings(working_copy()) == []


@pytest.mark.django_db
def test_the_page_bears_a_working_copy_that_cannot_be_ranked_by(as_editor) -> None:
    Likelihood.objects.filter(cause=None, finding="weakness").delete()
    Parameter.objects.filter(slug="source-review-months").delete()
    page = as_editor.get(ADDRESS).context["page"]
    assert not page.is_ranked
    assert {share.weight_share for share in page.grades} == {"–"}
    assert (page.months, page.reviews) == ("", ())


@pytest.mark.django_db
def test_sources_are_filtered_by_what_is_known_of_them(as_editor, cited) -> None:
    checked(cited, "dead")
    address = reverse("admin:causes_source_changelist")
    found = as_editor.get(address, {"state": "dead"}).context["cl"].result_list
    assert [source.pk for source in found] == [cited.pk]
    assert as_editor.get(address, {"state": "none", "q": cited.pk}).context["cl"].result_count == 0
    without = as_editor.get(address, {"identifier__isempty": "1"}).context["cl"].result_list
    assert {source.identifier for source in without} == {""}


@pytest.mark.django_db
def test_the_reference_page_says_that_a_source_was_retracted(client, clinician, cited) -> None:
    client.force_login(clinician)
    address = reverse("source", args=[cited.pk])
    assert "Retracted" not in client.get(address).content.decode()
    checked(cited, "retracted")
    assert "Retracted, as checked on 24 November 2026" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("text", "one"),
    [
        ("PMID:27858734", "pmid:27858734"),
        ("pmid 27858734", "pmid:27858734"),
        (" 27858734 ", "pmid:27858734"),
        ("https://pubmed.ncbi.nlm.nih.gov/27858734/", "pmid:27858734"),
        ("http://www.ncbi.nlm.nih.gov/pubmed/27858734", "pmid:27858734"),
        ("PMCID:PMC2998536", "pmcid:pmc2998536"),
        ("PMC2998536", "pmcid:pmc2998536"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC2998536/", "pmcid:pmc2998536"),
        ("DOI:10.1000/XyZ", "doi:10.1000/xyz"),
        ("doi: 10.1000/xyz", "doi:10.1000/xyz"),
        ("https://doi.org/10.1000/xyz", "doi:10.1000/xyz"),
        ("http://dx.doi.org/10.1000/xyz", "doi:10.1000/xyz"),
        ("OMIM:105400", "omim:105400"),
        ("https://www.Example.org/page/", "example.org/page"),
        ("  ", ""),
    ],
)
def test_an_identifier_has_one_spelling(text, one) -> None:
    assert normalised(text) == one


@pytest.mark.parametrize("text", ["27858734", "PMID: 27858734", "by-pmid"])
def test_a_source_is_found_by_any_spelling(text) -> None:
    found, problems = read(f"{text},retracted,2024-01-31,")
    assert problems == []
    assert ("by-pmid", "retracted") in found


def test_every_record_of_one_publication_is_meant() -> None:
    assert read("27858734,retracted,2024-01-31,")[0] == [("by-pmid", "retracted"), ("again", "retracted")]
    assert read("PMC2998536,Address dead,2024-01-31,")[0] == [("by-address", "dead")]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (",live,2024-01-31,", "Line 2: no identifier."),
        ("gout,live,2024-01-31,", "Line 2: “gout” is no source of the working copy."),
        ("by-doi,gone,2024-01-31,", "Line 2: status “gone” is not one of live, retracted, dead."),
        ("by-doi,live,31.1.2026,", "Line 2: checked on “31.1.2026”: write the date as 2026-01-31."),
        ("by-doi,live,2027-01-31,", "Line 2: checked on 2027-01-31: that is still to come."),
        ("by-doi,live", "Line 2: checked on “”: write the date as 2026-01-31."),
        ("by-doi,live,2024-01-31,a,b", "Line 2: more cells than columns."),
        (f"by-doi,live,2024-01-31,{'x' * 501}", "Line 2: the note has more than 500 characters."),
    ],
)
def test_a_line_that_cannot_be_kept(line, problem) -> None:
    assert read(line) == ([], [problem])


def test_lines_that_say_the_same_count_once_and_another_note_is_a_problem() -> None:
    line = "by-doi,live,2024-01-31,"
    assert read(line, line) == ([("by-doi", "live")], [])
    assert read(line, f"{line}moved")[1] == ["Line 3: an earlier line says the same of this source with another note."]


def test_semicolons_and_empty_lines_do_no_harm() -> None:
    text = "source;status;checked_on\r\n\r\nby-doi;dead;2024-01-31\r\n"
    checks, problems = read_list(text, SOURCES, STATUSES, TODAY)
    assert ([check.source for check in checks], problems) == (["by-doi"], [])


@pytest.mark.parametrize("text", ["", "\n\n", "status,checked_on\nlive,2024-01-31\n", "source,slug,status\n"])
def test_a_list_without_its_columns(text) -> None:
    checks, problems = read_list(text, SOURCES, STATUSES, TODAY)
    assert checks == []
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("reviewed", "months", "due"),
    [
        ("2024-01-15", 36, datetime.date(2027, 1, 15)),
        ("2024-11-30", 3, datetime.date(2025, 2, 28)),
        ("2024-12-01", 12, datetime.date(2025, 12, 1)),
        ("", 36, None),
    ],
)
def test_a_review_is_due_so_many_months_later(reviewed, months, due) -> None:
    assert due_on(dataclasses.replace(SOURCES[0], reviewed_on=reviewed), months) == due


def test_reviews_due_are_of_sources_in_use(catalogue_of_two) -> None:
    used = uses(catalogue_of_two)
    ranked = {slug: item.ranked for slug, item in used.items()}
    assert ranked == {"by-pmid": 2, "by-doi": 1, "by-address": 0, "again": 0}
    due = reviews_due(catalogue_of_two, used, TODAY)
    assert [(review.source.slug, review.due_since, review.uses) for review in due] == [
        ("by-pmid", None, 2),
        ("by-doi", datetime.date(2023, 1, 1), 1),
    ]


@pytest.fixture
def catalogue_of_two():
    small = a_catalogue()
    sources = (SOURCES[0], dataclasses.replace(SOURCES[1], reviewed_on="2022-01-01"), *SOURCES[2:])
    cites = {("alpha", "weakness"): "by-pmid", ("alpha", "wasting"): "by-pmid", ("beta", "tremor"): "by-doi"}
    rows = (dataclasses.replace(row, source=cites.get((row.cause, row.finding), "")) for row in small.likelihoods)
    threshold = dataclasses.replace(small.parameters[0], slug="source-review-months", value=12)
    return a_catalogue(sources=sources, likelihoods=tuple(rows), parameters=(*small.parameters, threshold))


def test_weights_by_hand() -> None:
    # One cause, one finding: 0.8 of 100 against 0.2, shrunk to (80 + 0.2) / 101 = 0.7941. Mean of the absolute logs in
    # those with the cause: 0.7941 x ln(0.7941 / 0.2) + 0.2059 x ln(0.8 / 0.2059).
    small = a_catalogue()
    rows = [row for row in small.likelihoods if row.cause in (BACKGROUND, "alpha") and row.finding != "course"]
    rows = [row for row in rows if row.cause == BACKGROUND or row.finding == "weakness"]
    findings = tuple(f for f in small.findings if f.slug != "course")
    whole, each = weights(a_catalogue(findings=findings, likelihoods=tuple(rows), red_flags=()))
    assert each["alpha"].rows == {"A": 1}
    assert each["alpha"].size["A"] == pytest.approx(1.0949 + 0.2795, abs=0.0002)
    assert each["beta"].uncited_rows == 0
    assert whole.uncited_size == 0
    assert whole.rows["D"] > 0


def test_conflicts_are_found_once_a_cell() -> None:
    small = a_catalogue()
    beside = dataclasses.replace(a_row("alpha", "weakness", 0.2, "B", affected=10, total=50), is_used=False)
    agreeing = dataclasses.replace(a_row("alpha", "wasting", 0.5, "B", affected=11, total=20), is_used=False)
    (found,) = conflicts(a_catalogue(likelihoods=(*small.likelihoods, beside, agreeing)))
    assert (found.cause, found.finding, found.studies, found.is_pooled) == ("alpha", "weakness", 2, False)
    assert found.heterogeneity.p < 0.001
