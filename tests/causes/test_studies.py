"""All studies of one cell: the clinicians' page of the release, and the editors' of the working copy."""

from __future__ import annotations

import pytest
from django.urls import reverse

from causes.catalogue import BACKGROUND
from causes.models import Likelihood
from causes.reference import cause_page, studies_page
from tests.causes.test_pooling import with_second_study

CELL = ["fasciculations", "als"]


@pytest.fixture
def as_clinician(client, clinician, release):
    client.force_login(clinician)
    return client


@pytest.mark.django_db
def test_works(as_clinician) -> None:
    answer = as_clinician.get(reverse("studies", args=CELL))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "<td>Used</td>" in text
    assert "<td>Not used</td>" in text
    assert "Kleinman 1973" in text
    assert "style=" not in text


@pytest.mark.django_db
def test_every_cell_has_a_page(catalogue) -> None:
    for cause in (BACKGROUND, *catalogue.cause):
        for finding in ("fasciculations", "course", "age"):
            page = studies_page(catalogue, cause, finding)
            rows = [row for row in catalogue.likelihoods if (row.cause, row.finding) == (cause, finding)]
            assert sum(len(group.studies) for group in page.groups) == page.count == len(rows)


@pytest.mark.django_db
def test_anonymous(client, release) -> None:
    for address in (reverse("studies", args=CELL), reverse("admin:causes_likelihood_studies", args=CELL[::-1])):
        assert "login" in client.get(address).url


@pytest.mark.django_db
def test_an_account_without_a_practice_gets_404(client, release, django_user_model) -> None:
    client.force_login(django_user_model.objects.create_user("nobody"))
    assert client.get(reverse("studies", args=CELL)).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("cell", [["gout", "als"], ["fasciculations", "gout"]])
def test_an_unknown_cell_is_404(as_clinician, client, editor, cell) -> None:
    assert as_clinician.get(reverse("studies", args=cell)).status_code == 404
    client.force_login(editor)
    assert client.get(reverse("admin:causes_likelihood_studies", args=cell[::-1])).status_code == 404


@pytest.mark.django_db
def test_editors_see_the_working_copy(client, editor, release, django_assert_max_num_queries) -> None:
    client.force_login(editor)
    Likelihood.objects.filter(finding="fasciculations", cause="als", is_used=False).update(population="Newly counted")
    address = reverse("admin:causes_likelihood_studies", args=CELL[::-1])
    with django_assert_max_num_queries(20):
        text = client.get(address).content.decode()
    assert "Newly counted" in text
    assert "Newly counted" not in client.get(reverse("studies", args=CELL)).content.decode()


@pytest.mark.django_db
def test_a_likelihood_leads_to_its_cell(client, editor, release) -> None:
    client.force_login(editor)
    row = Likelihood.objects.filter(cause=None, finding="weakness").first()
    text = client.get(reverse("admin:causes_likelihood_change", args=[row.pk])).content.decode()
    assert reverse("admin:causes_likelihood_studies", args=[BACKGROUND, "weakness"]) in text


@pytest.mark.django_db
def test_a_cause_leads_to_cells_with_several_rows_only(catalogue) -> None:
    page = cause_page(catalogue, "als")
    links = {row.address: row.studies for row in (*page.typical, *page.more, *page.estimates)}
    link = links[reverse("finding", args=["fasciculations"])]
    assert link is not None
    assert link.address == reverse("studies", args=CELL)
    assert None in links.values()


def test_studies_stand_in_the_order_of_their_part() -> None:
    page = studies_page(with_second_study(), "alpha", "weakness")
    (group,) = page.groups
    assert [study.role for study in group.studies] == ["Used", "Pooled with it"]
    assert [(study.value, study.counted) for study in group.studies] == [("80%", "80 of 100"), ("25%", "10 of 40")]
    assert group.studies[0].interval == "71% to 87%"
    assert float(group.studies[0].side) > float(group.studies[1].side)
    assert group.is_conflict
    assert group.together is not None
    assert (group.together.name, group.together.is_used) == ("Pooled: used in the ranking", True)
    low, middle, high, _middle = (float(point.split(",")[0]) for point in group.together.diamond.split())
    assert low < middle < high
    assert f"{middle / 10:.0f}%" == group.together.value


def test_what_is_not_pooled_is_only_compared() -> None:
    (group,) = studies_page(with_second_study(is_pooled=False), "alpha", "weakness").groups
    assert group.together is not None
    assert not group.together.is_used
    assert "not used" in group.together.name


def test_two_rows_of_one_source_are_not_even_compared() -> None:
    (group,) = studies_page(with_second_study(is_pooled=False, source="first"), "alpha", "weakness").groups
    assert group.together is None


def test_an_estimate_has_no_interval() -> None:
    (group,) = studies_page(with_second_study(), "beta", "weakness").groups
    (study,) = group.studies
    assert (study.interval, study.low, study.counted) == ("", "", "not counted")


@pytest.mark.django_db
def test_a_pooled_cell_shows_what_the_ranking_takes(catalogue) -> None:
    row = next(row for row in cause_page(catalogue, "kennedy-disease").typical if row.address.endswith("/raised-ck/"))
    # 68 of 73 and 17 of 18 agree: 85 of 91.
    assert (row.here, row.count) == ("93%", "91")
    assert row.studies is not None
    assert "Pooled" in row.studies.name
