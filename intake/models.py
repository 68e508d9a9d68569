from __future__ import annotations

import datetime
import logging
import secrets
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from causes import ranking, red_flags
from causes.catalogue import URGENCIES, Catalogue
from causes.catalogue.translating import in_language
from causes.models import Release
from causes.models.editable import Urgency
from intake import derivation, fitting

logger = logging.getLogger(__name__)

# No letters or digits that are mistaken for one another when read out on the telephone.
REFERENCE_ALPHABET = "ABCDEFGHJKMNPQRTUVWXY346789"


def new_token() -> str:
    return secrets.token_urlsafe(24)


def new_reference() -> str:
    letters = [secrets.choice(REFERENCE_ALPHABET) for _position in range(8)]
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


class Practice(models.Model):
    name = models.CharField(_("name"), max_length=120)
    token = models.CharField(_("link key"), max_length=64, unique=True, default=new_token, editable=False)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    out_of_hours_name = models.CharField(_("out-of-hours service"), max_length=80, blank=True)
    out_of_hours_phone = models.CharField(_("out-of-hours number"), max_length=40, blank=True)
    emergency_phone = models.CharField(_("emergency number"), max_length=40, default="112")
    setting = models.SlugField(_("setting"), default="primary-care", help_text=_("Which base rates apply at first."))
    draft_days = models.PositiveSmallIntegerField(
        _("days that a draft is kept"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("Answers that were not sent are deleted after this many days without a change."),
    )
    waiting_room_seconds = models.PositiveSmallIntegerField(
        _("seconds until a waiting-room screen clears itself"),
        default=120,
        validators=[MinValueValidator(30), MaxValueValidator(1800)],
        help_text=_("Without a touch for this long, it asks whether someone is there, and then starts afresh."),
    )
    own_list_first = models.BooleanField(
        _("own list first"),
        default=False,
        help_text=_("Clinicians write their own first causes before they see the ranking. Each can choose otherwise."),
    )
    is_demonstration = models.BooleanField(_("demonstration practice"), default=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("practice")
        verbose_name_plural = _("practices")

    def __str__(self) -> str:
        return self.name

    @property
    def draft_time(self) -> datetime.timedelta:
        return datetime.timedelta(days=self.draft_days)

    def clean(self) -> None:
        known = {item.slug for item in Release.objects.current().catalogue().settings}
        if self.setting not in known:
            message = gettext("The catalogue knows these settings: %(known)s.") % {"known": ", ".join(sorted(known))}
            raise ValidationError({"setting": ValidationError(message, code="setting")})


class Patient(models.Model):
    class Sex(models.TextChoices):
        FEMALE = "female", _("Female")
        MALE = "male", _("Male")

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    practice = models.ForeignKey(Practice, models.PROTECT, related_name="patients", verbose_name=_("practice"))
    name = models.CharField(_("name"), max_length=200)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("patient")
        verbose_name_plural = _("patients")

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """A personal link that staff create: single use, expiring, revocable."""

    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    patient = models.ForeignKey(Patient, models.CASCADE, related_name="invitations", verbose_name=_("patient"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    emailed_at = models.DateTimeField(_("e-mailed at"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return f"{self.patient} ({self.expires_at:%Y-%m-%d})"

    def is_open(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class IntakeQuerySet(models.QuerySet["Intake"]):
    def sent(self) -> IntakeQuerySet:
        return self.filter(sent_at__isnull=False)

    def drafts(self) -> IntakeQuerySet:
        return self.filter(sent_at__isnull=True)

    def expired(self, practice: Practice) -> IntakeQuerySet:
        """The practice's drafts that nobody has changed for as long as it keeps them."""
        return self.drafts().filter(practice=practice, saved_at__lte=timezone.now() - practice.draft_time)


class Intake(models.Model):
    """One questionnaire. ``answers`` is what the patient gave, keyed by finding slug or control name."""

    class Respondent(models.TextChoices):
        PATIENT = "patient", _("The patient")
        HELPED = "helped", _("The patient, with help")
        CARER = "carer", _("Someone for the patient")
        STAFF = "staff", _("A member of staff")

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    # The patient's own key: whoever has it can fill in the draft, never read it back once it is sent.
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    practice = models.ForeignKey(Practice, models.PROTECT, related_name="intakes", verbose_name=_("practice"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="intakes", null=True, blank=True)
    invitation = models.OneToOneField(Invitation, models.PROTECT, related_name="intake", null=True, blank=True)
    release = models.ForeignKey(Release, models.PROTECT, related_name="+", verbose_name=_("asked from"))
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    # What was typed and is no answer yet (half a date, a word for a number), so that it is there again: by the
    # name of the item, field -> texts. Empty once sent, as are ``pages``.
    typed = models.JSONField(default=dict, blank=True, editable=False)
    # The number of the last save of each open page: an older one that arrives late changes nothing.
    pages = models.JSONField(default=dict, blank=True, editable=False)
    # Red flags for which the patient has read, while still answering, that help is needed at once: slug -> when.
    interruptions = models.JSONField(default=dict, blank=True, editable=False)
    # From which release to which the draft moved, when, and what it asks in other words: in the order of the moves.
    moves = models.JSONField(default=list, blank=True, editable=False)
    # What was said to an earlier release and does not fit: key -> {"release": number, "value": what was said}.
    aside = models.JSONField(default=dict, blank=True, editable=False)
    language = models.CharField(_("language"), max_length=10, blank=True)
    # With the date of birth it finds the draft again; what was sent is read with it too.
    code = models.CharField(_("code"), max_length=12, unique=True, default=new_reference, editable=False)
    respondent = models.CharField(
        _("filled in by"), max_length=10, choices=Respondent.choices, default=Respondent.PATIENT
    )
    respondent_name = models.CharField(_("name of who filled it in"), max_length=200, blank=True)
    # The member of staff who filled it in, or who opened the waiting-room screen.
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("entered by")
    )
    is_waiting_room = models.BooleanField(_("on the waiting-room screen"), default=False)
    setting = models.SlugField(_("setting"))
    presentation = models.SlugField(_("presenting complaint"), default="any")
    title = models.CharField(_("in a few words"), max_length=200, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(auto_now=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=12, unique=True, null=True, blank=True)
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency.choices, blank=True)
    # Which release the stored urgency was worked out from: when another one is in use it is stale.
    urgency_release = models.ForeignKey(Release, models.PROTECT, related_name="+", null=True, blank=True)

    objects = IntakeQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-id"]
        verbose_name = _("intake")
        verbose_name_plural = _("intakes")
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, reference__isnull=True)
                | Q(sent_at__isnull=False, reference__isnull=False, patient__isnull=False),
                name="intake_sent_has_reference_and_patient",
            )
        ]
        indexes = [
            models.Index(fields=["practice", "sent_at"], name="intake_practice_sent"),
            models.Index(fields=["practice", "saved_at"], condition=Q(sent_at__isnull=True), name="intake_draft_saved"),
        ]

    def __str__(self) -> str:
        return self.reference or str(_("draft"))

    @property
    def is_sent(self) -> bool:
        return self.sent_at is not None

    @property
    def is_answered_for(self) -> bool:
        """By somebody else, of whom no question asks."""
        return self.respondent in (self.Respondent.CARER, self.Respondent.STAFF)

    @property
    def kept_until(self) -> datetime.datetime:
        """When a draft is deleted unless it is changed before."""
        return self.saved_at + self.practice.draft_time

    @property
    def is_expired(self) -> bool:
        return not self.is_sent and self.kept_until <= timezone.now()

    def catalogue(self) -> Catalogue:
        """What was asked, in the words of whoever is reading."""
        return in_language(self.release.catalogue(), get_language() or "")

    def evidence(self, catalogue: Catalogue) -> dict[str, ranking.Value]:
        """What the patient's answers say, as findings of this catalogue."""
        return derivation.evidence(catalogue, self.answers)

    @property
    def begun_with(self) -> int:
        """The number of the release that the draft started with."""
        return self.moves[0]["from"] if self.moves else self.release_id

    def lock(self) -> None:
        """Until the transaction ends nobody else writes here. Raises ValidationError when it was already sent."""
        fresh = Intake.objects.select_for_update().get(pk=self.pk)
        if fresh.is_sent:
            raise ValidationError(_("These answers have already been sent."), code="sent")
        self.answers, self.typed, self.pages = fresh.answers, fresh.typed, fresh.pages
        self.interruptions, self.moves, self.aside = fresh.interruptions, fresh.moves, fresh.aside
        if self.release_id != fresh.release_id:
            self.release = fresh.release

    @transaction.atomic
    def save_answers(
        self,
        changes: Mapping[str, Any],
        cleared: Collection[str] = (),
        typed: Mapping[str, Any] | None = None,
        pages: Mapping[str, int] | None = None,
    ) -> None:
        """Merge one page's answers into the draft. Raises ValidationError when it was already sent."""
        self.lock()
        self.answers = {name: value for name, value in self.answers.items() if name not in cleared} | dict(changes)
        self.typed = dict(self.typed if typed is None else typed)
        self.pages = dict(self.pages if pages is None else pages)
        self.saved_at = timezone.now()
        Intake.objects.drafts().filter(pk=self.pk).update(
            answers=self.answers, typed=self.typed, pages=self.pages, saved_at=self.saved_at
        )

    @transaction.atomic
    def note_interruption(self, flags: Collection[str]) -> None:
        """The patient has read what to do about these red flags. Raises ValidationError when it was already sent."""
        self.lock()
        now = timezone.now().isoformat()
        self.interruptions = {**dict.fromkeys(flags, now), **self.interruptions}
        Intake.objects.drafts().filter(pk=self.pk).update(interruptions=self.interruptions)

    @transaction.atomic
    def move_to(self, release: Release) -> None:
        """Ask from this release from now on. Raises ValidationError when it was already sent."""
        self.lock()
        if self.release_id == release.pk:
            return
        old, new = self.release.catalogue(), release.catalogue()
        found = fitting.fitted(old, new, self.answers, self.typed, self.aside)
        move = {
            "from": self.release_id,
            "to": release.pk,
            "at": timezone.now().isoformat(),
            "reworded": fitting.reworded(old, new, found.answers),
        }
        self.release, self.moves = release, [*self.moves, move]
        self.answers, self.typed, self.aside = found.answers, found.typed, found.aside
        Intake.objects.drafts().filter(pk=self.pk).update(
            release=release, moves=self.moves, answers=self.answers, typed=self.typed, aside=self.aside
        )

    @transaction.atomic
    def keep_aside(self, aside: Mapping[str, Any]) -> None:
        """Raises ValidationError when it was already sent."""
        self.lock()
        self.aside = {**self.aside, **aside}
        Intake.objects.drafts().filter(pk=self.pk).update(aside=self.aside)

    def send(self) -> bool:
        """Send once. True for the call that sent it; a resend or a second tab gets False and changes nothing."""
        with transaction.atomic():
            fresh = Intake.objects.select_for_update().get(pk=self.pk)
            if not fresh.is_sent:
                catalogue = fresh.release.catalogue()
                now = timezone.now()
                patient = fresh.patient or Patient.objects.create(
                    practice_id=fresh.practice_id, **derivation.patient_details(fresh.answers)
                )
                presentation = derivation.presentation(catalogue, fresh.evidence(catalogue))
                urgency, is_ranked = _urgency_at_sending(catalogue, fresh, presentation)
                changed = Intake.objects.filter(pk=self.pk, sent_at__isnull=True).update(
                    sent_at=now,
                    typed={},
                    pages={},
                    reference=new_reference(),
                    patient=patient,
                    presentation=presentation,
                    title=derivation.title(catalogue, fresh.answers),
                    urgency=urgency,
                    urgency_release_id=fresh.release_id if is_ranked else None,
                )
            else:
                changed = 0
        self.refresh_from_db()
        return bool(changed)


class CodeAttempt(models.Model):
    """One try to find answers by code and date of birth. Kept only to limit how many there may be."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    origin = models.CharField(max_length=64)  # a keyed hash of the network address
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["practice", "made_at"], name="code_attempt_practice_made")]


def _urgency_at_sending(catalogue: Catalogue, intake: Intake, presentation: str) -> tuple[str, bool]:
    """The urgency, and whether it was worked out. Nothing about the ranking may stop an intake from arriving."""
    try:
        return worked_out_urgency(catalogue, intake.evidence(catalogue), intake.setting, presentation), True
    except ranking.EvidenceError:
        logger.exception("An intake arrived that cannot be ranked")
        return Urgency.URGENT.value, False


def worked_out_urgency(
    catalogue: Catalogue, evidence: dict[str, ranking.Value], setting: str, presentation: str
) -> str:
    """The highest of the red flags that fired, else that of the first cause."""
    flags = red_flags.fired(catalogue, evidence)
    if flags:
        return max((flag.urgency for flag in flags), key=URGENCIES.index)
    posterior = ranking.posterior(catalogue, evidence, setting, presentation)
    first = max(catalogue.causes, key=lambda cause: posterior[cause.slug])
    return first.urgency
