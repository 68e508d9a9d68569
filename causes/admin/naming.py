"""Which records name another one in their text: nothing in the database removes or mends these with it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from causes.admin.history import TABLE_OF
from causes.conditions import parse
from causes.models import Finding, RedFlag, Translation


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
