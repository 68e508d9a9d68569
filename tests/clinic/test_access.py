"""Every address of the clinic, read from the URLconf: none can be added without a policy."""

from __future__ import annotations

import uuid

import pytest
from django.urls import URLPattern, get_resolver, reverse

from clinic.models import AccessRecord
from tests import cast

pytestmark = pytest.mark.django_db

# Reached without a membership, on purpose; patients' addresses carry their own key.
OPEN = {"login", "logout"}
INCLUDED_ELSEWHERE = ("intake/", "admin/", "causes/")
PATTERNS = [item for item in get_resolver("clinic.urls").url_patterns if isinstance(item, URLPattern)]
INCLUDES = [item for item in get_resolver("clinic.urls").url_patterns if not isinstance(item, URLPattern)]
CLOSED = [item for item in PATTERNS if item.name not in OPEN]
ABOUT_SOMEONE = [item.name for item in CLOSED if item.pattern.converters]
CLINICAL = [item.name for item in CLOSED if str(item.pattern).startswith(("intakes/", "assessments/"))]
METHODS = ("get", "post")


@pytest.fixture(scope="module")
def kept():
    """What a signature keeps: ranked once, for the patient is the same in every test."""
    return {}


@pytest.fixture
def addresses(practice, clinician, sent_intake, kept):
    """An address of a real row of the practice for every pattern."""
    if not kept:
        kept["page"] = cast.a_snapshot(sent_intake, clinician)
    assessment = cast.a_signed_assessment(sent_intake, clinician, snapshot=kept["page"])
    invitation = cast.an_invitation(sent_intake.patient, clinician)
    keys = {"patient": sent_intake.patient.key, "assessment": assessment.key, "patient_sheet": assessment.key}
    keys["overrule_sheet"] = assessment.key

    def address(name: str) -> str:
        (pattern,) = (item for item in CLOSED if item.name == name)
        values = {"key": keys.get(name, sent_intake.key), "number": invitation.pk}
        return reverse(name, kwargs={part: values[part] for part in pattern.pattern.converters})

    return address


def is_about_an_intake(name: str) -> bool:
    (pattern,) = (item for item in CLOSED if item.name == name)
    return "key" in pattern.pattern.converters


def test_the_patterns_are_found():
    assert {"worklist", "patients", "patient", "differential", "sign", "assessment"} <= {item.name for item in CLOSED}
    assert "differential" in ABOUT_SOMEONE
    assert {str(item.pattern) for item in INCLUDES} == set(INCLUDED_ELSEWHERE)


@pytest.mark.parametrize("pattern", CLOSED, ids=lambda item: item.name)
def test_every_pattern_declares_its_policy(pattern):
    policy = pattern.callback.access_policy
    assert policy in {"member", "intake", "patient", "assessment"}
    if "intakes/" in str(pattern.pattern):
        assert policy == "intake"
    if "assessments/" in str(pattern.pattern):
        assert policy == "assessment"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", [item.name for item in CLOSED])
def test_anonymous_logs_in_first(client, addresses, name, method):
    address = addresses(name)
    response = getattr(client, method)(address)
    if response.status_code != 405:
        assert response.status_code == 302
        assert response.url == f"/login/?next={address}"
    assert not AccessRecord.objects.exists()


@pytest.mark.parametrize("name", ABOUT_SOMEONE)
def test_outsider_404_by_every_method(signed_in, outsider, addresses, name):
    client, address = signed_in(outsider), addresses(name)
    statuses = [getattr(client, method)(address).status_code for method in METHODS]
    # A method that a page does not know is refused before anything is looked up.
    assert set(statuses) <= {404, 405}
    assert 404 in statuses
    expected = statuses.count(404) if is_about_an_intake(name) else 0
    assert AccessRecord.objects.filter(user=outsider, was_allowed=False).count() == expected
    assert AccessRecord.objects.count() == expected


@pytest.mark.parametrize("name", ABOUT_SOMEONE)
def test_a_user_of_no_practice_gets_404(signed_in, django_user_model, addresses, name):
    client, address = signed_in(django_user_model.objects.create_user("nobody")), addresses(name)
    assert {getattr(client, method)(address).status_code for method in METHODS} <= {404, 405}


@pytest.mark.parametrize("name", ABOUT_SOMEONE)
def test_an_unknown_key_is_404_and_leaves_no_record(signed_in, clinician, name):
    (pattern,) = (item for item in CLOSED if item.name == name)
    values = {"key": uuid.uuid4(), "number": 4711}
    address = reverse(name, kwargs={part: values[part] for part in pattern.pattern.converters})
    client = signed_in(clinician)
    assert {getattr(client, method)(address).status_code for method in METHODS} <= {404, 405}
    assert not AccessRecord.objects.exists()


@pytest.mark.parametrize("name", CLINICAL)
def test_reception_403_on_record(signed_in, receptionist, addresses, name):
    client, address = signed_in(receptionist), addresses(name)
    statuses = [getattr(client, method)(address).status_code for method in METHODS]
    assert set(statuses) <= {403, 405}
    assert AccessRecord.objects.filter(user=receptionist, was_allowed=False).count() == statuses.count(403) > 0


@pytest.mark.parametrize("name", [item.name for item in CLOSED])
def test_no_cache_keeps_a_page(signed_in, clinician, addresses, name):
    response = signed_in(clinician).get(addresses(name))
    if response.status_code != 405:
        assert "no-store" in response["Cache-Control"]


def test_a_draft_is_nobodys_to_read(signed_in, clinician, draft_intake):
    assert signed_in(clinician).get(reverse("differential", args=[draft_intake.key])).status_code == 404


@pytest.mark.parametrize(
    "model",
    [
        "clinicianfinding",
        "contextchange",
        "ownlist",
        "confirmeddiagnosis",
        "assessment",
        "sheetoverrule",
        "accessrecord",
    ],
)
def test_patient_data_in_the_admin_is_for_superusers_and_read_only(
    signed_in, editor, administrator, sent_intake, model
):
    changelist = reverse(f"admin:clinic_{model}_changelist")
    assert signed_in(editor).get(changelist).status_code == 403
    client = signed_in(administrator)
    assert client.get(changelist).status_code == 200
    assert client.get(reverse(f"admin:clinic_{model}_add")).status_code == 403


def test_a_look_through_the_admin_is_on_record(signed_in, administrator, clinician, sent_intake):
    assessment = cast.a_signed_assessment(sent_intake, clinician)
    client = signed_in(administrator)
    assert client.get(reverse("admin:clinic_assessment_change", args=[assessment.pk])).status_code == 200
    assert client.post(reverse("admin:clinic_assessment_delete", args=[assessment.pk])).status_code == 403
    assert AccessRecord.objects.get(user=administrator).intake == sent_intake


def test_the_administrator_gives_a_user_a_practice(signed_in, administrator, clinician):
    response = signed_in(administrator).get(reverse("admin:auth_user_change", args=[clinician.pk]))
    assert response.status_code == 200
    assert "membership-0-practice" in response.content.decode()
