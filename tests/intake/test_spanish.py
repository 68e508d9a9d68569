"""The language that a patient chooses, page by page."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.utils import translation
from django.utils.formats import date_format

from causes.catalogue.translating import patient_texts
from causes.models import Release
from clinic.patient_sheet import patient_sheet
from intake.models import Intake
from intake.topics import all_topics
from tests import cast, messages
from tests.intake.posting import address, filled

pytestmark = pytest.mark.django_db

SPANISH = {"HTTP_ACCEPT_LANGUAGE": "es-MX,es;q=0.9,en;q=0.5"}
CHOICE = "/intake/language/"
# One language's word for it is the other's too.
SAME = {"No", "Error:", "Sex"}


@pytest.fixture
def spanish_draft(practice):
    return cast.a_draft(practice, language="es")


def text_of(response) -> str:
    """What is read on the page: no names of elements, no addresses."""
    html = re.sub(r"<(script|template|style)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    said = re.findall(r'(?:aria-label|data-[a-z]+|alt|placeholder|title)="([^"]*)"', html)
    return unescape("\n".join([re.sub(r"<[^>]*>", "\n", html), *said]))


def english_in(text: str) -> list[str]:
    """Messages and catalogue texts that a Spanish reader would meet in English."""
    known = {message[0] for message in messages.extracted()} - SAME
    known |= {item.text for item in patient_texts(Release.objects.current().catalogue())}
    spanish = {str(translated) for translated in _spanish(known)}
    lines = {line.strip() for line in text.splitlines()} | {text.strip()}
    whole = {line for line in lines if line in known and line not in spanish}
    return sorted(whole | {known for known in known if len(known) > 25 and known in text})


def _spanish(known: set[str]) -> list[str]:
    with translation.override("es"):
        return [translation.gettext(text) for text in known]


def test_works(client, spanish_draft):
    page = client.get(address(spanish_draft, "what-you-notice"))
    html = page.content.decode()
    assert '<html lang="es" dir="ltr">' in html
    assert page["Content-Language"] == "es"
    assert "¿Le tiembla alguna parte del cuerpo?" in html
    assert "Continuar" in html
    assert english_in(text_of(page)) == []


def test_english_is_found(client, draft_intake):
    """The check of these tests itself: an English page is full of it."""
    found = english_in(text_of(client.get(address(draft_intake, "what-you-notice"))))
    assert {"Continue", "Does a part of your body shake?", "Saved"} <= set(found)


@pytest.mark.parametrize(("browser", "language"), [("es-MX,es;q=0.9", "es"), ("en-US", "en-gb"), ("fr", "en-gb")])
def test_the_browser_decides_at_first(client, practice, browser, language):
    page = client.get(f"/intake/p/{practice.token}/", HTTP_ACCEPT_LANGUAGE=browser)
    assert f'<html lang="{language}"' in page.content.decode()
    assert "Accept-Language" in page["Vary"]


def test_each_language_is_offered_in_its_own(client, practice):
    html = client.get(f"/intake/p/{practice.token}/").content.decode()
    assert re.search(r'name="language" value="es" lang="es"[^>]*>Español<', html)
    assert re.search(r'name="language" value="en-gb" lang="en-gb" aria-current="true">English<', html)


def test_a_choice_is_remembered(client, practice):
    start = f"/intake/p/{practice.token}/"
    assert client.post(CHOICE, {"language": "es", "next": start}).url == start
    assert "Antes de empezar" in client.get(start).content.decode()
    client.post(start, {"respondent": "patient"})
    assert Intake.objects.get().language == "es"


def test_an_invitation_has_its_language(client, practice, clinician):
    invited = cast.an_invitation(cast.a_patient(practice), clinician, language="es")
    url = f"/intake/i/{invited.token}/"
    assert "Antes de empezar" in client.get(url).content.decode()
    client.post(CHOICE, {"language": "en-gb", "next": url})
    assert "Before you start" in client.get(url).content.decode()


def test_the_draft_remembers_its_language(client, spanish_draft):
    """On another phone, with an English browser."""
    assert "Continuar" in client.get(address(spanish_draft, "you")).content.decode()
    client.post(CHOICE, {"language": "en-gb", "next": address(spanish_draft, "you"), "intake": spanish_draft.token})
    spanish_draft.refresh_from_db()
    assert spanish_draft.language == "en-gb"
    assert "Continue" in client.get(address(spanish_draft, "you")).content.decode()


def test_switching_on_a_page_of_questions_loses_nothing(client, draft_intake):
    url = address(draft_intake, "what-you-notice")
    data = filled(draft_intake, "what-you-notice", tremor="yes")
    half = {key: value for key, value in data.items() if key in ("shown", "tremor")}
    assert client.post(url, {**half, "language": "es"}).url == url
    draft_intake.refresh_from_db()
    assert draft_intake.answers["tremor"] == "yes"
    assert draft_intake.language == "es"
    page = client.get(url)
    assert "¿Le tiembla" in page.content.decode()
    assert "Hay un problema" not in page.content.decode()


@pytest.mark.parametrize(
    "data",
    [
        {"language": "tlh", "next": "/intake/p/x/"},
        {"language": "es"},
        {"language": "es", "next": "https://example.org/intake/"},
        {"language": "es", "next": "//example.org/intake/"},
        {"language": "es", "next": "/intake/../admin/\\\\example.org"},
        {"language": "es", "next": "/admin/"},
    ],
)
def test_a_bad_choice_is_refused(client, data):
    response = client.post(CHOICE, data)
    if response.status_code == 302:
        assert response.url.startswith("/intake/")
    else:
        assert response.status_code == 400


def test_a_choice_is_posted(client):
    assert client.get(CHOICE).status_code == 405


def test_what_was_sent_keeps_its_language(client, sent_intake):
    data = {"language": "es", "next": address(sent_intake, "sent"), "intake": sent_intake.token}
    client.post(CHOICE, data)
    sent_intake.refresh_from_db()
    assert sent_intake.language == ""
    assert "Lo que pasa ahora" in client.get(address(sent_intake, "sent")).content.decode()


def test_every_page_of_a_spanish_patient(client, practice, whole_form):
    """From the start to her own copy there is no English word of ours."""
    start = f"/intake/p/{practice.token}/"
    assert english_in(text_of(client.get(start, **SPANISH))) == []
    client.post(start, {"respondent": "patient"}, **SPANISH)
    intake = Intake.objects.select_related("practice", "release").get()
    pages = [client.get(address(intake, "code"))]
    for topic in all_topics(intake.release.catalogue()):
        pages.append(client.get(address(intake, topic.slug)))
        pages.append(client.get(f"{address(intake, topic.slug)}?problems"))
        with translation.override("es"):
            data = filled(intake, topic.slug, fasciculations="yes", weakness="yes", tremor="yes")
        assert client.post(address(intake, topic.slug), data).status_code == 302
        intake.refresh_from_db()
    pages += [client.get(address(intake, "check")), client.get(f"/intake/p/{practice.token}/find/", **SPANISH)]
    client.post(address(intake, "send"))
    pages += [client.get(address(intake, name)) for name in ("sent", "answers", "looks")]
    for page in pages:
        if page.status_code == 200:
            assert '<html lang="es"' in page.content.decode()
            assert english_in(text_of(page)) == [], page.request["PATH_INFO"]
    intake.refresh_from_db()
    assert intake.is_sent
    text = client.get(address(intake, "answers/download")).content.decode()
    assert "Sus respuestas para" in text
    assert english_in(text) == []


def test_dates_are_written_in_the_language(client, spanish_draft):
    html = client.get(address(spanish_draft, "code")).content.decode()
    with translation.override("es"):
        month = date_format(spanish_draft.kept_until, "F")
    assert re.search(rf"hasta el \d+ de {month} de 20\d\d\.", html)


def test_clinicians_read_english(signed_in, clinician, client, practice):
    intake = cast.a_sent_intake(practice)
    Intake.objects.filter(pk=intake.pk).update(language="es")
    browser = signed_in(clinician)
    for url in ("/", f"/intakes/{intake.key}/", "/patients/"):
        page = browser.get(url, **SPANISH)
        assert '<html lang="en-gb"' in page.content.decode()
        assert "Respuestas" not in page.content.decode()


def test_the_admin_is_english(signed_in, administrator):
    page = signed_in(administrator).get("/admin/", **SPANISH).content.decode()
    assert 'lang="en-gb"' in page
    assert "Cerrar sesión" not in page


def test_error_pages_are_the_patients(client):
    page = client.get("/intake/nowhere/check/", **SPANISH)
    assert page.status_code == 404
    assert "Aquí no hay nada" in page.content.decode()
    assert "There is nothing here" in client.get("/nowhere/", **SPANISH).content.decode()
    refused = client.get(CHOICE, **SPANISH)
    assert "Esta dirección no es una página" in refused.content.decode()


def test_the_sheet_is_in_the_patients_language(clinician, practice):
    intake = cast.a_sent_intake(practice)
    Intake.objects.filter(pk=intake.pk).update(language="es")
    intake.refresh_from_db()
    signed = cast.a_snapshot(intake, clinician, "essential-tremor")
    assessment = cast.a_signed_assessment(intake, clinician, "essential-tremor", snapshot=signed)
    sheet = patient_sheet(assessment, intake.release.catalogue())
    assert sheet.language == "es"
    assert sheet.lead.startswith(("Creemos", "Esta es"))
    assert sheet.cause == "Temblor esencial"
    assert not english_in("\n".join([sheet.explanation, *sheet.self_care, *(s for g in sheet.signs for s in g.signs)]))


def test_ranking_is_worked_out_once_for_all_languages(catalogue, spanish_draft):
    with translation.override("es"):
        spanish = spanish_draft.catalogue()
    assert spanish.original is catalogue
    assert spanish is not catalogue


def test_right_to_left(client, draft_intake, settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "العربية")]
    Intake.objects.filter(pk=draft_intake.pk).update(language="ar")
    html = client.get(address(draft_intake, "you")).content.decode()
    assert '<html lang="ar" dir="rtl">' in html
