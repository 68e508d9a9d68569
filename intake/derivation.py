"""From a patient's answers to evidence: what was said, and what a control of the form implies.

Pure: knows the catalogue, not Django. An answer that the catalogue cannot use is skipped here and listed
by ``unusable``, so that the page can say so.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from causes.catalogue import Catalogue, Finding
from causes.conditions import Clause, Evidence, Value, parse

Answers = Mapping[str, Any]

YES, NO, UNSURE = "yes", "no", "unsure"
ANY_PRESENTATION = "any"

# Controls of the form: keys of the answers that are not a finding's slug, except age and sex, which are both.
NAME, BIRTH_DATE, AGE, SEX = "name", "birth-date", "age", "sex"
BODY, ONSET_AGE = "body", "onset-age"
MEDICINES, NO_MEDICINES = "medicines", "no-medicines"
DRINKS, ALCOHOL_UNITS = "drinks", "alcohol-units"
OWN_WORDS, WORRY = "own-words", "worry"
NO_LONGER = "stopped"  # since when a medicine is taken: not any more; and the key of when it was stopped, if told
BOTH_RIGHT = "both-right"  # contradictions that the patient leaves as they are
CONTROLS = frozenset(
    {
        NAME,
        BIRTH_DATE,
        AGE,
        SEX,
        BODY,
        ONSET_AGE,
        MEDICINES,
        NO_MEDICINES,
        DRINKS,
        ALCOHOL_UNITS,
        OWN_WORDS,
        WORRY,
        BOTH_RIGHT,
    }
)

# Findings that one control and one parameter settle. Those of body zones and of drugs are in the catalogue.
WIDESPREAD, ONSET_UNDER_18 = "widespread", "onset-under-18"
HIGH_CAFFEINE, HEAVY_ALCOHOL = "high-caffeine", "heavy-alcohol"
WIDESPREAD_REGIONS, CHILDHOOD_ONSET_AGE = "widespread-regions", "childhood-onset-age"
CAFFEINE_LIMIT, ALCOHOL_LIMIT = "caffeine-limit", "alcohol-limit"

FASCICULATIONS, TREMOR = "fasciculations", "tremor"
TITLE_FINDINGS = 3
TITLE_LENGTH = 200


def evidence(catalogue: Catalogue, answers: Answers) -> dict[str, Value]:
    """Finding slug -> value, in the catalogue's order. What is not sure, not asked or not usable is left out."""
    known = _known(catalogue, answers)
    dropped = _no_longer_asked(catalogue, known, with_medicines(known, answers), answers)
    return {slug: known[slug] for slug in catalogue.finding if slug in known and slug not in dropped}


def set_aside(catalogue: Catalogue, answers: Answers) -> dict[str, Value]:
    """What was answered and is no evidence, in the catalogue's order: another answer rules its question out."""
    given = _known(catalogue, answers) | dict(_direct(catalogue, answers))
    found = evidence(catalogue, answers)
    return {slug: given[slug] for slug in catalogue.finding if slug in given and found.get(slug) != given[slug]}


def left_open(catalogue: Catalogue, answers: Answers) -> set[str]:
    """Answered, but not known: what hangs on these is hidden, unlike what hangs on a question never answered."""
    open_ = {slug for slug, answer in answers.items() if slug in catalogue.finding and answer in (UNSURE, "")}
    return open_ | (zone_findings(catalogue) if answers.get(BODY) == [] else set())


def circumstances(catalogue: Catalogue, answers: Answers) -> dict[str, Value]:
    """What ``ask_if`` may ask about: the evidence, and whether any medicine is taken."""
    return with_medicines(evidence(catalogue, answers), answers)


def with_medicines(known: Evidence, answers: Answers) -> dict[str, Value]:
    """``circumstances`` of evidence that was worked out already."""
    takes = {MEDICINES: True} if answers.get(MEDICINES) else {}
    takes_none = {MEDICINES: False} if not takes and answers.get(NO_MEDICINES) else {}
    return {**known, **takes, **takes_none}


def unusable(catalogue: Catalogue, answers: Answers) -> list[str]:
    """Each answer that this catalogue does not know, as "key: value", for the clinician's page."""
    return [f"{key}: {value}" for key, value in _unusable(catalogue, answers)]


def unusable_keys(catalogue: Catalogue, answers: Answers) -> frozenset[str]:
    """The answers that this catalogue does not know, or not wholly."""
    return frozenset(key for key, _value in _unusable(catalogue, answers))


def presentation(catalogue: Catalogue, evidence: Evidence) -> str:
    """The one presenting complaint that the evidence shows; "any" for several or none."""
    shown = [item.slug for item in catalogue.presentations if any(evidence.get(slug) is True for slug in item.findings)]
    return shown[0] if len(shown) == 1 else ANY_PRESENTATION


def title(catalogue: Catalogue, answers: Answers) -> str:
    """A short line for the worklist: the first findings that are present, in the order of the form."""
    found = evidence(catalogue, answers)
    present = [item for item in catalogue.findings if found.get(item.slug) is True]
    order = {section.slug: position for position, section in enumerate(catalogue.sections)}
    present.sort(key=lambda item: order.get(item.section, len(order)))
    names = [_short(item.name) for item in present[:TITLE_FINDINGS]]
    return ", ".join(names[:1] + [_lower_first(name) for name in names[1:]])[:TITLE_LENGTH]


def patient_details(answers: Answers) -> dict[str, Any]:
    """Name and date of birth, as the fields of a patient's record."""
    born = answers.get(BIRTH_DATE)
    return {
        "name": answers.get(NAME, ""),
        "birth_date": datetime.date.fromisoformat(born) if born else None,
    }


def caffeine_mg(catalogue: Catalogue, answers: Answers) -> float | None:
    """Caffeine a day from the drinks that the catalogue knows; None when the question was not answered."""
    drinks = answers.get(DRINKS)
    if not isinstance(drinks, Mapping):
        return None
    content = {drink.slug: drink.caffeine_mg for drink in catalogue.drinks}
    return float(sum(content[slug] * number for slug, number in drinks.items() if slug in content))


def parameter(catalogue: Catalogue, slug: str) -> float:
    """Raises KeyError when the catalogue lacks it: a threshold is never guessed."""
    if slug not in catalogue.parameter:
        raise KeyError(f"the catalogue has no parameter “{slug}”")
    return catalogue.parameter[slug]


@lru_cache(maxsize=8)
def zone_findings(catalogue: Catalogue) -> frozenset[str]:
    """Every finding that a place on the body can imply."""
    return frozenset(
        slug for zone in catalogue.body_zones for slug in (*zone.findings, *zone.twitch_findings, *zone.tremor_findings)
    )


@lru_cache(maxsize=8)
def drug_findings(catalogue: Catalogue) -> frozenset[str]:
    """Every finding that the list of medicines settles: implied by some drug, and not asked in another way."""
    implied = {effect.finding for drug in catalogue.drugs for effect in drug.effects}
    return frozenset(
        slug
        for slug in implied & catalogue.finding.keys()
        if catalogue.finding[slug].control == "derived" and slug not in (HIGH_CAFFEINE, HEAVY_ALCOHOL)
    )


def _known(catalogue: Catalogue, answers: Answers) -> dict[str, Value]:
    known = dict(_direct(catalogue, answers))
    for slug, value in _derived(catalogue, answers, known):
        if value is None:
            known.pop(slug, None)
        elif slug in catalogue.finding:
            known[slug] = value
    return known


def _direct(catalogue: Catalogue, answers: Answers) -> Iterator[tuple[str, Value]]:
    for slug, answer in answers.items():
        if slug in catalogue.finding:
            value = _value(catalogue.finding[slug], answer)
            if value is not None:
                yield slug, value


def _value(finding: Finding, answer: Any) -> Value | None:
    if finding.kind == "boolean":
        return {YES: True, NO: False}.get(answer) if isinstance(answer, str) else None
    if finding.kind == "number":
        return float(answer) if _is_number(answer) else None
    return answer if answer in {option.value for option in finding.options} else None


def _derived(catalogue: Catalogue, answers: Answers, direct: Evidence) -> Iterator[tuple[str, Value | None]]:
    """What each answered control says. None: the control was answered, and the finding stays not known."""
    yield from _from_body(catalogue, answers, direct)
    yield from _from_medicines(catalogue, answers, direct)
    if _is_number(answers.get(ONSET_AGE)):
        yield ONSET_UNDER_18, answers[ONSET_AGE] < parameter(catalogue, CHILDHOOD_ONSET_AGE)
    caffeine = caffeine_mg(catalogue, answers)
    if caffeine is not None:
        is_high = caffeine > parameter(catalogue, CAFFEINE_LIMIT)
        is_whole = answers[DRINKS].keys() <= {drink.slug for drink in catalogue.drinks}
        yield HIGH_CAFFEINE, is_high if is_high or is_whole else None
    if _is_number(answers.get(ALCOHOL_UNITS)):
        yield HEAVY_ALCOHOL, answers[ALCOHOL_UNITS] > parameter(catalogue, ALCOHOL_LIMIT)


def _from_body(catalogue: Catalogue, answers: Answers, direct: Evidence) -> Iterator[tuple[str, Value | None]]:
    """No place chosen ("it moves around, or I cannot say") leaves every place not known, not absent."""
    zones = [zone for zone in catalogue.body_zones if zone.slug in answers.get(BODY, ())]
    if not zones:
        return
    twitches, shakes = direct.get(FASCICULATIONS) is True, direct.get(TREMOR) is True
    for names, is_settled in (("twitch_findings", twitches), ("tremor_findings", shakes), ("findings", True)):
        chosen = {slug for zone in zones for slug in getattr(zone, names)}
        for slug in {slug for zone in catalogue.body_zones for slug in getattr(zone, names)}:
            yield slug, slug in chosen if is_settled else None
    yield WIDESPREAD, len({zone.region for zone in zones}) >= parameter(catalogue, WIDESPREAD_REGIONS)


def taken(answers: Answers) -> list[Mapping[str, Any]]:
    """The medicines of the list but those that the patient has stopped."""
    return [row for row in answers.get(MEDICINES) or () if row.get("since") != NO_LONGER]


def _from_medicines(catalogue: Catalogue, answers: Answers, direct: Evidence) -> Iterator[tuple[str, Value | None]]:
    """A medicine that the catalogue does not know leaves what it might imply not known, so does one that was stopped:
    whenever that was, some act for months, and some by being stopped.
    """
    rows = answers.get(MEDICINES) or ()
    if not rows and not answers.get(NO_MEDICINES):
        return
    is_whole = all(slug in catalogue.drug for row in rows for slug in _drugs(row))
    is_whole = is_whole and not any(row.get("is_partly_known") for row in rows)
    implied = _implied(catalogue, taken(answers))
    open_to_doubt = _implied(catalogue, rows) - implied
    settled = drug_findings(catalogue)
    for slug in settled:
        yield slug, True if slug in implied else (False if is_whole and slug not in open_to_doubt else None)
    # Nicotine gum, say: its own question has the last word.
    for slug in implied - settled - direct.keys():
        yield slug, True


def _implied(catalogue: Catalogue, rows: Iterable[Mapping[str, Any]]) -> set[str]:
    drugs = (catalogue.drug.get(slug) for row in rows for slug in _drugs(row))
    return {effect.finding for drug in drugs if drug for effect in drug.effects if effect.finding}


def _drugs(row: Mapping[str, Any]) -> tuple[str, ...]:
    """All that one box named, "" for what the catalogue does not know."""
    return (row["drug"], *row.get("more_drugs", ()))


def _no_longer_asked(catalogue: Catalogue, known: Iterable[str], circumstances: Evidence, answers: Answers) -> set[str]:
    """Answers whose question another answer rules out, and those that hang on such an answer in turn."""
    conditions = {slug: parse(catalogue.finding[slug].ask_if) for slug in known}
    dropped: set[str] = set()
    is_open = left_open(catalogue, answers)

    def is_unmet(clause: Clause) -> bool:
        if clause.slug in circumstances and clause.slug not in dropped:
            return not clause.is_met(circumstances)
        return clause.slug in dropped or clause.slug in is_open

    while True:
        ruled_out = {slug for slug, groups in conditions.items() if _is_violated(groups, is_unmet)}
        if ruled_out == dropped:
            return dropped
        dropped = ruled_out


def _is_violated(groups: tuple[tuple[Clause, ...], ...], is_unmet: Callable[[Clause], bool]) -> bool:
    return bool(groups) and all(any(is_unmet(clause) for clause in group) for group in groups)


def _unusable(catalogue: Catalogue, answers: Answers) -> Iterator[tuple[str, Any]]:
    for key, value in answers.items():
        finding = catalogue.finding.get(key)
        if finding is None:
            if key not in CONTROLS:
                yield key, value
        elif value not in (UNSURE, "", None) and _value(finding, value) is None:
            yield key, value
    yield from _retired(BODY, answers.get(BODY) or (), {zone.slug for zone in catalogue.body_zones})
    drinks = answers.get(DRINKS)
    yield from _retired(DRINKS, drinks if isinstance(drinks, Mapping) else (), {d.slug for d in catalogue.drinks})
    drugs = (slug for row in answers.get(MEDICINES) or () for slug in _drugs(row) if slug)
    yield from _retired(MEDICINES, drugs, set(catalogue.drug))


def _retired(key: str, slugs: Iterable[str], known: set[str]) -> Iterator[tuple[str, Any]]:
    return ((key, slug) for slug in slugs if slug not in known)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _short(name: str) -> str:
    return re.sub(r"\s*\([^)]*\)", "", name)


def _lower_first(name: str) -> str:
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]
