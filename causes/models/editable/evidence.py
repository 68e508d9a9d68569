"""The figures that the ranking rests on: likelihoods, base rates and what is behind them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from causes.models.editable.base import PROBABILITY, Graded, Ordered, Slugged
from causes.models.editable.knowledge import Cause
from causes.models.editable.questionnaire import Finding, Presentation


class Setting(Slugged):
    name = models.CharField(
        _("name"),
        max_length=100,
        help_text=_("Where patients are seen, as in “primary care”. Base rates differ between settings."),
    )

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("setting")
        verbose_name_plural = _("settings")

    def __str__(self) -> str:
        return self.name


class Likelihood(Graded, Ordered):
    cause = models.ForeignKey(
        Cause,
        models.CASCADE,
        verbose_name=_("cause"),
        null=True,
        blank=True,
        related_name="likelihoods",
        help_text=_("Empty: the background rate in comparable people without the cause."),
    )
    finding = models.ForeignKey(
        Finding,
        models.CASCADE,
        verbose_name=_("finding"),
        related_name="likelihoods",
        help_text=_("How often this is found. Each finding needs a background rate too."),
    )
    option = models.CharField(
        _("option"),
        max_length=80,
        blank=True,
        help_text=_("Empty for yes/no; the option's value for a choice; “mean” or “sd” for a number."),
    )
    probability = models.FloatField(
        _("probability"), help_text=_("Between 0 and 1; for mean and sd, in the finding's unit.")
    )
    affected = models.PositiveIntegerField(
        _("affected"), null=True, blank=True, help_text=_("How many had it, where the source counted.")
    )
    total = models.PositiveIntegerField(_("total"), null=True, blank=True, help_text=_("Of how many."))
    population = models.CharField(
        _("population"),
        max_length=500,
        blank=True,
        help_text=_("Whom the source counted, and where. Other people, another figure."),
    )
    design = models.CharField(
        _("design"), max_length=60, blank=True, help_text=_("How they were counted: cohort, case reports, guideline.")
    )
    note = models.TextField(_("note"), blank=True, help_text=_("How the figure was read or worked out."))
    is_used = models.BooleanField(
        _("used in the ranking"), default=True, help_text=_("One row of a cell is used; others stand beside it.")
    )
    is_pooled = models.BooleanField(
        _("pooled with the used row"),
        default=False,
        help_text=_("Only for another counted study of the same kind of people, of whom none is counted twice."),
    )

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("likelihood")
        verbose_name_plural = _("likelihoods")
        constraints = [
            models.UniqueConstraint(
                fields=["cause", "finding", "option"],
                condition=Q(is_used=True, cause__isnull=False),
                name="likelihood_one_used_a_cell",
                violation_error_message=_("Another row of this cell is already used."),
            ),
            models.UniqueConstraint(
                fields=["finding", "option"],
                condition=Q(is_used=True, cause__isnull=True),
                name="likelihood_one_used_background",
                violation_error_message=_("Another background row of this finding is already used."),
            ),
            models.CheckConstraint(
                condition=Q(probability__gte=0) & (Q(option__in=["mean", "sd"]) | Q(probability__lte=1)),
                name="likelihood_probability_0_to_1",
                violation_error_message=_("A probability is between 0 and 1."),
            ),
            models.CheckConstraint(
                condition=Q(affected__isnull=True) | Q(affected__lte=F("total")),
                name="likelihood_affected_within_total",
                violation_error_message=_("More patients affected than counted."),
            ),
            models.CheckConstraint(
                condition=Q(grade="D") | Q(source__isnull=False),
                name="likelihood_source_or_grade_d",
                violation_error_message=_("Without a source the grade can only be D."),
            ),
            models.CheckConstraint(
                condition=Q(is_pooled=False) | Q(is_used=False, affected__isnull=False),
                name="likelihood_pooled_is_counted_and_not_used",
                violation_error_message=_("Only a counted row beside the used one can be pooled with it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.option} | {self.cause_id or 'background'}".replace("  ", " ")


class Pretest(Graded, Ordered):
    setting = models.ForeignKey(
        Setting,
        models.CASCADE,
        verbose_name=_("setting"),
        related_name="+",
        help_text=_("Where the patients are seen."),
    )
    presentation = models.ForeignKey(
        Presentation,
        models.CASCADE,
        verbose_name=_("presenting complaint"),
        related_name="+",
        help_text=_("What brings them."),
    )
    cause = models.ForeignKey(
        Cause,
        models.CASCADE,
        verbose_name=_("cause"),
        null=True,
        blank=True,
        related_name="pretests",
        help_text=_("Empty: none of these causes."),
    )
    share = models.FloatField(
        _("share"), validators=PROBABILITY, help_text=_("The shares of one setting and complaint add up to 1.")
    )
    note = models.TextField(_("note"), blank=True, help_text=_("How the share was worked out."))

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("base rate")
        verbose_name_plural = _("base rates")
        constraints = [
            models.UniqueConstraint(
                fields=["setting", "presentation", "cause"],
                name="pretest_once",
                violation_error_message=_("There is a base rate of this cause for this setting and complaint already."),
            ),
            models.UniqueConstraint(
                fields=["setting", "presentation"],
                condition=Q(cause__isnull=True),
                name="pretest_other_once",
                violation_error_message=_(
                    "There is a base rate of “none of these causes” for this setting and complaint already."
                ),
            ),
            models.CheckConstraint(
                condition=Q(share__gte=0, share__lte=1),
                name="pretest_share_0_to_1",
                violation_error_message=_("A share is between 0 and 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.setting_id}, {self.presentation_id}: {self.cause_id or 'other'}"


class Epidemiology(Graded, Ordered):
    cause = models.ForeignKey(
        Cause, models.CASCADE, verbose_name=_("cause"), related_name="epidemiology", help_text=_("What is counted.")
    )
    setting = models.CharField(
        _("setting"),
        max_length=80,
        blank=True,
        help_text=_("Where, in the source's words. Empty: the whole population."),
    )
    presentation = models.CharField(
        _("presenting complaint"),
        max_length=80,
        blank=True,
        help_text=_("With which complaint, in the source's words. Empty: any."),
    )
    age_band = models.CharField(
        _("age band"), max_length=40, blank=True, help_text=_("As in “60-69”. Empty: all ages.")
    )
    sex = models.CharField(_("sex"), max_length=20, blank=True, help_text=_("Empty: both."))
    value = models.FloatField(_("value"), help_text=_("The figure, in the unit below."))
    unit = models.CharField(_("unit"), max_length=120, help_text=_("Of what, as in “per 100,000 a year”."))
    note = models.TextField(_("note"), blank=True, help_text=_("How the figure was read or worked out."))

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("epidemiological figure")
        verbose_name_plural = _("epidemiological figures")

    def __str__(self) -> str:
        return f"{self.cause_id}: {self.value:g} {self.unit}"
