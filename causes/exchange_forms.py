"""What an import asks for: a file, what it may do, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from tablib import Dataset

from causes.admin_forms import REASON_LENGTH, reason_field
from causes.exchange import document, formats

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

ADD, REPLACE = "add", "replace"


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[("csv", gettext_lazy("CSV, in UTF-8")), ("xlsx", gettext_lazy("XLSX, for a spreadsheet"))],
        initial="csv",
        widget=forms.RadioSelect,
    )


class UploadForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("File"), max_length=200)
    reason = reason_field(is_required=True)

    content: bytes

    def clean_reason(self) -> str:
        return str(self.cleaned_data["reason"])[:REASON_LENGTH]

    def uploaded(self, most_bytes: int) -> bytes:
        """Raises ValidationError before more is read than may be."""
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        if (upload.size or 0) > most_bytes:
            raise ValidationError(_("The file is larger than %(most)s MB."), "size", {"most": most_bytes // 1_000_000})
        content: bytes = upload.read()
        return content


class TableUploadForm(UploadForm):
    mode = forms.ChoiceField(
        label=gettext_lazy("What the file does"),
        choices=[
            (ADD, gettext_lazy("Changes and adds rows. Every other row stays as it is.")),
            (REPLACE, gettext_lazy("Is the whole table, in this order. Rows that it does not have are removed.")),
        ],
        initial=ADD,
        widget=forms.RadioSelect,
    )
    field_order = ["file", "mode", "reason"]

    dataset: Dataset
    extension: str

    def __init__(self, *args: Any, may_remove: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_remove:
            self.fields["mode"].choices = self.fields["mode"].choices[:1]  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile[Any]:
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        self.extension = (upload.name or "").rpartition(".")[2].lower()
        if self.extension not in formats.FORMATS:
            raise ValidationError(_("Only .csv and .xlsx files are read."), code="extension")
        self.content = self.uploaded(formats.MOST_BYTES)
        self.dataset = formats.read(self.content, self.extension)
        return upload


class DocumentUploadForm(UploadForm):
    def clean_file(self) -> UploadedFile[Any]:
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        self.content = self.uploaded(document.MOST_BYTES)
        return upload
