from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causes.catalogue import OTHER, Catalogue, Cluster
from causes.ranking import Change, Differential, posterior, rank, smallest_changes
from causes.ranking.smallest_change import SmallestChange, changed_evidence, contenders
from tests.causes.drawn import patients
from tests.causes.small import a_catalogue

SMALL = a_catalogue()


def first_of(catalogue: Catalogue, evidence: dict, presentation: str = "any") -> str:
    found = posterior(catalogue, evidence, "clinic", presentation)
    return max((slug for slug in found if slug != OTHER), key=found.__getitem__)


def all_changes(catalogue: Catalogue, differential: Differential, size: int):
    """Every change of so many answers, by brute force."""
    complaint = next(p.findings for p in catalogue.presentations if p.slug == differential.presentation)
    slugs = [slug for slug in differential.evidence if slug not in ("age", "sex", *complaint)]
    for chosen in combinations(slugs, size):
        for after in product(*(others(catalogue, slug, differential.evidence[slug]) for slug in chosen)):
            yield [Change(slug, differential.evidence[slug], value) for slug, value in zip(chosen, after, strict=True)]


def followers(found: Differential) -> list[str]:
    return [cause.slug for cause in found.causes[1:]]


def others(catalogue: Catalogue, slug: str, value) -> list:
    finding = catalogue.finding[slug]
    values = {"boolean": [True, False], "number": []}.get(finding.kind, [o.value for o in finding.options])
    return [other for other in values if other != value]


def test_works() -> None:
    found = rank(SMALL, {"weakness": True}, "clinic")
    assert [cause.slug for cause in found.causes] == ["alpha", "beta", "gamma"]
    # Without weakness beta, whose share is three times alpha's, is the likelier of the two.
    then = posterior(SMALL, {"weakness": False}, "clinic", "any")["beta"]
    assert smallest_changes(SMALL, found).overall == SmallestChange(
        "beta", (Change("weakness", True, False),), pytest.approx(then)
    )
    assert smallest_changes(SMALL, found).rivals == {}


def test_a_known_answer_is_never_called_not_known() -> None:
    evidence = {"weakness": True, "wasting": True, "course": "worse", "speed": 6.0}
    changes = smallest_changes(SMALL, rank(SMALL, evidence, "clinic"), ["beta", "gamma"])
    found = [change for item in changes.rivals.values() if item for change in item.changes]
    assert found
    assert all(change.after is not None and change.after != change.before for change in found)
    assert "speed" not in {change.finding for change in found}


def test_of_the_causes_that_are_asked_for() -> None:
    found = rank(SMALL, {"weakness": True}, "clinic")
    assert list(smallest_changes(SMALL, found, ["gamma"]).rivals) == ["gamma"]
    assert smallest_changes(SMALL, found, ["gamma"]).overall is None


def test_contenders_are_those_that_could_still_come_first() -> None:
    found = rank(SMALL, {"weakness": True}, "clinic")
    could = [cause.slug for cause in found.causes[1:] if cause.rank_low == 1]
    assert could
    assert list(contenders(found)) == could
    settled = tuple(cause._replace(rank_low=cause.rank) for cause in found.causes)
    assert contenders(replace(found, causes=settled)) == ()


def test_without_an_answer_there_is_nothing_to_change() -> None:
    found = rank(SMALL, {"age": 60, "sex": "male"}, "clinic")
    changes = smallest_changes(SMALL, found, followers(found))
    assert (changes.overall, any(changes.rivals.values())) == (None, False)


def test_another_catalogue_is_refused() -> None:
    other = a_catalogue(clusters=(Cluster("power", "Power", 0.1),))
    with pytest.raises(ValueError, match="the differential is of catalogue"):
        smallest_changes(other, rank(SMALL, {"weakness": True}, "clinic"))


def test_the_complaint_is_never_changed() -> None:
    """Denied, the tremor counts like any other finding; taken back it would be part of the pretest again."""
    found = rank(SMALL, {"tremor": False}, "clinic", "tremor")
    assert found.ignored == ()
    assert smallest_changes(SMALL, found).overall is None


def test_what_a_present_finding_presupposes_is_not_turned() -> None:
    """Wasting is asked where there is weakness: with wasting present, weakness cannot be absent."""
    findings = tuple(replace(f, ask_if="weakness", cluster="") if f.slug == "wasting" else f for f in SMALL.findings)
    catalogue = a_catalogue(findings=findings)
    for wasting, is_turned in ((True, False), (False, True)):
        found = rank(catalogue, {"weakness": True, "wasting": wasting, "course": "worse"}, "clinic")
        changes = smallest_changes(catalogue, found, followers(found)).rivals.values()
        turned = {change.finding for item in changes if item for change in item.changes}
        assert ("weakness" in turned) == is_turned


@given(patients, st.sampled_from(["any", "tremor"]))
@settings(max_examples=60, deadline=None)
def test_a_change_puts_its_cause_first_and_no_smaller_one_does(patient: tuple, presentation: str) -> None:
    catalogue, evidence = patient
    found = rank(catalogue, evidence, "clinic", presentation)
    changes = smallest_changes(catalogue, found, followers(found))
    assert changes.overall == smallest_changes(catalogue, found).overall
    for target, change in changes.rivals.items():
        size = len(change.changes) if change else 4
        if change:
            after = posterior(catalogue, changed_evidence(found.evidence, change.changes), "clinic", presentation)
            assert change.cause == target == max((s for s in after if s != OTHER), key=after.__getitem__)
            assert after[target] == pytest.approx(change.posterior, abs=1e-12)
            assert list(dict.fromkeys(c.finding for c in change.changes)) == [c.finding for c in change.changes]
        for smaller in range(1, min(size, 3)):
            assert target not in firsts(catalogue, found, smaller)
    sizes = [len(change.changes) for change in changes.rivals.values() if change]
    assert (len(changes.overall.changes) if changes.overall else None) == min(sizes, default=None)


def firsts(catalogue: Catalogue, found: Differential, size: int) -> set[str]:
    """The causes that some change of that size puts first."""
    return {
        first_of(catalogue, changed_evidence(found.evidence, changes), found.presentation)
        for changes in all_changes(catalogue, found, size)
    }


@given(patients)
@settings(max_examples=40, deadline=None)
def test_of_one_answer_the_most_probable_is_changed(patient: tuple) -> None:
    catalogue, evidence = patient
    found = rank(catalogue, evidence, "clinic")
    overall = smallest_changes(catalogue, found).overall
    sufficient = [
        change
        for (change,) in all_changes(catalogue, found, 1)
        if first_of(catalogue, changed_evidence(found.evidence, [change])) != found.causes[0].slug
    ]
    assert bool(sufficient) == bool(overall and len(overall.changes) == 1)
    yes_no = [change for change in sufficient if isinstance(change.before, bool)]
    if overall and len(overall.changes) == 1 and len(yes_no) == len(sufficient):
        (best,) = overall.changes
        chance = {change.finding: chance_of(catalogue, found, change) for change in yes_no}
        assert chance[best.finding] == pytest.approx(max(chance.values()), abs=1e-6)


def chance_of(catalogue: Catalogue, found: Differential, change: Change) -> float:
    """Of the other answer to a yes/no finding, by the posterior as it is."""
    rates = [(found.other_posterior, None), *((cause.posterior, cause) for cause in found.causes)]
    parts = [next(p for p in cause.contributions if p.finding == change.finding) for _, cause in rates if cause]
    background = parts[0].background_probability
    known = found.other_posterior * background
    known += sum(c.posterior * p.cause_probability for c, p in zip(found.causes, parts, strict=True))
    return 1 - known
