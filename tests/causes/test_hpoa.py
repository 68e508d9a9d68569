from __future__ import annotations

import gzip
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causes import hpoa
from causes.catalogue import Catalogue
from causes.hpo_fitting import Fitter, LeftOut
from causes.hpoa import COLUMNS, Frequency, lines_of, read_annotations, read_frequency
from tests.causes.small import a_catalogue, a_cause, a_finding

HEAD = "\t".join(COLUMNS)
COMMENTS = ['#description: "HPO annotations for rare diseases"', "#version: 2025-01-16"]
# Rows of the file of 2025-01-16.
COUNTED = (
    "OMIM:616736\tTremor, hereditary essential, 5\t\tHP:0002174\tPMID:26188006\tPCS\t\t6/17\t\t\tP\tHPO:x[2021-06-21]"
)
CLASSED = (
    "ORPHA:803\tAmyotrophic lateral sclerosis\t\tHP:0001337\tORPHA:803\tTAS\t\tHP:0040282\t\t\tP\tORPHA:x[2025-01-16]"
)
DENIED = "ORPHA:424\tFamilial hyperthyroidism\tNOT\tHP:0001337\tORPHA:424\tTAS\t\t\t\t\tP\tORPHA:orphadata[2025-01-16]"
SILENT = "OMIM:168600\tParkinson disease, late-onset\t\tHP:0001337\tOMIM:168600\tIEA\t\t\t\t\tP\tHPO:iea[2009-02-17]"
INHERITED = "OMIM:168600\tParkinson disease, late-onset\t\tHP:0000006\tOMIM:168600\tIEA\t\t\t\t\tI\tHPO:x[2019-04-18]"
DISEASES = {"OMIM:616736", "ORPHA:803", "ORPHA:424", "OMIM:168600"}


def read(*rows: str, diseases: set[str] = DISEASES) -> hpoa.Annotations:
    return read_annotations([f"{line}\n" for line in (*COMMENTS, HEAD, *rows)], diseases)


def changed(row: str, **values: str) -> str:
    cells = dict(zip(COLUMNS, row.split("\t"), strict=True)) | values
    return "\t".join(cells.values())


def test_works() -> None:
    found = read(COUNTED, CLASSED, DENIED, SILENT, INHERITED)
    assert (found.version, found.others, found.problems) == ("2025-01-16", 0, [])
    first = found.rows[0]
    assert (first.disease, first.disease_name, first.hpo) == (
        "OMIM:616736",
        "Tremor, hereditary essential, 5",
        "HP:0002174",
    )
    assert (first.reference, first.evidence, first.aspect) == ("PMID:26188006", "PCS", "P")
    assert [row.frequency.text if row.frequency else None for row in found.rows] == [
        "6/17",
        "HP:0040282",
        "NOT",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "probability", "affected", "total", "lowest", "highest"),
    [
        ("HP:0040280", 1.0, None, None, 1.0, 1.0),
        ("HP:0040281", 0.895, None, None, 0.80, 0.99),
        ("HP:0040282", 0.545, None, None, 0.30, 0.79),
        ("HP:0040283", 0.17, None, None, 0.05, 0.29),
        ("HP:0040284", 0.025, None, None, 0.01, 0.04),
        ("HP:0040285", 0.0, None, None, 0.0, 0.0),
        ("NOT", 0.0, None, None, 0.0, 0.0),
        ("45%", 0.45, None, None, None, None),
        ("0.5%", 0.005, None, None, None, None),
        ("24/197", 0.1218, 24, 197, None, None),
        ("0/15", 0.0312, 0, 15, None, None),  # 0.5/16, as the catalogue enters none of 15
        ("18/18", 0.9737, 18, 18, None, None),
    ],
)
def test_frequencies(text, probability, affected, total, lowest, highest) -> None:
    found = read_frequency(text)
    assert found is not None
    assert (found.probability, found.affected, found.total) == (probability, affected, total)
    assert (found.lowest, found.highest) == (lowest, highest)


@pytest.mark.parametrize("text", ["8/7", "0/0", "101%", "often", "HP:0040286", "1/", "-1/2", "1/2 ", "5-10%", "½"])
def test_what_is_no_frequency(text: str) -> None:
    with pytest.raises(ValueError, match="is no frequency"):
        read_frequency(text)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_counts_become_a_probability_within_0_and_1(affected: int, total: int) -> None:
    if affected > total:
        with pytest.raises(ValueError, match="is no frequency"):
            read_frequency(f"{affected}/{total}")
        return
    found = read_frequency(f"{affected}/{total}")
    assert found is not None
    assert (found.affected, found.total) == (affected, total)
    assert 0 <= found.probability <= 1
    assert abs(found.probability - affected / total) <= 0.5 / (total + 1) + 5e-5


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"database_id": "105400"}, "database_id"),
        ({"disease_name": ""}, "disease_name"),
        ({"disease_name": "x" * 301}, "disease_name"),
        ({"qualifier": "not"}, "qualifier"),
        ({"hpo_id": "HP:2174"}, "hpo_id"),
        ({"reference": "26188006"}, "reference"),
        ({"evidence": "XXX"}, "evidence"),
        ({"frequency": "some"}, "“some” is no frequency"),
        ({"sex": "BOTH"}, "sex"),
        ({"aspect": "Q"}, "aspect"),
        ({"qualifier": "NOT"}, "denied"),
    ],
)
def test_a_bad_row_is_named_by_its_line_whatever_its_disease(values: dict[str, str], column: str) -> None:
    found = read(CLASSED, changed(COUNTED, **values), "", diseases=set())
    assert found.problem_count == 1
    (problem,) = found.problems
    assert problem.startswith("Line 5: ")
    assert column in problem


def test_a_row_with_another_number_of_columns() -> None:
    found = read(COUNTED + "\tx", COUNTED.rpartition("\t")[0])
    assert found.problems == ["Line 4: 13 columns instead of 12.", "Line 5: 11 columns instead of 12."]


def test_a_denied_sign_that_nobody_had() -> None:
    (row,) = read(changed(DENIED, frequency="0/7")).rows
    assert row.frequency is not None
    assert (row.frequency.affected, row.frequency.total) == (0, 7)


@pytest.mark.parametrize("lines", [[], ["#version: 1"], ["slug,name", "als,ALS"], [COUNTED]])
def test_a_file_without_columns(lines: list[str]) -> None:
    found = read_annotations(lines, DISEASES)
    assert found.problem_count == 1
    assert not found.rows


def test_a_file_of_an_older_release() -> None:
    names = "DatabaseID DiseaseName Qualifier HPO_ID Reference Evidence Onset Frequency Sex Modifier Aspect Biocuration"
    head = "#" + names.replace(" ", "\t")
    found = read_annotations(["\ufeff#date: 2021-08-02\r\n", f"{head}\r\n", f"{COUNTED}\r\n"], DISEASES)
    assert (found.version, len(found.rows), found.problems) == ("2021-08-02", 1, [])


def test_only_the_first_problems_are_told_and_all_are_counted() -> None:
    found = read(*["x"] * 500)
    assert found.problem_count == 500
    assert len(found.problems) == hpoa.MOST_PROBLEMS


CELLS = st.text(st.characters(exclude_characters="\t\r\n", exclude_categories=["Cs"]), max_size=12)
ROWS = st.one_of(
    st.sampled_from([COUNTED, CLASSED, DENIED, SILENT, INHERITED]),
    st.lists(CELLS, min_size=1, max_size=13).map("\t".join),
    st.builds(
        lambda row, name, value: changed(row, **{name: value}),
        st.sampled_from([COUNTED, CLASSED]),
        st.sampled_from(COLUMNS),
        CELLS,
    ),
)


@given(st.lists(ROWS, max_size=8))
def test_every_row_is_read_counted_or_a_problem(rows: list[str]) -> None:
    found = read(*rows)
    assert len(found.rows) + found.others + found.problem_count == sum(row != "" for row in rows)
    for row in found.rows:
        assert row.disease in DISEASES
        assert row.frequency is None or 0 <= row.frequency.probability <= 1


def test_packed_or_not_the_lines_are_the_same() -> None:
    text = "\n".join([HEAD, COUNTED]).encode()
    assert list(lines_of(io.BytesIO(text))) == list(lines_of(io.BytesIO(gzip.compress(text))))
    assert list(lines_of(io.BytesIO(b""))) == []


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe",
        gzip.compress(b"x" * 100)[:-9],
        b"\x1f\x8bx",
        gzip.compress(b"x\n")[:12] + b"\x00\x07" + b"\xff" * 40,
        b"x" * (hpoa.LONGEST_LINE + 1),
    ],
    # Packed bytes tell the time.
    ids=["no text", "cut off", "three bytes", "spoilt", "too long a line"],
)
def test_files_that_cannot_be_read(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"UTF-8|unpacked|characters"):
        list(lines_of(io.BytesIO(data)))


def test_a_small_file_that_unpacks_to_a_huge_one_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr(hpoa, "MOST_UNPACKED", 1000)
    with pytest.raises(ValueError, match="larger"):
        list(lines_of(io.BytesIO(gzip.compress(b"x\n" * 501))))


# Which cells a row speaks of


@pytest.fixture(scope="module")
def small() -> Catalogue:
    causes = (
        a_cause("als", identifiers=("ORPHA:803",)),
        a_cause("et", identifiers=("OMIM:616736",)),
        a_cause("pd", identifiers=("OMIM:168600", "OMIM:616736")),
    )
    findings = (
        a_finding("tremor", "patient", hpo="HP:0001337"),
        a_finding("tremor-seen", "exam", hpo="HP:0001337"),
        a_finding("action-tremor", "exam", hpo="HP:0002345"),
        a_finding("stiffness", "exam", "choice", "a", "b", hpo="HP:0003552"),
        a_finding("cramps", "patient"),
    )
    return a_catalogue(causes=causes, findings=findings)


def cells(catalogue: Catalogue, *rows: str) -> Iterator[tuple[str, str]]:
    fittings, _left = Fitter(catalogue).fit(read(*rows).rows)
    return ((fitting.cause, fitting.finding) for fitting in fittings)


def test_a_term_fits_the_findings_that_name_it_or_else_the_nearest_broader_one(small: Catalogue) -> None:
    assert list(cells(small, CLASSED)) == [("als", "tremor"), ("als", "tremor-seen")]
    # Postural tremor is an action tremor, which is a tremor.
    assert list(cells(small, COUNTED)) == [("et", "action-tremor"), ("pd", "action-tremor")]


def test_a_former_identifier_counts_as_the_present_one(small: Catalogue) -> None:
    assert list(cells(small, changed(CLASSED, hpo_id="HP:0001295"))) == [("als", "tremor"), ("als", "tremor-seen")]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (DENIED, LeftOut.OTHER_DISEASE),
        (INHERITED, LeftOut.NO_PHENOTYPE),
        (SILENT, LeftOut.NO_FREQUENCY),
        (changed(CLASSED, hpo_id="HP:9999999"), LeftOut.UNKNOWN_TERM),
        (changed(CLASSED, hpo_id="HP:0003394"), LeftOut.NO_FINDING),
        (changed(CLASSED, hpo_id="HP:0003552"), LeftOut.NOT_BOOLEAN),
        (changed(CLASSED, sex="FEMALE"), LeftOut.ONE_SEX),
    ],
)
def test_why_a_row_is_left_out(small: Catalogue, row: str, why: LeftOut) -> None:
    fittings, left = Fitter(small).fit(read(row).rows)
    assert (fittings, dict(left)) == ([], {why: 1})


def test_a_row_that_is_there_twice(small: Catalogue) -> None:
    fittings, left = Fitter(small).fit(read(CLASSED, changed(CLASSED, modifier="HP:0012825")).rows)
    assert (len(fittings), dict(left)) == (2, {LeftOut.TWICE: 2})
    assert fittings[0].frequency == Frequency("HP:0040282", 0.545, None, None, 0.3, 0.79, "Frequent")
