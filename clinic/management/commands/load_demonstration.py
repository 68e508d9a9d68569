from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clinic.demonstration import LOGINS, PASSWORD, PRACTICE_TOKEN, load_demonstration


class Command(BaseCommand):
    help = "Load the demonstration practice and its logins, once, and print them. Refused in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="http://127.0.0.1:8000")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IS_DEVELOPMENT:
            raise CommandError("Demonstration logins have known passwords: they never exist in production.")
        load_demonstration()
        address = options["address"]
        lines = [
            "",
            f"Twitchwise is at   {address}/",
            f"Patients fill in   {address}/intake/p/{PRACTICE_TOKEN}/",
            f"Editors work at    {address}/admin/",
            f"Log in as          {', '.join(login.username for login in LOGINS)} (password: {PASSWORD})",
            "",
        ]
        self.stdout.write("\n".join(lines))
