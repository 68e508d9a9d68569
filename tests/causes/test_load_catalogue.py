import io
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from causes.catalogue import from_json
from causes.data_files import DATA_FOLDER
from causes.models import Cause, Drug, Finding, Likelihood, Release, Source
from tests.real import PROBLEMS, REAL

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("load_catalogue", *arguments, stdout=output)
    return output.getvalue()


def test_it_works(release) -> None:
    assert PROBLEMS == []
    assert release.catalogue() == REAL
    assert release.sha256 == REAL.sha256


def test_a_second_run_does_nothing(release, django_assert_max_num_queries) -> None:
    Likelihood.objects.filter(cause="als", finding="weakness", is_used=True).update(probability=0.5)
    with django_assert_max_num_queries(4):
        assert "Nothing changed" in run()
    assert Release.objects.count() == 1
    assert Likelihood.objects.get(cause="als", finding="weakness", is_used=True).probability == 0.5


def test_replace_puts_the_files_back(release) -> None:
    Likelihood.objects.filter(cause="als", finding="weakness", is_used=True).update(probability=0.5)
    Release.objects.publish(notes="A change.")
    run("--replace")
    assert [r.sha256 == release.sha256 for r in Release.objects.order_by("number")] == [True, False, True]


def test_a_folder_with_problems_changes_nothing(release, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DATA_FOLDER, tmp_path / "data"))
    (folder / "drugs.csv").unlink()
    with pytest.raises(CommandError, match=r"drugs\.csv, file: is missing"):
        run(str(folder), "--replace")
    assert Drug.objects.exists()


def test_a_text_that_does_not_fit_changes_nothing(release, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DATA_FOLDER, tmp_path / "data"))
    with (folder / "drinks.csv").open("a", encoding="utf-8") as lines:
        lines.write(f"long,{'x' * 130},80,\n")
    with pytest.raises(CommandError, match="at most 120 characters"):
        run(str(folder), "--replace")
    assert Source.objects.exists()


def test_without_a_release_it_says_what_to_do(release, monkeypatch) -> None:
    monkeypatch.setattr(Release.objects, "current", raise_missing)
    with pytest.raises(CommandError, match="check and publish it in the admin"):
        run()


def raise_missing() -> Release:
    raise Release.DoesNotExist


def test_export_prints_the_release(release) -> None:
    output = io.StringIO()
    call_command("export_catalogue", stdout=output)
    assert from_json(output.getvalue()) == release.catalogue()


def test_the_order_of_the_files_is_kept(release) -> None:
    assert list(Cause.objects.values_list("slug", flat=True)) == [c.slug for c in REAL.causes]
    assert list(Finding.objects.values_list("slug", flat=True)) == [f.slug for f in REAL.findings]
