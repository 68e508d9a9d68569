from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from causes.exchange.rows import MODEL_OF, OWNERS
from causes.models.loading import MODELS

register = template.Library()


@register.simple_tag(takes_context=True)
def exchange_links(context: dict[str, Any]) -> list[tuple[str, str]]:
    """Of a table's list: its export, filtered as the list is, and its import; the same of what lies within it."""
    return list(_links(context["cl"].model, context["request"]))


def _links(model: Any, request: Any) -> Iterator[tuple[str, str]]:
    for table, kind in MODEL_OF.items():
        if model is not MODELS[OWNERS.get(table, table)]:
            continue
        name, of = kind._meta.verbose_name_plural, kind._meta.model_name
        words = {"table": name} if kind is not model else {}
        if request.user.has_perm(f"causes.view_{of}"):
            label = _("Export %(table)s") % words if words else _("Export")
            yield label, _address("export", table, request.GET.urlencode())
        if request.user.has_perms([f"causes.add_{of}", f"causes.change_{of}"]):
            yield _("Import %(table)s") % words if words else _("Import"), _address("import", table)


def _address(what: str, table: str, filters: str = "") -> str:
    address = reverse(f"admin:causes_exchange_{what}", args=[table])
    return f"{address}?{filters}" if filters else address
