"""From the working copy to a release, by two people; and the ways back. Each step is logged with what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from causes.catalogue import Catalogue, to_json
from causes.impact import Impact
from causes.impact import to_json as impact_to_json
from causes.models.loading import replace_working_copy
from causes.models.recording import log_event, recording
from causes.models.release import Release
from causes.models.workflow import LogEntry, Proposal, Withdrawal

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Decision, Action = Proposal.Decision, LogEntry.Action


def open_proposal() -> Proposal | None:
    """Without its document and its impact, which are long."""
    found = Proposal.objects.filter(decision=Decision.OPEN).select_related("author", "base")
    return found.defer("document", "impact", "base__document").first()


@transaction.atomic
def propose(
    catalogue: Catalogue,
    author: User,
    notes: str,
    impact: Impact,
    base: Release | None,
    vanished_reason: str = "",
) -> Proposal:
    """Freeze it for a second person. Raises ValidationError: problems, no reason, another proposal, no change."""
    _check(catalogue)
    proposal = Proposal(
        document=to_json(catalogue),
        sha256=catalogue.sha256,
        author=author,
        notes=notes,
        base=base,
        impact=impact_to_json(impact),
        vanished=impact.vanished_patients,
        vanished_reason=vanished_reason,
    )
    proposal.full_clean()
    try:
        with transaction.atomic():
            proposal.save()
    except IntegrityError as error:  # Another one was stored a moment before.
        raise ValidationError(_("Another proposal waits for a decision."), code="unique") from error
    log_event(author, Action.PROPOSED, str(proposal), notes)
    return proposal


@transaction.atomic
def take_back(proposal: Proposal, user: User) -> None:
    """By its author alone. Raises ValidationError when it was decided meanwhile."""
    if proposal.author_id != user.pk:
        raise ValidationError(_("Only its author may take a proposal back."), code="not-author")
    _decide(proposal, user, Decision.TAKEN_BACK, "")
    log_event(user, Action.TAKEN_BACK, str(proposal))


@transaction.atomic
def decline(proposal: Proposal, user: User, reason: str) -> None:
    """Raises ValidationError when it was decided meanwhile."""
    _decide(proposal, user, Decision.DECLINED, reason)
    log_event(user, Action.DECLINED, str(proposal), reason)


@transaction.atomic
def approve(proposal: Proposal, user: User, impact: Impact, note: str = "") -> Release:
    """Publish what was frozen. ``impact`` is against the current release, as the approver has seen it.

    Raises ValidationError for its author, for one that was decided meanwhile, and for what forbids it by now.
    """
    if proposal.author_id == user.pk:
        raise ValidationError(_("A second person approves: not the author."), code="author")
    if impact.vanished_patients and not proposal.vanished_reason:
        message = _("By now a cannot-miss cause is lost from sight, and the proposal gives no reason. Decline it.")
        raise ValidationError(message, code="vanished")
    _decide(proposal, user, Decision.APPROVED, note)
    catalogue = proposal.catalogue()
    _check(catalogue)
    release = Release.objects.freeze(catalogue, proposal.author, user, proposal.notes)
    Proposal.objects.filter(pk=proposal.pk).update(release=release)
    log_event(user, Action.APPROVED, str(release), note)
    return release


def _check(catalogue: Catalogue) -> None:
    found = Release.objects.obstacles(catalogue)
    if found:
        raise ValidationError([ValidationError(str(problem), code="problem") for problem in found])
    current = Release.objects.usable().first()
    if current is not None and current.sha256 == catalogue.sha256:
        raise ValidationError(_("It is the same as the current release."), code="unchanged")


def _decide(proposal: Proposal, user: User, decision: str, note: str) -> None:
    """Of two who decide at once, one does."""
    decided = Proposal.objects.filter(pk=proposal.pk, decision=Decision.OPEN).update(
        decision=decision, decided_by=user, decided_at=timezone.now(), decision_note=note
    )
    if not decided:
        raise ValidationError(_("Somebody has decided on this proposal meanwhile."), code="decided")


@transaction.atomic
def withdraw(release: Release, user: User, reason: str) -> Withdrawal:
    """Nobody is ranked by it any more. Raises ValidationError when it was withdrawn before, or is the only one."""
    # Locked, where the database can: two who withdraw the last two releases at once would each see the other's.
    usable = set(Release.objects.usable().select_for_update(of=("self",)).values_list("pk", flat=True))
    if release.pk not in usable:
        raise ValidationError(_("It has been withdrawn already."), code="withdrawn")
    if usable == {release.pk}:
        raise ValidationError(_("It is the only release that can be used: publish another one first."), code="only")
    withdrawal = Withdrawal.objects.create(release=release, by=user, reason=reason)
    log_event(user, Action.WITHDRAWN, str(release), reason)
    return withdrawal


def restore_release(release: Release, user: User, reason: str) -> None:
    """Make the working copy what this release is; the ordinary way to a release follows.

    Raises ValidationError when it does not fit its tables any more.
    """
    with recording(user, reason):
        replace_working_copy(release.catalogue())
