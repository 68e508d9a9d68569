import datetime
import re
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from causes.models import Likelihood, LogEntry, Section
from causes.models.recording import log_event, recording

pytestmark = pytest.mark.django_db
LOG = reverse("admin:causes_logentry_changelist")


@pytest.fixture
def entry(editor, release) -> LogEntry:
    with recording(editor, "Shorter."):
        Section.objects.filter(pk=Section.objects.first().pk).update(title="Short")
    return LogEntry.objects.get()


@pytest.fixture
def as_viewer(client, viewer):
    client.force_login(viewer)
    return client


def results(page) -> list[int]:
    return [row.pk for row in page.context["cl"].result_list]


def test_works(as_viewer, entry, editor) -> None:
    exported = log_event(editor, LogEntry.Action.EXPORTED, "likelihoods.csv", "For the journal.")
    page = as_viewer.get(LOG)
    assert results(page) == [exported.pk, entry.pk]
    text = page.content.decode()
    assert "title: " in text and "→ Short" in text and "For the journal." in text
    assert as_viewer.get(reverse("admin:causes_logentry_change", args=[entry.pk])).status_code == 200
    assert as_viewer.get(reverse("admin:causes_logentry_change", args=[exported.pk])).status_code == 200


def test_anonymous_and_clinicians_are_kept_out(client, clinician, entry) -> None:
    addresses = [LOG, reverse("admin:causes_logentry_restore", args=[entry.pk, "before"])]
    for address in addresses:
        assert client.get(address).status_code == 302
    client.force_login(clinician)
    for address in addresses:
        assert client.get(address).status_code == 302


def test_it_is_filtered_and_searched(as_viewer, entry, editor) -> None:
    log_event(None, LogEntry.Action.APPROVED, "release 2")
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    for query in (
        {"action__exact": "changed"},
        {"table": "sections"},
        {"user__id__exact": editor.pk},
        {"q": "shorter"},
        {"operation__exact": str(entry.operation)},
        {"at__lt": tomorrow.isoformat(), "q": entry.name},
    ):
        assert results(as_viewer.get(LOG, query)) == [entry.pk], query
    assert results(as_viewer.get(LOG, {"table": "causes"})) == []


def test_queries_do_not_grow_with_the_entries(as_viewer, editor, entry, django_assert_max_num_queries) -> None:
    with recording(editor):
        Section.objects.update(intro="Read on.")
    assert LogEntry.objects.count() > 5
    with django_assert_max_num_queries(8):
        as_viewer.get(LOG)


def test_nobody_adds_changes_or_deletes_an_entry(client, administrator, entry) -> None:
    client.force_login(administrator)
    assert client.get(reverse("admin:causes_logentry_add")).status_code == 403
    assert client.post(reverse("admin:causes_logentry_change", args=[entry.pk]), {"reason": "?"}).status_code == 403
    assert client.post(reverse("admin:causes_logentry_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403
    with pytest.raises(ValidationError):
        entry.save()
    with pytest.raises(ValidationError):
        entry.delete()


@pytest.mark.parametrize("sql", ["UPDATE causes_logentry SET reason = 'other'", "DELETE FROM causes_logentry"])
def test_the_database_refuses_too(entry, sql) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert LogEntry.objects.get().reason == "Shorter."


def test_what_is_not_kept_is_not_logged(editor, release) -> None:
    with pytest.raises(ZeroDivisionError), recording(editor):
        Section.objects.update(intro="Gone.")
        _ = 1 / 0
    assert not LogEntry.objects.exists()
    assert not Section.objects.filter(intro="Gone.").exists()


def test_an_order_can_not_be_undone(client, editor, release) -> None:
    with recording(editor):
        first, second = Section.objects.all()[:2]
        Section.objects.filter(pk=first.pk).update(order=second.order)
        Section.objects.filter(pk=second.pk).update(order=first.order)
    entry = LogEntry.objects.get()
    assert entry.action == "reordered"
    client.force_login(editor)
    assert client.get(reverse("admin:causes_logentry_change", args=[entry.pk])).status_code == 200
    assert client.get(reverse("admin:causes_logentry_restore", args=[entry.pk, "before"])).status_code == 404
    assert client.get(reverse("admin:causes_logentry_undo", args=[entry.operation])).status_code == 404
    assert client.get(reverse("admin:causes_logentry_undo", args=[uuid.uuid4()])).status_code == 404


def test_who_may_only_read_restores_nothing(as_viewer, entry) -> None:
    for state in ("before", "after"):
        address = reverse("admin:causes_logentry_restore", args=[entry.pk, state])
        assert as_viewer.get(address).status_code == 403
        assert as_viewer.post(address, {"reason": "?"}).status_code == 403
    assert as_viewer.post(reverse("admin:causes_logentry_undo", args=[entry.operation])).status_code == 403
    for address in (LOG, reverse("admin:causes_logentry_change", args=[entry.pk])):
        assert not re.search(r"/restore/|/undo/", as_viewer.get(address).content.decode())
    assert Section.objects.filter(title="Short").exists()


def test_looking_changes_nothing(client, editor, entry) -> None:
    client.force_login(editor)
    assert client.get(reverse("admin:causes_logentry_restore", args=[entry.pk, "before"])).status_code == 200
    assert client.get(reverse("admin:causes_logentry_restore", args=[entry.pk, "sideways"])).status_code == 404
    assert Section.objects.filter(title="Short").exists()
    assert Likelihood.objects.exists()
    assert LogEntry.objects.count() == 1
