"""The working copy of the catalogue that editors change; a Release freezes it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
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


class Setting(Slugged):
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("setting")
        verbose_name_plural = _("settings")

    def __str__(self) -> str:
        return self.name


class Cluster(Slugged):
    name = models.CharField(_("name"), max_length=100)
    rho = models.FloatField(
        "rho",
        default=0.5,
        validators=PROBABILITY,
        help_text=_("0: findings are independent; 1: k findings together count as one."),
    )

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        constraints = [models.CheckConstraint(condition=Q(rho__gte=0, rho__lte=1), name="cluster_rho_0_to_1")]

    def __str__(self) -> str:
        return self.name


class Section(Slugged):
    title = models.CharField(_("title"), max_length=120)
    intro = models.CharField(_("introduction"), max_length=400, blank=True)

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("topic of the intake form")
        verbose_name_plural = _("topics of the intake form")

    def __str__(self) -> str:
        return self.title


class Finding(Slugged):
    class Kind(models.TextChoices):
        BOOLEAN = "boolean", _("Yes or no")
        CHOICE = "choice", _("One of several options")
        NUMBER = "number", _("Number")

    class Control(models.TextChoices):
        QUESTION = "question", _("Asked as a question")
        DERIVED = "derived", _("Worked out from another answer")
        PROFILE = "profile", _("Age and sex")
        CLINICIAN = "clinician", _("Entered by the clinician")

    name = models.CharField(_("name"), max_length=200)
    reported_by = models.CharField(_("reported by"), max_length=20, choices=Reporter.choices)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.BOOLEAN)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    cluster = models.ForeignKey(
        Cluster, models.PROTECT, verbose_name=_("cluster"), null=True, blank=True, related_name="findings"
    )
    hpo = models.CharField(_("HPO term"), max_length=20, blank=True)
    hpo_name = models.CharField(_("HPO name"), max_length=200, blank=True)
    section = models.ForeignKey(
        Section, models.PROTECT, verbose_name=_("topic"), null=True, blank=True, related_name="findings"
    )
    question = models.CharField(_("question"), max_length=300, blank=True, help_text=_("In the patient's words."))
    help = models.CharField(_("help text"), max_length=500, blank=True)
    why = models.CharField(_("why we ask"), max_length=400, blank=True)
    ask_if = models.CharField(
        _("ask only if"),
        max_length=300,
        blank=True,
        validators=[validate_condition],
        help_text=_("For example “tremor+rest-tremor|!weakness”: + is and, | is or, ! is answered no."),
    )
    control = models.CharField(_("control"), max_length=10, choices=Control.choices, default=Control.QUESTION)

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("finding")
        verbose_name_plural = _("findings")

    def __str__(self) -> str:
        return self.name


class Option(Ordered):
    finding = models.ForeignKey(Finding, models.CASCADE, related_name="options", verbose_name=_("finding"))
    value = models.CharField(_("value"), max_length=80)
    label = models.CharField(_("patient's words"), max_length=200)

    class Meta:
        ordering = ["finding", "order", "id"]
        verbose_name = _("option")
        verbose_name_plural = _("options")
        constraints = [models.UniqueConstraint(fields=["finding", "value"], name="option_once_a_finding")]

    def __str__(self) -> str:
        return self.value


class Presentation(Slugged):
    name = models.CharField(_("name"), max_length=100)
    findings = models.ManyToManyField(
        Finding,
        verbose_name=_("findings"),
        blank=True,
        related_name="+",
        help_text=_("Already part of the base rates, so they contribute nothing more."),
    )

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("presenting complaint")
        verbose_name_plural = _("presenting complaints")

    def __str__(self) -> str:
        return self.name


class Cause(Slugged):
    name = models.CharField(_("name"), max_length=200)
    group = models.CharField(_("group"), max_length=80)
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency.choices)
    is_cannot_miss = models.BooleanField(_("cannot miss"), default=False)
    cannot_miss_threshold = models.FloatField(
        _("cannot-miss threshold"),
        default=0.02,
        validators=PROBABILITY,
        help_text=_("At or above this probability the cause stays in sight whatever its rank."),
    )
    summary = models.TextField(_("summary"), blank=True)
    is_in_source_article = models.BooleanField(_("named by the source article"), default=False)

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("cause")
        verbose_name_plural = _("causes")
        constraints = [
            models.CheckConstraint(
                condition=Q(cannot_miss_threshold__gte=0, cannot_miss_threshold__lte=1),
                name="cause_threshold_0_to_1",
            )
        ]

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
    finding = models.ForeignKey(Finding, models.CASCADE, verbose_name=_("finding"), related_name="likelihoods")
    option = models.CharField(
        _("option"),
        max_length=80,
        blank=True,
        help_text=_("Empty for yes/no; the option's value for a choice; “mean” or “sd” for a number."),
    )
    probability = models.FloatField(
        _("probability"), help_text=_("Between 0 and 1; for mean and sd, in the finding's unit.")
    )
    affected = models.PositiveIntegerField(_("affected"), null=True, blank=True)
    total = models.PositiveIntegerField(_("total"), null=True, blank=True)
    population = models.CharField(_("population"), max_length=500, blank=True)
    design = models.CharField(_("design"), max_length=60, blank=True)
    note = models.TextField(_("note"), blank=True)
    is_used = models.BooleanField(
        _("used in the ranking"), default=True, help_text=_("One row of a cell is used; others stand beside it.")
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
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.option} | {self.cause_id or 'background'}".replace("  ", " ")


class Pretest(Graded, Ordered):
    setting = models.ForeignKey(Setting, models.CASCADE, verbose_name=_("setting"), related_name="+")
    presentation = models.ForeignKey(
        Presentation, models.CASCADE, verbose_name=_("presenting complaint"), related_name="+"
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
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("base rate")
        verbose_name_plural = _("base rates")
        constraints = [
            models.UniqueConstraint(fields=["setting", "presentation", "cause"], name="pretest_once"),
            models.UniqueConstraint(
                fields=["setting", "presentation"], condition=Q(cause__isnull=True), name="pretest_other_once"
            ),
            models.CheckConstraint(condition=Q(share__gte=0, share__lte=1), name="pretest_share_0_to_1"),
        ]

    def __str__(self) -> str:
        return f"{self.setting_id}, {self.presentation_id}: {self.cause_id or 'other'}"


class Epidemiology(Graded, Ordered):
    cause = models.ForeignKey(Cause, models.CASCADE, verbose_name=_("cause"), related_name="epidemiology")
    setting = models.CharField(_("setting"), max_length=80, blank=True)
    presentation = models.CharField(_("presenting complaint"), max_length=80, blank=True)
    age_band = models.CharField(_("age band"), max_length=40, blank=True)
    sex = models.CharField(_("sex"), max_length=20, blank=True)
    value = models.FloatField(_("value"))
    unit = models.CharField(_("unit"), max_length=120)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("epidemiological figure")
        verbose_name_plural = _("epidemiological figures")

    def __str__(self) -> str:
        return f"{self.cause_id}: {self.value:g} {self.unit}"


class Drug(Slugged):
    name = models.CharField(_("name"), max_length=120)
    brands = models.TextField(_("brand names"), blank=True, help_text=_("One a line."))
    atc = models.CharField(_("ATC code"), max_length=20, blank=True)
    drug_class = models.CharField(_("class"), max_length=120, blank=True)

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("drug")
        verbose_name_plural = _("drugs")

    def __str__(self) -> str:
        return self.name


class DrugEffect(Graded, Ordered):
    drug = models.ForeignKey(Drug, models.CASCADE, related_name="effects", verbose_name=_("drug"))
    effect = models.CharField(_("effect"), max_length=40)
    finding = models.ForeignKey(
        Finding,
        models.PROTECT,
        verbose_name=_("finding"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The finding that taking this drug implies."),
    )
    frequency = models.CharField(_("frequency"), max_length=200, blank=True)
    mechanism = models.TextField(_("mechanism"), blank=True)
    advice = models.TextField(_("advice"), blank=True)
    is_in_source_article = models.BooleanField(_("named by the source article"), default=False)

    class Meta:
        ordering = ["drug", "order", "id"]
        verbose_name = _("drug effect")
        verbose_name_plural = _("drug effects")

    def __str__(self) -> str:
        return f"{self.drug_id}: {self.effect}"


class Treatment(Graded, Ordered):
    cause = models.ForeignKey(Cause, models.CASCADE, verbose_name=_("cause"), related_name="treatments")
    name = models.CharField(_("name"), max_length=300)
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    line = models.CharField(_("line"), max_length=40, blank=True)
    status = models.CharField(_("approval status"), max_length=60, blank=True)
    role = models.TextField(_("mechanism or role"), blank=True)
    cautions = models.TextField(_("cautions"), blank=True)
    is_in_source_article = models.BooleanField(_("named by the source article"), default=False)

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("treatment")
        verbose_name_plural = _("treatments")

    def __str__(self) -> str:
        return f"{self.cause_id}: {self.name}"


class Investigation(Graded, Ordered):
    cause = models.ForeignKey(Cause, models.CASCADE, verbose_name=_("cause"), related_name="investigations")
    name = models.CharField(_("name"), max_length=300)
    shows = models.TextField(_("what it shows"), blank=True)
    invasiveness = models.CharField(_("invasiveness"), max_length=40, blank=True)

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("investigation")
        verbose_name_plural = _("investigations")

    def __str__(self) -> str:
        return f"{self.cause_id}: {self.name}"


class RedFlag(Graded, Slugged):
    name = models.CharField(_("name"), max_length=200)
    findings = models.CharField(
        _("findings"),
        max_length=300,
        validators=[validate_clauses],
        help_text=_("All must be present, joined by +, for example “fasciculations+weakness”."),
    )
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency.choices)
    advice_to_clinician = models.TextField(_("advice to the clinician"))
    advice_to_patient = models.TextField(
        _("advice to the patient"), help_text=_("Names no disease, gives no all-clear.")
    )
    suspected_causes = models.ManyToManyField(Cause, verbose_name=_("suspected causes"), related_name="red_flags")

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("red flag")
        verbose_name_plural = _("red flags")

    def __str__(self) -> str:
        return self.name


class Fact(Graded, Ordered):
    cause = models.ForeignKey(
        Cause,
        models.CASCADE,
        verbose_name=_("cause"),
        null=True,
        blank=True,
        related_name="facts",
        help_text=_("Empty: about twitching in general."),
    )
    kind = models.CharField(_("kind"), max_length=40)
    statement = models.TextField(_("statement"))
    is_in_source_article = models.BooleanField(_("named by the source article"), default=False)

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("fact")
        verbose_name_plural = _("facts")

    def __str__(self) -> str:
        return self.statement


class BodyZone(Slugged):
    class View(models.TextChoices):
        FRONT = "front", _("Front")
        BACK = "back", _("Back")
        FACE = "face", _("Face")

    name = models.CharField(_("name"), max_length=80)
    group = models.CharField(_("group"), max_length=40)
    view = models.CharField(_("view"), max_length=10, choices=View.choices)
    region = models.CharField(_("region"), max_length=40, help_text=_("Counted for “widespread”."))
    findings = models.ManyToManyField(Finding, verbose_name=_("implies"), blank=True, related_name="+")
    twitch_findings = models.ManyToManyField(
        Finding, verbose_name=_("implies when it twitches"), blank=True, related_name="+"
    )
    tremor_findings = models.ManyToManyField(
        Finding, verbose_name=_("implies when it shakes"), blank=True, related_name="+"
    )

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("place on the body")
        verbose_name_plural = _("places on the body")

    def __str__(self) -> str:
        return self.name


class Drink(Slugged):
    name = models.CharField(_("name"), max_length=120)
    caffeine_mg = models.FloatField(_("caffeine in mg"), validators=[MinValueValidator(0.0)])
    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("source"), null=True, related_name="+")

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("drink with caffeine")
        verbose_name_plural = _("drinks with caffeine")

    def __str__(self) -> str:
        return self.name


class Parameter(Slugged):
    name = models.CharField(_("name"), max_length=200)
    value = models.FloatField(_("value"))
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    source = models.ForeignKey(
        Source, models.PROTECT, verbose_name=_("source"), null=True, blank=True, related_name="+"
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("threshold")
        verbose_name_plural = _("thresholds")

    def __str__(self) -> str:
        return self.name
