from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from causes.catalogue.translating import missing_texts
from causes.data_files import read_catalogue
from causes.models.compilation import working_copy


class Command(BaseCommand):
    help = "List what patients read and is not translated, or was changed since. Fails when there is anything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("languages", nargs="*", help="such as “es”; all that patients can choose if none is named")
        parser.add_argument("--folder", type=Path, help="of a catalogue's CSV files, instead of the working copy")

    def handle(self, *args: Any, **options: Any) -> None:
        catalogue = read_catalogue(options["folder"])[0] if options["folder"] else working_copy()
        languages = options["languages"] or [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        count = 0
        for language in languages:
            for text, state in missing_texts(catalogue, language):
                count += 1
                self.stdout.write(f"{language}: {text.table}, {text.key}, {text.field}: {state}: {text.text}")
        if count:
            raise CommandError(f"{count} texts are not translated or out of date.")
        self.stdout.write(f"Everything that patients read is translated: {', '.join(languages)}.")
