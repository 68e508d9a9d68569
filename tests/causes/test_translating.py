from __future__ import annotations

from dataclasses import replace

import pytest

from causes.catalogue import Translation, from_json, to_json
from causes.catalogue.translating import in_language, languages, patient_texts, untranslated
from causes.models import Translation as Row
from causes.models.compilation import working_copy
from causes.ranking import posterior
from causes.validation import problems
from tests.causes.small import a_catalogue
from tests.real import REAL

SMALL = a_catalogue()


def a_translation(table: str, key: str, field: str, text: str, original: str) -> Translation:
    return Translation("es", table, key, field, text, original)


@pytest.fixture
def asked():
    findings = tuple(
        replace(f, section="all", question=f"Is it {f.slug}?") if f.slug in ("course", "tremor") else f
        for f in SMALL.findings
    )
    return replace(SMALL, findings=findings)


def test_works(asked):
    translations = (
        a_translation("findings", "tremor", "question", "¿Tiembla?", "Is it tremor?"),
        a_translation("options", "course/worse", "label", "Peor", "worse"),
    )
    spanish = in_language(replace(asked, translations=translations), "es")
    assert spanish.finding["tremor"].question == "¿Tiembla?"
    assert spanish.finding["course"].options[0].label == "Peor"
    assert spanish.finding["course"].question == "Is it course?"  # not translated: as it is
    assert spanish.original == replace(asked, translations=translations)
    assert posterior(spanish, {"tremor": True}, "clinic") == posterior(asked, {"tremor": True}, "clinic")


def test_what_is_missing_or_out_of_date_is_found(asked):
    fits = a_translation("findings", "tremor", "question", "¿Tiembla?", "Is it tremor?")
    stale = a_translation("findings", "course", "question", "¿Cómo va?", "How is it going?")
    catalogue = replace(asked, translations=(fits, stale))
    missing = {item.place for item in untranslated(catalogue, "es")}
    assert ("findings", "tremor", "question") not in missing
    assert ("findings", "course", "question") in missing
    assert ("options", "course/worse", "label") in missing
    assert languages(catalogue) == ("es",)
    assert len(untranslated(catalogue, "fr")) == len(list(patient_texts(catalogue)))


def test_another_language_leaves_the_catalogue_as_it_is(asked):
    assert in_language(asked, "fr") is asked


def test_parts_of_a_list_are_translated_together(catalogue):
    advice = catalogue.patient_advice[0]
    row = a_translation("patient_advice", advice.cause, "self_care", "Duerma bien.|Estire.", "|".join(advice.self_care))
    spanish = in_language(replace(catalogue, translations=(row,)), "es")
    assert spanish.advice[advice.cause].self_care == ("Duerma bien.", "Estire.")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (a_translation("findings", "tremor", "name", "x", "x"), "is of a field that patients do not read"),
        (a_translation("causes", "alpha", "summary", "x", "x"), "is of a field that patients do not read"),
        (
            a_translation("findings", "unheard-of", "question", "x", "x"),
            "names a record “unheard-of” that patients do not read",
        ),
        # Nobody asks the patient, and nobody hands anything out about the cause.
        (
            a_translation("findings", "tremor", "question", "x", "x"),
            "names a record “tremor” that patients do not read",
        ),
        (a_translation("causes", "alpha", "name", "x", "x"), "names a record “alpha” that patients do not read"),
        (a_translation("findings", "tremor", "question", " ", "x"), "is empty"),
    ],
)
def test_bad_rows_are_problems(row, message):
    found = problems(replace(SMALL, translations=(row,)))
    assert message in [problem.message for problem in found if problem.table == "translations"]


def test_a_text_has_one_translation():
    row = a_translation("findings", "tremor", "question", "x", "x")
    found = problems(replace(SMALL, translations=(row, row)))
    assert "is there twice" in [problem.message for problem in found]


@pytest.mark.django_db
def test_editors_rows_reach_the_catalogue(catalogue):
    Row.objects.create(language="fr", table="sections", key="you", field="title", text="Vous", original="About you")
    made = working_copy()
    assert in_language(made, "fr").sections[0].title == "Vous"
    assert from_json(to_json(made)) == made


@pytest.mark.django_db
def test_out_of_date_translations_are_listed(signed_in, editor, release):
    admin = signed_in(editor)
    url = "/admin/causes/translation/?state=stale"
    title = REAL.sections[0].title
    Row.objects.create(language="fr", table="sections", key="you", field="title", text="Vous", original=title)
    assert "Vous" not in admin.get(url).content.decode()
    Row.objects.filter(language="fr").update(original="Yourself")
    assert "Vous" in admin.get(url).content.decode()


@pytest.mark.django_db
def test_editors_see_what_is_missing(signed_in, editor, release):
    admin = signed_in(editor)
    url = "/admin/causes/translation/missing/"
    assert "Everything that patients read is translated" in admin.get(url).content.decode()
    gone = Row.objects.get(language="es", key="tremor", field="question")
    gone.delete()
    page = admin.get(url).content.decode()
    link = "/admin/causes/translation/add/?language=es&amp;table=findings&amp;key=tremor&amp;field=question"
    assert f'href="{link}">{gone.original}<' in page
    assert 'value="tremor"' in admin.get(link.replace("&amp;", "&")).content.decode()


@pytest.mark.django_db
def test_saving_a_translation_says_that_it_fits(signed_in, editor, release):
    row = Row.objects.get(language="es", key="tremor", field="question")
    Row.objects.filter(pk=row.pk).update(original="As it was.")
    admin = signed_in(editor)
    url = f"/admin/causes/translation/{row.pk}/change/"
    assert f'href="{url}"' in admin.get("/admin/causes/translation/missing/").content.decode()
    assert row.original in admin.get(url).content.decode()
    assert admin.post(url, {"text": row.text, "order": row.order, "key": "weakness"}).status_code == 302
    row.refresh_from_db()
    assert row.key == "tremor", "of which text it is was chosen once"
    assert row.original == "Does a part of your body shake?"


@pytest.mark.django_db
def test_what_patients_do_not_read_is_not_translated(signed_in, editor, release):
    data = {"language": "es", "table": "findings", "key": "babinski", "field": "question", "text": "x", "order": "1"}
    page = signed_in(editor).post("/admin/causes/translation/add/", data)
    assert page.status_code == 200
    assert "Patients read no such text" in page.content.decode()


@pytest.mark.django_db
def test_outsiders_of_the_catalogue_see_nothing(signed_in, clinician, client):
    url = "/admin/causes/translation/missing/"
    assert client.get(url).status_code == 302
    assert signed_in(clinician).get(url).status_code == 302


@pytest.mark.django_db
def test_publishing_says_what_is_not_translated(signed_in, editor, release):
    admin, url = signed_in(editor), "/admin/causes/release/check/"
    assert "not translated" not in admin.get(url).content.decode()
    Row.objects.filter(language="es", key="tremor").delete()
    page = admin.get(url).content.decode()
    assert "Español: 3 texts are not translated, or out of date." in page
    assert 'value="Propose"' in page


@pytest.mark.django_db
def test_a_bad_row_can_be_found_from_the_list_of_problems(signed_in, editor, release):
    Row.objects.create(language="es", table="findings", key="unheard-of", field="why", text="x", original="x")
    assert (
        "/admin/causes/translation/?q=unheard-of"
        in signed_in(editor).get("/admin/causes/release/check/").content.decode()
    )
