"""Which records name another one: in their text, which stays when it is removed, or in a list, which loses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from causes.admin.history import TABLE_OF
from causes.conditions import parse
from causes.models import Finding, RedFlag, Translation


def lists_without(records: list[Model]) -> SafeString:
    """A list of links to the records that have one of these in a list of many: it leaves the list."""
    links = [
        (_address(owner), owner._meta.verbose_name, owner, capfirst(relation.field.verbose_name))
        for record in records
        for relation in _lists_of(type(record))
        for owner in relation.related_model._default_manager.filter(**{relation.field.name: record})
    ]
    return format_html_join("", '<li><a href="{}">{}: {}</a>: {}</li>', links)


def without_list_places(model: type[Model], texts: Iterable[Any]) -> list[Any]:
    """Django's nested list of what goes along, without the places in lists of many: ``lists_without`` names these."""
    names = tuple(f"{capfirst(each.through._meta.verbose_name)}:" for each in _lists_of(model))
    return [
        without_list_places(model, text) if isinstance(text, list) else text
        for text in texts
        if not str(text).startswith(names)
    ]


def _lists_of(model: type[Model]) -> list[Any]:
    relations = model._meta.get_fields(include_hidden=True)
    return [each for each in relations if each.auto_created and each.many_to_many]


def named_in(records: list[Model]) -> SafeString:
    """A list of links; empty when nothing names any of them."""
    found = dict.fromkeys(chain.from_iterable(map(_naming, records)))
    links = [(_address(each), each._meta.verbose_name, each) for each in found if each not in records]
    return format_html_join("", '<li><a href="{}">{}: {}</a></li>', links)


def _naming(record: Model) -> Iterator[Model]:
    yield from Translation.objects.filter(table=TABLE_OF[type(record)], key=record.pk)
    if isinstance(record, Finding):
        for finding in Finding.objects.exclude(ask_if="", implied_if=""):
            if record.pk in _slugs(finding.ask_if) | _slugs(finding.implied_if):
                yield finding
        yield from (flag for flag in RedFlag.objects.all() if record.pk in _slugs(flag.findings))


def _slugs(condition: str) -> set[str]:
    try:
        return {clause.slug for group in parse(condition) for clause in group}
    except ValueError:
        return set()


def _address(record: Model) -> str:
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])
