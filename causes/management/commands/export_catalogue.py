import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from causes.catalogue import to_json
from causes.catalogue.schema import schema
from causes.models import Release
from causes.models.compilation import working_copy


class Command(BaseCommand):
    help = "Print the current release's document as JSON, or the working copy's, or the JSON Schema of both."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--working-copy", action="store_true", help="what the editors have now")
        what.add_argument("--schema", action="store_true", help="the JSON Schema")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["schema"]:
            self.stdout.write(json.dumps(schema(), indent=2))
        elif options["working_copy"]:
            self.stdout.write(to_json(working_copy()))
        else:
            self.stdout.write(to_json(self.release().catalogue()))

    def release(self) -> Release:
        try:
            return Release.objects.current()
        except Release.DoesNotExist as error:
            raise CommandError(str(error)) from error
