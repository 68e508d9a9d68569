"""What the patient's form asks, and how it works answers out."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from causes.catalogue.translating import PATIENT_TEXTS
from causes.models.editable.base import PROBABILITY, Ordered, Reporter, Slugged, Source, validate_condition


class Cluster(Slugged):
    name = models.CharField(
        _("name"),
        max_length=100,
        help_text=_(
            "What the findings have in common. Findings of a cluster say much the same and do not count twice."
        ),
    )
    rho = models.FloatField(
        _("overlap"),
        default=0.5,
        validators=PROBABILITY,
        help_text=_("0: findings are independent; 1: k findings together count as one."),
    )

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        constraints = [
            models.CheckConstraint(
                condition=Q(rho__gte=0, rho__lte=1),
                name="cluster_rho_0_to_1",
                violation_error_message=_("The overlap is between 0 and 1."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Section(Slugged):
    title = models.CharField(_("title"), max_length=120, help_text=_("The heading of one page of the patient's form."))
    intro = models.CharField(
        _("introduction"),
        max_length=400,
        blank=True,
        help_text=_("What patients read under the heading, in plain words."),
    )

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("topic of the intake form")
        verbose_name_plural = _("topics of the intake form")

    def __str__(self) -> str:
        return self.title


class Burden(Slugged):
    label = models.CharField(_("label"), max_length=40, help_text=_("Short, as in “blood sample”."))
    description = models.CharField(
        _("description"), max_length=300, help_text=_("What the patient goes through: time, pain, radiation.")
    )
    source = models.ForeignKey(
        Source,
        models.PROTECT,
        verbose_name=_("source"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("What the description rests on."),
    )

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("burden")
        verbose_name_plural = _("burdens")

    def __str__(self) -> str:
        return self.label


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

    name = models.CharField(
        _("name"), max_length=200, help_text=_("Exactly what its likelihoods count, in the clinician's words.")
    )
    reported_by = models.CharField(
        _("reported by"),
        max_length=20,
        choices=Reporter.choices,
        help_text=_("Who finds it out: the patient, or the clinician by which test."),
    )
    kind = models.CharField(
        _("kind"),
        max_length=10,
        choices=Kind.choices,
        default=Kind.BOOLEAN,
        help_text=_("What an answer to it is. It cannot change once there are likelihoods."),
    )
    unit = models.CharField(
        _("unit"), max_length=20, blank=True, help_text=_("Of a number, as in “years”. Empty for the others.")
    )
    cluster = models.ForeignKey(
        Cluster,
        models.PROTECT,
        verbose_name=_("cluster"),
        null=True,
        blank=True,
        related_name="findings",
        help_text=_("Findings that say much the same thing share a cluster, so that they do not count twice."),
    )
    hpo = models.CharField(
        _("HPO term"),
        max_length=20,
        blank=True,
        help_text=_(
            "Its number in the Human Phenotype Ontology, as in HP:0001337: it ties the finding to published figures."
        ),
    )
    hpo_name = models.CharField(
        _("HPO name"), max_length=200, blank=True, help_text=_("The term's own name there, to compare.")
    )
    section = models.ForeignKey(
        Section,
        models.PROTECT,
        verbose_name=_("topic"),
        null=True,
        blank=True,
        related_name="findings",
        help_text=_("The page of the form that asks it. Empty when the patient is not asked."),
    )
    question = models.CharField(_("question"), max_length=300, blank=True, help_text=_("In the patient's words."))
    help = models.CharField(
        _("help text"),
        max_length=500,
        blank=True,
        help_text=_("Stands under the question: an example, or what counts too."),
    )
    why = models.CharField(
        _("why we ask"),
        max_length=400,
        blank=True,
        help_text=_("What the answer helps to do or to check, true and calm."),
    )
    ask_if = models.CharField(
        _("ask only if"),
        max_length=300,
        blank=True,
        validators=[validate_condition],
        help_text=_("For example “tremor+rest-tremor|!weakness”: + is and, | is or, ! is answered no."),
    )
    implied_if = models.CharField(
        _("says nothing more if"),
        max_length=300,
        blank=True,
        validators=[validate_condition],
        help_text=_(
            "When the answer follows from other answers, it must not count twice. “Began before 18” follows from an "
            "age below 18: age<18."
        ),
    )
    control = models.CharField(
        _("how it is answered"),
        max_length=10,
        choices=Control.choices,
        default=Control.QUESTION,
        help_text=_("Where the answer comes from. Only a question needs a topic and wording."),
    )
    burden = models.ForeignKey(
        Burden,
        models.PROTECT,
        verbose_name=_("burden"),
        null=True,
        related_name="findings",
        help_text=_("What it costs the patient to find this out."),
    )

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("finding")
        verbose_name_plural = _("findings")

    def __str__(self) -> str:
        return self.name


class Option(Ordered):
    finding = models.ForeignKey(
        Finding, models.CASCADE, related_name="options", verbose_name=_("finding"), help_text=_("Whose answer it is.")
    )
    value = models.CharField(
        _("value"),
        max_length=80,
        help_text=_("The permanent key of the answer: stored answers and likelihoods refer to it."),
    )
    label = models.CharField(_("patient's words"), max_length=200, help_text=_("What the patient ticks."))

    class Meta:
        ordering = ["finding", "order", "id"]
        verbose_name = _("option")
        verbose_name_plural = _("options")
        constraints = [
            models.UniqueConstraint(
                fields=["finding", "value"],
                name="option_once_a_finding",
                violation_error_message=_("The finding has this answer already."),
            )
        ]

    def __str__(self) -> str:
        return self.value


class Presentation(Slugged):
    name = models.CharField(
        _("name"), max_length=100, help_text=_("The complaint that brings the patient, as clinicians call it.")
    )
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


class BodyZone(Slugged):
    class View(models.TextChoices):
        FRONT = "front", _("Front")
        BACK = "back", _("Back")
        FACE = "face", _("Face")

    name = models.CharField(_("name"), max_length=80, help_text=_("What patients read when they point at it."))
    group = models.CharField(_("group"), max_length=40, help_text=_("Places of one group stand together, as in “arm”."))
    view = models.CharField(
        _("view"), max_length=10, choices=View.choices, help_text=_("The drawing on which it lies.")
    )
    region = models.CharField(_("region"), max_length=40, help_text=_("Counted for “widespread”."))
    findings = models.ManyToManyField(
        Finding,
        verbose_name=_("implies"),
        blank=True,
        related_name="+",
        help_text=_("Findings that are present when the patient marks this place, whatever it does there."),
    )
    twitch_findings = models.ManyToManyField(
        Finding,
        verbose_name=_("implies when it twitches"),
        blank=True,
        related_name="+",
        help_text=_("Findings that are present when the patient marks it and says that it twitches."),
    )
    tremor_findings = models.ManyToManyField(
        Finding,
        verbose_name=_("implies when it shakes"),
        blank=True,
        related_name="+",
        help_text=_("Findings that are present when the patient marks it and says that it shakes."),
    )

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("place on the body")
        verbose_name_plural = _("places on the body")

    def __str__(self) -> str:
        return self.name


class Drink(Slugged):
    name = models.CharField(
        _("name"), max_length=120, help_text=_("With its size, as patients order it: “a mug of filter coffee”.")
    )
    caffeine_mg = models.FloatField(
        _("caffeine in mg"), validators=[MinValueValidator(0.0)], help_text=_("In one such drink.")
    )
    source = models.ForeignKey(
        Source,
        models.PROTECT,
        verbose_name=_("source"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Where the figure stands."),
    )

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("drink with caffeine")
        verbose_name_plural = _("drinks with caffeine")

    def __str__(self) -> str:
        return self.name


class Parameter(Slugged):
    name = models.CharField(_("name"), max_length=200, help_text=_("What it decides, in words."))
    value = models.FloatField(
        _("value"), help_text=_("In the unit below. A change reaches every page from the next release on.")
    )
    unit = models.CharField(
        _("unit"), max_length=40, blank=True, help_text=_("As in “mg a day”. Empty for a share or a number.")
    )
    source = models.ForeignKey(
        Source,
        models.PROTECT,
        verbose_name=_("source"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Where the figure stands. Empty: a choice; say so in the note."),
    )
    note = models.TextField(_("note"), blank=True, help_text=_("How the figure was chosen."))

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("threshold")
        verbose_name_plural = _("thresholds")

    def __str__(self) -> str:
        return self.name


class Translation(Ordered):
    language = models.CharField(_("language"), max_length=10, help_text=_("Such as “es”."))
    table = models.CharField(
        _("table"),
        max_length=20,
        choices=[(table, table) for table in PATIENT_TEXTS],
        help_text=_("Where the English text stands: the table of its record."),
    )
    key = models.CharField(_("record"), max_length=170, help_text=_("Its slug; of an option, finding/value."))
    field = models.CharField(_("field"), max_length=20, help_text=_("Which text of the record it is."))
    text = models.TextField(_("translation"), help_text=_("Parts of a list are separated by |."))
    original = models.TextField(
        _("translated from"), help_text=_("When the text is changed, its translation counts as out of date.")
    )

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        constraints = [
            models.UniqueConstraint(
                fields=["language", "table", "key", "field"],
                name="translation_once_a_text",
                violation_error_message=_("This text has a translation into this language already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.language}: {self.key}, {self.field}"
