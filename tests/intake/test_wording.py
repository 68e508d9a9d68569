"""What patients read is in plain words. The limits and the words to avoid are explained in docs/editor.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import mean

import pytest

from causes.catalogue import Catalogue, Finding
from tests.intake.readability import grade, longest_sentence, syllables, words

MOST_GRADE, MOST_MEAN_GRADE = 6.0, 4.0
MOST_WORDS_IN_A_QUESTION, MOST_WORDS_IN_A_SENTENCE = 16, 20
# A single short sentence with “emergency department” in it scores high, whatever else it says.
MOST_GRADE_OF_ADVICE, MOST_MEAN_GRADE_OF_ADVICE = 9.0, 5.5
MOST_WORDS_IN_A_SENTENCE_OF_ADVICE = 25

JARGON = """
abdomen acute ataxia atrophy autonomic bilateral bradykinesia bulbar calcium cerebellar chronic clonus
cognitive condition contraction diagnosis distal dizziness dysarthria dysphagia dyspnoea dystonia dystonic
electrolytes exacerbate exertion fasciculation fasciculations fatigue functional gait hallucinate hallucinations
idiopathic impairment insomnia intention involuntary kinetic lability lesion limb limbs malabsorption medication
micrographia motor myoclonic myoclonus myokymia nasal nausea neurological neurologist neuropathy nystagmus onset
orthostatic palpitations paraesthesia paresis parkinsonism peripheral phonic physician polyuria posture prescribe
proximal psychiatric psychological radiating radiculopathy reflex reflexes retention rigidity sedative sedatives
seizure seizures sensation sensory spasm spasms spasticity stools supine suppress syndrome symptom symptoms tetany
therapeutic toxicity tremor tremors trunk unilateral urgency urinary urinate urine vertigo vomit vomiting wasting
"""
ALARMING = "cancer death deadly die fatal grave incurable paralysed paralysis severe terminal tumour"
# Words of the causes' names that name no illness on their own.
PLAIN_IN_NAMES = set(
    words(
        "alcohol and anxiety caffeine cramp disease drug e hand magnesium nerve or other panic related shaking"
        " twitching vitamin"
    )
)
# Only the word that the family knows asks for a relative's illness.
NAMED_ON_PURPOSE = {"family-parkinson": {"parkinson"}, "family-als": {"als", "motor"}}
LEADING = re.compile(r"\b(?:of course|surely|agree|(?:do|does|is|are|have|has)n['’]t)\b", re.I)
NEGATIVE = re.compile(r"\b(?:not|no|never|cannot|without|nothing|none|neither|nor|against|\w+n['’]t)\b", re.I)


@pytest.fixture
def asked(catalogue: Catalogue) -> list[Finding]:
    return [finding for finding in catalogue.findings if finding.section]


def test_the_measure_tells_hard_from_easy():
    easy = "The cat sat on the mat. It was a big red cat."
    hard = (
        "Involuntary fasciculations accompanied by progressive muscular atrophy necessitate comprehensive "
        "neurophysiological investigation."
    )
    assert grade(easy) < 1
    assert grade(hard) > 20
    assert grade("You shake.") < grade("You have involuntary rhythmical oscillations.")


def test_the_measure_is_the_published_formula():
    # 11 words in one sentence, 15 syllables: 0.39 * 11 + 11.8 * 15 / 11 - 15.59.
    assert grade("Does the twitching go away when you rest your tired muscles?") == pytest.approx(4.791, abs=0.001)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("muscle", 2),
        ("stiffness", 2),
        ("fasciculation", 5),
        ("doctor’s", 2),
        ("back-and-forth", 3),
        ("400", 1),
        ("zzable", 2),
    ],
)
def test_syllables(word, count):
    assert syllables(word) == count


def test_questions_are_easy_to_read(asked):
    texts = {finding.slug: f"{finding.question} {finding.help}" for finding in asked}
    assert too_hard(texts, MOST_GRADE, MOST_WORDS_IN_A_SENTENCE) == {}
    assert mean(map(grade, texts.values())) <= MOST_MEAN_GRADE
    lengths = {finding.slug: len(words(finding.question)) for finding in asked}
    assert {slug: count for slug, count in lengths.items() if count > MOST_WORDS_IN_A_QUESTION} == {}


def test_a_reason_is_given_and_easy_to_read(asked):
    reasons = {finding.slug: finding.why for finding in asked}
    assert all(reasons.values())
    assert too_hard(reasons, MOST_GRADE, MOST_WORDS_IN_A_SENTENCE) == {}
    assert mean(map(grade, reasons.values())) <= MOST_MEAN_GRADE


def test_a_question_asks_once_without_leading(asked):
    assert [finding.slug for finding in asked if not finding.question.endswith("?")] == []
    assert [finding.slug for finding in asked if f"{finding.question}{finding.help}{finding.why}".count("?") > 1] == []
    assert [finding.slug for finding in asked if LEADING.search(finding.question)] == []
    assert [finding.slug for finding in asked if len(NEGATIVE.findall(finding.question)) > 1] == []


def test_questions_hold_no_jargon_no_illness_and_nothing_alarming(catalogue, asked):
    for finding in asked:
        labels = " ".join(option.label for option in finding.options)
        said = harsh_words(catalogue, f"{finding.question} {finding.help} {finding.why} {labels}")
        assert said == NAMED_ON_PURPOSE.get(finding.slug, set()), finding.slug


def test_neither_does_what_stands_round_them(catalogue):
    heads = {section.slug: f"{section.title}. {section.intro}" for section in catalogue.sections}
    assert too_hard(heads, MOST_GRADE, MOST_WORDS_IN_A_SENTENCE) == {}
    names = [record.name for record in (*catalogue.body_zones, *catalogue.drinks)]
    assert harsh_words(catalogue, " ".join([*heads.values(), *names])) == set()


def test_help_can_be_followed_in_a_list_of_ticks(asked):
    """Which has no “not sure” of its own, nor a “no”."""
    told = re.compile(r"\b(?:choose|answer|tick|press) (?:“|yes\b|no\b|not sure)", re.I)
    assert [item.slug for item in asked if item.kind == "boolean" and told.search(item.help)] == []


def test_what_cannot_wait_is_now_wherever_it_is_said(catalogue):
    for flag in catalogue.red_flags:
        for sentence in re.split(r"(?<=[.!?]) ", flag.advice_to_patient):
            cannot_wait = re.search(r"chok|short of breath at rest|harming yourself", sentence)
            assert not (cannot_wait and "today" in sentence), flag.slug
        assert flag.urgency != "emergency" or "today" not in flag.advice_to_patient, flag.slug


def test_advice_is_plain(catalogue):
    advice = {flag.slug: flag.advice_to_patient for flag in catalogue.red_flags if flag.advice_to_patient}
    signs = {flag.slug: f"Phone us if {flag.warning_sign}." for flag in catalogue.red_flags if flag.warning_sign}
    assert too_hard(advice, MOST_GRADE_OF_ADVICE, MOST_WORDS_IN_A_SENTENCE_OF_ADVICE) == {}
    assert too_hard(signs, MOST_GRADE, MOST_WORDS_IN_A_SENTENCE) == {}
    assert mean(map(grade, advice.values())) <= MOST_MEAN_GRADE_OF_ADVICE
    assert harsh_words(catalogue, " ".join([*advice.values(), *signs.values()])) == set()


def test_the_patients_sheet_is_plain(catalogue):
    texts = {advice.cause: f"{advice.explanation} {' '.join(advice.self_care)}" for advice in catalogue.patient_advice}
    assert too_hard(texts, MOST_GRADE, MOST_WORDS_IN_A_SENTENCE) == {}
    assert harsh_words(catalogue, " ".join(texts.values())) == set()


def test_the_units_of_alcohol_are_explained_in_drinks(catalogue):
    said = set(lower(catalogue.finding["heavy-alcohol"].help))
    assert {"unit", "units", "beer", "wine", "bottle"} <= said


def test_the_names_of_the_causes_are_what_is_avoided(catalogue):
    assert PLAIN_IN_NAMES - name_words(catalogue) == set()
    assert harsh_words(catalogue, "You may have Parkinson’s disease or ALS.") == {"parkinson", "als"}
    assert harsh_words(catalogue, "Do you have a tremor? It can be fatal.") == {"tremor", "fatal"}


def test_a_hard_text_is_found():
    texts = {"plain": "You shake.", "hard": "You experience intermittent neuromuscular hyperexcitability."}
    assert list(too_hard(texts, MOST_GRADE, MOST_WORDS_IN_A_SENTENCE)) == ["hard"]
    assert list(too_hard({"long": "and you " * 11}, 99, MOST_WORDS_IN_A_SENTENCE)) == ["long"]


def too_hard(texts: dict[str, str], most_grade: float, most_words: int) -> dict[str, tuple[float, int, str]]:
    measured = {key: (round(grade(text), 1), longest_sentence(text), text) for key, text in texts.items()}
    return {key: found for key, found in measured.items() if found[0] > most_grade or found[1] > most_words}


def harsh_words(catalogue: Catalogue, text: str) -> set[str]:
    illnesses = name_words(catalogue) - PLAIN_IN_NAMES
    return set(lower(text)) & {*words(JARGON), *words(ALARMING), *illnesses}


def name_words(catalogue: Catalogue) -> set[str]:
    """The words of every cause's name, its short forms and what stands in brackets included."""
    return set(lower(" ".join(f"{cause.name} {cause.slug}" for cause in catalogue.causes)))


def lower(text: str) -> Iterator[str]:
    for word in words(text):
        yield from word.lower().replace("’", "'").removesuffix("'s").split("-")
