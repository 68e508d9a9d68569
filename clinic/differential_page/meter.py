"""How much of a ranking rests on counted patients, on a source's words, on estimates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from causes.ranking import Differential
from clinic import words


@dataclass(frozen=True, slots=True)
class MeterPart:
    grade: str
    title: str
    share: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Meter:
    parts: tuple[MeterPart, ...]
    label: str
    sentence: str


def meter(differential: Differential) -> Meter:
    shares = differential.evidence_meter
    percents = dict(zip(shares, whole_percents(list(shares.values())), strict=True))
    parts, x = [], 0.0
    for grade, share in shares.items():
        title = str(words.GRADE_TITLES[grade])
        parts.append(MeterPart(grade, title, f"{percents[grade]}%", words.length(x), words.length(share)))
        x += share
    label = ", ".join(_("grade %(grade)s %(share)s") % {"grade": p.grade, "share": p.share} for p in parts)
    return Meter(tuple(parts), label, _sentence(percents))


def whole_percents(shares: Sequence[float]) -> list[int]:
    """Whole percents that add up to 100, the largest remainders rounded up; zeros when there is nothing to share."""
    exact = [share * 100 for share in shares]
    whole = [math.floor(value) for value in exact]
    missing = round(math.fsum(exact)) - sum(whole)
    for place in sorted(range(len(exact)), key=lambda place: whole[place] - exact[place])[:missing]:
        whole[place] += 1
    return whole


def _sentence(percents: Mapping[str, int]) -> str:
    counted, estimated = percents["A"] + percents["B"], percents["D"]
    described = percents["C"]
    if not counted + described + estimated:
        return _("Nothing counts yet: only the starting point ranks.")
    return _(
        "%(counted)s%% of it rests on counted patients and reviews (A, B), %(described)s%% on what a source says "
        "in words (C), %(estimated)s%% on estimates without a source (D)."
    ) % {"counted": counted, "described": described, "estimated": estimated}
