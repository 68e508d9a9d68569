import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from causes.catalogue import from_json, to_json
from causes.data_files import DATA_FOLDER, read_catalogue
from tests.real import PROBLEMS, REAL

Rows = list[dict[str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA_FOLDER, tmp_path / "data"))


def edit(path: Path, change: Callable[[Rows], None]) -> None:
    with path.open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        names, rows = list(reader.fieldnames or ()), list(reader)
    change(rows)
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, names)
        writer.writeheader()
        writer.writerows(rows)


def listed(folder: Path) -> list[str]:
    _catalogue, found = read_catalogue(folder)
    return [str(problem) for problem in found]


def test_it_works() -> None:
    assert PROBLEMS == []
    assert len(REAL.causes) >= 28
    assert from_json(to_json(REAL)) == REAL


def test_every_row_of_every_file_is_read() -> None:
    for path in sorted(DATA_FOLDER.glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as lines:
            count = sum(1 for _row in csv.DictReader(lines))
        if path.stem == "options":
            read = sum(len(finding.options) for finding in REAL.findings)
        elif path.stem == "drug_effects":
            read = sum(len(drug.effects) for drug in REAL.drugs)
        else:
            read = len(getattr(REAL, path.stem))
        assert read == count, path.name


@pytest.mark.parametrize(
    ("file", "column", "value", "expected"),
    [
        ("likelihoods.csv", "probability", "often", "likelihoods.csv, row 2: probability: “often” is not a number"),
        ("likelihoods.csv", "probability", "nan", "likelihoods.csv, row 2: probability: “nan” is not a number"),
        ("likelihoods.csv", "total", "1.5", "likelihoods.csv, row 2: total: “1.5” is not a whole number"),
        ("likelihoods.csv", "is_used", "maybe", "likelihoods.csv, row 2: is_used: “maybe” is not yes or no"),
        ("options.csv", "finding", "gout", "options.csv, row 2: belongs to an unknown “gout”"),
        ("drug_effects.csv", "drug", "gout", "drug_effects.csv, row 2: belongs to an unknown “gout”"),
        (
            "patient_advice.csv",
            "recheck_weeks",
            "soon",
            "patient_advice.csv, row 2: recheck_weeks: “soon” is not a whole",
        ),
        ("burdens.csv", "source", "gout", "burdens.csv, row 2: question: unknown source “gout”"),
        ("treatments.csv", "cause", "gout", "treatments.csv, row 2: gout, Propranolol: unknown cause “gout”"),
    ],
)
def test_a_bad_value_is_named_by_file_and_row(folder, file, column, value, expected) -> None:
    edit(folder / file, lambda rows: rows[0].__setitem__(column, value))
    assert any(line.startswith(expected) for line in listed(folder))


def test_a_broken_rule_is_named_by_file_and_row(folder) -> None:
    def change(rows: Rows) -> None:
        rows[40]["probability"] = "1.7"
        rows[41].update(source="", grade="A")

    edit(folder / "likelihoods.csv", change)
    found = listed(folder)
    assert any(line.startswith("likelihoods.csv, row 42: ") and "outside 0 to 1" in line for line in found)
    assert any(line.startswith("likelihoods.csv, row 43: ") and "grade A without a source" in line for line in found)


def test_unreadable_rows_do_not_hide_broken_rules(folder) -> None:
    edit(folder / "likelihoods.csv", lambda rows: rows[0].__setitem__("total", "many"))
    edit(folder / "facts.csv", lambda rows: rows[3].__setitem__("cause", "gout"))
    found = listed(folder)
    assert any(line.startswith("likelihoods.csv, row 2: total") for line in found)
    assert any(line.startswith("facts.csv, row 5: ") for line in found)


def test_a_missing_file_is_the_only_problem_told(folder) -> None:
    (folder / "sources.csv").unlink()
    assert listed(folder) == ["sources.csv, file: is missing"]


def test_a_wrong_header_is_told(folder) -> None:
    text = (folder / "drinks.csv").read_text(encoding="utf-8")
    (folder / "drinks.csv").write_text(text.replace("caffeine_mg", "caffeine", 1), encoding="utf-8")
    assert listed(folder) == ["drinks.csv, header: missing ['caffeine_mg'], unknown ['caffeine']"]


def test_a_row_with_too_many_columns_is_told(folder) -> None:
    with (folder / "drinks.csv").open("a", encoding="utf-8") as lines:
        lines.write("a,b,c,d,e,f,g\n")
    count = len((folder / "drinks.csv").read_text(encoding="utf-8").splitlines())
    assert listed(folder) == [f"drinks.csv, row {count}: has too many or too few columns"]


def test_a_file_that_is_not_utf8_is_told(folder) -> None:
    with (folder / "drinks.csv").open("ab") as lines:
        lines.write(b"caf\xe9,Caf\xe9,80,\n")
    assert [line for line in listed(folder) if "drinks.csv" in line and "cannot be read" in line]


def test_an_excel_mark_at_the_start_is_no_problem(folder) -> None:
    text = (folder / "drinks.csv").read_text(encoding="utf-8")
    (folder / "drinks.csv").write_text(text, encoding="utf-8-sig")
    assert listed(folder) == []
