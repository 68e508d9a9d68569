import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from causes.evaluation import evaluate, read_cases
from causes.models import Release

COLUMNS = ("top1", "top3", "top5", "mrr", "ece")


class Command(BaseCommand):
    help = "Rank published cases by the current release, and print how often the true cause comes first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.jsonl", help="one case a line")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            catalogue = Release.objects.current().catalogue()
            report = evaluate(catalogue, read_cases(catalogue, path.read_text(encoding="utf-8").splitlines()))
        except Release.DoesNotExist as error:
            raise CommandError(str(error)) from error
        except (OSError, ValueError) as error:
            raise CommandError(f"{path}: {error}") from error
        lines = [json.dumps(report, indent=1)] if options["json"] else list(_table(report))
        self.stdout.write("\n".join(lines))


def _table(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"Release {report['release']}"
    yield f"{'stage':<8} {'n':>4} " + " ".join(f"{name:>6}" for name in COLUMNS) + f" {'recall':>7} {'lane':>5}"
    for stage, figures in report["stages"].items():
        danger = figures["cannot_miss"]
        recall = "–" if danger["recall"] is None else f"{danger['recall']:.3f}"
        numbers = " ".join(f"{figures[name]:>6.3f}" for name in COLUMNS)
        yield f"{stage:<8} {figures['n']:>4} {numbers} {recall:>7} {danger['mean_lane']:>5.1f}"
    yield "recall: cannot-miss causes in their lane or among the first three; lane: its mean length"
    yield ""
    width = max(len(case["id"]) for case in report["cases"])
    for case in report["cases"]:
        top = ", ".join(f"{slug} {probability:.2f}" for slug, probability in case["top"])
        yield f"{case['id']:<{width}} {case['stage']:<8} {case['rank']:>3}  {top}"
