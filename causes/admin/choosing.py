"""Fields that show what was chosen without asking the database again in every row of a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import ForeignKey, Model
from django.http import HttpRequest


class KnownSelect(AutocompleteSelect):
    """Searches as the admin's own field does; the label of what is chosen comes from ``labels``."""

    def __init__(self, *args: Any, labels: Callable[[], Mapping[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.labels = labels

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        for chosen in filter(None, value):
            if label := self.labels().get(str(chosen)):
                options.append(self.create_option(name, chosen, label, True, len(options)))
        return [(None, options, 0)]


class ManyRowsInline(InlineModelAdmin):  # type: ignore[type-arg]
    """One query a table that rows refer to, however many rows there are."""

    extra = 0

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        other: type[Model] = db_field.remote_field.model
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = KnownSelect(db_field, self.admin_site, labels=_labels(request, other))
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if other is not self.parent_model:
            kept = vars(request).setdefault("_choices", {})
            if db_field not in kept:
                kept[db_field] = list(iter(field.choices))
            field.choices = kept[db_field]
        return field


def _labels(request: HttpRequest, model: type[Model]) -> Callable[[], Mapping[str, str]]:
    """Read once a request, when the first field is shown."""
    kept: dict[type[Model], dict[str, str]] = vars(request).setdefault("_labels", {})

    def labels() -> Mapping[str, str]:
        if model not in kept:
            kept[model] = {str(each.pk): str(each) for each in model._default_manager.order_by()}
        return kept[model]

    return labels
