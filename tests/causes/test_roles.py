import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import Resolver404, resolve, reverse

from causes.models import Cause, LogEntry, Section, Translation
from causes.models.loading import MODELS
from causes.models.recording import recording
from causes.models.roles import APPROVER, EDITOR, TRANSLATOR, VIEWER, ensure_roles
from tests.causes.admin_posting import page_of, save

pytestmark = pytest.mark.django_db
SMALL_CAUSE = "focal-motor-seizures"
# Of the editable tables: one of each is opened.
TABLES = sorted(model._meta.model_name for model in MODELS.values() if model in admin.site._registry)


@pytest.fixture(autouse=True)
def short_lists(monkeypatch) -> None:
    """A list of five rows has the links of one of a hundred."""
    for listed in admin.site._registry.values():
        monkeypatch.setattr(listed, "list_per_page", 5)


@pytest.fixture
def records(editor, release) -> dict[str, object]:
    with recording(editor):
        Section.objects.update(intro="Read on.")
        Translation.objects.last().delete()
    return {
        model._meta.model_name: Cause.objects.get(pk=SMALL_CAUSE) if model is Cause else model._default_manager.first()
        for model in MODELS.values()
    }


def statuses(client, table: str, record) -> dict[str, int]:
    """Of the four pages that change something."""
    add = reverse(f"admin:causes_{table}_add")
    return {
        "add": client.get(add).status_code,
        "change": client.post(page_of(record), {}).status_code,
        "delete": client.get(page_of(record, "delete")).status_code,
        "delete post": client.post(page_of(record, "delete"), {"post": "yes", "reason": "x"}).status_code,
    }


@pytest.mark.parametrize("role", ["viewer", "approver", "translator"])
def test_who_may_only_read_finds_no_way_to_change(client, request, records, role) -> None:
    client.force_login(request.getfixturevalue(role))
    before = LogEntry.objects.count()
    for table in TABLES:
        if role == "translator" and table == "translation":
            continue
        record = records[table]
        assert client.get(reverse(f"admin:causes_{table}_changelist")).status_code == 200, table
        page = client.get(page_of(record))
        assert page.status_code == 200, table
        assert not re.search(r'name="(_save|_continue|_addanother|_saveasnew|reason)"', page.content.decode()), table
        assert client.get(page_of(record, "history")).status_code == 200, table
        assert statuses(client, table, record) == dict.fromkeys(("add", "change", "delete", "delete post"), 403), table
    assert LogEntry.objects.count() == before


def test_a_translator_changes_translations_only(client, translator, records) -> None:
    client.force_login(translator)
    row = Translation.objects.first()
    assert save(client, row, text="¡Hola!").status_code == 302
    assert Translation.objects.get(pk=row.pk).text == "¡Hola!"
    assert LogEntry.objects.first().table == "translations"


def test_an_editor_changes_every_table_and_approves_nothing(client, editor, records) -> None:
    client.force_login(editor)
    for table in TABLES:
        assert client.get(reverse(f"admin:causes_{table}_add")).status_code == 200, table
        assert 'name="_save"' in client.get(page_of(records[table])).content.decode(), table
    assert not editor.has_perm("causes.approve_release")
    assert editor.has_perm("causes.propose_release")


def test_an_approver_approves(approver) -> None:
    assert approver.has_perm("causes.approve_release")
    assert not approver.has_perm("causes.propose_release")


@pytest.mark.parametrize("role", ["clinician", "receptionist", None])
def test_the_clinic_does_not_enter(client, request, records, role) -> None:
    if role:
        client.force_login(request.getfixturevalue(role))
    addresses = [reverse("admin:index"), reverse("admin:causes_release_changelist")]
    for table in TABLES:
        addresses += [
            reverse(f"admin:causes_{table}_changelist"),
            reverse(f"admin:causes_{table}_add"),
            *(page_of(records[table], action) for action in ("change", "delete", "history")),
        ]
    for address in addresses:
        assert client.get(address).url.startswith(reverse("admin:login")), address


@pytest.mark.parametrize("role", ["viewer", "translator"])
def test_no_link_is_dead(client, request, records, role) -> None:
    """One address of each kind that the pages link to is opened."""
    client.force_login(request.getfixturevalue(role))
    found: dict[tuple[str, ...], str] = {}
    pages = [reverse("admin:index"), reverse("admin:causes_translation_missing")]
    pages += [page_of(LogEntry.objects.first()), page_of(records["section"], "history")]
    for table in (*TABLES, "release", "logentry", "proposal"):
        pages.append(reverse(f"admin:causes_{table}_changelist"))
        if table in records:
            pages.append(page_of(records[table]))
    for page in pages:
        match = resolve(page)
        found[(match.view_name, *sorted(match.kwargs))] = page
    answers = {page: client.get(page) for page in pages}
    for page, answer in answers.items():
        text = answer.content.decode()
        for address in re.findall(r'<a [^>]*href="(/admin/[^"?#]*)', text):
            try:
                match = resolve(address)
            except Resolver404:
                pytest.fail(f"{page} links to {address}")
            found.setdefault((match.view_name, *sorted(match.kwargs)), address)
    opened = {address: answers.get(address) or client.get(address) for address in found.values()}
    dead = {address: answer.status_code for address, answer in opened.items() if answer.status_code not in (200, 302)}
    assert dead == {}


def test_the_groups_come_with_the_catalogue(release) -> None:
    call_command("load_catalogue", verbosity=0)
    assert {EDITOR, APPROVER, TRANSLATOR, VIEWER} <= set(Group.objects.values_list("name", flat=True))


def test_what_an_administrator_changed_in_a_group_stays(release) -> None:
    ensure_roles()
    group = Group.objects.get(name=VIEWER)
    group.permissions.clear()
    ensure_roles()
    assert not group.permissions.exists()


# What the name says by itself: no help is needed.
SELF_EVIDENT: set[str] = set()


def test_every_field_has_help(release) -> None:
    editable = [*MODELS.values(), *(each.related_model for model in MODELS.values() for each in parts(model))]
    for model in editable:
        for field in [*model._meta.fields, *model._meta.many_to_many]:
            if field.editable and not field.auto_created:
                assert field.help_text or field.name in SELF_EVIDENT, f"{model.__name__}.{field.name}"


def parts(model) -> list:
    return [
        each
        for each in model._meta.related_objects
        if each.one_to_many and each.related_model._meta.app_label == "causes"
    ]
