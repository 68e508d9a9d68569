from __future__ import annotations

import datetime
import re
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from causes.catalogue import BACKGROUND, to_json
from causes.models import Release
from clinic.chart import chart_of
from clinic.history import SHOWN, changes_since, history
from clinic.history.steps import steps_of
from clinic.models import AccessRecord, ClinicianFinding, ContextChange
from intake.models import Intake
from tests import cast

pytestmark = pytest.mark.django_db
LONG_AGO = datetime.timedelta(days=3)


def url(intake, name="differential"):
    return reverse(name, args=[intake.key])


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def intake(practice):
    return cast.a_sent_intake(practice, waiting=LONG_AGO)


def publish_with(cause, finding, probability):
    """A release in which one figure is another one."""
    newest = Release.objects.current()
    catalogue = newest.catalogue()
    old = catalogue.cell[cause, finding, ""]
    rows = tuple(replace(row, probability=probability) if row is old else row for row in catalogue.likelihoods)
    changed = replace(catalogue, likelihoods=rows)
    number, document = newest.number + 1, to_json(changed)
    Release.objects.create(number=number, document=document, sha256=changed.sha256, notes="Counted again.")


class TestSteps:
    def test_from_the_sending_to_now(self, intake, clinician, colleague, signed_in, release):
        cast.add_findings(intake, clinician, {"babinski": True})
        signed_in(colleague).post(
            url(intake, "change_context"), {"setting": "neurology-clinic", "presentation": "fasciculation"}
        )
        publish_with("als", "weakness", 0.5)
        intake.refresh_from_db()

        steps = steps_of(chart_of(intake))

        assert [step.reason for step in steps] == ["patient", "clinician", "clinician", "catalogue"]
        assert [step.setting for step in steps] == ["primary-care", "primary-care", *["neurology-clinic"] * 2]
        assert [step.release.number for step in steps] == [1, 1, 1, 2]
        assert ["babinski" in step.values for step in steps] == [False, True, True, True]

    def test_the_last_one_is_the_page_itself(self, intake, clinician):
        cast.add_findings(intake, clinician)
        publish_with("als", "weakness", 0.5)
        chart = chart_of(intake)

        last = steps_of(chart)[-1]

        assert list(last.ranked) == [cause.slug for cause in chart.differential.causes]
        assert list(last.ranked.values()) == pytest.approx([cause.posterior for cause in chart.differential.causes])

    def test_many_releases_make_two_steps(self, intake):
        for probability in (0.5, 0.6, 0.7):
            publish_with("als", "weakness", probability)

        steps = steps_of(chart_of(intake))

        assert [[release.number for release in step.releases] for step in steps] == [[], [2, 3], [4]]

    def test_a_change_to_the_same_setting_is_none(self, intake, clinician, signed_in):
        data = {"setting": intake.setting, "presentation": intake.presentation}
        signed_in(clinician).post(url(intake, "change_context"), data)

        assert not ContextChange.objects.exists()

    @pytest.mark.parametrize(
        "change", ["UPDATE clinic_contextchange SET setting = 'x'", "DELETE FROM clinic_contextchange"]
    )
    def test_a_change_of_setting_stays(self, intake, clinician, signed_in, change):
        data = {"setting": "neurology-clinic", "presentation": "any"}
        signed_in(clinician).post(url(intake, "change_context"), data)

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


class TestLines:
    def test_findings_name_who_what_and_the_effect(self, intake, clinician, colleague):
        cast.add_findings(intake, clinician, {"tinel-phalen": True, "weakness": False})

        _sent, line = history(chart_of(intake), colleague)

        assert (line.reason, line.who) == ("Clinician", "Diana Clarke")
        assert line.what == ("Positive Tinel or Phalen test: present", "Muscle weakness: no (the patient said yes)")
        assert re.match(r"First cause (now|unchanged: )", line.effect)
        assert len(line.first) == 3

    def test_what_one_did_oneself_is_called_so(self, intake, clinician):
        cast.add_findings(intake, clinician, {"babinski": True})

        assert history(chart_of(intake), clinician)[-1].who == "you"

    def test_a_finding_taken_back(self, intake, clinician):
        cast.add_findings(intake, clinician, {"babinski": True})
        ClinicianFinding.objects.create(
            intake=intake, finding="babinski", value=None, entered_by=clinician, entered_at=timezone.now()
        )

        lines = history(chart_of(intake), clinician)

        assert lines[-1].what == ("Babinski sign: taken back",)
        assert lines[-1].first == lines[0].first

    def test_a_release_names_the_causes_that_moved_and_the_figures_behind(self, intake, clinician):
        before = chart_of(intake).differential.cause("als").posterior
        publish_with("als", "weakness", 0.05)

        line = history(chart_of(intake), clinician)[-1]

        assert (line.reason, line.what) == ("Catalogue", ("Release 2 of the catalogue: Counted again.",))
        assert chart_of(intake).differential.cause("als").posterior < before
        assert any(
            why.startswith("Amyotrophic lateral sclerosis")
            and re.search(r"muscle weakness in it \d+% \(.\) → 5% \(.\)", why)
            for why in line.why
        ), line.why

    def test_a_changed_background_is_told_apart(self, intake, clinician):
        publish_with(BACKGROUND, "weakness", 0.9)

        line = history(chart_of(intake), clinician)[-1]

        assert any("muscle weakness in others" in why for why in line.why), line.why

    def test_a_release_that_touches_nothing_here_gives_no_reason(self, intake, clinician):
        publish_with("wilson-disease", "kayser-fleischer", 0.3)

        assert history(chart_of(intake), clinician)[-1].why == ()

    def test_what_cannot_be_ranked_says_so(self, intake, clinician, signed_in):
        Intake.objects.filter(pk=intake.pk).update(setting="moon")
        data = {"setting": "primary-care", "presentation": "any"}
        signed_in(clinician).post(url(intake, "change_context"), data)
        intake.refresh_from_db()

        _sent, line = history(chart_of(intake), clinician)

        assert line.effect == "It could not be ranked before."
        assert line.what[0] == "Setting: Primary care (was moon)"


class TestSinceTheLastLook:
    def test_at_a_first_look_since_it_was_sent(self, signed_in, clinician, colleague, intake):
        cast.add_findings(intake, colleague, {"babinski": True})

        text = text_of(signed_in(clinician).get(url(intake)))

        assert "Since it was sent (" in text
        assert "Babinski sign: present <span" in text
        assert "Carl Olsen, today" in text

    def test_afterwards_only_what_is_new(self, signed_in, clinician, colleague, intake):
        client = signed_in(clinician)
        cast.add_findings(intake, colleague, {"babinski": True})
        client.get(url(intake))
        cast.add_findings(intake, colleague, {"hoffmann": True})

        changes = client.get(url(intake)).context["changes"]

        assert [line.what for line in changes.lines] == [("Hoffmann sign: present",)]
        *_earlier, before, after = history(chart_of(intake), clinician)
        assert (changes.before, changes.after) == (before.first, after.first)
        assert "Since you last looked" in changes.title

    def test_nothing_new_is_said_briefly(self, signed_in, clinician, intake):
        client = signed_in(clinician)
        client.get(url(intake))
        response = client.get(url(intake))

        assert response.context["changes"].lines == ()
        assert "nothing changed" in text_of(response)

    def test_what_is_entered_on_the_page_is_told_on_the_page(self, signed_in, clinician, intake):
        client = signed_in(clinician)
        client.get(url(intake))
        response = client.post(url(intake, "enter_finding"), {"babinski": "present"}, headers={"HX-Request": "true"})

        assert response.context["changes"].spoken.startswith("Babinski sign: present (you, today")

    def test_a_new_release_is_a_change(self, signed_in, clinician, intake):
        client = signed_in(clinician)
        client.get(url(intake))
        publish_with("als", "weakness", 0.05)

        (line,) = client.get(url(intake)).context["changes"].lines

        assert line.reason == "Catalogue"
        assert line.why

    def test_a_colleagues_look_and_a_refused_one_do_not_count(self, signed_in, clinician, colleague, outsider, intake):
        for user in (colleague, outsider):
            signed_in(user).get(url(intake))

        assert "Since it was sent" in signed_in(clinician).get(url(intake)).context["changes"].title

    def test_many_steps_are_shown_in_part(self, intake, clinician):
        for number, slug in enumerate(("babinski", "hoffmann", "rigidity", "spasticity", "atrophy", "sensory-loss")):
            ClinicianFinding.objects.create(
                intake=intake,
                finding=slug,
                value=True,
                entered_by=clinician,
                entered_at=timezone.now() + datetime.timedelta(seconds=number),
            )

        changes = changes_since(chart_of(intake), clinician, None)

        assert len(changes.lines) == SHOWN
        assert changes.lines[0].what == ("Sensory loss on examination: present",)
        assert changes.earlier == "and 2 earlier changes"

    def test_many_findings_at_once_are_named_in_part(self, intake, clinician):
        signs = ("babinski", "hoffmann", "rigidity", "spasticity", "atrophy", "sensory-loss")
        cast.add_findings(intake, clinician, dict.fromkeys(signs, True))

        (line,) = changes_since(chart_of(intake), clinician, None).lines

        assert line.what[-1] == "2 more findings"


class TestPage:
    def test_it_works(self, signed_in, clinician, intake):
        cast.add_findings(intake, clinician)

        response = signed_in(clinician).get(url(intake, "history"))

        assert response.status_code == 200
        for part in ("asked from release 1", "First causes then", "Clinician"):
            assert part in text_of(response)

    def test_anonymous_is_sent_to_the_login(self, client, intake):
        assert client.get(url(intake, "history")).url.startswith(reverse("login"))

    def test_outsider_gets_404_on_record(self, signed_in, outsider, intake):
        assert signed_in(outsider).get(url(intake, "history")).status_code == 404
        assert AccessRecord.objects.get().was_allowed is False

    @pytest.mark.parametrize("steps", [1, 6])
    def test_queries(self, signed_in, clinician, colleague, intake, django_assert_num_queries, steps):
        for number in range(steps):
            ClinicianFinding.objects.create(
                intake=intake,
                finding="babinski",
                value=bool(number % 2),
                entered_by=colleague,
                entered_at=timezone.now() + datetime.timedelta(seconds=number),
            )
        client = signed_in(clinician)
        client.get(url(intake, "history"))

        # Session, user, intake, membership, access record, release, findings, changes of setting.
        with django_assert_num_queries(8):
            client.get(url(intake, "history"))
