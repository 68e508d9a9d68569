"""What a browser would send from a page of the admin."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse


def page_of(instance: Model, action: str = "change") -> str:
    return reverse(f"admin:causes_{instance._meta.model_name}_{action}", args=[instance.pk])


def whole_form(page: Any) -> dict[str, Any]:
    """Of a change form, its inlines' rows included."""
    formsets = [inline.formset for inline in page.context["inline_admin_formsets"]]
    data = values_of(page.context["adminform"].form)
    for formset in formsets:
        for form in [formset.management_form, *formset.initial_forms]:
            data |= values_of(form)
    return data


def values_of(form: Any) -> dict[str, Any]:
    return {form.add_prefix(name): value for name in form.fields if (value := form[name].value()) is not None}


def save(client: Client, instance: Model, reason: str = "A test.", **changed: Any) -> HttpResponse:
    """As its page was, but for what is changed."""
    address = page_of(instance)
    return client.post(address, {**whole_form(client.get(address)), "reason": reason, **changed})
