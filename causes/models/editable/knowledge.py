"""Causes and what is known about them: treatments, tests, facts, drugs, red flags."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from causes.models.editable.base import PROBABILITY, Graded, Ordered, Slugged, Source, Urgency, validate_clauses
from causes.models.editable.questionnaire import Burden, Finding, Presentation


class Cause(Slugged):
    name = models.CharField(
        _("name"),
        max_length=200,
        help_text=_("As clinicians and editors read it. Patients read it only on a sheet that names it."),
    )
    group = models.CharField(
        _("group"), max_length=80, help_text=_("Causes of one group stand together, as in “drugs and substances”.")
    )
    urgency = models.CharField(
        _("urgency"),
        max_length=10,
        choices=Urgency.choices,
        help_text=_("How soon a patient with this cause should be seen."),
    )
    is_cannot_miss = models.BooleanField(
        _("cannot miss"),
        default=False,
        help_text=_("Missing it would do serious harm: it stays in sight even when it is unlikely."),
    )
    cannot_miss_threshold = models.FloatField(
        _("cannot-miss threshold"),
        default=0.02,
        validators=PROBABILITY,
        help_text=_("At or above this probability the cause stays in sight whatever its rank."),
    )
    summary = models.TextField(_("summary"), blank=True, help_text=_("One or two sentences for clinicians."))
    is_in_source_article = models.BooleanField(
        _("named by the source article"),
        default=False,
        help_text=_("The article that the first catalogue was made from names it."),
    )
    is_benign = models.BooleanField(
        _("benign"),
        default=False,
        help_text=_("Harmless once it is the conclusion. Only such a cause can make the picture benign."),
    )
    benign_requires = models.ManyToManyField(
        Finding,
        verbose_name=_("absent before it is called benign"),
        blank=True,
        related_name="+",
        help_text=_("Yes or no findings. Each must be known to be absent; one that was not checked stands in the way."),
    )
    identifiers = models.TextField(
        _("identifiers elsewhere"),
        blank=True,
        help_text=_("Of the diseases that it stands for, one a line: OMIM:105400, ORPHA:803."),
    )

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("cause")
        verbose_name_plural = _("causes")
        constraints = [
            models.CheckConstraint(
                condition=Q(cannot_miss_threshold__gte=0, cannot_miss_threshold__lte=1),
                name="cause_threshold_0_to_1",
                violation_error_message=_("A threshold is between 0 and 1."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class PatientAdvice(Graded, Ordered):
    cause = models.OneToOneField(
        Cause,
        models.CASCADE,
        verbose_name=_("cause"),
        related_name="patient_advice",
        help_text=_("The cause that the sheet is about. Each has one advice at most."),
    )
    explanation = models.TextField(
        _("explanation"),
        help_text=_("One to three short sentences to the patient (“You have …”), for a reading age of about 11."),
    )
    self_care = models.TextField(
        _("what to do yourself"), blank=True, help_text=_("One piece of advice a line, to the patient.")
    )
    recheck_weeks = models.PositiveSmallIntegerField(
        _("recheck after, weeks"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(104)],
        help_text=_("Proposed as the review date. Empty: no date is proposed."),
    )
    recheck_source = models.ForeignKey(
        Source,
        models.PROTECT,
        verbose_name=_("source of the recheck"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: an expert's choice; say so in the note."),
    )
    recheck_note = models.CharField(
        _("note on the recheck"),
        max_length=300,
        blank=True,
        help_text=_("Why after this time, for editors; patients do not read it."),
    )

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("advice to patients")
        verbose_name_plural = _("advice to patients")
        constraints = [
            models.CheckConstraint(
                condition=Q(recheck_weeks__isnull=True) | Q(recheck_weeks__gte=1, recheck_weeks__lte=104),
                name="patient_advice_recheck_1_to_104",
                violation_error_message=_("A recheck is after 1 to 104 weeks."),
            )
        ]

    def __str__(self) -> str:
        return str(self.cause_id)


class Drug(Slugged):
    name = models.CharField(_("name"), max_length=120, help_text=_("The generic name."))
    brands = models.TextField(_("brand names"), blank=True, help_text=_("One a line."))
    atc = models.CharField(
        _("ATC code"),
        max_length=20,
        blank=True,
        help_text=_("Of the World Health Organization's list, as in N03AG01. Empty when it has none."),
    )
    drug_class = models.CharField(
        _("class"), max_length=120, blank=True, help_text=_("What kind of drug it is, as in “beta-agonist”.")
    )

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("drug")
        verbose_name_plural = _("drugs")

    def __str__(self) -> str:
        return self.name


class DrugEffect(Graded, Ordered):
    drug = models.ForeignKey(
        Drug, models.CASCADE, related_name="effects", verbose_name=_("drug"), help_text=_("Which drug does it.")
    )
    effect = models.CharField(_("effect"), max_length=40, help_text=_("What the drug can bring on, as in “tremor”."))
    finding = models.ForeignKey(
        Finding,
        models.PROTECT,
        verbose_name=_("finding"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The finding that taking this drug implies."),
    )
    frequency = models.CharField(
        _("frequency"), max_length=200, blank=True, help_text=_("How often, as the source says it.")
    )
    mechanism = models.TextField(_("mechanism"), blank=True, help_text=_("How it comes about."))
    advice = models.TextField(_("advice"), blank=True, help_text=_("What a clinician can do about it."))
    is_in_source_article = models.BooleanField(
        _("named by the source article"),
        default=False,
        help_text=_("The article that the first catalogue was made from names it."),
    )

    class Meta:
        ordering = ["drug", "order", "id"]
        verbose_name = _("drug effect")
        verbose_name_plural = _("drug effects")

    def __str__(self) -> str:
        return f"{self.drug_id}: {self.effect}"


class Treatment(Graded, Ordered):
    cause = models.ForeignKey(
        Cause, models.CASCADE, verbose_name=_("cause"), related_name="treatments", help_text=_("What is treated.")
    )
    name = models.CharField(_("name"), max_length=300, help_text=_("The drug or procedure, as clinicians call it."))
    kind = models.CharField(_("kind"), max_length=40, blank=True, help_text=_("As in “drug”, “surgery” or “device”."))
    line = models.CharField(
        _("line"), max_length=40, blank=True, help_text=_("When it is tried: first, second, and so on.")
    )
    status = models.CharField(
        _("approval status"),
        max_length=60,
        blank=True,
        help_text=_("Whether authorities have approved it for this use."),
    )
    role = models.TextField(_("mechanism or role"), blank=True, help_text=_("How it works, or what it is for."))
    cautions = models.TextField(_("cautions"), blank=True, help_text=_("What to look out for before and during it."))
    is_in_source_article = models.BooleanField(
        _("named by the source article"),
        default=False,
        help_text=_("The article that the first catalogue was made from names it."),
    )

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("treatment")
        verbose_name_plural = _("treatments")

    def __str__(self) -> str:
        return f"{self.cause_id}: {self.name}"


class Investigation(Graded, Ordered):
    cause = models.ForeignKey(
        Cause,
        models.CASCADE,
        verbose_name=_("cause"),
        related_name="investigations",
        help_text=_("What the test looks for."),
    )
    name = models.CharField(_("name"), max_length=300, help_text=_("The test, as it is ordered."))
    shows = models.TextField(_("what it shows"), blank=True, help_text=_("What is found in patients with the cause."))
    burden = models.ForeignKey(
        Burden,
        models.PROTECT,
        verbose_name=_("burden"),
        null=True,
        related_name="investigations",
        help_text=_("What it costs the patient."),
    )

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("investigation")
        verbose_name_plural = _("investigations")

    def __str__(self) -> str:
        return f"{self.cause_id}: {self.name}"


class RedFlag(Graded, Slugged):
    name = models.CharField(_("name"), max_length=200, help_text=_("As clinicians and editors read it."))
    findings = models.CharField(
        _("findings"),
        max_length=300,
        validators=[validate_clauses],
        help_text=_("All must be present, joined by +, for example “fasciculations+weakness”."),
    )
    urgency = models.CharField(
        _("urgency"),
        max_length=10,
        choices=Urgency.choices,
        help_text=_("How soon a patient in whom it fires should be seen."),
    )
    advice_to_clinician = models.TextField(
        _("advice to the clinician"), help_text=_("What to do and how soon, the action first.")
    )
    advice_to_patient = models.TextField(
        _("advice to the patient"), help_text=_("Names no disease, gives no all-clear.")
    )
    suspected_causes = models.ManyToManyField(
        Cause,
        verbose_name=_("suspected causes"),
        related_name="red_flags",
        help_text=_("It keeps these in sight, however unlikely they are otherwise."),
    )
    warning_sign = models.CharField(
        _("warning sign"),
        max_length=160,
        blank=True,
        help_text=_(
            "What the patient is told to come back for, in plain words and without a disease. It goes on after “if”, "
            "as in “an arm, a leg or a hand gets weaker”. Empty when no patient can notice it."
        ),
    )
    warning_presentations = models.ManyToManyField(
        Presentation,
        verbose_name=_("told to patients with"),
        blank=True,
        related_name="+",
        help_text=_("The presenting complaints with which the warning sign is printed for the patient."),
    )
    is_benign_compatible = models.BooleanField(
        _("fits a benign picture"),
        default=False,
        help_text=_("When it fires, the picture may still be benign. Leave it empty if in doubt."),
    )

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
    kind = models.CharField(_("kind"), max_length=40, help_text=_("What it tells, as in “mechanism” or “prognosis”."))
    statement = models.TextField(_("statement"), help_text=_("One sentence for clinicians."))
    is_in_source_article = models.BooleanField(
        _("named by the source article"),
        default=False,
        help_text=_("The article that the first catalogue was made from says it."),
    )

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("fact")
        verbose_name_plural = _("facts")

    def __str__(self) -> str:
        return self.statement
