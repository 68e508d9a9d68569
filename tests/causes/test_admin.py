import pytest
from django.contrib import admin
from django.urls import reverse

from causes.forms import LikelihoodForm
from causes.models import (
    Cause,
    Finding,
    Likelihood,
    PatientAdvice,
    Pretest,
    Release,
    Source,
)
from causes.models.roles import EDITOR, role_permissions

pytestmark = pytest.mark.django_db
# A cause with a few rows in each of its page's tables: the page of one with fifty shows nothing more, and slowly.
SMALL_CAUSE = "focal-motor-seizures"
TABLES = sorted(model._meta.model_name for model in admin.site._registry if model._meta.app_label == "causes")


def page_of(table: str, *arguments: object) -> str:
    return reverse(f"admin:causes_{table}_{'change' if arguments else 'changelist'}", args=arguments)


def form_data(response) -> dict[str, object]:
    return {"reason": "A test.", **values_of(response.context["adminform"].form)}


def values_of(form) -> dict[str, object]:
    return {name: value for name in form.fields if (value := form[name].value()) is not None}


@pytest.fixture
def as_editor(client, editor, release):
    client.force_login(editor)
    return client


@pytest.fixture
def weakness(release) -> Likelihood:
    return Likelihood.objects.get(cause="als", finding="weakness", is_used=True)


@pytest.fixture
def short_lists(monkeypatch) -> None:
    for listed in admin.site._registry.values():
        monkeypatch.setattr(listed, "list_per_page", 5)


def test_every_table_works(as_editor, short_lists) -> None:
    assert len(TABLES) > 20
    for table in TABLES:
        listed = as_editor.get(page_of(table), {"q": "tremor"})
        assert listed.status_code == 200, table


def test_every_record_can_be_opened(as_editor) -> None:
    for model in admin.site._registry:
        if model._meta.app_label == "causes" and (first := model._default_manager.first()):
            key = SMALL_CAUSE if model is Cause else first.pk
            assert as_editor.get(page_of(model._meta.model_name, key)).status_code == 200, model


def test_every_table_of_the_catalogue_can_be_edited() -> None:
    assert set(role_permissions(EDITOR).values_list("codename", flat=True)) >= {
        f"change_{table}" for table in TABLES if table not in ("logentry", "proposal", "release")
    } | {"propose_release", "change_option", "change_drugeffect"}


def test_anonymous(client, release) -> None:
    assert client.get(page_of("likelihood")).url.startswith(reverse("admin:login"))


def test_a_clinician_may_not_edit(client, clinician, release) -> None:
    client.force_login(clinician)
    assert client.get(page_of("likelihood")).status_code == 302


@pytest.mark.parametrize(("table", "queries"), [("likelihood", 9), ("finding", 9), ("source", 7), ("pretest", 9)])
def test_queries_do_not_grow_with_the_rows(as_editor, django_assert_num_queries, table, queries) -> None:
    with django_assert_num_queries(queries):
        assert as_editor.get(page_of(table)).status_code == 200


def test_likelihoods_are_found_and_filtered(as_editor) -> None:
    found = as_editor.get(page_of("likelihood"), {"q": "weakness amyotrophic", "is_used__exact": "1"})
    assert {(row.cause_id, "weakness" in row.finding_id) for row in found.context["cl"].result_list} == {("als", True)}
    without = as_editor.get(page_of("likelihood"), {"source__isempty": "1", "cause__slug__exact": "als"})
    assert without.context["cl"].result_list
    assert {row.source_id for row in without.context["cl"].result_list} == {None}


def test_a_likelihood_is_changed(as_editor, weakness) -> None:
    address = page_of("likelihood", weakness.pk)
    answer = as_editor.post(address, {**form_data(as_editor.get(address)), "probability": "0.42"})
    assert answer.status_code == 302
    weakness.refresh_from_db()
    assert weakness.probability == 0.42


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"probability": "1.5"}, "probability", "range"),
        ({"option": "often"}, "option", "option"),
        ({"affected": "9", "total": "5"}, "affected", "affected"),
        ({"affected": "9", "total": ""}, "total", "total"),
        ({"affected": "", "total": "0"}, "total", "total"),
        ({"source": "", "grade": "A"}, "source", "source"),
        ({"probability": ""}, "probability", "required"),
        ({"finding": "gout"}, "finding", "invalid_choice"),
    ],
)
def test_an_error_stands_beside_its_field(as_editor, weakness, values, field, code) -> None:
    address = page_of("likelihood", weakness.pk)
    answer = as_editor.post(address, {**values_of(LikelihoodForm(instance=weakness)), **values})
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors.as_data()
    assert [error.code for error in errors[field]] == [code]


def test_a_second_used_row_is_refused_beside_the_box(as_editor, weakness) -> None:
    data = form_data(as_editor.get(page_of("likelihood", weakness.pk)))
    answer = as_editor.post(reverse("admin:causes_likelihood_add"), data)
    errors = answer.context["adminform"].form.errors.as_data()
    assert [error.code for error in errors["is_used"]] == ["used"]
    data.pop("is_used")
    assert as_editor.post(reverse("admin:causes_likelihood_add"), data).status_code == 302


def test_a_second_background_row_is_refused(as_editor) -> None:
    row = Likelihood.objects.get(cause=None, finding="weakness", is_used=True)
    data = form_data(as_editor.get(page_of("likelihood", row.pk)))
    answer = as_editor.post(reverse("admin:causes_likelihood_add"), data)
    assert [error.code for error in answer.context["adminform"].form.errors.as_data()["is_used"]] == ["used"]


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("Tremor and weakness", "condition"),
        ("weakness|fasciculations", "never"),
        ("tremor+no-such-finding", "unknown"),
        ("duration=an-hour", "unknown"),
        ("duration", "unknown"),
    ],
)
def test_a_condition_is_checked(as_editor, condition, code) -> None:
    Finding.objects.filter(pk="fasciculations").update(ask_if="weakness")
    address = page_of("finding", "weakness")
    page = as_editor.get(address)
    data = {**form_data(page), "ask_if": condition}
    for formset in page.context["inline_admin_formsets"]:
        data |= {f"{formset.formset.prefix}-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}
    answer = as_editor.post(address, data)
    assert [error.code for error in answer.context["adminform"].form.errors.as_data()["ask_if"]] == [code]


def refused(as_editor, address, **values) -> dict[str, list[str]]:
    page = as_editor.get(address)
    data = {**form_data(page), **values}
    for formset in page.context["inline_admin_formsets"]:
        data |= {f"{formset.formset.prefix}-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}
    answer = as_editor.post(address, data)
    if answer.status_code == 302:
        return {}
    errors = answer.context["adminform"].form.errors.as_data()
    return {field: [error.code for error in found] for field, found in errors.items()}


@pytest.mark.parametrize(
    ("model", "pk", "values", "wrong"),
    [
        ("finding", "weakness", {"question": " "}, {"question": ["asked"]}),
        ("finding", "weakness", {"section": ""}, {"section": ["asked"]}),
        ("finding", "weakness", {"implied_if": "no-such-finding"}, {"implied_if": ["unknown"]}),
        ("redflag", "twitching-with-weakness", {"findings": "weakness+no-such"}, {"findings": ["unknown"]}),
        ("redflag", "twitching-with-weakness", {"findings": "weakness+course"}, {"findings": ["unknown"]}),
        ("redflag", "twitching-with-weakness", {"findings": "weakness|tremor"}, {"findings": ["condition"]}),
        (
            "redflag",
            "twitching-with-weakness",
            {"advice_to_patient": "It may be ALS."},
            {"advice_to_patient": ["disease"]},
        ),
        ("redflag", "twitching-with-weakness", {"warning_sign": "essential tremor"}, {"warning_sign": ["disease"]}),
        ("source", "pmid-7597368", {"year": "3020"}, {"year": ["year"]}),
        ("source", "pmid-7597368", {"year": "1203"}, {"year": ["year"]}),
        ("source", "pmid-7597368", {"reviewed_on": "2999-01-01"}, {"reviewed_on": ["day"]}),
        ("source", "pmid-7597368", {"reviewed_on": "0206-01-01"}, {"reviewed_on": ["day"]}),
        ("source", "pmid-7597368", {"identifier": "PMID: 2398088"}, {"identifier": ["twice"]}),
        (
            "source",
            "pmid-7597368",
            {"identifier": "https://pubmed.ncbi.nlm.nih.gov/2398088/"},
            {"identifier": ["twice"]},
        ),
        ("source", "pmid-7597368", {"identifier": "A good book"}, {"identifier": ["identifier"]}),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(as_editor, model, pk, values, wrong) -> None:
    assert refused(as_editor, page_of(model, pk), **values) == wrong


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("pmid: 123", "PMID:123"),
        ("PMID 123", "PMID:123"),
        ("doi: 10.1000/ab", "DOI:10.1000/ab"),
        ("doi.org/10.1000/ab", "DOI:10.1000/ab"),
        ("pmcid: pmc99", "PMCID:PMC99"),
        ("DOI:10.1000/AB", "DOI:10.1000/AB"),
        (" https://example.org/a ", "https://example.org/a"),
    ],
)
def test_an_identifier_in_any_spelling(as_editor, typed, kept) -> None:
    assert refused(as_editor, page_of("source", "pmid-7597368"), identifier=typed) == {}
    assert Source.objects.get(pk="pmid-7597368").identifier == kept


def test_a_slug_is_chosen_once(as_editor) -> None:
    assert "slug" in as_editor.get(reverse("admin:causes_cause_add")).context["adminform"].form.fields
    assert "slug" not in as_editor.get(page_of("cause", SMALL_CAUSE)).context["adminform"].form.fields


def test_a_new_record_comes_last(as_editor) -> None:
    form = as_editor.get(reverse("admin:causes_cause_add")).context["adminform"].form
    assert form["order"].value() > Cause.objects.latest("order").order


def test_shares_are_edited_in_the_list(as_editor) -> None:
    page = as_editor.get(page_of("pretest"), {"cause__slug__exact": "als"})
    rows = list(page.context["cl"].result_list)
    data = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(rows), "_save": "Save"}
    data["reason"] = "A new survey."
    for number, row in enumerate(rows):
        data |= {f"form-{number}-id": row.pk, f"form-{number}-share": 0.011}
    as_editor.post(page_of("pretest") + "?cause__slug__exact=als", data)
    assert set(Pretest.objects.filter(cause="als").values_list("share", flat=True)) == {0.011}


def test_a_source_tells_where_it_is_used(as_editor, weakness) -> None:
    source = Source.objects.get(pk=weakness.source_id)
    text = as_editor.get(page_of("source", source.pk)).content.decode()
    count = Likelihood.objects.filter(source=source).count()
    assert f"{count} likelihoods</a>" in text
    assert f"/admin/causes/likelihood/?source__slug__exact={source.pk}" in text


def test_a_used_source_cannot_be_deleted(as_editor, weakness) -> None:
    as_editor.post(reverse("admin:causes_source_delete", args=[weakness.source_id]), {"post": "yes"})
    assert Source.objects.filter(pk=weakness.source_id).exists()


def test_a_finding_lists_its_likelihoods_to_read_only(as_editor) -> None:
    used = Likelihood.objects.filter(finding="weakness", is_used=True)
    text = as_editor.get(page_of("finding", "weakness")).content.decode()
    assert all(f"/admin/causes/likelihood/{row.pk}/change/" in text for row in used)
    assert Finding.objects.get(pk="weakness").likelihoods.count() >= used.count() > 1


def test_advice_to_patients_reaches_the_next_release(as_editor) -> None:
    advice = PatientAdvice.objects.get(cause="benign-fasciculation-syndrome")
    address = page_of("patientadvice", advice.pk)
    changed = {"self_care": "Sleep well.\r\n\r\nRest.\r\n", "recheck_weeks": "8", "recheck_source": ""}
    assert as_editor.post(address, {**form_data(as_editor.get(address)), **changed}).status_code == 302

    published = Release.objects.publish().catalogue().advice["benign-fasciculation-syndrome"]

    assert (published.self_care, published.recheck_weeks, published.recheck_source) == (("Sleep well.", "Rest."), 8, "")


@pytest.mark.parametrize("weeks", ["0", "105"])
def test_a_recheck_is_within_two_years(as_editor, weeks) -> None:
    address = page_of("patientadvice", PatientAdvice.objects.get(cause="essential-tremor").pk)
    answer = as_editor.post(address, {**form_data(as_editor.get(address)), "recheck_weeks": weeks})
    errors = answer.context["adminform"].form.errors.as_data()
    assert [error.code for error in errors["recheck_weeks"]] == [f"{'min' if weeks == '0' else 'max'}_value"]


def test_a_burden_reaches_the_next_release(as_editor) -> None:
    address = page_of("burden", "needle")
    data = {**form_data(as_editor.get(address)), "label": "needles"}
    assert as_editor.post(address, data).status_code == 302

    catalogue = Release.objects.publish().catalogue()

    assert catalogue.burden[catalogue.finding["emg-normal"].burden].label == "needles"


def test_no_page_needs_an_inline_script_or_style(as_editor) -> None:
    for address in (page_of("likelihood"), page_of("cause", SMALL_CAUSE), reverse("admin:causes_release_check")):
        text = as_editor.get(address).content.decode()
        assert " style=" not in text
        assert "<style" not in text
        assert " onclick=" not in text
        assert "<script>" not in text
