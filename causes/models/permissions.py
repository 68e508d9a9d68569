from django.contrib.auth.models import Permission
from django.db.models import QuerySet


def editor_permissions() -> QuerySet[Permission]:
    """What an editor may do: change every table of the catalogue, and check and publish it."""
    return Permission.objects.filter(content_type__app_label="causes")
