"""The patient's page as an editor's form would make it."""

from __future__ import annotations

import pytest

from causes.models import Finding, LogEntry, Section, Translation
from intake.models import Intake

pytestmark = pytest.mark.django_db


def address(form: str, record: object = "") -> str:
    return f"/admin/intake/intake/patient-page/{form}/" + (f"?record={record}" if record else "")


@pytest.fixture
def preview(signed_in, editor, release):
    admin = signed_in(editor)

    def post(form: str, record: object = "", **fields: str) -> str:
        response = admin.post(address(form, record), {key.replace("__", "-"): text for key, text in fields.items()})
        assert response.status_code == 200
        return response.content.decode()

    return post


class TestFinding:
    def test_works(self, preview):
        before = Finding.objects.get(pk="weakness").question
        page = preview("finding", "weakness", question="Are your muscles weaker?", help="Typed & not saved")
        assert "<h2>Are your muscles weaker?</h2>" in page
        assert "Typed &amp; not saved" in page
        assert 'data-item-shown="item-weakness"' in page
        assert Finding.objects.get(pk="weakness").question == before
        assert not Intake.objects.exists()
        assert not LogEntry.objects.exists()

    def test_what_it_hangs_on_is_answered_so_that_it_is_seen(self, preview):
        page = preview("finding", "rest-tremor", ask_if="tremor")
        assert "is present. The preview answers so." in page
        shown = page.split('id="item-rest-tremor"')[1].split(">")[0]
        assert "hidden" not in shown

    @pytest.mark.parametrize(
        "ask_if",
        [
            "!weakness",
            "medicines",
            "!medicines",
            "age>=50",
            "sex=female",
            "duration=over 5 years|tremor",
            "grip-weakness",
        ],
    )
    def test_every_kind_of_condition(self, preview, ask_if):
        page = preview("finding", "nicotine", ask_if=ask_if)
        assert "hidden" not in page.split('id="item-nicotine"')[1].split(">")[0]

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"ask_if": "tremor+&"}, "“&amp;” is not a condition"),
            ({"ask_if": "age>=old"}, "“old” in “age&gt;=old” is not a number"),
            ({"ask_if": "unheard-of"}, "names what is no finding: “unheard-of”"),
            ({"control": "clinician"}, "Patients are not asked this"),
            ({"section": ""}, "Patients are not asked this"),
            ({"section": "unheard-of"}, "Patients are not asked this"),
        ],
    )
    def test_says_in_words_why_there_is_nothing(self, preview, fields, words):
        assert words in preview("finding", "weakness", **fields)

    def test_the_options_as_typed_in_their_order(self, preview):
        rows = {
            "options__TOTAL_FORMS": "4",
            "options__0__value": "later", "options__0__label": "Later", "options__0__order": "2",
            "options__1__value": "now", "options__1__label": "Now", "options__1__order": "1",
            "options__2__value": "gone", "options__2__label": "Gone", "options__2__DELETE": "on",
            "options__3__value": "", "options__3__label": "", "options__3__order": "x",
        }  # fmt: skip
        page = preview("finding", "duration", **rows)
        question = page.split('id="item-duration"')[1].split("</fieldset>")[0]
        assert question.index("<span>Now</span>") < question.index("<span>Later</span>")
        assert "Gone" not in question

    def test_a_new_one(self, preview):
        fields = {"slug": "thumb", "question": "Is it your thumb?", "section": "strength", "control": "question"}
        assert "Is it your thumb?" in preview("finding", **fields)

    def test_in_the_chosen_language(self, preview):
        page = preview("finding", "weakness", preview__language="es")
        assert '<html lang="es"' in page
        assert Translation.objects.get(language="es", key="weakness", field="question").text in page

    def test_an_unknown_language_is_english(self, preview):
        assert '<html lang="en-gb"' in preview("finding", "weakness", preview__language="xx")


class TestSection:
    def test_works(self, preview):
        page = preview("section", "strength", title="How strong you are", intro="")
        assert "<h1>How strong you are</h1>" in page
        assert Section.objects.get(pk="strength").title != "How strong you are"

    def test_one_without_questions(self, preview):
        assert "Nothing is asked in this topic yet" in preview("section", title="New")


class TestTranslation:
    @pytest.fixture
    def row(self, release):
        return Translation.objects.get(language="es", table="findings", key="weakness", field="question")

    def test_works(self, preview, row):
        page = preview("translation", row.pk, text="¿Le falta fuerza?")
        assert '<html lang="es"' in page
        assert "¿Le falta fuerza?" in page

    def test_an_empty_one_leaves_the_original(self, preview, row):
        page = preview("translation", row.pk, text="")
        assert Finding.objects.get(pk="weakness").question in page

    @pytest.mark.parametrize("table", ["sections", "options", "body_zones", "drinks", "drugs", "red_flags", "causes"])
    def test_every_table(self, preview, table):
        row = Translation.objects.filter(language="es", table=table).first()
        assert "Vista previa" in preview("translation", row.pk, text="Vista previa")

    def test_what_patients_do_not_read(self, preview):
        fields = {"language": "es", "table": "findings", "key": "babinski", "field": "question", "text": "x"}
        assert "Patients read no such text" in preview("translation", **fields)


class TestWhoAndHow:
    def test_it_can_be_framed_by_its_own_site_only_and_sends_nothing(self, signed_in, editor, release):
        response = signed_in(editor).post(address("finding", "weakness"), {})
        policy = response["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in policy
        assert "form-action 'none'" in policy
        assert "unsafe" not in policy
        assert response["X-Frame-Options"] == "SAMEORIGIN"
        assert "no-store" in response["Cache-Control"]

    @pytest.mark.parametrize("role", ["editor", "viewer", "translator", "approver"])
    @pytest.mark.parametrize("form", ["finding", "section", "translation"])
    def test_the_form_has_it_beside(self, signed_in, request, release, role, form):
        model = {"finding": Finding, "section": Section, "translation": Translation}[form]
        url = f"/admin/causes/{form}/{model.objects.first().pk}/change/"
        response = signed_in(request.getfixturevalue(role)).get(url)
        page = response.content.decode()
        assert f'formaction="/admin/intake/intake/patient-page/{form}/?record=' in page
        assert 'name="patient-page-frame"' in page
        assert "frame-src 'self'" in response["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]

    def test_other_forms_frame_nothing(self, signed_in, editor, release):
        response = signed_in(editor).get("/admin/causes/drink/add/")
        assert "frame-src" not in response["Content-Security-Policy"]

    def test_anonymous(self, client, release):
        assert "/admin/login/" in client.post(address("finding", "weakness")).url

    def test_clinicians_cannot(self, signed_in, clinician, release):
        assert "/admin/login/" in signed_in(clinician).post(address("finding", "weakness")).url

    def test_staff_without_the_permission(self, signed_in, editor, release):
        editor.user_permissions.clear()
        assert signed_in(editor).post(address("finding", "weakness")).status_code == 403

    def test_looking_needs_a_form(self, signed_in, editor, release):
        assert signed_in(editor).get(address("finding", "weakness")).status_code == 405

    def test_bad_input(self, signed_in, editor, release):
        admin = signed_in(editor)
        assert admin.post(address("drug", "x")).status_code == 404
        assert admin.post(address("translation", "x")).status_code == 200
        assert admin.post(address("finding", "unheard-of"), {"options-TOTAL_FORMS": "x"}).status_code == 200
