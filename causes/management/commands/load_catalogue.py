from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from causes.data_files import DATA_FOLDER, read_catalogue
from causes.models import Release, Source, ensure_roles
from causes.models.loading import replace_working_copy


class Command(BaseCommand):
    help = "Load the catalogue's CSV files and publish them as a release. Does nothing where a catalogue is in use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=DATA_FOLDER)
        parser.add_argument("--replace", action="store_true", help="replace the working copy, edits included")

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_roles()
        if Source.objects.exists() and not options["replace"]:
            release = self.current()
            self.stdout.write(f"The catalogue is loaded: {release}. Nothing changed.")
            return
        catalogue, problems = read_catalogue(options["folder"])
        if problems:
            raise CommandError("\n".join([f"{len(problems)} problems, nothing was loaded:", *map(str, problems)]))
        try:
            with transaction.atomic():
                replace_working_copy(catalogue)
                release = Release.objects.publish(notes="Loaded from files.")
        except ValidationError as error:
            raise CommandError("\n".join(["Nothing was loaded:", *error.messages])) from error
        self.stdout.write(f"Loaded {len(catalogue.causes)} causes and {len(catalogue.findings)} findings: {release}.")

    def current(self) -> Release:
        try:
            return Release.objects.current()
        except Release.DoesNotExist:
            message = "The catalogue has records but no release: check and publish it in the admin, or use --replace."
            raise CommandError(message) from None
