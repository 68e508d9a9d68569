import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from causes.evaluation import SPLITS, read_cases
from causes.models import Release
from intake.evaluation import evaluate
from intake.panel import FURTHER, PUBLISHED


class Command(BaseCommand):
    help = "Take the published patients through the questionnaire: how much it asks, and what the ranking loses by it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--split", choices=SPLITS, help="only the patients of this part; all without it")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            catalogue = Release.objects.current().catalogue()
        except Release.DoesNotExist as error:
            raise CommandError(str(error)) from error
        lines = (line for path in (PUBLISHED, FURTHER) for line in path.read_text(encoding="utf-8").splitlines())
        cases = [case for case in read_cases(catalogue, lines) if options["split"] in (None, case.split)]
        report = evaluate(catalogue, cases)
        self.stdout.write(json.dumps(report, indent=1) if options["json"] else "\n".join(_table(report)))


def _table(report: Mapping[str, Any]) -> Iterator[str]:
    questions = report["questions"]
    yield f"Release {report['release']}, {report['n']} patients"
    yield (
        f"questions: median {questions['median']:.0f}, nine in ten at most {questions['ninth_decile']:.0f}, "
        f"most {questions['most']}, under 45 in {questions['under_45']:.1%}"
    )
    yield (
        f"  of these {report['lists']:.1f} are lists to tick; with each of their ticks counted, "
        f"{report['items']:.0f} (median); pages opened again: {report['returns']:.1f}"
    )
    yield f"whole form: median {report['whole_form']['median']:.0f}"
    yield f"same first cause as the whole form: {report['same_first']:.1%}"
    yield f"same first three, as a set: {report['same_three']:.1%}"
    yield ""
    width = max(len(case["id"]) for case in report["cases"])
    for case in report["cases"]:
        mark = "" if case["same_first"] else "  another first cause"
        yield f"{case['id']:<{width}} {case['questions']:>3} questions, {case['items']:>3} things{mark}"
