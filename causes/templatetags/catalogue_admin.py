from __future__ import annotations

from typing import Any

from django import template

from causes.models import Release
from causes.models.compilation import working_copy
from causes.models.publishing import open_proposal

register = template.Library()


@register.inclusion_tag("admin/causes/_working_copy.html", takes_context=True)
def working_copy_state(context: dict[str, Any]) -> dict[str, Any]:
    """Whether there is something to propose, and what waits for whom; for those who may see releases."""
    user = context["request"].user
    if not user.has_perm("causes.view_release"):
        return {"is_told": False}
    current, waiting = Release.objects.usable().first(), open_proposal()
    return {
        "is_told": True,
        "current": current,
        "is_changed": current is None or current.sha256 != working_copy().sha256,
        "waiting": waiting,
        "may_propose": user.has_perm("causes.propose_release"),
        "may_approve": waiting is not None and waiting.author != user and user.has_perm("causes.approve_release"),
    }
