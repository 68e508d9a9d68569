from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.invitation_file import MOST_ROWS, Invited, read_file, read_lines

HEADER = "name,date of birth,e-mail,language\n"
ADA = Invited(2, "Ada Quill", datetime.date(1959, 3, 2), "ada@example.org", "")


def test_works():
    read = read_file((HEADER + "Ada Quill,1959-03-02,ada@example.org,\n").encode())
    assert read.invited == (ADA,)
    assert read.problems == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings(encoding):
    read = read_file(f"{HEADER}José Müller,1959-03-02,,\n".encode(encoding))
    assert [row.name for row in read.invited] == ["José Müller"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_and_line_ends(delimiter, newline):
    lines = ["name,date of birth,e-mail,language", "Ada Quill,1959-03-02,ada@example.org,", ",,,"]
    read = read_file(newline.join(lines).replace(",", delimiter).encode())
    assert read.invited == (ADA,)


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("Name,Date of  birth", "Ada Quill,02/03/1959"),
        ("DOB;Email;Full name", "02.03.1959;;Ada Quill"),
        (" name , born ", " Ada Quill , 2-3-1959 "),
        ("name,date of birth", '"Ada Quill","1959-03-02"'),
        ("name,date of birth,e-mail,language", "Ada Quill,1959-03-02"),
    ],
)
def test_columns_in_any_order_and_the_last_two_optional(header, line):
    read = read_file(f"{header}\n{line}\n".encode())
    assert [(row.name, row.birth_date, row.email) for row in read.invited] == [("Ada Quill", ADA.birth_date, "")]


@pytest.mark.parametrize(
    ("text", "code"), [("", ""), ("es", "es"), ("ES", "es"), ("en", "en-gb"), ("English", "en-gb")]
)
def test_languages(text, code):
    read = read_file(f"{HEADER}Ada Quill,1959-03-02,,{text}\n".encode())
    assert [row.language for row in read.invited] == [code]


def test_a_comma_in_a_quoted_name():
    read = read_file(f'{HEADER}"Quill, Ada",1959-03-02,,\n'.encode())
    assert [row.name for row in read.invited] == ["Quill, Ada"]


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("http://x")', "+44", "-2", "@SUM(A1)"])
def test_a_formula_is_text(formula):
    quoted = formula.replace('"', '""')
    read = read_file(f'{HEADER}"{quoted}",1959-03-02,,\n'.encode())
    assert [row.name for row in read.invited] == [formula]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (",1959-03-02,,", "Row 2: the name is missing."),
        (f"{'x' * 201},1959-03-02,,", "Row 2: the name is longer than 200 letters."),
        ('"Ada\nQuill",1959-03-02,,', "Row 2: the name has a line break or another sign in it that cannot be printed."),
        ("Ada Quill,,,", "Row 2: the date of birth is missing."),
        ("Ada Quill,soon,,", "Row 2: “soon” is no date that we can read. Write it as 1958-03-27 or 27/03/1958."),
        ("Ada Quill,31/02/1959,,", "Row 2: “31/02/1959” is no date that we can read. Write it as 1958-03-27 or"),
        (
            "Ada Quill,02/03/59,,",
            "Row 2: “02/03/59” is no date that we can read. Write it as",
        ),
        ("Ada Quill,2999-01-01,,", "Row 2: “2999-01-01”: This date is in the future."),
        ("Ada Quill,1059-03-02,,", "Row 2: “1059-03-02”: This date is too long ago. Check the year."),
        ("Ada Quill,1959-03-02,ada at home,", "Row 2: “ada at home” is no e-mail address."),
        ("Ada Quill,1959-03-02,,xx", "Row 2: “xx” is no language that we have: en-gb, es."),
        ("Quill, Ada,1959-03-02,ada@example.org,es", "Row 2: there are more cells than columns."),
    ],
)
def test_a_bad_row(line, problem):
    read = read_file(f"{HEADER}{line}\n".encode())
    assert read.invited == ()
    assert [text for text in read.problems if text.startswith(problem)] == list(read.problems)
    assert len(read.problems) == 1


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "the column “name” is missing"),
        (b"name,date of birth\n", "There is no patient in it."),
        (b"name,shoe size,date of birth\nAda,38,1959-03-02\n", "nothing is known of a column “shoe size”"),
        (b"name,name,date of birth\nAda,Ada,1959-03-02\n", "the column “name” is there twice"),
        (b"Ada Quill,1959-03-02\n", "nothing is known of a column “Ada Quill”"),
        (b"PK\x03\x04\x00\x00", "This is not a CSV file"),
        ("name,date of birth\nAda,1959-03-02\n".encode("utf-16"), "This is not a CSV file"),
        (b'name,date of birth\n"Ada,1959-03-02\n', "This is not a CSV file"),
        (b"\x81name,date of birth\n", "This is not a CSV file"),
    ],
)
def test_a_bad_file(data, problem):
    read = read_file(data)
    assert read.invited == ()
    assert any(problem in text for text in read.problems)


def test_every_problem_is_listed_and_nothing_is_used():
    text = f"{HEADER}Ada Quill,1959-03-02,,\n\n,soon,x,yy\nEdith Moss,1967-06-20,y,\n"
    read = read_file(text.encode())
    assert read.invited == ()
    assert [problem[:6] for problem in read.problems] == ["Row 4:"] * 4 + ["Row 5:"]


def test_too_many_rows():
    read = read_file((HEADER + "Ada Quill,1959-03-02,,\n" * (MOST_ROWS + 1)).encode())
    assert read.problems == ("There are 201 patients in it. At most 200 can be invited at once.",)


def test_typed_lines():
    read = read_lines("Ada Quill; 1959-03-02; ada@example.org\n\nEdith Moss; 20/06/1967; ; es")
    assert [(row.row, row.name, row.email, row.language) for row in read.invited] == [
        (1, "Ada Quill", "ada@example.org", ""),
        (3, "Edith Moss", "", "es"),
    ]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    read = read_file(data)
    assert bool(read.invited) != bool(read.problems)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4).map(";".join))
def test_any_line_is_read_or_refused(line):
    read = read_lines(line)
    assert bool(read.invited) != bool(read.problems)
