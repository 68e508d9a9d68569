from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from intake.models import Intake, Practice


class Command(BaseCommand):
    help = "Deletes the answers that were not sent and that nobody has changed for as long as the practice keeps them."

    def handle(self, *args: Any, **options: Any) -> None:
        deleted = sum(_delete_expired(practice) for practice in Practice.objects.all())
        self.stdout.write(f"Drafts deleted: {deleted}.")


@transaction.atomic
def _delete_expired(practice: Practice) -> int:
    expired = Intake.objects.expired(practice)
    keys = list(expired.select_for_update().values_list("pk", flat=True))
    _total, by_model = expired.filter(pk__in=keys).delete()
    return by_model.get(Intake._meta.label, 0)
