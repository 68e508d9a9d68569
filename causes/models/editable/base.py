"""What the tables have in common: order, slug, source, grade and the words that they are limited to."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from causes import conditions


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


PROBABILITY = [MinValueValidator(0.0), MaxValueValidator(1.0)]


class Ordered(models.Model):
    order = models.PositiveIntegerField(_("order"), default=0, help_text=_("Lower numbers come first."))

    class Meta:
        abstract = True


class Slugged(Ordered):
    slug = models.SlugField(
        _("slug"),
        max_length=80,
        primary_key=True,
        help_text=_("The permanent key. Answers and releases refer to it, so it never changes."),
    )

    class Meta:
        abstract = True


class Source(Slugged):
    title = models.CharField(_("title"), max_length=500)
    identifier = models.CharField(_("identifier"), max_length=500, help_text=_("PMID:…, DOI:… or an address."))
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    url = models.URLField(_("address"), max_length=700, blank=True)

    class Meta:
        ordering = ["title", "slug"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return f"{self.title} ({self.year})" if self.year else self.title


class Graded(models.Model):
    source = models.ForeignKey(
        Source, models.PROTECT, verbose_name=_("source"), null=True, blank=True, related_name="+"
    )
    grade = models.CharField(_("grade"), max_length=1, choices=Grade.choices, default=Grade.D)

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.grade != Grade.D and not self.source_id:
            raise ValidationError(
                {"source": ValidationError(_("Without a source the grade can only be D."), code="source")}
            )
