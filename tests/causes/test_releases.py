import hashlib
import json
import re
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from causes.catalogue import from_json, to_json
from causes.changes import changes
from causes.models import Cause, Fact, Likelihood, LogEntry, Proposal, Release, Withdrawal
from causes.models.compilation import working_copy
from causes.models.publishing import approve, withdraw
from tests.cast import a_proposal, a_release, no_impact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("few_known_patients")]
CHECK = "admin:causes_release_check"


def edit(probability: float = 0.8) -> Likelihood:
    row = Likelihood.objects.get(cause="als", finding="weakness", is_used=True)
    row.probability = probability
    row.save()
    return row


def test_publishing_works(release, editor) -> None:
    edit()
    published = Release.objects.publish(author=editor, notes="New cohort.")
    assert (published.number, published.author, published.notes) == (2, editor, "New cohort.")
    assert Release.objects.current() == published
    assert published.catalogue().cell["als", "weakness", ""].probability == 0.8
    assert release.catalogue().cell["als", "weakness", ""].probability != 0.8


def test_publishing_an_unchanged_working_copy_returns_the_current_release(release) -> None:
    assert Release.objects.publish() == release
    assert Release.objects.count() == 1


def test_problems_stop_a_release(release) -> None:
    Cause.objects.create(slug="gout", name="Gout", group="metabolic", urgency="soon")
    with pytest.raises(ValidationError) as caught:
        Release.objects.publish()
    assert any("no share for gout" in message for message in caught.value.messages)
    assert Release.objects.count() == 1


def test_the_document_comes_back_as_it_was(release) -> None:
    document = Release.objects.get(pk=release.pk).document
    assert from_json(document) == working_copy()


def test_catalogues_are_alike_whatever_their_number(catalogue) -> None:
    same = replace(catalogue, number=7)
    assert (same, hash(same)) == (catalogue, hash(catalogue))
    assert catalogue.sha256 == hashlib.sha256(to_json(catalogue).encode()).hexdigest()
    assert replace(catalogue, facts=catalogue.facts[1:]) != catalogue
    assert catalogue != catalogue.sha256


def test_an_altered_document_is_refused(release) -> None:
    altered = Release(number=2, document=release.document.replace("tremor", "tremble"), sha256="0" * 64)
    altered.save()
    with pytest.raises(ValidationError, match="was altered"):
        altered.catalogue()


def test_a_release_never_changes(release) -> None:
    with pytest.raises(ValidationError):
        release.save()
    with pytest.raises(ValidationError):
        release.delete()


@pytest.mark.parametrize("statement", ["UPDATE causes_release SET notes = 'x'", "DELETE FROM causes_release"])
def test_not_even_in_the_database(release, statement) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Release.objects.count() == 1


def test_the_difference_is_told_record_by_record(release) -> None:
    before = release.catalogue()
    old = edit(0.8)
    Fact.objects.create(cause_id="als", kind="course", statement="New.", order=9999)
    Fact.objects.filter(cause="als").first().delete()
    found = changes(before, working_copy())
    assert [(change.table, change.kind) for change in found] == [
        ("likelihoods", "changed"),
        ("facts", "removed"),
        ("facts", "added"),
    ]
    assert found[0].name == "als weakness"
    assert found[0].details[0].startswith("probability: ")
    assert found[0].details[0].endswith(" → 0.8")
    assert old.pk


def test_nothing_differs_from_itself(release) -> None:
    assert changes(release.catalogue(), working_copy()) == []


def test_another_order_is_a_change(release) -> None:
    first, second = Cause.objects.all()[:2]
    first.order, second.order = second.order, first.order
    first.save()
    second.save()
    assert [(change.table, change.kind) for change in changes(release.catalogue(), working_copy())] == [
        ("causes", "reordered")
    ]


class TestCheckPage:
    """The first half of the way to a release; tests/causes/test_proposals.py has the second."""

    def test_works(self, release, editor, client) -> None:
        client.force_login(editor)
        edit()
        page = client.get(reverse(CHECK))
        text = page.content.decode()
        assert page.status_code == 200
        assert "als weakness" in text
        assert "→ 0.8" in text
        assert "published patients ranked again" in text

    def test_nothing_changed(self, release, editor, client) -> None:
        client.force_login(editor)
        page = client.get(reverse(CHECK))
        assert "Nothing changed." in page.content.decode()
        assert page.context["impact"] is None
        assert not page.context["may_propose"]

    def test_problems_are_listed_with_links(self, release, editor, client) -> None:
        client.force_login(editor)
        Cause.objects.create(slug="gout", name="Gout", group="metabolic", urgency="soon")
        Likelihood.objects.filter(cause="als", finding="course", option="stable", is_used=True).update(is_used=False)
        page = client.post(reverse(CHECK), {"notes": "x", "sha256": working_copy().sha256})
        text = page.content.decode()
        assert "finding__slug__exact=course&amp;cause__slug__exact=als" in text
        assert "no share for gout" in text
        assert "Nothing was proposed" in text
        assert page.context["impact"] is None
        assert (Release.objects.count(), Proposal.objects.count()) == (1, 0)
        # One of each kind: the others differ in what their list is filtered by.
        addresses = {re.sub(r"=[^&]*", "", address): address for _problem, address in page.context["problems"]}
        assert len(addresses) == 2
        for address in addresses.values():
            assert client.get(address).status_code == 200

    def test_it_shows_whose_first_cause_changes(self, release, editor, client) -> None:
        client.force_login(editor)
        Likelihood.objects.filter(cause="als", finding="weakness", is_used=True).update(probability=0.0001)
        page = client.get(reverse(CHECK))
        text = re.sub(r"\s+", " ", page.content.decode())
        moved = page.context["impact"].moved
        assert moved
        assert moved[0].patient in text
        assert page.context["impact"].slopes[0].label.startswith("History")
        assert "<svg" in text
        assert "style=" not in text


class TestIndex:
    def text(self, client) -> str:
        return re.sub(r"\s+", " ", client.get(reverse("admin:index")).content.decode())

    def test_works(self, release, editor, client) -> None:
        client.force_login(editor)
        assert "nothing to publish" in self.text(client)
        edit()
        assert "The working copy differs from release 1" in self.text(client)

    def test_it_says_who_waits(self, release, editor, approver, client) -> None:
        edit()
        a_proposal(editor)
        client.force_login(approver)
        assert "proposal 1 by emil" in self.text(client).replace(str(Proposal.objects.get().pk), "1")
        assert "Read and decide" in self.text(client)
        client.force_login(editor)
        assert "Read and decide" not in self.text(client)

    def test_administrators_of_practices_see_none_of_it(self, release, clinician, client) -> None:
        clinician.is_staff = True
        clinician.save()
        client.force_login(clinician)
        assert "working copy" not in self.text(client)


class TestWithdraw:
    def address(self, release: Release) -> str:
        return reverse("admin:causes_release_withdraw", args=[release.pk])

    def test_works(self, release, editor, approver, client) -> None:
        second = a_release(editor, approver)
        client.force_login(approver)
        assert "in use is then release 1" in re.sub(r"\s+", " ", client.get(self.address(second)).content.decode())
        answer = client.post(self.address(second), {"reason": "A cohort was misread."})
        assert answer.status_code == 302
        assert Release.objects.current() == release
        withdrawal = Withdrawal.objects.get()
        assert (withdrawal.release, withdrawal.by, withdrawal.reason) == (second, approver, "A cohort was misread.")
        entry = LogEntry.objects.first()
        assert (entry.action, entry.name, entry.user, entry.reason) == (
            "withdrawn",
            "release 2",
            approver,
            "A cohort was misread.",
        )
        page = client.get(reverse("admin:causes_release_change", args=[second.pk]))
        assert "withdrawn: A cohort was misread." in page.content.decode()

    def test_a_get_withdraws_nothing(self, release, editor, approver, client) -> None:
        second = a_release(editor, approver)
        client.force_login(approver)
        client.get(self.address(second), {"reason": "x"})
        assert not Withdrawal.objects.exists()

    def test_a_reason_is_required(self, release, editor, approver, client) -> None:
        second = a_release(editor, approver)
        client.force_login(approver)
        page = client.post(self.address(second), {"reason": " "})
        assert page.context["form"].errors["reason"]
        assert not Withdrawal.objects.exists()

    def test_the_only_usable_one_is_refused(self, release, editor, approver, client) -> None:
        second = a_release(editor, approver)
        client.force_login(approver)
        client.post(self.address(release), {"reason": "Old."})
        page = client.post(self.address(second), {"reason": "New."})
        assert "the only release that can be used" in page.content.decode()
        assert Release.objects.current() == second
        with pytest.raises(ValidationError, match="already"):
            withdraw(release, approver, "Again.")

    def test_an_editor_may_not(self, release, editor, approver, client) -> None:
        second = a_release(editor, approver)
        client.force_login(editor)
        assert client.get(self.address(second)).status_code == 403
        assert client.post(self.address(second), {"reason": "x"}).status_code == 403

    @pytest.mark.parametrize(
        "statement", ["UPDATE causes_withdrawal SET reason = 'x'", "DELETE FROM causes_withdrawal"]
    )
    def test_it_never_changes(self, release, editor, approver, statement) -> None:
        withdraw(a_release(editor, approver), approver, "Misread.")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    def test_a_number_is_never_given_twice(self, release, editor, approver) -> None:
        withdraw(a_release(editor, approver), approver, "Misread.")
        edit(0.7)
        assert Release.objects.publish().number == 3


class TestRestore:
    def address(self, release: Release) -> str:
        return reverse("admin:causes_release_restore", args=[release.pk])

    def test_works(self, release, editor, approver, client) -> None:
        """Restored, proposed and approved, a release says what it rolls back."""
        a_release(editor, approver)
        client.force_login(editor)
        assert "0.8 →" in client.get(self.address(release)).content.decode()
        answer = client.post(self.address(release), {"reason": "Back.", "sha256": working_copy().sha256})
        assert answer.url == reverse(CHECK)
        assert working_copy() == release.catalogue()
        entry = LogEntry.objects.get(table="likelihoods")
        assert (entry.action, entry.name, entry.user, entry.reason) == ("changed", "als weakness", editor, "Back.")
        third = approve(a_proposal(editor), approver, no_impact())
        assert (third.number, third.sha256) == (3, release.sha256)
        page = client.get(reverse("admin:causes_release_change", args=[3]))
        assert "The same as release 1: takes back 2." in page.content.decode()

    def test_what_was_edited_meanwhile_is_not_lost(self, release, editor, approver, client) -> None:
        a_release(editor, approver)
        client.force_login(editor)
        seen = working_copy().sha256
        edit(0.7)
        page = client.post(self.address(release), {"reason": "Back.", "sha256": seen})
        assert "while you looked at it" in page.content.decode()
        assert Likelihood.objects.get(cause="als", finding="weakness", is_used=True).probability == 0.7

    def test_a_reason_is_required(self, release, editor, approver, client) -> None:
        a_release(editor, approver)
        client.force_login(editor)
        client.post(self.address(release), {"reason": "", "sha256": working_copy().sha256})
        assert working_copy() != release.catalogue()

    def test_an_approver_may_not_edit(self, release, approver, client) -> None:
        client.force_login(approver)
        assert client.get(self.address(release)).status_code == 403


class TestCompare:
    URL = "admin:causes_release_compare"

    def test_works(self, release, editor, approver, viewer, client) -> None:
        a_release(editor, approver)
        edit(0.7)
        client.force_login(viewer)
        for before, after, text in (("1", "2", "→ 0.8"), ("2", "working-copy", "0.8 → 0.7"), ("2", "1", "0.8 →")):
            page = client.get(reverse(self.URL), {"before": before, "after": after})
            assert text in page.content.decode()
        same = client.get(reverse(self.URL), {"before": "2", "after": "2"}).content.decode()
        assert "Nothing changed." in same

    def test_it_begins_with_what_is_new(self, release, viewer, client) -> None:
        edit()
        client.force_login(viewer)
        assert "→ 0.8" in client.get(reverse(self.URL)).content.decode()

    @pytest.mark.parametrize("choice", ["99", "x", ""])
    def test_no_such_release(self, release, viewer, client, choice) -> None:
        client.force_login(viewer)
        page = client.get(reverse(self.URL), {"before": choice, "after": "1"})
        assert page.context["form"].errors["before"]
        assert "changes" not in page.context

    def test_a_clinician_may_not(self, release, clinician, client) -> None:
        clinician.is_staff = True
        clinician.save()
        client.force_login(clinician)
        assert client.get(reverse(self.URL)).status_code == 403


def test_list_works(release, editor, approver, viewer, client, django_assert_max_num_queries) -> None:
    a_release(editor, approver)
    client.force_login(viewer)
    with django_assert_max_num_queries(9):
        text = client.get(reverse("admin:causes_release_changelist")).content.decode()
    assert reverse(TestCompare.URL) in text
    assert "in use" in text
    assert "replaced" in text


def test_anonymous(release, client) -> None:
    assert client.get(reverse(CHECK)).url.startswith(reverse("admin:login"))


def test_a_clinician_may_not(release, clinician, client) -> None:
    client.force_login(clinician)
    assert client.get(reverse(CHECK)).status_code == 302
    clinician.is_staff = True
    clinician.save()
    assert client.get(reverse(CHECK)).status_code == 403
    assert client.post(reverse(CHECK), {"notes": "x"}).status_code == 403
    assert client.get(reverse("admin:causes_release_document", args=[1])).status_code == 403


def test_document_is_the_stored_text(release, editor, client) -> None:
    client.force_login(editor)
    answer = client.get(reverse("admin:causes_release_document", args=[release.pk]))
    assert json.loads(answer.content)["format"] == 1
    assert from_json(answer.content.decode()).sha256 == release.sha256
    assert client.get(reverse("admin:causes_release_document", args=[99])).status_code == 404


def test_release_page_is_read_only(release, editor, client) -> None:
    client.force_login(editor)
    page = client.get(reverse("admin:causes_release_change", args=[release.pk]))
    assert release.sha256 in page.content.decode()
    assert "28 causes" in page.content.decode()
    assert client.post(reverse("admin:causes_release_change", args=[release.pk]), {"notes": "x"}).status_code == 403
    assert client.get(reverse("admin:causes_release_add")).status_code == 403
    assert client.post(reverse("admin:causes_release_delete", args=[release.pk])).status_code == 403
