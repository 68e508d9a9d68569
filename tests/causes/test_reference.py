import pytest
from django.urls import reverse

from causes.models import Likelihood, Release
from causes.reference import cause_page, causes_page, drugs_page, finding_page, findings_page, source_page
from causes.reference.cause import FIRST_FINDINGS
from causes.reference.parts import beta_interval

pytestmark = pytest.mark.django_db
PAGES = ["causes", "findings", "drugs", "red_flags"]


@pytest.fixture
def as_clinician(client, clinician, release):
    client.force_login(clinician)
    return client


def text_of(client, name: str, *arguments: str, **query: str) -> str:
    answer = client.get(reverse(name, args=arguments), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_page_works(as_clinician, catalogue) -> None:
    for name in PAGES:
        assert "Release 1" in text_of(as_clinician, name)
    for slug, cause in catalogue.cause.items():
        assert cause_page(catalogue, slug).name == cause.name
    for slug in ("als", "medication-induced"):
        assert catalogue.cause[slug].name in text_of(as_clinician, "cause", slug)
    for slug in ("weakness", "course", "age"):
        assert catalogue.finding[slug].name in text_of(as_clinician, "finding", slug)


def test_every_finding_and_source_has_a_page(catalogue) -> None:
    assert all(finding_page(catalogue, slug).name for slug in catalogue.finding)
    assert all(source_page(catalogue, slug).title for slug in catalogue.source)


@pytest.mark.parametrize("name", PAGES)
def test_queries_do_not_grow_with_the_catalogue(as_clinician, django_assert_num_queries, name) -> None:
    text_of(as_clinician, name)
    with django_assert_num_queries(5):
        text_of(as_clinician, name)


def test_a_cause_needs_no_query_a_row(as_clinician, django_assert_num_queries) -> None:
    text_of(as_clinician, "cause", "als")
    with django_assert_num_queries(5):
        text_of(as_clinician, "cause", "als")


def test_anonymous(client, release) -> None:
    for name, arguments in [*((name, []) for name in PAGES), ("cause", ["als"]), ("finding", ["tremor"])]:
        address = reverse(name, args=arguments)
        assert client.get(address).url == f"{reverse('login')}?next={address}"


def test_an_account_without_a_practice_gets_404(client, release, django_user_model) -> None:
    client.force_login(django_user_model.objects.create_user("nobody"))
    assert client.get(reverse("causes")).status_code == 404


def test_an_editor_may_read(client, editor, release) -> None:
    client.force_login(editor)
    assert "Amyotrophic" in text_of(client, "causes")


@pytest.mark.parametrize("name", ["cause", "finding", "source"])
def test_an_unknown_slug_is_404(as_clinician, name) -> None:
    assert as_clinician.get(reverse(name, args=["gout"])).status_code == 404


def test_a_page_only_reads(as_clinician) -> None:
    assert as_clinician.post(reverse("causes")).status_code == 405


def test_the_release_is_shown_and_not_the_working_copy(as_clinician) -> None:
    Likelihood.objects.filter(cause="als", finding="weakness", is_used=True).update(probability=0.1234)
    before = cause_page(Release.objects.current().catalogue(), "als")
    assert "12%" not in {row.here for row in before.typical if row.address.endswith("/weakness/")}
    Release.objects.publish(notes="A change.")
    after = cause_page(Release.objects.current().catalogue(), "als")
    rows = (*after.typical, *after.more, *after.estimates)
    assert [row.here for row in rows if row.address.endswith("/weakness/")] == ["12%"]


def test_every_finding_of_a_cause_is_counted_somewhere(catalogue) -> None:
    for slug in catalogue.cause:
        page = cause_page(catalogue, slug)
        assert len(page.typical) <= FIRST_FINDINGS
        spoken = len(page.typical) + len(page.more) + len(page.estimates)
        others = [f.slug for f in catalogue.findings if f.kind != "boolean" and (slug, f.slug) in speaking(catalogue)]
        assert spoken + len(page.silent) + len(others) == len(catalogue.findings)


def speaking(catalogue) -> set[tuple[str, str]]:
    return {(cause, finding) for cause, finding, _option in catalogue.cell}


def test_a_frequency_names_its_count_grade_and_source(catalogue) -> None:
    row = next(row for row in cause_page(catalogue, "als").typical if row.address.endswith("/fasciculations/"))
    likelihood = catalogue.cell["als", "fasciculations", ""]
    assert row.grade.letter == likelihood.grade
    assert row.count == f"{likelihood.total:,}"
    assert row.source
    assert catalogue.source[likelihood.source].title in row.source.title


def test_estimates_are_set_apart(catalogue) -> None:
    page = cause_page(catalogue, "als")
    assert {row.grade.letter for row in page.estimates} == {"D"}
    assert "D" not in {row.grade.letter for row in (*page.typical, *page.more)}


def test_drugs_that_cause_it_are_listed(catalogue) -> None:
    induced = {row.name for row in cause_page(catalogue, "medication-induced").drugs}
    parkinsonism = {row.name for row in cause_page(catalogue, "drug-induced-parkinsonism").drugs}
    assert "Lithium" in induced
    assert "Haloperidol" in parkinsonism
    assert cause_page(catalogue, "drug-induced-parkinsonism").drugs[0].advice
    assert not cause_page(catalogue, "kennedy-disease").drugs


def test_red_flags_of_a_cause(catalogue) -> None:
    flags = {flag.slug for flag in cause_page(catalogue, "als").flags}
    assert flags == {flag.slug for flag in catalogue.red_flags if "als" in flag.suspected_causes}
    assert flags


def test_treatments_come_by_line(catalogue) -> None:
    page = cause_page(catalogue, "essential-tremor")
    assert [line.title for line in page.lines] == ["First line", "Second line", "Third line", "Adjuncts"]
    assert page.lines[0].treatments[0].name == "Propranolol"
    total = sum(row.cause == "essential-tremor" for row in catalogue.treatments)
    assert sum(len(line.treatments) for line in page.lines) == total


def test_a_finding_lists_its_causes_the_most_frequent_first(catalogue) -> None:
    page = finding_page(catalogue, "weakness")
    lengths = [float(row.bar.rstrip("%")) for row in page.rows]
    assert lengths == sorted(lengths, reverse=True)
    assert len(page.rows) + len(page.silent) == len(catalogue.causes)
    assert page.background
    unused = [row for row in catalogue.likelihoods if row.finding == "weakness" and not row.is_used]
    assert len(page.further) == len(unused)


def test_a_source_lists_every_citation(catalogue) -> None:
    cited = next(row.source for row in catalogue.likelihoods if row.source)
    page = source_page(catalogue, cited)
    tables = ("likelihoods", "pretests", "epidemiology", "treatments", "investigations", "facts", "red_flags")
    expected = sum(row.source == cited for table in tables for row in getattr(catalogue, table))
    expected += sum(effect.source == cited for drug in catalogue.drugs for effect in drug.effects)
    expected += sum(item.source == cited for item in (*catalogue.drinks, *catalogue.parameters, *catalogue.burdens))
    expected += sum((row.source, row.recheck_source).count(cited) for row in catalogue.patient_advice)
    assert page.count == expected


def test_a_source_lists_the_advice_and_the_burdens_that_rest_on_it(catalogue) -> None:
    advice = catalogue.advice["exertion-fatigue-caffeine"]
    (uses,) = [uses for title, uses in source_page(catalogue, advice.source).groups if title == "Advice to patients"]
    assert {advice.explanation, advice.recheck_note} <= {use.text for use in uses}

    needle = catalogue.burden["needle"]
    (uses,) = [uses for title, uses in source_page(catalogue, needle.source).groups if title == "Burdens"]
    assert needle.description in {use.text for use in uses}


def test_a_benign_cause_shows_what_patients_are_told(catalogue) -> None:
    page = cause_page(catalogue, "benign-fasciculation-syndrome")
    told = {group.title: [text for text, _grade, _source in group.facts] for group in page.facts}

    assert "Hyperreflexia" in told["Called benign"][0]
    assert catalogue.advice["benign-fasciculation-syndrome"].explanation in told["What patients are told"]
    assert any(text.startswith("Seen again after 12 weeks.") for text in told["What patients are told"])
    assert "Called benign" not in {group.title for group in cause_page(catalogue, "als").facts}


def test_search(as_clinician, catalogue) -> None:
    assert causes_page(catalogue, "motor NEURON kennedy").count == 1
    assert causes_page(catalogue, "zzz").count == 0
    assert findings_page(catalogue, "HP:0001337").count >= 1
    assert drugs_page(catalogue, "lithium").count == 1
    assert "No cause has all of these words" in text_of(as_clinician, "causes", q="<script>")
    assert "<script>alert" not in text_of(as_clinician, "causes", q="<script>alert")
    assert as_clinician.get(reverse("causes"), {"q": "x" * 5000}).status_code == 200


@pytest.mark.parametrize(
    ("affected", "total", "low", "high"),
    [
        # Closed forms: Beta(1, n + 1) and Beta(n + 1, 1).
        (0, 10, 1 - 0.95 ** (1 / 11), 1 - 0.05 ** (1 / 11)),
        (10, 10, 0.05 ** (1 / 11), 0.95 ** (1 / 11)),
        (0, 678, 1 - 0.95 ** (1 / 679), 1 - 0.05 ** (1 / 679)),
        # Beta(2, 2): 3x² - 2x³ = 0.05.
        (1, 2, 0.135350, 0.864650),
    ],
)
def test_interval(affected, total, low, high) -> None:
    assert beta_interval(affected / total, total) == pytest.approx((low, high), abs=2e-4)
