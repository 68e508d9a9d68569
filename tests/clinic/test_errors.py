from __future__ import annotations

import logging
import re

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import path, reverse

from clinic.logging import PrivateFormatter, PrivateRecords
from clinic.views import errors

SECRET = "Arthur Lang"


def fail(request, token=""):
    raise ValueError(f"not a date: {SECRET}")


def deny(request):
    raise PermissionDenied(SECRET)


def suspect(request):
    raise SuspiciousOperation(SECRET)


def miss(request):
    raise Http404(SECRET)


urlpatterns = [
    path("fail/<str:token>/", fail),
    path("deny/", deny),
    path("suspect/", suspect),
    path("miss/", miss),
    path("worklist/", miss, name="worklist"),
]
handler400, handler403 = errors.bad_request, errors.forbidden
handler404, handler500 = errors.not_found, errors.server_error


@pytest.fixture
def urls(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def log(caplog):
    """What the console's handler would print."""

    def text() -> str:
        formatter, private = PrivateFormatter("{name}: {message}", style="{"), PrivateRecords()
        return "\n".join(formatter.format(record) for record in caplog.records if private.filter(record))

    caplog.set_level(logging.WARNING)
    return text


@pytest.mark.parametrize(
    ("address", "status", "heading"),
    [
        ("/suspect/", 400, "could not be understood"),
        ("/deny/", 403, "may not see this page"),
        ("/miss/", 404, "There is nothing here"),
        ("/nowhere/", 404, "There is nothing here"),
        ("/fail/key/", 500, "Something went wrong"),
    ],
)
def test_works_without_a_database(urls, client, log, address, status, heading):
    """No database fixture: a query would raise."""
    response = client.get(address, {"q": SECRET})
    content = response.content.decode()
    assert response.status_code == status
    assert heading in content
    assert "twitchwise.css" in content
    assert SECRET not in content
    assert "Traceback" not in content
    assert "no-store" in response["Cache-Control"]
    assert SECRET not in log()


def test_the_reference_ties_page_and_log(urls, client, log):
    content = client.post("/fail/link-key/", {"name": SECRET}).content.decode()
    reference = re.search(r">([0-9A-F]{8})<", content)[1]
    printed = log()
    assert f"Reference {reference}: ValueError" in printed
    assert f'File "{__file__}"' in printed
    assert "in fail" in printed
    for secret in (SECRET, "link-key", "not a date"):
        assert secret not in printed


def test_each_failure_has_its_own_reference():
    found = {errors.server_error(RequestFactory().get("/")).content for _ in range(2)}
    assert len(found) == 2


@pytest.mark.django_db
def test_csrf_failure(clinician):
    client = Client(enforce_csrf_checks=True)
    client.force_login(clinician)
    response = client.post("/patients/", {"q": SECRET})
    assert response.status_code == 403
    assert "open for too long" in response.content.decode()
    assert SECRET not in response.content.decode()


POST_ONLY = {
    "sign": "differential",
    "enter_finding": "differential",
    "change_context": "differential",
    "own_list": "differential",
    "withdraw_diagnosis": "confirm_diagnosis",
}


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "page"), POST_ONLY.items())
def test_a_form_s_address_opened_as_a_page_says_so_and_leads_back(signed_in, clinician, sent_intake, name, page):
    response = signed_in(clinician).get(reverse(name, args=[sent_intake.key]))
    text = response.content.decode()
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert "no-store" in response["Cache-Control"]
    assert "Nothing was changed" in text
    assert f'href="{reverse(page, args=[sent_intake.key])}"' in text


@pytest.mark.django_db
def test_one_without_a_page_above_leads_to_the_start(client):
    text = client.get("/logout/").content.decode()
    assert "This address is not a page" in text
    assert "Go back to the page" not in text
    assert 'href="/"' in text


def test_a_refused_post_is_a_page_too(client):
    response = client.post("/causes/als/")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert 'href="/causes/"' in response.content.decode()


def record_of(error: BaseException, message: str, *args: object) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__)
    return logging.LogRecord("app", logging.ERROR, __file__, 1, message, args, info)


def raised() -> BaseException:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(SECRET) from error
    except ValueError as error:
        return error


def test_a_chain_of_errors_keeps_types_and_places():
    printed = PrivateFormatter().format(record_of(raised(), "failed"))
    assert printed.index("KeyError at:") < printed.index("ValueError at:")
    assert "in raised" in printed
    assert SECRET not in printed


def test_text_left_by_another_handler_is_not_reused():
    record = record_of(raised(), "failed")
    logging.Formatter().format(record)
    assert SECRET in record.exc_text
    assert SECRET not in PrivateFormatter().format(record)


@pytest.mark.parametrize("message", ["%s", "saw %s"])
def test_errors_among_the_arguments(message):
    error = raised()
    record = record_of(error, message, error)
    assert PrivateRecords().filter(record)
    assert SECRET not in PrivateFormatter().format(record)
    assert "ValueError" in record.getMessage()


def test_the_error_as_the_message():
    record = record_of(raised(), SECRET)
    PrivateRecords().filter(record)
    assert record.getMessage() == "ValueError"


def test_other_records_pass_unchanged():
    record = logging.LogRecord("app", logging.INFO, __file__, 1, "%s of %d", ("one", 2), None)
    assert PrivateRecords().filter(record)
    assert record.getMessage() == "one of 2"


def test_django_logs_through_the_private_handler_only():
    assert logging.getLogger("django").handlers == []
    assert logging.getLogger("django.request").propagate


KEY = "6f1c2a9e-6f0e-4a51-9b0c-3d2f6a1b7c8d"


@pytest.mark.parametrize(
    "address",
    [
        f"/intake/{KEY}/you/",
        f"/intake/p/{KEY}/",
        f"/intakes/{KEY}",
        f"/assessments/{KEY}/",
        f"/invitations/{KEY}/revoke/",
        f"/patients/{KEY}/",
        f"/invitations/new/?patient={KEY}",
    ],
)
@pytest.mark.parametrize(
    ("message", "args"),
    [
        ("Forbidden (%s): %s", ("Referer checking failed - https://example.org{} is wrong", "x")),
        ("Referer https://example.org{}", ()),
        ("%(where)s", ({"where": "at https://example.org{}"},)),
    ],
)
def test_a_key_inside_a_longer_text(address, message, args):
    filled = tuple(
        {name: text.format(address) for name, text in arg.items()} if isinstance(arg, dict) else arg.format(address)
        for arg in args
    )
    record = logging.LogRecord("app", logging.WARNING, __file__, 1, message.format(address), filled, None)
    assert PrivateRecords().filter(record)
    assert KEY not in record.getMessage()
    assert "…" in record.getMessage()


def test_a_key_inside_an_object():
    request = RequestFactory().get(f"/intake/{KEY}/you/")
    record = logging.LogRecord("app", logging.WARNING, __file__, 1, "Bad %s", (request,), None)
    PrivateRecords().filter(record)
    assert KEY not in record.getMessage()


def test_a_wrong_referer_leaves_no_key_in_the_log(db, client, log):
    strict = Client(enforce_csrf_checks=True)
    referer = f"https://elsewhere.example/intake/{KEY}/you/"
    assert strict.post("/login/", {}, secure=True, headers={"Referer": referer}).status_code == 403
    assert "Referer checking failed" in log()
    assert KEY not in log()
