from __future__ import annotations

from typing import Any

from django import template

from causes.models import Release
from causes.models.compilation import working_copy

register = template.Library()


@register.inclusion_tag("admin/causes/_working_copy.html", takes_context=True)
def working_copy_state(context: dict[str, Any]) -> dict[str, Any]:
    """Whether there is something to publish, for those who may."""
    if not context["request"].user.has_perm("causes.propose_release"):
        return {"may_publish": False}
    current = Release.objects.defer("document").first()
    return {
        "may_publish": True,
        "current": current,
        "is_changed": current is None or current.sha256 != working_copy().sha256,
    }
