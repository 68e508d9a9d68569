"""What the tables have in common: order, slug, source, grade and the words that they are limited to."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from causes import conditions
from causes.validation import IDENTIFIER


class Urgency(models.TextChoices):
    SELF_CARE = "self-care", _("Self-care")
    ROUTINE = "routine", _("Routine")
    SOON = "soon", _("Soon")
    URGENT = "urgent", _("Urgent")
    EMERGENCY = "emergency", _("Emergency")


class Grade(models.TextChoices):
    A = "A", _("A: counted in at least 50 patients")
    B = "B", _("B: a smaller series, a review or a guideline")
    C = "C", _("C: estimated from a source's words")
    D = "D", _("D: expert estimate without a source")


class Reporter(models.TextChoices):
    PATIENT = "patient", _("Patient: symptom")
    HISTORY = "history", _("Patient: history")
    EXAM = "exam", _("Clinician: examination")
    LAB = "lab", _("Blood and genetics")
    ELECTRODIAGNOSTIC = "electrodiagnostic", _("Electrodiagnostic")
    IMAGING = "imaging", _("Imaging")


def validate_condition(text: str) -> None:
    try:
        conditions.parse(text)
    except ValueError as error:
        raise ValidationError(str(error), code="condition") from error


def validate_clauses(text: str) -> None:
    """For a red flag: clauses joined by +, no alternatives."""
    try:
        for part in text.split("+"):
            conditions.parse_clause(part)
    except ValueError as error:
        raise ValidationError(str(error), code="condition") from error


def validate_identifier(text: str) -> None:
    if not IDENTIFIER.match(text):
        raise ValidationError(
            _(
                "Write PMID:12345678, PMCID:PMC123456, DOI:10.1000/xyz, OMIM:105400, ORPHA:803 or an address with https://."
            ),
            code="identifier",
        )


# Several times the longest of the catalogue: more was pasted by mistake.
LONGEST_TEXT = 4_000
PROBABILITY = [MinValueValidator(0.0), MaxValueValidator(1.0)]


class Ordered(models.Model):
    order = models.PositiveIntegerField(_("order"), default=0, help_text=_("Lower numbers come first."))

    class Meta:
        abstract = True

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Browsers end a line with \\r\\n, which not every file brings back: here a line ends with \\n."""
        for name, value in vars(self).items():
            if isinstance(value, str) and "\r" in value:
                setattr(self, name, value.replace("\r\n", "\n").replace("\r", "\n"))
        errors: dict[str, Any] = {}
        try:
            super().clean_fields(exclude)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for field in self._meta.fields:
            if isinstance(field, models.TextField) and field.name not in (exclude or ()) and field.name not in errors:
                errors |= _too_long(field.name, getattr(self, field.name))
        if errors:
            raise ValidationError(errors)

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """A rule of the table that is broken is an error of the field that breaks it, where that was checked."""
        found: dict[str, list[ValidationError]] = {}
        for constraint in self._meta.constraints:
            try:
                constraint.validate(type(self), self, exclude=set(exclude or ()))
            except ValidationError as error:
                names = [name for name in _fields(constraint) if name not in (exclude or ())]
                found.setdefault(next(iter(names), NON_FIELD_ERRORS), []).append(error)
        if found:
            raise ValidationError(found)


def _too_long(name: str, text: str) -> dict[str, ValidationError]:
    if len(text) <= LONGEST_TEXT:
        return {}
    message = _("%(n)s characters are too many: %(most)s at most.")
    return {name: ValidationError(message, "max_length", {"n": len(text), "most": LONGEST_TEXT})}


def _fields(constraint: models.BaseConstraint) -> Iterator[str]:
    """The likeliest first: of what must be unique, what tells it from its neighbours comes last."""
    if isinstance(constraint, models.UniqueConstraint):
        yield from reversed(constraint.fields)
    if isinstance(constraint, models.CheckConstraint):
        yield from _names(constraint.condition)


def _names(condition: Any) -> Iterator[str]:
    for child in condition.children if isinstance(condition, models.Q) else ():
        if isinstance(child, tuple):
            yield child[0].partition("__")[0]
        else:
            yield from _names(child)


class Slugged(Ordered):
    slug = models.SlugField(
        _("permanent key"),
        max_length=80,
        primary_key=True,
        help_text=_("The permanent key. Answers and releases refer to it, so it never changes."),
    )

    class Meta:
        abstract = True


class Source(Slugged):
    class Design(models.TextChoices):
        META_ANALYSIS = "meta-analysis", _("Meta-analysis")
        PROSPECTIVE = "prospective cohort", _("Prospective cohort")
        RETROSPECTIVE = "retrospective series", _("Retrospective series")
        COHORT = "cohort", _("Cohort")
        CASE_CONTROL = "case-control", _("Case-control study")
        CROSS_SECTIONAL = "cross-sectional", _("Cross-sectional study")
        CASE_REPORTS = "case reports", _("Case reports")
        GUIDELINE = "guideline", _("Guideline")
        REVIEW = "review", _("Review")
        ONTOLOGY = "ontology", _("Ontology or database")
        OTHER = "other", _("Other")

    title = models.CharField(
        _("title"), max_length=500, help_text=_("Of the article, guideline or page, as it is cited.")
    )
    identifier = models.CharField(
        _("identifier"),
        max_length=500,
        blank=True,
        validators=[validate_identifier],
        help_text=_(
            "PMID:12345678, PMCID:PMC123456, DOI:10.1000/xyz, OMIM:105400, ORPHA:803 or an address with https://."
        ),
    )
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True, help_text=_("Of publication."))
    url = models.URLField(_("address"), max_length=700, blank=True, help_text=_("Where it can be read."))
    design = models.CharField(
        _("design"),
        max_length=30,
        choices=Design.choices,
        blank=True,
        help_text=_("How the study was made. It helps to weigh conflicting studies."),
    )
    reviewed_on = models.DateField(
        _("reviewed on"),
        null=True,
        blank=True,
        help_text=_("When somebody last read it against the catalogue. When the next review is due is a threshold."),
    )

    class Meta:
        ordering = ["title", "slug"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return f"{self.title} ({self.year})" if self.year else self.title


class Graded(models.Model):
    source = models.ForeignKey(
        Source,
        models.PROTECT,
        verbose_name=_("source"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("What it rests on. Empty: an expert's estimate, grade D."),
    )
    grade = models.CharField(
        _("grade"),
        max_length=1,
        choices=Grade.choices,
        default=Grade.D,
        help_text=_("How far it can be trusted. Without a source it is D."),
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.grade != Grade.D and not self.source_id:
            raise ValidationError(
                {"source": ValidationError(_("Without a source the grade can only be D."), code="source")}
            )
