from django.contrib.auth.models import Permission
from django.db.models import QuerySet


def editor_permissions() -> QuerySet[Permission]:
    """What an editor of the catalogue may do: everything in this app, publishing included."""
    return Permission.objects.filter(content_type__app_label="causes")
