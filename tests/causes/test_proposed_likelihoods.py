from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from causes import hpoa
from causes.hpo_fitting import Fitter
from causes.models import Cause, Finding, Likelihood, LogEntry, ProposedLikelihood, Source
from causes.models.compilation import working_copy
from causes.models.recording import undo
from tests.causes.admin_posting import page_of, values_of
from tests.causes.test_hpoa import CLASSED, COMMENTS, COUNTED, HEAD, INHERITED, SILENT, changed

LIST = "/admin/causes/proposedlikelihood/"
IMPORT = LIST + "import/"
TWO_PAPERS = changed(
    COUNTED, hpo_id="HP:0012477", reference="PMID:26188006;PMID:31819945", frequency="24/197"
)  # a voice tremor


def a_file(*rows: str) -> bytes:
    return "\n".join([*COMMENTS, HEAD, *rows, ""]).encode()


def upload(client, *rows: str, data: bytes | None = None) -> Any:
    content = a_file(*rows) if data is None else data
    return client.post(IMPORT, {"file": SimpleUploadedFile("phenotype.hpoa", content)}, follow=True)


def told(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def accept(client, proposal: ProposedLikelihood, **values: Any) -> Any:
    form = client.get(page_of(proposal)).context["form"]
    return client.post(page_of(proposal), {**values_of(form), **values})


@pytest.fixture
def as_editor(client, editor, release):
    client.force_login(editor)
    return client


@pytest.fixture
def proposal(editor, release) -> ProposedLikelihood:
    """A counted share of postural tremor in essential tremor."""
    catalogue = working_copy(("causes", "findings"))
    found = hpoa.read_annotations([HEAD, COUNTED], {"OMIM:616736"})
    fittings, _left = Fitter(catalogue).fit(found.rows)
    ProposedLikelihood.objects.propose(fittings, "2025-01-16", editor)
    return ProposedLikelihood.objects.get()


@pytest.mark.django_db
def test_works(as_editor, editor) -> None:
    assert as_editor.get(IMPORT).status_code == 200
    answer = upload(as_editor, COUNTED, CLASSED, SILENT, INHERITED)
    assert told(answer) == [
        "2 new proposals, 0 known already.",
        "Rows left out: about inheritance, onset or course: 1; without a frequency: 1.",
    ]
    rows = {(row.cause, row.finding): row for row in ProposedLikelihood.objects.all()}
    assert set(rows) == {("essential-tremor", "postural-tremor"), ("als", "tremor")}
    counted, classed = rows["essential-tremor", "postural-tremor"], rows["als", "tremor"]
    assert (counted.probability, counted.affected, counted.total) == (0.3529, 6, 17)
    assert (classed.probability, classed.affected, classed.frequency) == (0.545, None, "HP:0040282")
    assert (classed.version, classed.uploaded_by, classed.is_open) == ("2025-01-16", editor, True)
    text = answer.content.decode()
    for words in ("35%", "6/17", "Frequent (30–79%)", "PMID:26188006", "Tremor when holding a posture", "grade D"):
        assert words.lower() in text.lower(), words
    entry = LogEntry.objects.first()
    assert (entry.name, entry.reason) == ("2 proposed likelihoods", "File phenotype.hpoa, version 2025-01-16")


@pytest.mark.django_db
def test_the_same_file_again_proposes_nothing_even_what_was_declined(as_editor, proposal, editor) -> None:
    ProposedLikelihood.objects.decide(proposal.pk, "declined", editor)
    answer = upload(as_editor, data=gzip.compress(a_file(COUNTED)))
    assert told(answer) == ["0 new proposals, 1 known already."]
    assert ProposedLikelihood.objects.get().decision == "declined"


@pytest.mark.django_db
def test_nothing_of_a_file_with_a_bad_row_is_kept(as_editor) -> None:
    answer = upload(as_editor, COUNTED, changed(CLASSED, frequency="often"))
    assert answer.context["form"].errors["file"] == [
        "Line 5: “often” is no frequency: neither n/m nor 45% nor a class."
    ]
    assert "Line 5" in answer.content.decode()
    assert not ProposedLikelihood.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"slug,name\n", gzip.compress(a_file(COUNTED))[:-10]])
def test_other_files_are_refused(as_editor, data: bytes) -> None:
    assert upload(as_editor, data=data).context["form"].errors["file"]


@pytest.mark.django_db
def test_a_file_that_is_too_large_is_not_read(as_editor, monkeypatch) -> None:
    monkeypatch.setattr(hpoa, "MOST_BYTES", 50)
    assert upload(as_editor, COUNTED).context["form"].has_error("file", "size")


@pytest.mark.django_db
def test_anonymous_and_clinicians_are_sent_away(client, clinician, proposal) -> None:
    for address in (LIST, IMPORT, page_of(proposal)):
        assert client.get(address).url.startswith(reverse("admin:login"))
    client.force_login(clinician)
    assert client.get(LIST).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["viewer", "approver", "translator"])
def test_others_than_editors_read_only(client, request, role, proposal) -> None:
    client.force_login(request.getfixturevalue(role))
    assert client.get(LIST).status_code == 200
    page = client.get(page_of(proposal))
    assert page.status_code == 200
    assert page.context["form"] is None
    assert "<button" not in page.content.decode().partition('class="proposed"')[2]
    assert client.get(IMPORT).status_code == 403
    for address in (page_of(proposal), page_of(proposal, "decline"), page_of(proposal, "reopen"), IMPORT):
        assert client.post(address).status_code == 403, address
    assert ProposedLikelihood.objects.get().is_open


@pytest.mark.django_db
def test_the_list_takes_as_many_queries_for_many(as_editor, editor, django_assert_max_num_queries) -> None:
    findings = Finding.objects.exclude(hpo="").values_list("hpo", flat=True)[:40]
    upload(as_editor, *(changed(CLASSED, hpo_id=term) for term in findings))
    assert ProposedLikelihood.objects.count() > 30
    with django_assert_max_num_queries(12):
        as_editor.get(LIST)


@pytest.mark.django_db
def test_the_list_shows_open_ones_and_filters(as_editor, proposal, editor) -> None:
    def shown(**filters: str) -> list[int]:
        return [row.pk for row in as_editor.get(LIST, filters).context["cl"].result_list]

    assert shown() == shown(of="essential-tremor") == shown(q="26188006") == shown(decision="any") == [proposal.pk]
    assert shown(decision="declined") == shown(of="als") == []
    present = Likelihood.objects.get(cause="essential-tremor", finding="postural-tremor", is_used=True)
    assert shown(cell="estimate" if present.grade == "D" else "cited") == [proposal.pk]
    assert shown(cell="gap") == []
    present.delete()
    assert shown(cell="gap") == [proposal.pk]
    ProposedLikelihood.objects.decide(proposal.pk, "declined", editor)
    assert shown() == []


@pytest.mark.django_db
def test_accepting_makes_a_likelihood_beside_the_used_row_and_a_source(as_editor, proposal, editor) -> None:
    page = as_editor.get(page_of(proposal))
    assert len(page.context["page"].rows) >= 1
    initial = page.context["form"]
    assert [initial[name].value() for name in ("probability", "affected", "total", "grade", "is_used")] == [
        0.3529,
        6,
        17,
        "B",
        False,
    ]
    assert accept(as_editor, proposal, title="A tremor family", year="2015").status_code == 302
    row = Likelihood.objects.latest("pk")
    assert (row.cause_id, row.finding_id, row.option, row.is_used) == (
        "essential-tremor",
        "postural-tremor",
        "",
        False,
    )
    assert (row.probability, row.affected, row.total, row.grade) == (0.3529, 6, 17, "B")
    assert (row.population, row.design) == ("Tremor, hereditary essential, 5", "ontology")
    assert "OMIM:616736" in row.note
    source = row.source
    assert (source.pk, source.identifier, source.title, source.year) == (
        "pmid-26188006",
        "PMID:26188006",
        "A tremor family",
        2015,
    )
    assert source.url == "https://pubmed.ncbi.nlm.nih.gov/26188006/"
    proposal.refresh_from_db()
    assert (proposal.decision, proposal.decided_by) == ("accepted", editor)
    entries = LogEntry.objects.filter(operation=LogEntry.objects.first().operation)
    assert {entry.table for entry in entries} == {"sources", "likelihoods"}
    undo(entries[0].operation, editor, "A test.")
    assert not Likelihood.objects.filter(source="pmid-26188006").exists()
    assert not Source.objects.filter(pk="pmid-26188006").exists()


@pytest.mark.django_db
def test_a_source_that_is_there_is_found_by_its_identifier(as_editor, proposal) -> None:
    there = Source.objects.create(
        slug="known", title="Known", identifier="https://pubmed.ncbi.nlm.nih.gov/26188006", order=9999
    )
    sources = Source.objects.count()
    assert accept(as_editor, proposal, title="").status_code == 302
    assert Likelihood.objects.latest("pk").source == there
    assert Source.objects.count() == sources


@pytest.mark.django_db
def test_the_editor_chooses_among_several_references(as_editor) -> None:
    upload(as_editor, TWO_PAPERS)
    proposal = ProposedLikelihood.objects.get()
    page = as_editor.get(page_of(proposal)).context["form"]
    assert [value for value, _label in page.fields["citation"].choices] == [
        "PMID:26188006",
        "PMID:31819945",
        "OMIM:616736",
    ]
    assert page["grade"].value() == "A"
    assert accept(as_editor, proposal, citation="OMIM:616736").status_code == 302
    source = Likelihood.objects.latest("pk").source
    assert (source.pk, source.design, source.url) == ("omim-616736", "ontology", "https://omim.org/entry/616736")


@pytest.mark.django_db
def test_in_a_gap_the_row_is_to_be_used_and_a_class_is_grade_c(as_editor) -> None:
    Likelihood.objects.filter(cause="als", finding="tremor").delete()
    upload(as_editor, CLASSED)
    proposal = ProposedLikelihood.objects.get()
    form = as_editor.get(page_of(proposal)).context["form"]
    assert (form["is_used"].value(), form["grade"].value()) == (True, "C")
    assert "Frequent (30–79%), its middle entered" in form["note"].value()
    assert accept(as_editor, proposal).status_code == 302
    assert Likelihood.objects.get(cause="als", finding="tremor").is_used


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"is_used": "on"}, "is_used", "used"),
        ({"probability": "2"}, "probability", "range"),
        ({"affected": "18"}, "affected", "affected"),
        ({"title": " "}, "title", "title"),
        ({"reason": ""}, "reason", "required"),
        ({"citation": "PMID:7"}, "citation", "invalid_choice"),
    ],
)
def test_what_the_form_refuses_stays_open(as_editor, proposal, values, field, code) -> None:
    rows, sources = Likelihood.objects.count(), Source.objects.count()
    answer = accept(as_editor, proposal, **values)
    assert answer.status_code == 200
    assert answer.context["form"].has_error(field, code)
    assert (Likelihood.objects.count(), Source.objects.count()) == (rows, sources)
    assert ProposedLikelihood.objects.get().is_open


@pytest.mark.django_db
def test_nobody_accepts_twice(as_editor, proposal) -> None:
    data = values_of(as_editor.get(page_of(proposal)).context["form"])
    assert as_editor.post(page_of(proposal), data).status_code == 302
    rows = Likelihood.objects.count()
    answer = as_editor.post(page_of(proposal), data, follow=True)
    assert told(answer)[-1] == "Somebody has decided on it already: nothing was changed."
    assert Likelihood.objects.count() == rows
    assert answer.context["form"] is None
    as_editor.post(page_of(proposal, "decline"))
    as_editor.post(page_of(proposal, "reopen"))
    assert ProposedLikelihood.objects.get().decision == "accepted"


@pytest.mark.django_db
def test_a_decline_can_be_taken_back(as_editor, proposal, editor) -> None:
    answer = as_editor.post(page_of(proposal, "decline"), follow=True)
    assert page_of(proposal) in told(answer)[0]
    proposal.refresh_from_db()
    assert (proposal.decision, proposal.decided_by) == ("declined", editor)
    page = as_editor.get(page_of(proposal))
    assert "Declined by emil" in page.context["page"].decision
    assert page.context["may_reopen"]
    as_editor.post(page_of(proposal, "reopen"))
    proposal.refresh_from_db()
    assert (proposal.is_open, proposal.decided_by, proposal.decided_at) == (True, None, None)


@pytest.mark.django_db
def test_a_proposal_whose_cell_is_gone(as_editor, proposal) -> None:
    Cause.objects.get(pk="essential-tremor").delete()
    page = as_editor.get(page_of(proposal))
    assert page.context["form"] is None
    assert "no longer in the working copy" in page.content.decode()
    assert as_editor.post(page_of(proposal), {}).status_code == 404
    assert "essential-tremor" in as_editor.get(LIST).content.decode()


@pytest.mark.django_db
def test_a_narrower_term_says_so(as_editor) -> None:
    upload(as_editor, changed(CLASSED, hpo_id="HP:0003484"))
    proposal = ProposedLikelihood.objects.filter(finding="weakness").get()
    assert "HP:0001324 Muscle weakness" in as_editor.get(page_of(proposal)).context["page"].narrower


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["0/change/", "x/change/", "0/decline/"])
def test_what_is_not_there(as_editor, address: str) -> None:
    answer = as_editor.post(LIST + address) if "decline" in address else as_editor.get(LIST + address)
    assert answer.status_code == 404


@pytest.mark.django_db
def test_a_get_decides_nothing(as_editor, proposal) -> None:
    assert as_editor.get(page_of(proposal, "decline")).status_code == 405
    assert ProposedLikelihood.objects.get().is_open
