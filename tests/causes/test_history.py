import pytest
from django.urls import reverse

from causes.models import (
    Cause,
    Drink,
    Drug,
    Finding,
    Investigation,
    Likelihood,
    LogEntry,
    Parameter,
    Presentation,
    Pretest,
    RedFlag,
    Section,
    Source,
    Translation,
    Treatment,
)
from causes.models.compilation import working_copy
from causes.models.recording import recording, restore, undo
from tests.causes.admin_posting import page_of, save, values_of, whole_form

pytestmark = pytest.mark.django_db
SMALL_CAUSE = "focal-motor-seizures"


@pytest.fixture
def as_editor(client, editor, release):
    client.force_login(editor)
    return client


@pytest.fixture
def weakness(release) -> Likelihood:
    return Likelihood.objects.get(cause="als", finding="weakness", is_used=True)


def logged() -> list[tuple[str, str, str, str]]:
    return [(e.action, e.table, e.name, e.reason) for e in LogEntry.objects.order_by("id")]


def errors_of(response, form="adminform") -> dict[str, list[str]]:
    found = response.context[form]
    return {
        name: [error.code for error in errors]
        for name, errors in getattr(found, "form", found).errors.as_data().items()
    }


def restore_page(entry: LogEntry, state: str = "before") -> str:
    return reverse("admin:causes_logentry_restore", args=[entry.pk, state])


def test_a_save_is_logged_and_shown(as_editor, editor, weakness) -> None:
    was = weakness.probability
    assert save(as_editor, weakness, "Counted again.", probability="0.42").status_code == 302

    entry = LogEntry.objects.get()
    assert (entry.user, entry.action, entry.name, entry.reason) == (
        editor,
        "changed",
        "als weakness",
        "Counted again.",
    )
    for address in (page_of(weakness), page_of(weakness, "history")):
        (line,) = as_editor.get(address).context["history"]
        assert (line.who, line.what, line.reason) == ("emil", "changed", "Counted again.")
        assert line.details == (f"probability: {was:g} → 0.42",)


def test_what_is_refused_is_not_logged(as_editor, weakness) -> None:
    assert save(as_editor, weakness, probability="7").status_code == 200
    assert logged() == []


def test_a_save_that_changes_nothing_is_not_logged(as_editor, weakness) -> None:
    assert save(as_editor, weakness).status_code == 302
    assert logged() == []


def test_some_tables_demand_a_reason(as_editor, weakness) -> None:
    for record in (weakness, Pretest.objects.first(), RedFlag.objects.first(), Parameter.objects.first()):
        answer = save(as_editor, record, reason="  ", note="New.")
        assert errors_of(answer) == {"reason": ["required"]}, record
    assert save(as_editor, Section.objects.first(), reason="", title="Other").status_code == 302
    assert [entry[0] for entry in logged()] == ["changed"]


def test_nobody_overwrites_what_he_has_not_seen(as_editor, weakness) -> None:
    first = {**whole_form(as_editor.get(page_of(weakness))), "reason": "Mine.", "probability": "0.31"}
    assert save(as_editor, weakness, "Another's.", probability="0.42").status_code == 302

    refused = as_editor.post(page_of(weakness), first)
    assert errors_of(refused) == {"__all__": ["seen"]}
    form = refused.context["adminform"].form
    assert form["probability"].value() == "0.31"
    assert [line.reason for line in refused.context["history"]] == ["Another's."]
    weakness.refresh_from_db()
    assert weakness.probability == 0.42

    again = {**whole_form(refused), "reason": "Mine."}
    assert as_editor.post(page_of(weakness), again).status_code == 302
    weakness.refresh_from_db()
    assert weakness.probability == 0.31


def test_a_new_record_and_a_copy_are_logged(as_editor, weakness) -> None:
    data = whole_form(as_editor.get(page_of(weakness)))
    data.pop("is_used")
    answer = as_editor.post(page_of(weakness), {**data, "note": "A copy.", "reason": "Beside it.", "_saveasnew": "1"})
    assert answer.status_code == 302
    as_editor.post(reverse("admin:causes_section_add"), {"slug": "new", "title": "New", "order": 90, "reason": "x"})
    assert [entry[:3] for entry in logged()] == [
        ("changed", "likelihoods", "als weakness"),
        ("added", "sections", "new"),
    ]


def test_rows_of_a_page_are_logged_with_it(as_editor) -> None:
    cause = Cause.objects.get(pk=SMALL_CAUSE)
    row = Treatment.objects.filter(cause=cause).first()
    page = as_editor.get(page_of(cause))
    opened = {**whole_form(page), "reason": "Another's."}
    form = next(
        form
        for inline in page.context["inline_admin_formsets"]
        for form in inline.formset.initial_forms
        if form.instance == row
    )
    assert save(as_editor, cause, **{form.add_prefix("cautions"): "None known."}).status_code == 302
    (entry,) = logged()
    assert entry[:3] == ("changed", "treatments", f"{SMALL_CAUSE}, {row.name}")
    (line,) = as_editor.get(page_of(cause)).context["history"]
    assert line.record == f"Treatment, {SMALL_CAUSE}, {row.name}"
    assert errors_of(as_editor.post(page_of(cause), opened)) == {"__all__": ["seen"]}


def test_a_list_that_is_edited_is_logged_with_one_reason(as_editor) -> None:
    address = reverse("admin:causes_pretest_changelist") + "?cause__slug__exact=als"
    rows = list(as_editor.get(address).context["cl"].result_list)
    data = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(rows), "_save": "Save"}
    for number, row in enumerate(rows):
        data |= {f"form-{number}-id": row.pk, f"form-{number}-share": 0.011}

    answer = as_editor.post(address, data)
    assert answer.status_code == 200
    assert [e.code for e in answer.context["cl"].formset.reason_form.errors.as_data()["reason"]] == ["required"]
    assert logged() == []

    assert as_editor.post(address, {**data, "reason": "A survey."}).status_code == 302
    assert {(action, table, reason) for action, table, _name, reason in logged()} == {
        ("changed", "pretests", "A survey.")
    }
    assert len(logged()) == len(rows)


def test_a_deletion_is_logged_with_all_that_goes_along(as_editor) -> None:
    cause = Cause.objects.get(pk=SMALL_CAUSE)
    before = working_copy()
    assert as_editor.post(page_of(cause, "delete"), {"post": "yes", "reason": "Split in two."}).status_code == 302
    tables = {table for _action, table, _name, _reason in logged()}
    assert tables >= {"causes", "likelihoods", "pretests", "treatments"}

    operation = LogEntry.objects.filter(table="causes").get().operation
    address = reverse("admin:causes_logentry_undo", args=[operation])
    assert as_editor.get(address).status_code == 200
    assert errors_of(as_editor.post(address, {"reason": ""}), "form") == {"reason": ["required"]}
    assert as_editor.post(address, {"reason": "It was one."}).status_code == 302
    after = working_copy()
    for table in vars(before):
        if isinstance(getattr(before, table), tuple):
            assert set(getattr(after, table)) == set(getattr(before, table)), table


def test_a_deletion_demands_a_reason(as_editor, weakness) -> None:
    answer = as_editor.post(page_of(weakness, "delete"), {"post": "yes"})
    assert answer.status_code == 200
    assert errors_of(answer, "reason_form") == {"reason": ["required"]}
    assert Likelihood.objects.filter(pk=weakness.pk).exists()


def test_a_deletion_that_takes_figures_along_demands_a_reason_and_says_what_is_left(as_editor) -> None:
    """A finding's likelihoods go with it; what names it by its slug stays, and breaks."""
    Finding.objects.filter(pk="fasciculations-first-symptom").update(ask_if="fasciculations+!weakness")
    finding = Finding.objects.get(pk="weakness")
    answer = as_editor.post(page_of(finding, "delete"), {"post": "yes"})
    assert errors_of(answer, "reason_form") == {"reason": ["required"]}
    text = answer.content.decode()
    for record in (
        Finding.objects.get(pk="fasciculations-first-symptom"),
        RedFlag.objects.get(pk="twitching-with-weakness"),
        Translation.objects.get(table="findings", key="weakness", field="question"),
    ):
        assert page_of(record) in text.partition('id="named-in"')[2], record
    assert page_of(Finding.objects.get(pk="tremor")) not in text.partition('id="named-in"')[2]
    losing = text.partition('id="lists-without"')[2].partition("</ul>")[0]
    assert page_of(Cause.objects.get(pk="benign-fasciculation-syndrome")) in losing
    assert "relationship" not in text
    data = {"action": "delete_selected", "_selected_action": ["weakness"], "index": 0}
    ticked = as_editor.post(reverse("admin:causes_finding_changelist"), data).content.decode()
    assert page_of(RedFlag.objects.get(pk="twitching-with-weakness")) in ticked.partition('id="named-in"')[2]


def test_ticked_records_are_deleted_with_a_reason(as_editor) -> None:
    rows = list(Likelihood.objects.filter(cause=SMALL_CAUSE, is_used=False)[:2]) or list(
        Likelihood.objects.filter(cause=SMALL_CAUSE)[:2]
    )
    address = reverse("admin:causes_likelihood_changelist")
    data = {"action": "delete_selected", "_selected_action": [row.pk for row in rows], "index": 0}
    assert "reason_form" in as_editor.post(address, data).context
    confirmed = {**data, "post": "yes"}
    confirmed.pop("index")
    answer = as_editor.post(address, confirmed)
    assert errors_of(answer, "reason_form") == {"reason": ["required"]}
    assert logged() == []
    assert as_editor.post(address, {**confirmed, "reason": "Twice."}).status_code == 302
    assert not Likelihood.objects.filter(pk__in=[row.pk for row in rows]).exists()
    assert {entry[3] for entry in logged()} == {"Twice."}


def test_back_to_any_version(as_editor, weakness) -> None:
    was = weakness.probability
    for value in (0.11, 0.22, 0.33):
        save(as_editor, weakness, probability=str(value))
    third, second, first = LogEntry.objects.all()
    lines = as_editor.get(page_of(weakness, "history")).context["history"]
    assert [[way.address for way in line.ways_back] for line in lines] == [
        [],
        [restore_page(second, "after")],
        [restore_page(first, "after"), restore_page(first, "before")],
    ]
    page = as_editor.get(restore_page(first, "before"))
    (change,) = page.context["changes"]
    assert change.lines == (f"probability: 0.33 → {was:g}",)

    answer = as_editor.post(restore_page(first, "before"), {"reason": "Wrongly read."})
    assert answer.url == page_of(weakness)
    weakness.refresh_from_db()
    assert weakness.probability == was
    assert LogEntry.objects.count() == 4
    assert LogEntry.objects.first().reason.startswith("Wrongly read.")
    assert third.pk != first.pk


def test_an_undoing_demands_a_reason_where_a_change_does(as_editor, weakness) -> None:
    save(as_editor, weakness, probability="0.42")
    assert errors_of(as_editor.post(restore_page(LogEntry.objects.get()), {}), "form") == {"reason": ["required"]}
    assert LogEntry.objects.count() == 1


def test_a_removed_record_comes_back_under_its_name(as_editor) -> None:
    section = Section.objects.create(slug="spare", title="Spare", order=90)
    assert as_editor.post(page_of(section, "delete"), {"post": "yes"}).status_code == 302
    listed = as_editor.get(reverse("admin:causes_logentry_changelist"), {"action__exact": "removed"})
    entry = LogEntry.objects.get()
    assert restore_page(entry) in listed.content.decode()
    assert as_editor.post(restore_page(entry), {"reason": ""}).url == page_of(section)
    assert Section.objects.get(pk="spare").title == "Spare"


@pytest.mark.parametrize(
    ("record", "change"),
    [
        (lambda: Finding.objects.get(pk="sex"), lambda f: f.options.first().delete()),
        (lambda: Drug.objects.filter(effects__isnull=False).first(), lambda d: d.effects.all().delete()),
        (lambda: Presentation.objects.filter(findings__isnull=False).first(), lambda p: p.findings.clear()),
        (lambda: RedFlag.objects.first(), lambda r: r.suspected_causes.set(Cause.objects.all()[:3])),
        (lambda: Translation.objects.first(), lambda t: Translation.objects.filter(pk=t.pk).update(text="¡No!")),
        (lambda: Investigation.objects.first(), lambda i: i.delete()),
        (lambda: Source.objects.first(), lambda s: Source.objects.filter(pk=s.pk).update(reviewed_on="2026-02-03")),
    ],
    ids=["options", "effects", "findings", "causes", "translation", "row", "date"],
)
def test_nested_records_and_lists_come_back(editor, release, record, change) -> None:
    before = working_copy()
    with recording(editor):
        change(record())
    (entry,) = LogEntry.objects.all()
    assert getattr(working_copy(), entry.table) != getattr(before, entry.table)
    restore(entry, editor, "", is_before=True)
    assert getattr(working_copy(), entry.table) == getattr(before, entry.table)


def test_several_rows_come_back_to_their_places(editor, release) -> None:
    tables = ("likelihoods", "investigations")
    before = working_copy(tables)
    with recording(editor, tables=tables):
        # Rows of several names, and several rows of one name.
        Investigation.objects.filter(cause="als").delete()
        assert Likelihood.objects.filter(cause="wilson-disease", finding="tremor").delete()[0] > 2
    undo(LogEntry.objects.first().operation, editor, "")
    assert working_copy(tables) == before


def test_room_is_made_where_the_place_is_taken(editor, release) -> None:
    drinks = [drink.pk for drink in Drink.objects.order_by("order")]
    with recording(editor):
        Drink.objects.get(pk=drinks[1]).delete()
    for order, drink in enumerate(Drink.objects.order_by("order")):
        Drink.objects.filter(pk=drink.pk).update(order=order)
    restore(LogEntry.objects.get(), editor, "", is_before=True)
    assert [drink.pk for drink in Drink.objects.order_by("order")] == drinks


def test_what_no_release_knows_comes_last(editor, release) -> None:
    Drink.objects.create(slug="a-new-tea", name="A new tea", caffeine_mg=1, order=0)
    with recording(editor):
        Drink.objects.get(pk="a-new-tea").delete()
    restore(LogEntry.objects.get(), editor, "", is_before=True)
    assert Drink.objects.order_by("order", "pk").last().pk == "a-new-tea"


def test_all_rows_of_a_cell_are_one_version(as_editor, editor, weakness) -> None:
    cell = {"cause": "als", "finding": "weakness"}
    with recording(editor, "A second study."):
        Likelihood.objects.create(
            cause_id="als", finding_id="weakness", probability=0.5, is_used=False, grade="D", order=9999
        )
    entry = LogEntry.objects.get()
    number = Likelihood.objects.filter(**cell).count()
    restore(entry, editor, "", is_before=True)
    assert Likelihood.objects.filter(**cell).count() == number - 1
    assert Likelihood.objects.filter(pk=weakness.pk).exists()
    restore(entry, editor, "")
    assert Likelihood.objects.filter(**cell).count() == number


def test_what_no_longer_fits_is_refused_in_plain_words(as_editor, editor) -> None:
    source = Source.objects.create(slug="short-lived", title="Short-lived", order=9999)
    burden = Cause.objects.get(pk=SMALL_CAUSE)
    with recording(editor):
        row = Treatment.objects.create(cause=burden, name="Rest", source=source, grade="C", order=9999)
    with recording(editor):
        row.delete()
    source.delete()
    entry = LogEntry.objects.first()
    answer = as_editor.post(restore_page(entry), {"reason": "Again."})
    assert answer.status_code == 200
    assert "It refers to what is gone: source “short-lived”." in answer.content.decode()
    assert LogEntry.objects.count() == 2


def test_what_others_refer_to_cannot_be_undone(as_editor, editor) -> None:
    with recording(editor):
        source = Source.objects.create(slug="new-one", title="New", order=9999)
    Treatment.objects.create(cause_id=SMALL_CAUSE, name="Rest", source=source, grade="C", order=9999)
    answer = as_editor.post(restore_page(LogEntry.objects.get()), {"reason": "Not so new."})
    assert "Other records refer to it" in answer.content.decode()
    assert Source.objects.filter(pk="new-one").exists()


def test_a_page_that_nobody_changed_says_so(as_editor, weakness) -> None:
    assert "Nobody has changed it here yet" in as_editor.get(page_of(weakness)).content.decode()
    assert "Nobody has changed it here yet" in as_editor.get(page_of(weakness, "history")).content.decode()


def test_a_broken_rule_is_said_beside_its_field(as_editor) -> None:
    row = Pretest.objects.filter(cause="als").first()
    other = Pretest.objects.filter(setting=row.setting, presentation=row.presentation).exclude(cause="als").first()
    assert list(errors_of(save(as_editor, row, cause=other.cause_id))) == ["cause"]

    finding = Finding.objects.filter(options__isnull=False).first()
    page = as_editor.get(page_of(finding))
    formset = next(i.formset for i in page.context["inline_admin_formsets"] if i.formset.prefix == "options")
    first, second = formset.initial_forms[:2]
    assert values_of(first)
    answer = save(as_editor, finding, **{second.add_prefix("value"): first["value"].value()})
    assert answer.status_code == 200


def test_a_missing_record_has_no_history(as_editor) -> None:
    assert as_editor.get(reverse("admin:causes_likelihood_history", args=[10**8])).status_code == 404
    assert as_editor.get(reverse("admin:causes_logentry_restore", args=[10**8, "before"])).status_code == 404
