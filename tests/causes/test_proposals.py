import re
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from causes.catalogue import Problem, from_json
from causes.impact import Vanished
from causes.models import Cause, Likelihood, LogEntry, Proposal, RedFlag, Release, SourceCheck
from causes.models.compilation import working_copy
from causes.models.publishing import approve, decline, open_proposal, propose, take_back, withdraw
from tests.cast import PASSWORD, a_proposal, a_release, no_impact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("few_known_patients")]
CHECK = "admin:causes_release_check"
LOST = replace(no_impact(), vanished=(Vanished("case-1", "als", "all", 9),))


@pytest.fixture
def changed(release) -> None:
    edit(0.8)


def edit(probability: float) -> None:
    Likelihood.objects.filter(cause="als", finding="weakness", is_used=True).update(probability=probability)


def make_als_vanish() -> None:
    """No finding speaks for it, no red flag suspects it, and only certainty would put it into the lane."""
    RedFlag.suspected_causes.through.objects.filter(cause_id="als").delete()
    rows = Likelihood.objects.filter(cause="als", is_used=True, finding__kind="boolean")
    rows.update(probability=0.0001, affected=None, total=None)
    Cause.objects.filter(slug="als").update(cannot_miss_threshold=0.99)


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def page_of(proposal: Proposal) -> str:
    return reverse("admin:causes_proposal_change", args=[proposal.pk])


def approval_of(proposal: Proposal) -> str:
    return reverse("admin:causes_proposal_approve", args=[proposal.pk])


def declining_of(proposal: Proposal) -> str:
    return reverse("admin:causes_proposal_decline", args=[proposal.pk])


def taking_back_of(proposal: Proposal) -> str:
    return reverse("admin:causes_proposal_take_back", args=[proposal.pk])


def seen() -> dict[str, str]:
    return {"sha256": Release.objects.current().sha256}


@pytest.fixture
def another_approver(approver) -> User:
    other = User.objects.create_user("arno", password=PASSWORD, is_staff=True)
    other.user_permissions.set(approver.user_permissions.all())
    return other


def test_works(changed, editor, approver, client) -> None:
    """The whole way: proposed by one, approved by another, published as it was proposed."""
    client.force_login(editor)
    client.post(reverse(CHECK), {"notes": "New cohort.", "sha256": working_copy().sha256})
    proposal = Proposal.objects.get()
    edit(0.7)  # is not in it
    client.force_login(approver)
    page = text_of(client.get(page_of(proposal)))
    assert "→ 0.8" in page
    assert "→ 0.7" not in page
    assert "New cohort." in page
    assert "Approve and publish" in page
    answer = client.post(approval_of(proposal), {"note": "Read it.", **seen()})
    release = Release.objects.current()
    assert answer.url == reverse("admin:causes_release_change", args=[release.pk])
    assert (release.number, release.author, release.approver, release.notes) == (2, editor, approver, "New cohort.")
    assert release.catalogue().cell["als", "weakness", ""].probability == 0.8
    proposal.refresh_from_db()
    assert (proposal.decision, proposal.decided_by, proposal.release) == ("approved", approver, release)
    entries = LogEntry.objects.order_by("id").values_list("action", "name", "user__username", "reason")
    assert list(entries) == [
        ("proposed", str(proposal), "emil", "New cohort."),
        ("approved", "release 2", "april", "Read it."),
    ]


class TestPropose:
    def post(self, client, **more):
        return client.post(reverse(CHECK), {"notes": "New cohort.", "sha256": working_copy().sha256, **more})

    def test_it_is_frozen_with_its_impact(self, changed, release, editor, client) -> None:
        client.force_login(editor)
        assert self.post(client).url == reverse("admin:index")
        proposal = Proposal.objects.get()
        assert (proposal.author, proposal.base, proposal.decision) == (editor, release, "open")
        assert from_json(proposal.document) == working_copy() == proposal.catalogue()
        assert proposal.stored_impact().stages["all"][0].n == 9
        assert Release.objects.count() == 1

    def test_what_is_proposed_was_reviewed(self, changed, editor, client) -> None:
        client.force_login(editor)
        before = working_copy().sha256
        edit(0.7)
        page = self.post(client, sha256=before)
        assert "while you looked at it" in text_of(page)
        assert not Proposal.objects.exists()
        assert self.post(client, sha256=page.context["form"]["sha256"].value()).status_code == 302

    def test_a_retracted_source_is_warned_of_before_and_after(self, changed, editor, approver, client) -> None:
        source = Likelihood.objects.filter(is_used=True, source__isnull=False, grade="A").first().source
        SourceCheck.objects.create(source=source.pk, status="retracted", checked_on=timezone.localdate())
        client.force_login(editor)
        assert "rests on a retracted source" in text_of(client.get(reverse(CHECK)))
        self.post(client)
        client.force_login(approver)
        assert "rests on a retracted source" in text_of(client.get(page_of(Proposal.objects.get())))

    def test_notes_are_required(self, changed, editor, client) -> None:
        client.force_login(editor)
        assert self.post(client, notes=" ").context["form"].errors["notes"]
        assert not Proposal.objects.exists()

    def test_nothing_changed(self, release, editor, client) -> None:
        client.force_login(editor)
        assert "Nothing was proposed" in text_of(self.post(client))
        with pytest.raises(ValidationError, match="same as the current"):
            a_proposal(editor)

    def test_a_vanished_patient_needs_a_reason(self, release, editor, client) -> None:
        make_als_vanish()
        client.force_login(editor)
        page = client.get(reverse(CHECK))
        vanished = page.context["impact"].vanished
        assert vanished
        assert vanished[0].patient in text_of(page)
        page = self.post(client)
        assert page.context["form"].has_error("vanished_reason", "required")
        assert "Say why it is right that a cannot-miss cause is lost from sight." in text_of(page)
        assert not Proposal.objects.exists()
        assert self.post(client, vanished_reason="The series counted other people.").status_code == 302
        proposal = Proposal.objects.get()
        assert proposal.vanished == len({row.patient for row in vanished})
        assert proposal.vanished_reason == "The series counted other people."

    def test_without_one_no_reason_is_asked_for(self, changed, editor, client) -> None:
        client.force_login(editor)
        assert "vanished_reason" not in client.get(reverse(CHECK)).context["form"].fields

    def test_one_at_a_time(self, changed, editor, client) -> None:
        waiting = a_proposal(editor)
        edit(0.7)
        client.force_login(editor)
        page = client.get(reverse(CHECK))
        assert "What was edited since is not in it" in text_of(page)
        assert not page.context["may_propose"]
        assert "Another proposal waits" in text_of(self.post(client))
        assert open_proposal() == waiting

    def test_its_author_takes_it_back(self, changed, editor, client) -> None:
        proposal = a_proposal(editor)
        client.force_login(editor)
        assert client.post(taking_back_of(proposal)).url == reverse(CHECK)
        proposal.refresh_from_db()
        assert (proposal.decision, proposal.decided_by) == ("taken-back", editor)
        assert LogEntry.objects.first().action == "taken-back"
        assert self.post(client).status_code == 302

    def test_nobody_else_takes_it_back(self, changed, editor, administrator, client) -> None:
        proposal = a_proposal(editor)
        client.force_login(administrator)
        client.post(taking_back_of(proposal))
        assert open_proposal() == proposal


class TestApprove:
    def test_the_author_is_refused(self, changed, editor, approver, client) -> None:
        """Not even when she is an approver too."""
        editor.user_permissions.add(*approver.user_permissions.all())
        proposal = a_proposal(editor)
        client.force_login(editor)
        page = client.get(page_of(proposal))
        assert "Approve and publish" not in text_of(page)
        assert "A second person approves" in text_of(page)
        page = client.post(approval_of(proposal), seen())
        assert "A second person approves" in text_of(page)
        assert Release.objects.count() == 1

    def test_a_superuser_who_is_the_author_is_refused(self, changed, administrator, client) -> None:
        proposal = a_proposal(administrator)
        client.force_login(administrator)
        client.post(approval_of(proposal), seen())
        assert Release.objects.count() == 1
        assert open_proposal() == proposal

    def test_the_database_refuses_the_author(self, changed, editor) -> None:
        proposal = a_proposal(editor)
        decided = {"decision": "approved", "decided_by": editor, "decided_at": timezone.now()}
        with pytest.raises(IntegrityError, match="proposal_approved_by_another"), transaction.atomic():
            Proposal.objects.filter(pk=proposal.pk).update(**decided)
        with pytest.raises(IntegrityError, match="release_approved_by_another"), transaction.atomic():
            Release.objects.create(number=9, document="", sha256="", author=editor, approver=editor)

    def test_of_two_one_wins(self, changed, editor, approver, another_approver, client) -> None:
        proposal = a_proposal(editor)
        stale = Proposal.objects.get()
        approve(proposal, approver, no_impact())
        with pytest.raises(ValidationError, match="meanwhile"):
            approve(stale, another_approver, no_impact())
        with pytest.raises(ValidationError, match="meanwhile"):
            decline(stale, another_approver, "No.")
        with pytest.raises(ValidationError, match="meanwhile"):
            take_back(stale, editor)
        proposal.refresh_from_db()
        assert proposal.decided_by == approver
        assert Release.objects.count() == 2

    def test_the_second_is_told(self, changed, editor, approver, another_approver, client) -> None:
        proposal = a_proposal(editor)
        client.force_login(another_approver)
        decline(proposal, approver, "Too few patients.")
        page = client.post(approval_of(proposal), {"note": "", **seen()})
        assert "Somebody has decided on this proposal meanwhile." in text_of(page)
        assert "Too few patients." in text_of(page)
        assert Release.objects.count() == 1

    def test_another_release_meanwhile(self, changed, release, editor, approver, client) -> None:
        """What the approver saw was against a release that is not in use any more."""
        proposal = a_proposal(editor)
        client.force_login(approver)
        before = seen()
        edit(0.6)
        Release.objects.publish(notes="By the command.")
        page = client.post(approval_of(proposal), {"note": "", **before})
        assert "while you looked at it" in text_of(page)
        assert "It was made against release 1." in text_of(page)
        assert "0.6 → 0.8" in text_of(page)
        assert page.context["impact"].summary[0].startswith("9 published patients")
        assert Release.objects.current().number == 2
        again = client.post(
            approval_of(proposal), {"note": "", "sha256": page.context["approve_form"]["sha256"].value()}
        )
        assert again.status_code == 302
        assert Release.objects.current().number == 3

    def test_the_same_was_published_meanwhile(self, changed, editor, approver) -> None:
        proposal = a_proposal(editor)
        Release.objects.publish()
        with pytest.raises(ValidationError, match="same as the current"):
            approve(proposal, approver, no_impact())
        assert open_proposal() == proposal

    def test_problems_that_arose_since(self, changed, editor, approver, client, monkeypatch) -> None:
        proposal = a_proposal(editor)
        problem = Problem("causes", "als", "a new rule", None)
        monkeypatch.setattr("causes.models.release.problems", lambda catalogue: [problem])
        client.force_login(approver)
        page = client.get(page_of(proposal))
        assert "a new rule" in text_of(page)
        assert "Approve and publish" not in text_of(page)
        page = client.post(approval_of(proposal), {"note": "", **seen()})
        assert "a new rule" in text_of(page)
        assert open_proposal() == proposal
        assert Release.objects.count() == 1

    def test_vanished_against_another_release_without_a_reason(self, changed, editor, approver) -> None:
        proposal = a_proposal(editor)
        with pytest.raises(ValidationError, match="lost from sight"):
            approve(proposal, approver, LOST)
        assert open_proposal() == proposal

    def test_the_reason_stands_beside_the_lost(self, release, editor, approver, client) -> None:
        make_als_vanish()
        client.force_login(editor)
        form = {"notes": "x", "sha256": working_copy().sha256, "vanished_reason": "Other people."}
        client.post(reverse(CHECK), form)
        client.force_login(approver)
        page = client.get(page_of(Proposal.objects.get()))
        assert "Other people." in text_of(page)
        assert page.context["impact"].vanished

    def test_a_get_approves_nothing(self, changed, editor, approver, client) -> None:
        proposal = a_proposal(editor)
        client.force_login(approver)
        for address in (approval_of, declining_of, taking_back_of):
            assert client.get(address(proposal)).status_code == 405
        assert open_proposal() == proposal

    def test_an_altered_document_is_refused(self, changed, editor, approver) -> None:
        proposal = a_proposal(editor)
        Proposal.objects.update(document=proposal.document.replace("tremor", "tremble"), sha256="0" * 64)
        with pytest.raises(ValidationError, match="was altered"):
            Proposal.objects.get().catalogue()


class TestDecline:
    def test_works(self, changed, editor, approver, client) -> None:
        proposal = a_proposal(editor)
        client.force_login(approver)
        answer = client.post(declining_of(proposal), {"reason": "Too few patients."})
        assert answer.url == reverse("admin:causes_proposal_changelist")
        proposal.refresh_from_db()
        assert (proposal.decision, proposal.decision_note) == ("declined", "Too few patients.")
        entry = LogEntry.objects.first()
        assert (entry.action, entry.reason, entry.user) == ("declined", "Too few patients.", approver)
        assert "Too few patients." in text_of(client.get(page_of(proposal)))
        assert Release.objects.count() == 1

    def test_a_reason_is_required(self, changed, editor, approver, client) -> None:
        proposal = a_proposal(editor)
        client.force_login(approver)
        page = client.post(declining_of(proposal), {"reason": " "})
        assert page.context["decline_form"].errors["reason"]
        assert open_proposal() == proposal

    def test_the_database_wants_it_too(self, changed, editor, approver) -> None:
        a_proposal(editor)
        decided = {"decision": "declined", "decided_by": approver, "decided_at": timezone.now()}
        with pytest.raises(IntegrityError, match="proposal_declined_with_reason"), transaction.atomic():
            Proposal.objects.update(**decided)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("proposal_vanished_with_reason", {"vanished": 1}),
        ("proposal_decided_by_somebody", {"decision": "declined", "decision_note": "x"}),
    ],
)
def test_the_database_refuses(changed, editor, name, fields) -> None:
    a_proposal(editor)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Proposal.objects.update(**fields)


def test_the_database_knows_one_open_proposal(changed, editor) -> None:
    proposal = a_proposal(editor)
    proposal.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        proposal.save(force_insert=True)


def test_vanished_without_a_reason_is_refused_below_the_form(changed, editor) -> None:
    with pytest.raises(ValidationError, match="Say why"):
        propose(working_copy(), editor, "x", LOST, Release.objects.current())


def test_after_a_withdrawal_the_older_release_is_compared_with(changed, release, editor, approver, client) -> None:
    withdraw(a_release(editor, approver, 0.7), approver, "Misread.")
    edit(0.8)
    client.force_login(editor)
    assert "Changes since release 1" in text_of(client.get(reverse(CHECK)))
    assert approve(a_proposal(editor), approver, no_impact()).number == 3


class TestWhoMay:
    def test_anonymous(self, changed, editor, client) -> None:
        proposal = a_proposal(editor)
        for address in (page_of(proposal), approval_of(proposal), reverse(CHECK)):
            assert client.get(address).url.startswith(reverse("admin:login"))

    @pytest.mark.parametrize("who", ["viewer", "translator"])
    def test_those_who_only_read(self, changed, editor, client, request, who) -> None:
        proposal = a_proposal(editor)
        client.force_login(request.getfixturevalue(who))
        page = client.get(page_of(proposal))
        assert page.status_code == 200
        assert '<form method="post" action="/admin/causes' not in page.content.decode()
        assert client.get(reverse("admin:causes_proposal_changelist")).status_code == 200
        for address in (approval_of, declining_of, taking_back_of):
            assert client.post(address(proposal), {"reason": "x", **seen()}).status_code == 403
        assert client.get(reverse(CHECK)).status_code == 403
        assert open_proposal() == proposal

    def test_an_editor_may_not_approve_another_editors(self, changed, editor, translator, client) -> None:
        proposal = a_proposal(translator)
        client.force_login(editor)
        assert client.post(approval_of(proposal), seen()).status_code == 403
        assert client.post(declining_of(proposal), {"reason": "x"}).status_code == 403

    def test_an_approver_may_not_propose(self, changed, approver, client) -> None:
        client.force_login(approver)
        assert client.post(reverse(CHECK), {"notes": "x", "sha256": working_copy().sha256}).status_code == 403

    @pytest.mark.parametrize("is_staff", [False, True])
    def test_a_clinician_may_nothing(self, changed, editor, clinician, client, is_staff) -> None:
        proposal = a_proposal(editor)
        clinician.is_staff = is_staff
        clinician.save()
        client.force_login(clinician)
        for address in (page_of, approval_of, declining_of, taking_back_of):
            answer = client.post(address(proposal)) if address != page_of else client.get(address(proposal))
            assert answer.status_code == (403 if is_staff else 302)
        assert open_proposal() == proposal

    def test_there_is_no_other_way(self, changed, editor, approver, administrator, client) -> None:
        client.force_login(administrator)
        assert client.get(reverse("admin:causes_proposal_add")).status_code == 403
        proposal = a_proposal(editor)
        assert client.post(page_of(proposal), {"decision": "approved"}).status_code == 404
        assert client.post(reverse("admin:causes_proposal_delete", args=[proposal.pk])).status_code == 403

    def test_no_such_proposal(self, release, viewer, client) -> None:
        client.force_login(viewer)
        assert client.get(reverse("admin:causes_proposal_change", args=[99])).status_code == 404
        assert client.get(reverse("admin:causes_proposal_change", args=["x"])).status_code == 404


def test_list_works(changed, editor, approver, client, django_assert_max_num_queries) -> None:
    decline(a_proposal(editor), approver, "No.")
    a_proposal(editor)
    client.force_login(approver)
    with django_assert_max_num_queries(8):
        page = client.get(reverse("admin:causes_proposal_changelist"))
    assert "declined" in text_of(page)
    assert "emil" in text_of(page)
