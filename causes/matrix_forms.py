"""The forms of the matrix: what to show of it, and all rows of one cell together."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes import words
from causes.admin_forms import reason_field
from causes.catalogue import BACKGROUND
from causes.forms import LikelihoodForm
from causes.matrix.grid import MEAN, SD
from causes.models import Cause, Finding, Likelihood, Source
from causes.models.editable import Grade, Reporter
from causes.validation import cell_defects

ANY = ("", gettext_lazy("All"))
# After a source's title, its slug.
_SLUG = re.compile(r"\[([-\w]+)\]\s*$")


class MatrixFilterForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("Finding"), required=False, max_length=100)
    section = forms.ChoiceField(label=gettext_lazy("Topic"), required=False)
    reported_by = forms.ChoiceField(label=gettext_lazy("Reported by"), required=False, choices=[ANY, *Reporter.choices])
    group = forms.ChoiceField(label=gettext_lazy("Group of causes"), required=False)
    grade = forms.ChoiceField(label=gettext_lazy("Grade"), required=False, choices=[ANY, *Grade.choices])
    source = forms.CharField(
        label=gettext_lazy("Source"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Title, PMID or DOI")}),
    )
    gaps = forms.BooleanField(label=gettext_lazy("Gaps only"), required=False)
    uncited = forms.BooleanField(label=gettext_lazy("Uncited only"), required=False)

    def __init__(self, data: QueryDict, sections: list[tuple[str, str]], groups: list[str]) -> None:
        super().__init__(data, auto_id="filter_%s", label_suffix="")
        self._choices("section").choices = [ANY, *sections]
        self._choices("group").choices = [ANY, *((group, group) for group in groups)]

    def _choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field


@dataclass(frozen=True)
class MatrixCell:
    """A finding in people with a cause, or without (None): all its rows, used or beside the used one."""

    cause: Cause | None
    finding: Finding

    @property
    def slug(self) -> str:
        return self.cause.slug if self.cause else BACKGROUND

    @property
    def cause_name(self) -> str:
        return self.cause.name if self.cause else _("In others (background)")

    @cached_property
    def options(self) -> list[tuple[str, str]]:
        """What a row of the cell can be about, with its label; one empty option where there is but the figure."""
        if self.finding.kind == Finding.Kind.CHOICE:
            return [(option.value, option.label) for option in self.finding.options.all()]
        if self.finding.kind == Finding.Kind.NUMBER:
            return [(MEAN, _("Mean")), (SD, _("Standard deviation"))]
        return [("", "")]

    def rows(self) -> QuerySet[Likelihood]:
        rows = Likelihood.objects.filter(cause=self.cause, finding=self.finding)
        return rows.select_related("source").order_by("option", "-is_used", "order", "id")

    def digest(self) -> str:
        """Another one when somebody changed a row."""
        return hashlib.sha256(repr(list(self.rows().values_list())).encode()).hexdigest()


def source_text(source: Source) -> str:
    """As it is entered: the title for the reader, the slug to tell it from its like."""
    return f"{source} [{source.pk}]"


class SourceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A text with suggestions: of the hundreds of sources a list to scroll through would be slow for everybody."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid_choice": gettext_lazy("There is no such source. Choose one that is offered, or add it to the sources.")
    }

    def prepare_value(self, value: Any) -> Any:
        return source_text(value) if isinstance(value, Source) else value

    def to_python(self, value: Any) -> Any:
        """By its slug, at the end or alone, or by its PMID or DOI."""
        text = str(value or "").strip()
        if found := _SLUG.search(text):
            return super().to_python(found[1])
        known = Source.objects.filter(identifier__iexact=text).first() if text else None
        # An identifier that nobody knows is refused, never read as an empty field.
        return known or super().to_python(text)


class CellRowForm(LikelihoodForm):
    """One row of a cell. Which row is used is settled between the rows: see the formset."""

    class Meta(LikelihoodForm.Meta):
        fields = [
            "option",
            "probability",
            "affected",
            "total",
            "is_used",
            "is_pooled",
            "source",
            "grade",
            "design",
            "population",
            "note",
        ]
        field_classes = {"source": SourceField}
        widgets = {"note": forms.Textarea(attrs={"rows": 2}), "population": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, cell: MatrixCell, source_list: Mapping[str, str], **kwargs: Any) -> None:
        if kwargs.get("instance") is None:
            # Asked for by nobody, a further row would take the used one's place.
            kwargs["initial"] = {"is_used": False, "option": cell.options[0][0], **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.instance.cause, self.instance.finding = cell.cause, cell.finding
        labels = dict(cell.options)
        self.fields["option"].widget = forms.Select(choices=cell.options) if any(labels) else forms.HiddenInput()
        self.fields["option"].help_text = ""
        self.fields["probability"].help_text = _("Between 0 and 1.")
        if cell.finding.kind == Finding.Kind.NUMBER:
            self.fields["probability"].label = _("Figure")
            self.fields["probability"].help_text = cell.finding.unit
        self.fields["source"].widget.attrs |= {"autocomplete": "off", **source_list}
        if self.instance.source:
            self.initial["source"] = self.instance.source

    def clean(self) -> dict[str, Any] | None:
        self.cleaned_data |= {"cause": self.instance.cause, "finding": self.instance.finding}
        return super().clean()

    def _check_is_used(self) -> None:
        pass


class CellFormSet(forms.BaseModelFormSet):  # type: ignore[type-arg]
    """All rows of a cell, one blank for each option without a used row, and a blank one for a further study."""

    def __init__(self, data: QueryDict | None, cell: MatrixCell, may_add: bool, source_list: Mapping[str, str]) -> None:
        self.cell, self.source_list, self.has_further = cell, source_list, may_add
        rows = list(cell.rows())
        used = {row.option for row in rows if row.is_used}
        blanks = [{"option": option, "is_used": True} for option, _label in cell.options if option not in used]
        blanks = [*blanks, {"option": cell.options[0][0]}] if may_add else []
        self.extra = len(blanks)
        super().__init__(data, prefix="rows", queryset=cell.rows(), initial=blanks)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "cell": self.cell, "source_list": self.source_list}

    def _existing_object(self, pk: Any) -> Any:
        # A row of another cell is none of ours: the hidden field then says so instead of a KeyError.
        return {row.pk: row for row in self.get_queryset()}.get(pk)

    def kept(self) -> Iterator[CellRowForm]:
        """The forms that make a row: those that were there, and the blanks that somebody filled in."""
        forms: list[Any] = self.forms
        for number, form in enumerate(forms):
            if form not in self.deleted_forms and (number < self.initial_form_count() or form.has_changed()):
                yield form

    def clean(self) -> None:
        super().clean()
        is_readable = not any(form.errors for form in self.kept())
        used = [f for f in self.kept() if f.cleaned_data.get("is_used") and "option" in f.cleaned_data]
        # A figure that cannot be read is said beside its field; what only follows from it is not.
        figures = [(f.cleaned_data["option"], f.cleaned_data.get("probability") or 0.0) for f in used]
        for defect in cell_defects(self.cell.finding.kind, dict(self.cell.options), figures):
            error = ValidationError(f"{words.capitalised(defect.message)}.", defect.code)
            if defect.code == "used":
                used[defect.place].add_error("is_used", error)
            elif is_readable:
                raise error
        if is_readable and not used and self._has_background():
            raise ValidationError(_("Every finding needs a background rate: use one row."), code="background")

    def _has_background(self) -> bool:
        return self.cell.cause is None and self.cell.rows().filter(is_used=True).exists()

    def save_rows(self) -> None:
        """Inside a transaction. First no row is used: the table allows one, and another may take its place."""
        self.cell.rows().update(is_used=False)
        for form in self.deleted_forms:
            if form.instance.pk:
                form.instance.delete()
        following = 1 + (Likelihood.objects.aggregate(last=Max("order"))["last"] or 0)
        for form in self.kept():
            if form.instance.pk is None:
                form.instance.order = following
                following += 1
            form.save()


class CellReasonForm(forms.Form):
    """``seen`` is the cell that the editor looked at: nobody overwrites what he has not seen."""

    reason = reason_field(is_required=True)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class CellEditor:
    """The rows of a cell and the reason for changing them, as one form."""

    def __init__(
        self, cell: MatrixCell, data: QueryDict | None, source_list: Mapping[str, str], may_add: bool, may_delete: bool
    ) -> None:
        digest = cell.digest()
        self.cell = cell
        self.is_stale = data is not None and data.get("seen") != digest
        factory = forms.modelformset_factory(
            Likelihood, form=CellRowForm, formset=CellFormSet, extra=0, can_delete=may_delete
        )
        # Rows that somebody else changed are shown as they are now, for the change to be made again.
        self.rows: Any = factory(None if self.is_stale else data, cell=cell, may_add=may_add, source_list=source_list)
        self.reason = CellReasonForm(data, initial={"seen": digest})
        if self.is_stale:
            self.reason = CellReasonForm(initial={"seen": digest, "reason": data.get("reason", "") if data else ""})

    @property
    def is_refused(self) -> bool:
        """What was sent has faults. Of a cell that is out of date nothing was read."""
        return self.rows.is_bound and not self.is_valid()

    def is_valid(self) -> bool:
        return not self.is_stale and all([self.rows.is_valid(), self.reason.is_valid()])
