"""What an editor enters about the Human Phenotype Ontology: terms, diseases, a file of annotations, an acceptance."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes import conditions, hpo, hpoa
from causes.admin_forms import reason_field
from causes.catalogue import Catalogue
from causes.condition_forms import checked
from causes.forms import LikelihoodForm
from causes.hpo_fitting import Fitter, Fitting, LeftOut
from causes.matrix_forms import MatrixCell
from causes.models import Finding, Likelihood, ProposedLikelihood, Source
from causes.models.editable import Grade
from causes.source_lists import named, normalised
from causes.validation import DISEASE, IDENTIFIER, LEAST_OF_GRADE_A

_ADDRESSES = {
    "PMID": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    "OMIM": "https://omim.org/entry/{}",
    "ORPHA": "https://www.orpha.net/en/disease/detail/{}",
}


class FindingForm(forms.ModelForm):  # type: ignore[type-arg]
    """Of the admin. The editor types the term's identifier; its name follows."""

    instance: Finding

    def clean_hpo(self) -> str:
        identifier = hpo.normalised(self.cleaned_data["hpo"])
        if identifier and (message := hpo.fault(identifier)):
            raise ValidationError(f"{message}.", code="hpo")
        term = hpo.term(identifier)
        self.instance.hpo_name = term.name if term else ""
        return identifier

    def clean_ask_if(self) -> str:
        """Of the form, not of the model: an imported table may pass through a circle that its last row resolves."""
        condition: str = self.cleaned_data["ask_if"]
        slug = self.instance.pk or self.cleaned_data.get("slug", "")
        texts = {**dict(Finding.objects.values_list("slug", "ask_if")), slug: condition}
        if slug in conditions.never_met(texts):
            message = _("It would never be asked: the condition waits for its own answer, or for one that does.")
            raise ValidationError(message, code="never")
        return checked(condition)

    def clean_implied_if(self) -> str:
        return checked(self.cleaned_data["implied_if"])

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if self.cleaned_data.get("control") == Finding.Control.QUESTION:
            for name, message in (
                ("question", _("Patients are asked this: write the question.")),
                ("section", _("Patients are asked this: choose the topic that it stands under.")),
            ):
                if name in self.cleaned_data and not self.cleaned_data[name]:
                    self.add_error(name, ValidationError(message, code="asked"))
        return data


class CauseForm(forms.ModelForm):  # type: ignore[type-arg]
    """Of the admin."""

    def clean_identifiers(self) -> str:
        lines = [line.strip() for line in self.cleaned_data["identifiers"].splitlines() if line.strip()]
        if wrong := [line for line in lines if not DISEASE.match(line)]:
            message = _("One a line, as in OMIM:105400 or ORPHA:803. This is none: %(lines)s.")
            raise ValidationError(message, "disease", {"lines": ", ".join(wrong)})
        return "\n".join(dict.fromkeys(lines))


class AnnotationsForm(forms.Form):
    """A file of annotations. The problems of its lines are errors of the file."""

    file = forms.FileField(
        label=gettext_lazy("phenotype.hpoa, also packed (.gz)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".hpoa,.gz,.txt,.tsv"}),
    )

    def __init__(self, *args: Any, catalogue: Catalogue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fitter = Fitter(catalogue)
        self.version = ""
        self.fittings: list[Fitting] = []
        self.left_out: dict[LeftOut, int] = {}

    def clean_file(self) -> UploadedFile[Any]:
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        if (upload.size or 0) > hpoa.MOST_BYTES:
            raise ValidationError(_("At most %(n)s MB.") % {"n": hpoa.MOST_BYTES // 1_000_000}, code="size")
        try:
            found = hpoa.read_annotations(hpoa.lines_of(cast(BinaryIO, upload.file)), self.fitter.causes)
        except ValueError as error:
            raise ValidationError(str(error), code="file") from error
        if found.problems:
            raise ValidationError([ValidationError(text, code="line") for text in _listed(found)])
        self.version = found.version
        self.fittings, left = self.fitter.fit(found.rows)
        others = {LeftOut.OTHER_DISEASE: found.others} if found.others else {}
        self.left_out = others | dict(left)
        return upload


def _listed(found: hpoa.Annotations) -> list[str]:
    further = found.problem_count - len(found.problems)
    return [*found.problems, _("And %(n)s more lines.") % {"n": further}] if further else found.problems


class AcceptForm(LikelihoodForm):
    """The likelihood that a proposal becomes, filled in: the editor may change all but its cell."""

    citation = forms.ChoiceField(
        label=gettext_lazy("Source"), help_text=gettext_lazy("One that is not among the sources yet is added to them.")
    )
    title = forms.CharField(
        label=gettext_lazy("Title of a new source"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("As the article is cited. Left as it is, it says what the annotation says."),
    )
    year = forms.IntegerField(
        label=gettext_lazy("Year of a new source"), required=False, min_value=1800, max_value=2200
    )
    reason = reason_field(is_required=True)

    field_order = ["probability", "affected", "total", "citation", "title", "year", "grade", "design", "population"]

    class Meta(LikelihoodForm.Meta):
        fields = [
            "probability",
            "affected",
            "total",
            "grade",
            "design",
            "population",
            "note",
            "is_used",
            "is_pooled",
        ]
        widgets = {"note": forms.Textarea(attrs={"rows": 3}), "population": forms.TextInput}

    def __init__(self, data: Any, proposal: ProposedLikelihood, cell: MatrixCell) -> None:
        self.proposal, self.cell = proposal, cell
        self.known = named(Source.objects.all())  # type: ignore[arg-type]
        identifiers = citable(proposal)
        is_gap = not cell.rows().filter(is_used=True).exists()
        initial = {**_filled_in(proposal), "is_used": is_gap, "citation": identifiers[0]}
        super().__init__(data, instance=Likelihood(cause=cell.cause, finding=cell.finding), initial=initial)
        field = self.fields["citation"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(identifier, self._label(identifier)) for identifier in identifiers]
        self.initial["title"] = f"{proposal.disease_name} ({identifiers[0]})"

    def _slug_of(self, identifier: str) -> str:
        """Of the source that is there for it, or "" when there is none."""
        found = self.known.get(normalised(identifier)) or self.known.get(_slug(identifier))
        return found[0] if found else ""

    def _label(self, identifier: str) -> str:
        slug = self._slug_of(identifier)
        return f"{identifier}: {Source.objects.get(pk=slug)}" if slug else _("%s (new)") % identifier

    def clean(self) -> dict[str, Any] | None:
        self.cleaned_data |= {"cause": self.cell.cause, "finding": self.cell.finding, "option": ""}
        data = super().clean()
        # A choice that was refused is an error of its own, not a likelihood without a source.
        identifier = self.cleaned_data.get("citation") or self.initial["citation"]
        slug = self._slug_of(identifier)
        self.instance.source = Source.objects.get(pk=slug) if slug else self._new_source(identifier)
        return data

    def _new_source(self, identifier: str) -> Source:
        title = self.cleaned_data.get("title", "").strip()
        if not title:
            self.add_error("title", ValidationError(_("A new source needs a title."), code="title"))
        prefix, _colon, number = identifier.partition(":")
        return Source(
            slug=_slug(identifier),
            title=title,
            identifier=identifier,
            year=self.cleaned_data.get("year"),
            url=_ADDRESSES[prefix].format(number) if prefix in _ADDRESSES else identifier,
            design=Source.Design.ONTOLOGY if prefix in ("OMIM", "ORPHA") else "",
            order=_next_order(Source),
        )

    @transaction.atomic
    def save(self, commit: bool = True) -> Likelihood:
        source = self.instance.source
        assert source is not None
        if source._state.adding:
            source.save(force_insert=True)
        self.instance.order = _next_order(Likelihood)
        saved: Likelihood = super().save(commit)
        return saved


def citable(proposal: ProposedLikelihood) -> list[str]:
    """What the annotation rests on, as far as a source can name it; the disease's own entry comes last."""
    named_there = [each for each in proposal.references if IDENTIFIER.match(each)]
    return list(dict.fromkeys([*named_there, proposal.disease]))


def grade_of(proposal: ProposedLikelihood) -> str:
    if proposal.total is not None:
        return Grade.A if proposal.total >= LEAST_OF_GRADE_A else Grade.B
    return Grade.B if proposal.frequency.endswith("%") else Grade.C


def _filled_in(proposal: ProposedLikelihood) -> dict[str, Any]:
    return {
        "probability": proposal.probability,
        "affected": proposal.affected,
        "total": proposal.total,
        "grade": grade_of(proposal),
        "design": "ontology",
        "population": proposal.disease_name,
        "note": _note(proposal),
        "reason": _("Accepted from the HPO annotations of %(disease)s.") % {"disease": proposal.disease},
    }


def _note(proposal: ProposedLikelihood) -> str:
    """In English, as the catalogue's notes are."""
    term = hpo.term(proposal.hpo)
    frequency, parts = hpoa.CLASSES.get(proposal.frequency), []
    parts.append(f"HPO annotation of {proposal.disease}, phenotype.hpoa {proposal.version}".rstrip())
    parts.append(f"{proposal.hpo} {term.name if term else ''}".rstrip())
    if frequency and frequency.lowest is not None and frequency.highest is not None:
        parts.append(f"{frequency.name} ({span(frequency)}), its middle entered")
    else:
        parts.append(f"frequency {proposal.frequency}")
    if proposal.total is not None and proposal.affected in (0, proposal.total):
        parts.append("(n + 0.5) ÷ (N + 1) entered")
    if len(proposal.references) > 1:
        parts.append(f"references {', '.join(proposal.references)}")
    return "; ".join(parts)


def span(frequency: hpoa.Frequency) -> str:
    """“80–99%” of a class."""
    lowest, highest = f"{frequency.lowest or 0:.0%}", f"{frequency.highest or 0:.0%}"
    return lowest if lowest == highest else f"{lowest.rstrip('%')}–{highest}"


def _slug(identifier: str) -> str:
    return slugify(identifier.replace(":", "-").replace("/", "-").replace(".", "-"))[:80]


def _next_order(model: type[models.Model]) -> int:
    last = model._default_manager.aggregate(last=models.Max("order"))["last"]
    return 0 if last is None else last + 1
