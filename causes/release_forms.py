"""The forms between the working copy and a release. Each is for what its page showed, and refuses anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes.models import Release

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

WORKING_COPY = "working-copy"


def _text(label: str | StrPromise, is_required: bool = True, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4, "cols": 80})
    return forms.CharField(label=label, widget=widget, max_length=4000, required=is_required, **more)


class SeenForm(forms.Form):
    """``sha256`` is the catalogue that the user looked at: what is done is done to what was reviewed."""

    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, seen: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = seen
        self.initial["sha256"] = seen

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if self.cleaned_data.get("sha256") != self.seen:
            # The hidden field must follow, or the second try would fail as well.
            self.data = {**self.data.dict(), "sha256": self.seen}  # type: ignore[attr-defined]
            raise ValidationError(_("Somebody changed it while you looked at it. Read the page again."), code="stale")
        return data


class ProposeForm(SeenForm):
    """A reason is asked for, and needed, when ``vanished`` patients lose their cannot-miss cause from sight."""

    notes = _text(gettext_lazy("What changed, and why"))
    vanished_reason = _text(
        gettext_lazy("Why it is right that a cannot-miss cause is lost from sight"),
        help_text=gettext_lazy("Whoever approves reads it beside the patients who are lost from sight."),
    )

    def __init__(self, *args: Any, vanished: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if vanished:
            self.fields["vanished_reason"].error_messages["required"] = _(
                "Say why it is right that a cannot-miss cause is lost from sight."
            )
        else:
            del self.fields["vanished_reason"]


class ApproveForm(SeenForm):
    note = _text(gettext_lazy("Note"), is_required=False)


class ReasonForm(forms.Form):
    reason = _text(gettext_lazy("Why"))


class RestoreForm(SeenForm):
    reason = _text(gettext_lazy("Why"))


class CompareForm(forms.Form):
    """Any two releases, or the working copy."""

    before = forms.ChoiceField(label=gettext_lazy("From"))
    after = forms.ChoiceField(label=gettext_lazy("To"))

    def __init__(self, *args: Any, releases: list[Release], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(WORKING_COPY, _("working copy"))]
        choices += [(str(release.number), f"{release}, {release.published_at:%d.%m.%Y}") for release in releases]
        for name in ("before", "after"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
