from __future__ import annotations

import re
import uuid
from dataclasses import replace

import pytest
from django.urls import reverse

from causes.models import Release, Setting
from clinic.chart import chart_of
from clinic.differential_page import differential_page
from clinic.differential_page.checks import lane
from clinic.models import AccessRecord, ClinicianFinding
from clinic.summary import summary
from clinic.words import adding_up, in_sentence, probability, ratio, short, standing, strength
from intake.models import Intake
from tests import cast

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def url(intake, name="differential"):
    return reverse(name, args=[intake.key])


def evidence_rows_of(response):
    """slug -> the row's HTML"""
    rows = re.findall(r'<li id="ev-([\w-]+)".*?</li>', response.content.decode())
    return dict(zip(rows, re.findall(r'<li id="ev-.*?</li>', response.content.decode()), strict=True))


def page_of(intake, user):
    return differential_page(chart_of(intake), user)


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


class TestShow:
    def test_it_works(self, signed_in, clinician, sent_intake):
        cast.add_findings(sent_intake, clinician)

        response = signed_in(clinician).get(url(sent_intake))

        text = text_of(response)
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        assert text.index("red flags, whatever the ranking says") < text.index("Possible causes")
        assert "Amyotrophic lateral sclerosis leads" in text
        assert "Arthur Lang" in text

    def test_anonymous_is_sent_to_the_login(self, client, sent_intake):
        response = client.get(url(sent_intake))

        assert response.status_code == 302
        assert response.url.startswith(reverse("login"))

    @pytest.mark.parametrize("name", ["differential", "compare"])
    def test_outsider_gets_404(self, signed_in, outsider, sent_intake, name):
        assert signed_in(outsider).get(url(sent_intake, name)).status_code == 404
        assert AccessRecord.objects.get(intake=sent_intake).was_allowed is False

    @pytest.mark.parametrize("name", ["enter_finding", "change_context", "sign"])
    def test_outsider_changes_nothing(self, signed_in, outsider, sent_intake, name):
        response = signed_in(outsider).post(url(sent_intake, name), {"babinski": "present"})

        assert response.status_code == 404
        assert not sent_intake.clinician_findings.exists()

    def test_reception_may_not(self, signed_in, receptionist, sent_intake):
        assert signed_in(receptionist).get(url(sent_intake)).status_code == 403

    def test_a_draft_is_not_there(self, signed_in, clinician, draft_intake):
        assert signed_in(clinician).get(url(draft_intake)).status_code == 404

    def test_queries(self, signed_in, clinician, colleague, sent_intake, django_assert_num_queries):
        cast.add_findings(sent_intake, clinician)
        cast.add_findings(sent_intake, colleague, {"babinski": True})
        cast.a_signed_assessment(sent_intake, colleague)
        client = signed_in(clinician)
        client.get(url(sent_intake))

        # Session, user, intake, membership, access record, release, findings, assessments; last look, changes of
        # setting, own lists, confirmed diagnosis, overruled sheets, an intake before, all releases.
        with django_assert_num_queries(15):
            client.get(url(sent_intake))

    def test_looking_changes_nothing(self, signed_in, clinician, sent_intake):
        before = Intake.objects.filter(pk=sent_intake.pk).values().get()

        signed_in(clinician).get(url(sent_intake) + "?open=kennedy-disease")

        assert Intake.objects.filter(pk=sent_intake.pk).values().get() == before

    def test_a_cause_can_be_opened_without_javascript(self, signed_in, clinician, sent_intake):
        response = signed_in(clinician).get(url(sent_intake) + "?open=wilson-disease")

        assert 'id="table-wilson-disease"' in response.content.decode()

    @pytest.mark.parametrize("field", ["setting", "presentation"])
    def test_without_a_ranking_nothing_of_one_is_shown(self, signed_in, clinician, sent_intake, catalogue, field):
        cast.add_findings(sent_intake, clinician)
        Intake.objects.filter(pk=sent_intake.pk).update(**{field: "moon"})

        response = signed_in(clinician).get(url(sent_intake))

        text = text_of(response)
        assert response.status_code == 200
        for part in ("The ranking cannot be shown: unknown", "“moon”", "Arthur Lang", "red flags, whatever", "Update"):
            assert part in text
        assert 'id="evidence-form"' in text
        assert '<option value="" >Choose</option>' in text or '<option value="">Choose</option>' in text
        for part in ("Possible causes", "Not yet excluded", "Most useful next", "Sign off", "First cause"):
            assert part not in text
        assert "Kennedy disease" not in text

    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_without_a_ranking_findings_are_still_entered(self, signed_in, clinician, practice, headers):
        intake = cast.a_sent_intake(practice, cast.ET_ANSWERS)
        Intake.objects.filter(pk=intake.pk).update(setting="moon")
        client = signed_in(clinician)

        response = client.post(url(intake, "enter_finding"), {"rigidity": "present"}, headers=headers)

        assert response.status_code == (200 if headers else 302)
        assert intake.clinician_findings.get().finding == "rigidity"
        assert "The ranking cannot be shown" in text_of(client.get(url(intake)))

    def test_choosing_a_setting_ranks_again(self, signed_in, clinician, sent_intake):
        Intake.objects.filter(pk=sent_intake.pk).update(setting="moon")
        client = signed_in(clinician)

        response = client.post(url(sent_intake, "change_context"), {"setting": "primary-care", "presentation": "any"})

        assert response.status_code == 302
        assert "Possible causes" in text_of(client.get(url(sent_intake)))

    def test_without_a_ranking_there_is_nothing_to_compare(self, signed_in, clinician, sent_intake):
        Intake.objects.filter(pk=sent_intake.pk).update(setting="moon")

        assert signed_in(clinician).get(url(sent_intake, "compare")).url == url(sent_intake)

    def test_a_signed_conclusion_keeps_its_name(self, signed_in, clinician, sent_intake):
        cast.a_signed_assessment(sent_intake, clinician, snapshot='{"conclusion": "Old name of ALS"}')
        cast.a_signed_assessment(sent_intake, clinician, "retired-cause")
        cast.a_signed_assessment(sent_intake, clinician, "other")

        signed = signed_in(clinician).get(url(sent_intake)).context["assessments"]

        assert [name for _assessment, name in signed] == ["None of these", "retired-cause", "Old name of ALS"]

    def test_another_release_is_said(self, signed_in, clinician, sent_intake):
        Setting.objects.filter(slug="community").update(name="In the community")
        Release.objects.publish()

        assert "asked with release 1, ranked with release 2" in text_of(signed_in(clinician).get(url(sent_intake)))

    def test_what_cannot_be_used_is_listed(self, signed_in, clinician, practice):
        intake = cast.a_sent_intake(practice, cast.ALS_ANSWERS | {"old-question": "yes"})

        assert "old-question: yes" in text_of(signed_in(clinician).get(url(intake)))


class TestViewModel:
    def test_the_printed_rows_add_up(self, sent_intake, clinician):
        cast.add_findings(sent_intake, clinician)
        table = page_of(sent_intake, clinician).causes.first[0].table

        total = sum(round(float(row.adds.replace("−", "-")) * 100) for row in table.rows)

        assert total == round(float(table.score.replace("−", "-")) * 100)

    def test_every_suggestion_has_its_control_in_sight(self, sent_intake, clinician):
        page = page_of(sent_intake, clinician)
        in_sight = {row.slug for group in page.evidence.groups for row in group.rows}
        wanted = {item.slug for stage in page.next.stages for item in stage.suggestions}
        wanted |= {check.slug for row in page.lane for check in row.checks}

        assert wanted
        assert wanted <= in_sight

    def test_every_finding_has_one_control(self, sent_intake, clinician, catalogue):
        cast.add_findings(sent_intake, clinician)
        groups = page_of(sent_intake, clinician).evidence.groups

        slugs = [row.slug for group in groups for row in (*group.rows, *group.denied, *group.more)]

        assert sorted(slugs) == sorted(catalogue.finding)

    def test_every_cause_is_listed_once(self, sent_intake, clinician, catalogue):
        causes = page_of(sent_intake, clinician).causes

        assert sorted(row.slug for row in (*causes.first, *causes.further)) == sorted([*catalogue.cause, "other"])

    def test_none_of_these_stands_at_its_place(self, practice, clinician):
        intake = cast.a_sent_intake(practice, {"name": "Nora Bell", "birth-date": "1990-01-01", "age": 36})
        differential = chart_of(intake).differential
        larger = [cause for cause in differential.causes if cause.posterior >= differential.other_posterior]

        causes = page_of(intake, clinician).causes

        rows = [*causes.first, *causes.further]
        assert [row.slug for row in rows].index("other") == len(larger)
        assert [row.rank for row in rows if row.rank] == list(range(1, len(differential.causes) + 1))

    def test_none_of_these_is_in_sight_when_it_is_among_the_largest(self, sent_intake, clinician, monkeypatch):
        chart = chart_of(sent_intake)
        second = chart.differential.causes[1].posterior
        monkeypatch.setitem(chart.__dict__, "differential", replace(chart.differential, other_posterior=second * 1.01))

        causes = differential_page(chart, clinician).causes

        assert [row.slug for row in causes.first].index("other") == 1
        assert len(causes.first) == 7

    def test_the_standing_names_what_decides_it(self, sent_intake, clinician, catalogue):
        ranked = next(cause for cause in chart_of(sent_intake).differential.causes if cause.rank_deciders)
        causes = page_of(sent_intake, clinician).causes

        text = next(row.standing for row in (*causes.first, *causes.further) if row.slug == ranked.slug)

        assert " now; " in text and " until " in text
        assert in_sentence(short(catalogue.finding[ranked.rank_deciders[0]].name)) in text

    def test_the_meter_says_in_words_what_it_shows(self, sent_intake, clinician):
        meter = page_of(sent_intake, clinician).meter

        shares = {part.grade: int(part.share.rstrip("%")) for part in meter.parts}
        counted, described = shares["A"] + shares["B"], shares["C"]

        assert sum(shares.values()) == 100
        assert meter.sentence.startswith(f"{counted}% of it rests on counted patients and reviews (A, B), {described}%")

    def test_without_an_answer_the_meter_shows_nothing(self, practice, clinician):
        intake = cast.a_sent_intake(practice, {"name": "Nora Bell", "birth-date": "1990-01-01", "age": 36})

        assert page_of(intake, clinician).meter.sentence == "Nothing counts yet: only the starting point ranks."

    def test_few_findings_are_said(self, practice, clinician):
        intake = cast.a_sent_intake(practice, {"name": "Nora Bell", "birth-date": "1990-01-01", "age": 36})

        page = page_of(intake, clinician)

        assert page.causes.first[0].interval == "No interval yet: only the starting point"
        assert page.verdict.unsure == "Too little is known to be sure"
        assert "few findings are known" in f"{page.verdict.lead} {page.verdict.why}".lower()

    def test_the_lane_says_where_each_cause_stands(self, sent_intake, clinician, monkeypatch):
        """Very probable from the catalogue's limit on; a release without the limit calls none so."""
        chart = chart_of(sent_intake)
        (als,) = [entry for entry in chart.differential.lane if entry.cause == "als"]

        def groups(limit):
            monkeypatch.setitem(chart.catalogue.parameter, "established-posterior", limit)
            return {row.name: row.group for row in lane(chart)}

        assert groups(als.posterior)["Amyotrophic lateral sclerosis"] == "Very probable"
        assert groups(als.posterior + 0.001)["Amyotrophic lateral sclerosis"] == "Not yet excluded"
        monkeypatch.delitem(chart.catalogue.parameter, "established-posterior")
        assert {row.group for row in lane(chart)} == {"Not yet excluded"}

    def test_a_confirmed_cause_is_called_so(self, signed_in, clinician, sent_intake):
        cast.a_confirmed_diagnosis(sent_intake, clinician)

        row = lane(chart_of(sent_intake))[0]

        assert (row.name, row.group, row.checks) == ("Amyotrophic lateral sclerosis", "Confirmed", ())
        assert "Not yet excluded: Amyotrophic" not in summary(chart_of(sent_intake))
        assert ">Confirmed</h3>" in text_of(signed_in(clinician).get(url(sent_intake)))

    def test_another_confirmed_cause_excludes_none(self, sent_intake, clinician):
        cast.a_confirmed_diagnosis(sent_intake, clinician, "parkinson-disease")

        assert "Confirmed" not in {row.group for row in lane(chart_of(sent_intake))}

    @pytest.mark.parametrize(
        ("answers", "slug", "note"),
        [
            (
                {"drug-tremor": "yes", "medicines": []},
                "drug-tremor",
                "An answer of its own; no medicine list was given",
            ),
            ({"no-medicines": True, "medicines": []}, "drug-tremor", "From the medicine list: none taken"),
            ({}, "drug-tremor", "From the medicine list: Salbutamol, Aspirin"),
            ({}, "hand-site", "From the body map"),
            ({"body": [], "hand-site": "yes"}, "hand-site", "An answer of its own; no place marked"),
            ({}, "onset-under-18", "Worked out from other answers"),
            ({"onset-under-18": "yes", "onset-age": None}, "onset-under-18", "An answer of its own"),
            ({}, "heavy-alcohol", "Worked out from other answers"),
        ],
    )
    def test_where_a_worked_out_answer_comes_from(self, practice, clinician, answers, slug, note):
        known = {"medicines": [{"drug": "salbutamol-albuterol", "name": "Salbutamol"}, {"drug": "", "name": "Aspirin"}]}
        intake = cast.a_sent_intake(practice, cast.ALS_ANSWERS | known | answers)
        groups = page_of(intake, clinician).evidence.groups

        rows = {row.slug: row for group in groups for row in (*group.rows, *group.denied, *group.more)}

        assert rows[slug].note == note

    def test_the_same_chart_gives_the_same_page(self, sent_intake, clinician):
        one, two = page_of(sent_intake, clinician), page_of(sent_intake, clinician)

        assert one == two
        assert one.causes.further == two.causes.further


class TestEnter:
    def test_it_works(self, signed_in, clinician, sent_intake):
        response = signed_in(clinician).post(url(sent_intake, "enter_finding"), {"babinski": "present"}, headers=HTMX)

        row = sent_intake.clinician_findings.get()
        text = text_of(response)
        assert (row.finding, row.value, row.entered_by) == ("babinski", True, clinician)
        assert "<html" not in text
        assert 'id="change-status" role="status" hx-swap-oob="true">Babinski sign: present (you, today' in text
        assert "First cause" in text

    def test_only_what_changes_is_sent_to_a_page_that_is_up_to_date(self, signed_in, clinician, sent_intake, release):
        data = {"babinski": "present", "release": str(release.number)}

        text = text_of(signed_in(clinician).post(url(sent_intake, "enter_finding"), data, headers=HTMX))

        ids = set(re.findall(r'id="([\w-]+)"', text))
        assert {"part-flags", "part-ranking", "part-lane", "evidence-state", "ev-babinski"} <= ids
        assert not {"ev-hoffmann", "evidence-form", "sign-card", "sign-seen", "ev-weakness", "part-reasons"} & ids

    def test_the_first_answer_is_of_one_ranking(self, signed_in, clinician, sent_intake, release):
        """Ranking, lane and red flags are those of a fresh page after the change."""
        data = {"babinski": "present", "release": str(release.number)}

        page = signed_in(clinician).post(url(sent_intake, "enter_finding"), data, headers=HTMX).context["page"]

        fresh = page_of(sent_intake, clinician)
        assert page.causes == fresh.causes
        assert page.causes.further == fresh.causes.further
        assert (page.verdict, page.lane, page.flags, page.benign) == (fresh.verdict, fresh.lane, fresh.flags, None)
        assert page.seen == fresh.evidence.seen == sent_intake.clinician_findings.get().pk
        assert page.rows == fresh.evidence.changed

    def test_what_follows_cannot_be_signed_before_it_came(self, signed_in, clinician, sent_intake, release):
        client = signed_in(clinician)
        signed = re.search(r'name="inputs" value="(\w+)"', text_of(client.get(url(sent_intake))))
        data = {"babinski": "present", "release": str(release.number)}

        answer = text_of(client.post(url(sent_intake, "enter_finding"), data, headers=HTMX))

        assert signed
        assert signed[1] != chart_of(sent_intake).inputs
        assert 'name="inputs"' not in answer

    def test_what_is_sent_holds_every_row_that_differs(self, signed_in, clinician, colleague, sent_intake, release):
        cast.add_findings(sent_intake, colleague)
        client = signed_in(clinician)
        before = evidence_rows_of(client.get(url(sent_intake)))
        data = {"weakness": "absent", "release": str(release.number)}

        changed = evidence_rows_of(client.post(url(sent_intake, "enter_finding"), data, headers=HTMX))

        assert before | changed == evidence_rows_of(client.get(url(sent_intake)))
        assert before != before | changed

    def test_a_page_of_another_release_is_exchanged_whole(self, signed_in, clinician, sent_intake):
        data = {"babinski": "present", "release": "99"}

        response = signed_in(clinician).post(url(sent_intake, "enter_finding"), data, headers=HTMX)

        assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#differential", "innerHTML")
        assert 'id="evidence-form"' in text_of(response)

    def test_confirming_what_the_patient_said(self, signed_in, clinician, sent_intake):
        client = signed_in(clinician)

        client.post(url(sent_intake, "enter_finding"), {"weakness": "present", "confirm": "weakness"})

        row = sent_intake.clinician_findings.get()
        text = text_of(client.get(url(sent_intake)))
        assert (row.finding, row.value, row.entered_by) == ("weakness", True, clinician)
        assert re.search(r"Patient said yes \([^)]*\); confirmed by you, today", text)

    def test_confirming_changes_no_ranking(self, sent_intake, clinician):
        before = chart_of(sent_intake).differential

        cast.add_findings(sent_intake, clinician, {"weakness": True})

        assert chart_of(sent_intake).differential == before

    def test_confirming_never_overrules_a_colleague(self, signed_in, clinician, colleague, sent_intake):
        cast.add_findings(sent_intake, colleague, {"weakness": False})
        data = {"seen": "0", "weakness": "present", "confirm": "weakness"}

        signed_in(clinician).post(url(sent_intake, "enter_finding"), data)

        assert [row.value for row in sent_intake.clinician_findings.all()] == [False]

    def test_only_an_answer_can_be_confirmed(self, signed_in, clinician, sent_intake):
        signed_in(clinician).post(url(sent_intake, "enter_finding"), {"confirm": "babinski"})

        assert not sent_intake.clinician_findings.exists()

    def test_every_answer_of_the_patient_alone_can_be_confirmed(self, sent_intake, clinician):
        cast.add_findings(sent_intake, clinician, {"weakness": True})
        groups = page_of(sent_intake, clinician).evidence.groups

        rows = {row.slug for group in groups for row in (*group.rows, *group.denied) if row.can_be_confirmed}

        assert "weakness" not in rows
        assert {"grip-weakness", "age"} <= rows

    def test_without_htmx_it_returns_to_the_page(self, signed_in, clinician, sent_intake):
        response = signed_in(clinician).post(url(sent_intake, "enter_finding"), {"babinski": "absent"})

        assert response.status_code == 302
        assert response.url == url(sent_intake) + "#evidence"
        assert sent_intake.clinician_findings.get().value is False

    def test_only_what_changed_is_entered(self, signed_in, clinician, sent_intake):
        data = {"weakness": "present", "babinski": "unknown", "laterality": "one side", "tremor-frequency": ""}

        signed_in(clinician).post(url(sent_intake, "enter_finding"), data)

        assert list(sent_intake.clinician_findings.values_list("finding", "value")) == [("laterality", "one side")]

    def test_a_stale_page_undoes_nothing(self, signed_in, clinician, colleague, sent_intake):
        cast.add_findings(sent_intake, colleague, {"babinski": True})
        data = {"seen": "0", "babinski": "unknown", "hoffmann": "present"}

        signed_in(clinician).post(url(sent_intake, "enter_finding"), data)

        assert list(sent_intake.clinician_findings.values_list("finding", "value")) == [
            ("babinski", True),
            ("hoffmann", True),
        ]

    def test_the_urgency_follows(self, signed_in, clinician, practice, release):
        intake = cast.a_sent_intake(practice, cast.ET_ANSWERS)
        Intake.objects.filter(pk=intake.pk).update(urgency_release=None)
        before = intake.urgency

        signed_in(clinician).post(
            url(intake, "enter_finding"), {"fasciculations": "present", "weakness": "present", "spreading": "present"}
        )

        intake.refresh_from_db()
        assert (before, intake.urgency) == ("routine", "urgent")
        assert intake.urgency_release == release

    def test_a_conflict_shows_both(self, signed_in, clinician, sent_intake):
        response = signed_in(clinician).post(url(sent_intake, "enter_finding"), {"weakness": "absent"}, headers=HTMX)

        assert re.search(r"Patient said: yes \(.*?\)\. Found: no \(you, today", text_of(response))

    def test_taking_back(self, signed_in, clinician, sent_intake):
        cast.add_findings(sent_intake, clinician, {"weakness": False})

        signed_in(clinician).post(url(sent_intake, "enter_finding"), {"weakness": "absent", "withdraw": "weakness"})

        assert [row.value for row in sent_intake.clinician_findings.all()] == [False, None]

    @pytest.mark.parametrize(
        ("finding", "value", "message"),
        [
            ("babinski", "perhaps", "Choose present, absent or not known."),
            ("laterality", "upside down", "is not one of the possible answers"),
            ("tremor-frequency", "fast", "is not a number"),
            ("tremor-frequency", "nan", "is not a number"),
            ("tremor-frequency", "-1", "from 1 to 25"),
            ("tremor-frequency", "500", "from 1 to 25"),
            ("age", "670", "from 0 to 120"),
        ],
    )
    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_a_bad_value_is_refused_beside_it(
        self, signed_in, clinician, sent_intake, finding, value, message, headers
    ):
        data = {finding: value, "hoffmann": "present"}

        response = signed_in(clinician).post(url(sent_intake, "enter_finding"), data, headers=headers)

        assert response.status_code == 422
        assert re.search(f'id="{finding}-problem">[^<]*{message}', text_of(response))
        assert [row.finding for row in sent_intake.clinician_findings.all()] == ["hoffmann"]

    def test_a_refused_number_stays_in_its_control(self, signed_in, clinician, sent_intake):
        response = signed_in(clinician).post(url(sent_intake, "enter_finding"), {"tremor-frequency": "fast"})

        assert 'id="tremor-frequency-value" value="fast"' in text_of(response)

    @pytest.mark.parametrize(
        "data",
        [{"no-such": "present"}, {"withdraw": "no-such"}, {"confirm": "no-such"}, {"seen": "x"}],
    )
    def test_bad_input(self, signed_in, clinician, sent_intake, data):
        response = signed_in(clinician).post(url(sent_intake, "enter_finding"), data)

        assert response.status_code == 400
        assert not ClinicianFinding.objects.exists()

    def test_get_is_not_allowed(self, signed_in, clinician, sent_intake):
        assert signed_in(clinician).get(url(sent_intake, "enter_finding")).status_code == 405


class TestPart:
    """What an open page asks for after the first answer to a change."""

    REST = HTMX | {"HX-Target": "rest"}

    def rest(self, client, intake, release):
        return client.get(url(intake, "differential_part"), {"release": str(release.number)}, headers=self.REST)

    def test_works(self, signed_in, clinician, sent_intake, release):
        client = signed_in(clinician)
        client.get(url(sent_intake))
        client.post(url(sent_intake, "enter_finding"), {"babinski": "present"}, headers=HTMX)

        text = text_of(self.rest(client, sent_intake, release))

        ids = set(re.findall(r'id="([\w-]+)"', text))
        assert {"part-head", "part-causes", "part-checks", "evidence-state", "sign-seen", "ev-babinski"} <= ids
        assert not {"ev-hoffmann", "evidence-form", "sign-card", "ev-weakness"} & ids
        assert 'id="change-status" role="status">Babinski sign: present (you, today' in text
        assert chart_of(sent_intake).inputs in text

    def test_a_table_that_is_unfolded_comes_alone(self, signed_in, clinician, sent_intake):
        text = text_of(
            signed_in(clinician).get(url(sent_intake, "differential_part"), {"open": "wilson-disease"}, headers=HTMX)
        )

        assert re.findall(r' id="([\w-]+)"', text) == ["table-wilson-disease"]
        assert "Score" in text

    def test_further_causes_come_alone(self, signed_in, clinician, sent_intake, catalogue):
        text = text_of(signed_in(clinician).get(url(sent_intake, "differential_part"), headers=HTMX))

        first, *further = re.findall(r' id="([\w-]+)"', text)
        assert first == "further-causes"
        assert len(further) > len(catalogue.causes) / 2
        assert all(name.startswith("cause-") for name in further)

    def test_anonymous_is_sent_to_the_login(self, client, sent_intake):
        assert client.get(url(sent_intake, "differential_part")).url.startswith(reverse("login"))

    def test_outsider_gets_404(self, signed_in, outsider, sent_intake, release):
        assert self.rest(signed_in(outsider), sent_intake, release).status_code == 404

    def test_a_page_of_another_release_is_exchanged_whole(self, signed_in, clinician, sent_intake):
        response = signed_in(clinician).get(url(sent_intake, "differential_part"), {"release": "99"}, headers=self.REST)

        assert response["HX-Retarget"] == "#differential"
        assert 'id="evidence-form"' in text_of(response)

    def test_is_no_new_look(self, signed_in, clinician, sent_intake, release):
        """After the next change the one before is still new since the page was opened."""
        client = signed_in(clinician)
        client.get(url(sent_intake))
        for finding in ("babinski", "hoffmann"):
            client.post(url(sent_intake, "enter_finding"), {finding: "present"}, headers=HTMX)
            client.get(url(sent_intake, "differential_part") + "?open=als", headers=HTMX)
            text = text_of(self.rest(client, sent_intake, release))

        assert "Babinski sign: present" in text
        assert "Hoffmann sign: present" in text

    def test_is_no_page_of_its_own(self, signed_in, clinician, sent_intake):
        response = signed_in(clinician).get(url(sent_intake, "differential_part"))

        assert (response.status_code, response.url) == (302, url(sent_intake))


class TestChangeContext:
    def test_it_works(self, signed_in, clinician, sent_intake):
        data = {"setting": "neurology-clinic", "presentation": "fasciculation"}

        response = signed_in(clinician).post(url(sent_intake, "change_context"), data)

        sent_intake.refresh_from_db()
        assert response.status_code == 302
        assert (sent_intake.setting, sent_intake.presentation) == ("neurology-clinic", "fasciculation")

    def test_bad_input(self, signed_in, clinician, sent_intake):
        response = signed_in(clinician).post(url(sent_intake, "change_context"), {"setting": "moon"})

        sent_intake.refresh_from_db()
        assert response.status_code == 422
        assert sent_intake.setting == "primary-care"


def test_unknown_intake_is_404(signed_in, clinician):
    assert signed_in(clinician).get(reverse("differential", args=[uuid.uuid4()])).status_code == 404


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "<0.1%"),
        (0.00099, "<0.1%"),
        (0.001, "0.1%"),
        (0.0094, "0.9%"),
        (0.0096, "1%"),
        (0.574, "57%"),
        (0.99, "99%"),
        (0.9901, ">99%"),
        (1.0, ">99%"),
    ],
)
def test_probability(value, text):
    assert probability(value) == text


@pytest.mark.parametrize(
    ("lr", "text", "words"),
    [
        (18.2, "18", "strongly for"),
        (7.31, "7.3", "clearly for"),
        (2.0, "2.0", "moderately for"),
        (1.2, "1.2", "slightly for"),
        (1.0, "1.0", "neither for nor against"),
        (0.74, "0.74", "slightly against"),
        (0.22, "0.22", "moderately against"),
        (0.05, "0.05", "strongly against"),
        (0.004, "1/250", "strongly against"),
        (5e-5, "1/20,000", "strongly against"),
        (1758.0, "1,800", "strongly for"),
    ],
)
def test_likelihood_ratio(lr, text, words):
    assert (ratio(lr), strength(lr)) == (text, words)


def test_adding_up_to_the_last_digit():
    parts, total = adding_up([0.004, 0.004, 0.004, -1.006])

    assert total == "−0.99"
    assert sum(round(float(part.replace("−", "-")) * 100) for part in parts) == -99


@pytest.mark.parametrize(
    ("rank", "low", "high", "stage", "deciders", "text"),
    [
        (4, 1, 9, "examine", ("Strength", "EMG"), "4th now; 1st to 9th until strength and EMG are examined"),
        (2, 1, 3, "blood", ("Serum calcium",), "2nd now; 1st to 3rd until serum calcium is tested"),
        (9, 8, 9, "ask", (), "9th now; 8th to 9th after more questions"),
        (1, 1, 1, "imaging", (), "1st now and after imaging"),
        (3, 3, 3, "", (), "3rd now"),
    ],
)
def test_standing(rank, low, high, stage, deciders, text):
    assert standing(rank, low, high, stage, deciders) == text
