"""What every form of the catalogue's admin has: a line for the log."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

REASON, SEEN = "reason", "seen"
REASON_LENGTH = 500


def reason_field(is_required: bool) -> forms.CharField:
    text = _("One line for the history: what you changed, and what it rests on.")
    optional = _("One line for the history: what you changed, and what it rests on. It may be left empty here.")
    return forms.CharField(
        label=_("What and why"),
        required=is_required,
        max_length=REASON_LENGTH,
        help_text=text if is_required else optional,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        error_messages={"required": _("Say what you changed and why: this table decides about patients.")},
    )


def reason_of(request: HttpRequest) -> str:
    """As far as the log keeps it. Whether there has to be one is the form's to say."""
    return request.POST.get(REASON, "").strip()[:REASON_LENGTH]


class SeenForm(forms.ModelForm):  # type: ignore[type-arg]
    """Of a record that another person may have saved while its page was open: then it says so before it overwrites."""

    newest_entry = 0  # of its log, as it is now

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        # Shown again, the page has seen what is new.
        self.has_seen = data is None or data.get(SEEN) in (None, str(self.newest_entry))
        if data is not None and not self.has_seen:
            data = data.copy()
            data[SEEN] = str(self.newest_entry)
        super().__init__(data, *args, **kwargs)

    def clean(self) -> dict[str, Any] | None:
        if not self.has_seen:
            message = _(
                "Somebody else has saved this record since you opened it: see its history below. "
                "Nothing of yours is saved yet. Save again to keep what stands here."
            )
            self.add_error(None, forms.ValidationError(message, code="seen"))
        return super().clean()


class ReasonForm(forms.Form):
    """Of a deletion, a list that is edited or an undoing."""

    def __init__(self, *args: Any, is_required: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[REASON] = reason_field(is_required)


class ReasonedFormSet(forms.BaseModelFormSet):  # type: ignore[type-arg]
    """The rows of a list that is edited, with one reason for all of them."""

    is_reason_required = False

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        self.reason_form = ReasonForm(data, is_required=self.is_reason_required)

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            if not field.widget.is_hidden:
                field.widget.attrs["aria-label"] = f"{field.label}: {form.instance}"

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.reason_form.is_valid()])

    def total_error_count(self) -> int:
        return super().total_error_count() + len(self.reason_form.errors)
