"""docs/safety.md names the test that proves each mitigation: a test that was renamed must not leave it hollow."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
NAMED = re.findall(
    r"`((?:\w+/)?test_\w+\.py)::([\w:]+)`", (TESTS.parent / "docs" / "safety.md").read_text(encoding="utf-8")
)


def test_works() -> None:
    assert len(NAMED) > 50


@pytest.mark.parametrize(("file", "name"), NAMED, ids=lambda part: part)
def test_every_test_of_the_safety_case_exists(file: str, name: str) -> None:
    text = (TESTS / file).read_text(encoding="utf-8")
    for part in name.split("::"):
        # A name that ends with an underscore stands for all that begin so.
        end = "" if part.endswith("_") else r"\b"
        assert re.search(rf"^\s*(def|class) {part}{end}", text, re.M), part
