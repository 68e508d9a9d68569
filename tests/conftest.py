from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker
from xdist.remote import Producer
from xdist.scheduler import WorkStealingScheduling

from causes.catalogue import Catalogue
from causes.models import Release
from causes.models.roles import APPROVER, EDITOR, TRANSLATOR, VIEWER
from clinic import known_patients
from clinic.models import Membership
from intake.models import Intake, Practice
from tests import cast

# Each process rewrites every test's assertions: half of the time until the first test. They are kept, in var/ where
# nothing may be written beside the sources.
if sys.dont_write_bytecode:
    sys.pycache_prefix, sys.dont_write_bytecode = str(settings.VAR_DIR / "bytecode"), False

# Hypothesis tries its hundred examples in CI; before, every run tries others.
if "CI" not in os.environ:
    hypothesis_settings.register_profile("quick", max_examples=25)
    hypothesis_settings.load_profile("quick")


def pytest_collection_finish() -> None:
    """What is loaded by now stays. Looking through it for garbage, over and over, is a sixth of the time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The journeys are left out before their browser's package is imported."""
    return True if collection_path.name == "journeys" and "not journey" in config.option.markexpr else None


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WorkStealingScheduling | None:
    """Neighbouring tests stay in one process, which then works out once what they share."""
    return WorkStealingScheduling(config, log) if config.option.dist == "load" else None


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Every test starts from the real catalogue, published once as release 1."""
    with django_db_blocker.unblock():
        call_command("load_catalogue", verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def fast_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def loaded_again_afterwards(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[str]]:
    triggers: list[str] = []
    yield triggers
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            for sql in triggers:
                cursor.execute(sql)
        call_command("load_catalogue", verbosity=0)


@pytest.fixture
def committed_db(loaded_again_afterwards: list[str], transactional_db: None) -> Iterator[None]:
    """Instead of ``django_db(transaction=True)``, whose flush loses the catalogue and trips over the triggers.

    Ask for it alone or with ``live_server``, without the mark.
    """
    yield
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        for name, sql in cursor.fetchall():
            loaded_again_afterwards.append(sql)
            cursor.execute(f"DROP TRIGGER {name}")


@pytest.fixture
def release(db: None) -> Release:
    return Release.objects.current()


@pytest.fixture
def catalogue(release: Release) -> Catalogue:
    return release.catalogue()


@pytest.fixture
def few_known_patients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor's changes are tried on nine published patients: all of them take a second."""
    few = tmp_path / "few.jsonl"
    few.write_text("\n".join(known_patients.PUBLISHED.read_text(encoding="utf-8").splitlines()[:9]), encoding="utf-8")
    monkeypatch.setattr(known_patients, "PUBLISHED", few)
    monkeypatch.setattr(known_patients, "FURTHER", few.with_name("none.jsonl"))
    few.with_name("none.jsonl").touch()


@pytest.fixture
def practice(db: None) -> Practice:
    return cast.a_practice("Harbour Practice")


@pytest.fixture
def other_practice(db: None) -> Practice:
    return cast.a_practice("Hill Practice")


@pytest.fixture
def clinician(practice: Practice) -> User:
    return cast.a_member("diana", practice, first_name="Diana", last_name="Clarke")


@pytest.fixture
def colleague(practice: Practice) -> User:
    return cast.a_member("carl", practice, first_name="Carl", last_name="Olsen")


@pytest.fixture
def receptionist(practice: Practice) -> User:
    return cast.a_member("rose", practice, role=Membership.Role.RECEPTION, first_name="Rose", last_name="Field")


@pytest.fixture
def outsider(other_practice: Practice) -> User:
    return cast.a_member("otto", other_practice, first_name="Otto", last_name="Wells")


@pytest.fixture
def editor(db: None) -> User:
    return cast.a_catalogue_user("emil", EDITOR)


@pytest.fixture
def approver(db: None) -> User:
    return cast.a_catalogue_user("april", APPROVER)


@pytest.fixture
def translator(db: None) -> User:
    return cast.a_catalogue_user("tomas", TRANSLATOR)


@pytest.fixture
def viewer(db: None) -> User:
    return cast.a_catalogue_user("vera", VIEWER)


@pytest.fixture
def administrator(db: None) -> User:
    return User.objects.create_superuser("anna", password=cast.PASSWORD)


@pytest.fixture
def draft_intake(practice: Practice) -> Intake:
    return cast.a_draft(practice)


@pytest.fixture
def sent_intake(practice: Practice) -> Intake:
    return cast.a_sent_intake(practice)


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    """``signed_in(clinician).get(...)``"""

    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in
