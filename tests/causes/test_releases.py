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
from causes.models import Cause, Fact, Likelihood, Release
from causes.models.compilation import working_copy

pytestmark = pytest.mark.django_db
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


def test_check_page_works(release, editor, client) -> None:
    client.force_login(editor)
    edit()
    page = client.get(reverse(CHECK))
    assert page.status_code == 200
    assert "als weakness" in page.content.decode()
    assert "→ 0.8" in page.content.decode()


def test_check_page_publishes(release, editor, client) -> None:
    client.force_login(editor)
    edit()
    answer = client.post(reverse(CHECK), {"notes": "New cohort.", "sha256": working_copy().sha256})
    published = Release.objects.current()
    assert answer.url == reverse("admin:causes_release_change", args=[published.pk])
    assert (published.number, published.author, published.notes) == (2, editor, "New cohort.")


def test_what_is_published_was_reviewed(release, editor, client) -> None:
    client.force_login(editor)
    edit(0.8)
    seen = working_copy().sha256
    edit(0.7)
    page = client.post(reverse(CHECK), {"notes": "New cohort.", "sha256": seen})
    assert "while you looked at it" in page.content.decode()
    assert Release.objects.count() == 1
    again = client.post(reverse(CHECK), {"notes": "x", "sha256": page.context["form"]["sha256"].value()})
    assert again.status_code == 302


def test_a_note_is_required(release, editor, client) -> None:
    client.force_login(editor)
    edit()
    page = client.post(reverse(CHECK), {"notes": " ", "sha256": working_copy().sha256})
    assert page.context["form"].errors["notes"]
    assert Release.objects.count() == 1


def test_problems_are_listed_with_links(release, editor, client) -> None:
    client.force_login(editor)
    Cause.objects.create(slug="gout", name="Gout", group="metabolic", urgency="soon")
    Likelihood.objects.filter(cause="als", finding="course", option="stable", is_used=True).update(is_used=False)
    page = client.post(reverse(CHECK), {"notes": "x", "sha256": working_copy().sha256})
    text = page.content.decode()
    assert "finding__slug__exact=course&amp;cause__slug__exact=als" in text
    assert "no share for gout" in text
    assert Release.objects.count() == 1
    # One of each kind: the others differ in what their list is filtered by.
    addresses = {re.sub(r"=[^&]*", "", address): address for _problem, address in page.context["problems"]}
    assert len(addresses) == 2
    for address in addresses.values():
        assert client.get(address).status_code == 200


def test_index_tells_of_a_changed_working_copy(release, editor, client) -> None:
    client.force_login(editor)
    assert "nothing to publish" in client.get(reverse("admin:index")).content.decode()
    edit()
    assert "The working copy differs from release 1" in client.get(reverse("admin:index")).content.decode()


def test_anonymous(release, client) -> None:
    assert client.get(reverse(CHECK)).url.startswith(reverse("admin:login"))


def test_a_clinician_may_not(release, clinician, client) -> None:
    client.force_login(clinician)
    assert client.get(reverse(CHECK)).status_code == 302
    clinician.is_staff = True
    clinician.save()
    assert client.get(reverse(CHECK)).status_code == 403
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
