import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic.invitation_mail import Kind, send_all
from clinic.invitations import remindable
from intake.models import Invitation


class Command(BaseCommand):
    help = "Reminds once, by e-mail, patients whose link has been open for some days and still works."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=3, help="Days since the link was e-mailed.")
        parser.add_argument("--address", default=settings.PUBLIC_ADDRESS, help="Where patients find the server.")

    def handle(self, *args: Any, **options: Any) -> None:
        address = options["address"].rstrip("/")
        if not address.startswith(("http://", "https://")):
            raise CommandError("Set PUBLIC_ADDRESS, or give --address https://your.name.")
        if not settings.HAS_EMAIL:
            raise CommandError("Set EMAIL_URL: this server sends no e-mail.")
        if options["days"] < 1:
            raise CommandError("--days must be 1 or more.")
        before = timezone.now() - datetime.timedelta(days=options["days"])
        tally = send_all(remindable(Invitation.objects.all(), before), Kind.REMINDER, address)
        # Numbers only: cron mails what is printed.
        self.stdout.write(f"Reminders sent: {tally.sent}.")
        if tally.failed:
            raise CommandError(f"Reminders not sent, to be tried again next time: {tally.failed}.")
