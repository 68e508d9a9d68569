from typing import Any

from django.core.management.base import BaseCommand, CommandError

from causes.catalogue import to_json
from causes.models import Release


class Command(BaseCommand):
    help = "Print the current release's document as JSON."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            release = Release.objects.current()
        except Release.DoesNotExist as error:
            raise CommandError(str(error)) from error
        self.stdout.write(to_json(release.catalogue()))
