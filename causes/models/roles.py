"""Who may do what with the catalogue: four groups, each a set of permissions that an administrator can change."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

EDITOR, APPROVER, TRANSLATOR, VIEWER = "Editors", "Approvers", "Translators", "Viewers"

_VIEW = Q(codename__startswith="view_")
_PERMISSIONS = {
    VIEWER: _VIEW,
    TRANSLATOR: _VIEW | Q(codename__in=["add_translation", "change_translation", "delete_translation"]),
    EDITOR: ~Q(codename="approve_release"),
    APPROVER: _VIEW | Q(codename="approve_release"),
}


def role_permissions(role: str) -> QuerySet[Permission]:
    return Permission.objects.filter(_PERMISSIONS[role], content_type__app_label="causes")


def ensure_roles() -> None:
    """The four groups. One that is there already is left as the administrator has it."""
    there = set(Group.objects.filter(name__in=_PERMISSIONS).values_list("name", flat=True))
    for role in _PERMISSIONS.keys() - there:
        Group.objects.create(name=role).permissions.set(role_permissions(role))
