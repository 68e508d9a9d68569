"""Whatever editors type into the admin's forms, no release with problems comes out.

Edits are made at random through the forms themselves, valid and invalid; what a form refuses is not saved. After each
series the working copy either has problems, which are listed and keep it from being proposed and published, or what is
published from it has none.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, ProtectedError
from django.forms import (
    BaseForm,
    BooleanField,
    ChoiceField,
    DateField,
    Field,
    FloatField,
    IntegerField,
    ModelChoiceField,
    ModelMultipleChoiceField,
)
from django.test import RequestFactory

from causes.catalogue import RECORDS, from_json, to_json
from causes.models import Release
from causes.models.compilation import working_copy
from causes.models.loading import MODELS
from causes.models.publishing import propose
from causes.validation import problems

pytestmark = pytest.mark.django_db
TEXTS = (
    "",
    "plain words",
    "  spaces  ",
    "a|b",
    "one\r\ntwo\r\n\r\nthree",
    "=1+1",
    "x" * 600,
    "nul\x00",
    "_x000D_",
    "\x0b",
    "\u2028",
    "<script>",
    "漢字",
    "tremor+rest-tremor|!weakness",
    "slug>=",
    "course=better",
    "gout",
    "mean",
    "PMID:123",
    "https://example.org/",
    "javascript:alert(1)",
    "OMIM:105400\r\nORPHA:803",
    "Slug_With-Capitals",
    "a-slug",
)
NUMBERS = (
    "",
    "0",
    "-0",
    "1",
    "-1",
    "0.5",
    "0.02",
    "1.5",
    "nan",
    "inf",
    "1e400",
    "1e-320",
    "7",
    "99999999999999999999",
    "x",
)
DATES = ("", "2026-01-31", "2026-02-31", "0001-01-01", "x")


# A translation's form reads the whole catalogue: ten times the work of the others.
WEIGHTS = [1 if table == "translations" else 10 for table in MODELS]


class Editor:
    """At the keyboard, with no idea of medicine."""

    def __init__(self, user: User, seed: int) -> None:
        self.random = random.Random(seed)
        self.request = RequestFactory().get("/admin/")
        self.request.user = user
        self.forms: dict[tuple[type[Model], bool], Any] = {}
        self.done: Counter[str] = Counter()

    def edit(self) -> None:
        model = self.random.choices(list(MODELS.values()), WEIGHTS)[0]
        listed = admin.site.get_model_admin(model)
        number = model._default_manager.count()
        chosen = model._default_manager.order_by("pk")[self.random.randrange(number)] if number else None
        kind = self.random.choices(("change", "add", "part", "delete"), (70, 15, 10, 5))[0]
        if chosen is None or kind == "add":
            self.submit(self.form(listed, None))
        elif kind == "change":
            self.submit(self.form(listed, chosen))
        elif kind == "part":
            self.submit_part(listed, chosen)
        else:
            self.delete(chosen)

    def form(self, listed: Any, instance: Model | None) -> BaseForm:
        key = listed.model, instance is None
        if key not in self.forms:
            self.forms[key] = listed.get_form(self.request, instance, change=instance is not None)
        kind = self.forms[key]
        # A new record is begun as a copy: an empty form is refused at its first field.
        template = instance or listed.model._default_manager.order_by("?").first()
        shown = kind(instance=template) if template else kind()
        data = values_of(shown)
        for name in self.random.sample(list(shown.fields), min(len(shown.fields), self.random.randint(1, 2))):
            self.retype(data, name, shown.fields[name])
        data["reason"] = "Typed at random"
        return kind(data, instance=instance)

    def submit_part(self, listed: Any, instance: Model) -> None:
        """One of the tables on the record's page: a row is changed, ticked for deletion or added."""
        parts = [
            (kind, inline)
            for kind, inline in listed.get_formsets_with_inlines(self.request, instance)
            if inline.has_change_permission(self.request, instance)
        ]
        if not parts:
            self.submit(self.form(listed, instance))
            return
        kind, inline = self.random.choice(parts)
        shown = kind(instance=instance, queryset=inline.get_queryset(self.request))
        forms = shown.forms[: shown.initial_form_count() + 1]
        data: dict[str, Any] = {
            f"{shown.prefix}-TOTAL_FORMS": len(forms),
            f"{shown.prefix}-INITIAL_FORMS": shown.initial_form_count(),
        }
        for form in forms:
            data |= values_of(form)
        if forms:
            form = self.random.choice(forms)
            name = self.random.choice(list(form.fields))
            self.retype(data, form.add_prefix(name), form.fields[name])
        self.submit(kind(data, instance=instance, queryset=inline.get_queryset(self.request)))

    def submit(self, form: Any) -> None:
        if not form.is_valid():
            self.done["refused"] += 1
            return
        with transaction.atomic():
            form.save()
        self.done["saved"] += 1

    def delete(self, instance: Model) -> None:
        try:
            with transaction.atomic():
                instance.delete()
            self.done["deleted"] += 1
        except ProtectedError:
            self.done["protected"] += 1

    def retype(self, data: dict[str, Any], name: str, field: Field) -> None:
        match field:
            case ModelMultipleChoiceField():
                keys = list(field.queryset.values_list("pk", flat=True)[:40])
                data[name] = self.random.sample(keys, min(len(keys), self.random.randint(0, 3)))
            case ModelChoiceField():
                data[name] = self.random.choice([*field.queryset.values_list("pk", flat=True)[:40], "", "no-such"])
            case BooleanField():
                data[name] = "" if data.get(name) else "on"
            case ChoiceField():
                data[name] = self.random.choice([*(value for value, _label in field.choices), "no-such"])
            case FloatField() | IntegerField():
                data[name] = self.random.choice(NUMBERS)
            case DateField():
                data[name] = self.random.choice(DATES)
            case _:
                data[name] = self.random.choice(TEXTS)


def values_of(form: Any) -> dict[str, Any]:
    """What a browser would send back."""
    sent: dict[str, Any] = {}
    for name in form.fields:
        value = form[name].value()
        if isinstance(value, Model):
            value = value.pk
        elif isinstance(value, list | tuple):
            value = [part.pk if isinstance(part, Model) else part for part in value]
        elif isinstance(value, date):
            value = value.isoformat()
        elif isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if value is not None and value is not False:
            sent[form.add_prefix(name)] = value
    return sent


def no_release_with_problems(editor: User, approver: User) -> bool:
    """Whether the working copy could be published."""
    catalogue = working_copy()
    assert from_json(to_json(catalogue)) == catalogue
    if Release.objects.obstacles(catalogue):
        with pytest.raises(ValidationError):
            propose(catalogue, editor, "Edited at random", None, None)  # type: ignore[arg-type]
        with pytest.raises(ValidationError):
            Release.objects.freeze(catalogue, editor, approver, "")
        return False
    release = Release.objects.freeze(catalogue, editor, approver, "")
    assert not problems(from_json(release.document))
    return True


def series(lengths: list[int], editor: User, approver: User, seed: int) -> Iterator[tuple[bool, Counter[str]]]:
    """Each begins with the loaded catalogue."""
    typist = Editor(editor, seed)
    for length in lengths:
        with transaction.atomic():
            for _number in range(length):
                typist.edit()
            yield no_release_with_problems(editor, approver), typist.done
            transaction.set_rollback(True)


def test_some_random_edits_yield_no_release_with_problems(editor, approver, release) -> None:
    found = list(series([1, 2, 120], editor, approver, seed=5))
    done = found[-1][1]
    assert not found[-1][0]
    assert min(done["saved"], done["refused"]) > 10


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_10_000_random_edits_yield_no_release_with_problems(editor, approver, release, seed) -> None:
    """Half of them each, side by side."""
    found = list(series([1, 2, 5, 617] * 8, editor, approver, seed))
    done = found[-1][1]
    assert {is_clean for is_clean, _done in found} == {True, False}
    assert done.total() == 5_000
    assert min(done["saved"], done["refused"], done["deleted"], done["protected"]) > 25


def test_every_table_is_edited() -> None:
    assert set(MODELS) == set(RECORDS)
