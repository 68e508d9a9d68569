import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from causes.catalogue import Catalogue
from causes.evaluation import SPLITS, PublishedCase, evaluate, read_cases
from causes.models import Release

COLUMNS = ("top1", "top3", "top5", "mrr", "ece")


class Command(BaseCommand):
    help = "Rank published cases by the current release, and print how often the true cause comes first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE.jsonl", help="one case a line")
        parser.add_argument("--split", choices=SPLITS, help="only the cases of this part; all without it")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            catalogue = Release.objects.current().catalogue()
        except Release.DoesNotExist as error:
            raise CommandError(str(error)) from error
        cases = [case for path in options["files"] for case in _read(catalogue, path)]
        chosen = [case for case in cases if options["split"] in (None, case.split)]
        if not chosen:
            raise CommandError(f"there are no cases of the part “{options['split']}”")
        report = evaluate(catalogue, chosen)
        lines = [json.dumps(report, indent=1)] if options["json"] else list(_table(report))
        self.stdout.write("\n".join(lines))


def _read(catalogue: Catalogue, path: Path) -> tuple[PublishedCase, ...]:
    try:
        return read_cases(catalogue, path.read_text(encoding="utf-8").splitlines())
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: {error}") from error


def _table(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"Release {report['release']}"
    names = (*COLUMNS, "recall", "lane", "cited")
    yield f"{'stage':<8} {'n':>4} " + " ".join(f"{name:>6}" for name in names)
    for stage, figures in report["stages"].items():
        danger = figures["cannot_miss"]
        recall = "     –" if danger["recall"] is None else f"{danger['recall']:6.3f}"
        numbers = " ".join(f"{figures[name]:6.3f}" for name in COLUMNS)
        cited = figures["evidence"]["cited"]
        yield f"{stage:<8} {figures['n']:>4} {numbers} {recall} {danger['mean_lane']:6.1f} {cited:6.2f}"
    yield "recall: cannot-miss causes in their lane or among the first three; lane: its mean length"
    yield "cited: share of the contributions' weight that rests on rows with a source (grades A to C)"
    yield ""
    width = max(len(case["id"]) for case in report["cases"])
    for case in report["cases"]:
        top = ", ".join(f"{slug} {probability:.2f}" for slug, probability in case["top"])
        yield f"{case['id']:<{width}} {case['stage']:<8} {case['rank']:>3}  {top}"
