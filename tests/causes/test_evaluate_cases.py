import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from causes.models import Release

pytestmark = pytest.mark.django_db


def a_file(folder: Path, name: str, split: str) -> Path:
    case = {
        "id": name,
        "truth": "als",
        "acceptable": [],
        "age": 67,
        "sex": "male",
        "setting": "neurology-clinic",
        "presenting": "fasciculation",
        "present": ["weakness", "hyperreflexia"],
        "absent": [],
        "values": {},
        "stage": {"history": ["weakness"], "exam": ["hyperreflexia"], "tests": []},
        "split": split,
    }
    path = folder / f"{name}.jsonl"
    path.write_text(json.dumps(case), encoding="utf-8")
    return path


def printed(*arguments: object) -> str:
    out = StringIO()
    call_command("evaluate_cases", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_works(tmp_path: Path) -> None:
    files = a_file(tmp_path, "one", "development"), a_file(tmp_path, "two", "held-out")
    report = json.loads(printed(*files, "--json"))
    assert report["release"] == Release.objects.current().number
    assert [case["id"] for case in report["cases"]] == ["one"] * 3 + ["two"] * 3
    assert {"recall", "mean_lane"} <= set(report["stages"]["history"]["cannot_miss"])
    table = printed(*files)
    assert "history     2" in table and "cited" in table


def test_a_split_is_ranked_alone(tmp_path: Path) -> None:
    files = a_file(tmp_path, "one", "development"), a_file(tmp_path, "two", "held-out")
    report = json.loads(printed(*files, "--json", "--split", "held-out"))
    assert {case["id"] for case in report["cases"]} == {"two"}
    with pytest.raises(CommandError, match="no cases of the part"):
        printed(files[0], "--split", "held-out")


def test_a_bad_file_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{", encoding="utf-8")
    with pytest.raises(CommandError, match=r"bad\.jsonl: line 1: is not JSON"):
        printed(a_file(tmp_path, "one", "development"), bad)
    with pytest.raises(CommandError, match=r"none\.jsonl"):
        printed(tmp_path / "none.jsonl")
