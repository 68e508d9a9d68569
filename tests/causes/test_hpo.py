from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from causes import hpo
from causes.hpo import Term
from causes.models import Cause, Finding, LogEntry
from tests.causes.admin_posting import page_of, save
from tests.causes.small import a_catalogue, a_finding
from tests.real import PROBLEMS, REAL

OBO = """format-version: 1.2
data-version: hp/releases/2030-01-01

[Term]
id: HP:0000001
name: All

[Term]
id: HP:0000003
name: Shaking, of any kind
alt_id: HP:0000013
def: "A tremor: to and fro." [PMID:1]
is_a: HP:0000001 {source="PMID:1"} ! All

[Term]
id: HP:0000004
name: obsolete Quivering
is_obsolete: true
replaced_by: HP:0000003

[Term]
id: HP:0000005
name: obsolete Shivering
is_obsolete: true
consider: HP:0000001
consider: HP:0000003

[Typedef]
id: part_of
name: part of
"""


def test_works() -> None:
    tremor = hpo.term("HP:0001337")
    assert tremor is not None
    assert (tremor.name, tremor.parents, tremor.is_obsolete) == ("Tremor", ("HP:0004305",), False)
    assert hpo.term("HP:9999999") is None
    assert hpo.version().startswith("hp/releases/")


@pytest.mark.parametrize(
    ("narrower", "broader", "is_so"),
    [
        ("HP:0002322", "HP:0001337", True),  # resting tremor, tremor
        ("HP:0007351", "HP:0001337", True),  # upper limb postural tremor: by two ways
        ("HP:0001337", "HP:0001337", True),
        ("HP:0001337", "HP:0002322", False),
        ("HP:0001308", "HP:0001337", False),  # tongue fasciculations
        ("HP:9999999", "HP:0001337", False),
    ],
)
def test_kinds(narrower: str, broader: str, is_so: bool) -> None:
    assert hpo.is_a(narrower, broader) is is_so


def test_no_term_is_its_own_ancestor_and_every_one_present_leads_to_the_root() -> None:
    terms = hpo._terms().rows
    assert len(terms) > 19_000
    for identifier in list(terms)[::50]:
        ancestors = hpo.ancestors(identifier)
        assert identifier not in ancestors
        term = hpo.term(identifier)
        assert term is not None
        assert ("HP:0000001" in ancestors) is not (term.is_obsolete or identifier == "HP:0000001")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HP:0001337", "HP:0001337"),
        (" hp:0001337 ", "HP:0001337"),
        ("HP_0001337", "HP:0001337"),
        ("0001337", "HP:0001337"),
        ("1337", "1337"),
        ("tremor", "tremor"),
        ("", ""),
    ],
)
def test_spellings(text: str, expected: str) -> None:
    assert hpo.normalised(text) == expected


@pytest.mark.parametrize(
    ("identifier", "fault"),
    [
        ("HP:0001337", ""),
        ("HP:0000057", "HP:0000057 is obsolete: it is HP:0008665 “Clitoral hypertrophy” now"),
        ("HP:0001295", "HP:0001295 is obsolete: it is HP:0001337 “Tremor” now"),
        ("HP:9999999", "HP:9999999 is no term of the Human Phenotype Ontology"),
        ("tremor", "tremor is no term of the Human Phenotype Ontology"),
    ],
)
def test_faults(identifier: str, fault: str) -> None:
    assert hpo.fault(identifier) == fault


def test_the_command_keeps_names_links_and_what_became_of_old_terms(tmp_path: Path, monkeypatch) -> None:
    source, output = tmp_path / "hp.obo", tmp_path / "terms.csv.gz"
    source.write_text(OBO, encoding="utf-8")
    call_command("build_hpo_terms", source, output=output)
    first = output.read_bytes()
    call_command("build_hpo_terms", source, output=output)
    assert output.read_bytes() == first
    terms = hpo.read(output)
    assert terms.version == "hp/releases/2030-01-01"
    monkeypatch.setattr(hpo, "_terms", lambda: terms)
    assert hpo.term("HP:0000003") == Term(
        "HP:0000003", "Shaking, of any kind", ("HP:0000001",), alternatives=("HP:0000013",)
    )
    assert hpo.term("HP:0000004") == Term("HP:0000004", "obsolete Quivering", (), True, replaced_by=("HP:0000003",))
    assert hpo.fault("HP:0000005") == "HP:0000005 is obsolete: consider HP:0000001, HP:0000003"
    assert hpo.fault("HP:0000013") == "HP:0000013 is obsolete: it is HP:0000003 “Shaking, of any kind” now"
    assert hpo.current("part_of") is None


@pytest.mark.parametrize("text", ["", "data-version: x\n", "[Term]\nid: HP:0000001\nname: All\n"])
def test_the_command_refuses_another_file(tmp_path: Path, text: str) -> None:
    source = tmp_path / "hp.obo"
    source.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("build_hpo_terms", source, output=tmp_path / "terms.csv.gz")
    with pytest.raises(CommandError):
        call_command("build_hpo_terms", tmp_path / "none.obo", output=tmp_path / "terms.csv.gz")
    assert not (tmp_path / "terms.csv.gz").exists()


@pytest.mark.parametrize(
    ("term", "name", "message"),
    [
        ("HP:0001337", "Tremor", None),
        ("", "", None),
        ("HP:0001337", "Shaking", "HP:0001337 is called “Tremor”, not “Shaking”"),
        ("HP:0000057", "Clitoromegaly", "HP:0000057 is obsolete: it is HP:0008665 “Clitoral hypertrophy” now"),
        ("", "Tremor", "has the name of an HPO term, but no term"),
    ],
)
def test_the_check_of_a_catalogue(term: str, name: str, message: str | None) -> None:
    finding = a_finding("shaking", "patient", hpo=term, hpo_name=name)
    found = [(problem.row, problem.message) for problem in hpo.problems(a_catalogue(findings=(finding,)))]
    assert found == ([("shaking", message)] if message else [])


def test_the_shipped_catalogue_names_terms_as_they_are_called() -> None:
    assert PROBLEMS == []
    assert sum(bool(finding.hpo) for finding in REAL.findings) > 100
    renamed = [dataclasses.replace(REAL.findings[2], hpo_name="x"), *REAL.findings[3:]]
    assert len(list(hpo.problems(dataclasses.replace(REAL, findings=tuple(renamed))))) == 1


@pytest.fixture
def as_editor(client, editor, release):
    client.force_login(editor)
    return client


@pytest.mark.django_db
def test_the_editor_types_the_term_and_its_name_follows(as_editor) -> None:
    finding = Finding.objects.get(pk="tremor")
    assert save(as_editor, finding, hpo="hp_0002322").status_code == 302
    finding.refresh_from_db()
    assert (finding.hpo, finding.hpo_name) == ("HP:0002322", "Resting tremor")
    assert save(as_editor, finding, hpo="").status_code == 302
    finding.refresh_from_db()
    assert (finding.hpo, finding.hpo_name) == ("", "")
    assert "Resting tremor" in LogEntry.objects.first().before


@pytest.mark.django_db
def test_what_is_no_term_is_refused_beside_the_field(as_editor) -> None:
    finding = Finding.objects.get(pk="tremor")
    answer = save(as_editor, finding, hpo="HP:0001295")
    assert answer.context["adminform"].form.errors["hpo"] == ["HP:0001295 is obsolete: it is HP:0001337 “Tremor” now."]
    finding.refresh_from_db()
    assert finding.hpo == "HP:0001337"
    assert 'name="hpo_name"' not in as_editor.get(page_of(finding)).content.decode()


@pytest.mark.django_db
def test_the_diseases_of_a_cause(as_editor) -> None:
    cause = Cause.objects.get(pk="wilson-disease")
    answer = save(as_editor, cause, identifiers="OMIM:277900\nWilson")
    assert answer.context["adminform"].form.has_error("identifiers", "disease")
    assert save(as_editor, cause, identifiers=" OMIM:277900 \r\n\r\nORPHA:905\nORPHA:905").status_code == 302
    cause.refresh_from_db()
    assert cause.identifiers == "OMIM:277900\nORPHA:905"
