"""Numbers, answers and times in the words of the clinician's pages."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import lru_cache, wraps

from django.contrib.humanize.templatetags.humanize import ordinal
from django.utils import formats, timezone
from django.utils.text import get_text_list
from django.utils.translation import get_language, gettext_lazy, ngettext_lazy, pgettext
from django.utils.translation import gettext as _

from causes.catalogue import Finding
from causes.conditions import Value
from causes.words import GRADE_TITLES as GRADE_TITLES
from causes.words import STAGE_TITLES as STAGE_TITLES
from causes.words import length as length
from causes.words import probability as probability
from clinic.people import display_name
from intake.models import Intake

MINUS = "−"


def once_a_language(function: Callable[..., str]) -> Callable[..., str]:
    """Keeps the results: a page has the same few phrases over and over, and each translated one costs 10 µs or more.

    For phrases made of the catalogue and of printed numbers, never of a patient's or a user's words.
    """

    @lru_cache(maxsize=4096)
    def kept(_language: str | None, *args: Hashable) -> str:
        return str(function(*args))

    @wraps(function)
    def wrapper(*args: Hashable) -> str:
        return kept(get_language(), *args)

    return wrapper


AFTER_STAGE = {
    "ask": gettext_lazy("After more questions"),
    "examine": gettext_lazy("After the examination"),
    "blood": gettext_lazy("After blood tests"),
    "electrodiagnostic": gettext_lazy("After electrodiagnostic tests"),
    "imaging": gettext_lazy("After imaging"),
}
NOT_DONE = {
    "ask": gettext_lazy("not asked"),
    "examine": gettext_lazy("not examined"),
    "blood": gettext_lazy("not tested"),
    "electrodiagnostic": gettext_lazy("not tested"),
    "imaging": gettext_lazy("not done"),
}
_UNTIL = {
    "ask": ngettext_lazy("until %(findings)s is asked about", "until %(findings)s are asked about", "n"),
    "examine": ngettext_lazy("until %(findings)s is examined", "until %(findings)s are examined", "n"),
    "blood": ngettext_lazy("until %(findings)s is tested", "until %(findings)s are tested", "n"),
    "electrodiagnostic": ngettext_lazy("until %(findings)s is tested", "until %(findings)s are tested", "n"),
    "imaging": ngettext_lazy("until %(findings)s is looked for", "until %(findings)s are looked for", "n"),
}
_FOR = {
    10: gettext_lazy("strongly for"),
    5: gettext_lazy("clearly for"),
    2: gettext_lazy("moderately for"),
    1.1: gettext_lazy("slightly for"),
}
_AGAINST = {
    10: gettext_lazy("strongly against"),
    5: gettext_lazy("clearly against"),
    2: gettext_lazy("moderately against"),
    1.1: gettext_lazy("slightly against"),
}
_STEPS = tuple(_FOR)
# Words that follow a person's name, which keeps its capital inside a sentence.
_AFTER_A_NAME = ("sign", "ring", "test", "disease", "syndrome")


def span(low: float, high: float) -> str:
    return _("%(low)s to %(high)s") % {"low": probability(low), "high": probability(high)}


def interval(low: float, high: float) -> str:
    return _interval(probability(low), probability(high))


@once_a_language
def _interval(low: str, high: str) -> str:
    return _("90%% interval %(low)s to %(high)s") % {"low": low, "high": high}


def ratio(lr: float) -> str:
    """Two significant digits, as far as they mean something; a very small one as “1/2,500”."""
    if lr >= 100:
        return f"{float(f'{lr:.2g}'):,.0f}"
    if lr >= 10:
        return f"{lr:.0f}"
    if lr < 0.01:
        return f"1/{float(f'{1 / max(lr, 1e-9):.2g}'):,.0f}"
    return f"{lr:.1f}" if lr >= 1 else f"{lr:.2g}" if lr < 0.1 else f"{lr:.2f}"


def strength(lr: float) -> str:
    size = max(lr, 1 / lr)
    return _strength(lr > 1, next((limit for limit in _STEPS if size >= limit), 0))


@once_a_language
def _strength(is_for: bool, limit: float) -> str:
    return str((_FOR if is_for else _AGAINST)[limit]) if limit else _("neither for nor against")


def signed(hundredths: int) -> str:
    sign = "+" if hundredths > 0 else MINUS if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) / 100:.2f}"


def adding_up(values: Sequence[float]) -> tuple[list[str], str]:
    """The values to two decimals and their sum, such that the printed numbers add up exactly.

    The largest remainders take what plain rounding leaves over, so each is within 0.01 of its value.
    """
    exact = [value * 100 for value in values]
    rounded = [math.floor(value) for value in exact]
    total = round(math.fsum(exact))
    by_remainder = sorted(range(len(exact)), key=lambda place: rounded[place] - exact[place])
    for place in by_remainder[: total - sum(rounded)]:
        rounded[place] += 1
    return [signed(value) for value in rounded], signed(total)


@once_a_language
def ranks(low: int, high: int) -> str:
    if low == high:
        return str(ordinal(low))
    return _("%(low)s to %(high)s") % {"low": ordinal(low), "high": ordinal(high)}


@once_a_language
def standing(rank: int, low: int, high: int, stage: str, deciders: tuple[str, ...]) -> str:
    """“4th now; 1st to 9th until strength and reflexes are examined”; ``deciders`` are findings' names."""
    now = {"now": ranks(rank, rank), "range": ranks(low, high)}
    if not stage:
        return _("%(now)s now") % now
    if low == high == rank:
        return _("%(now)s now and %(later)s") % {**now, "later": in_sentence(str(AFTER_STAGE[stage]))}
    if not deciders:
        return _("%(now)s now; %(range)s %(later)s") % {**now, "later": in_sentence(str(AFTER_STAGE[stage]))}
    until = _UNTIL[stage] % {"findings": joined(map(in_sentence, deciders)), "n": len(deciders)}
    return _("%(now)s now; %(range)s %(until)s") % {**now, "until": until}


def joined(parts: Iterable[str]) -> str:
    return get_text_list(list(parts), _("and"))


def in_sentence(name: str) -> str:
    """A finding's name inside a sentence: abbreviations and people's names keep their capital."""
    words = name.split()
    is_name = len(words) > 1 and words[1] in _AFTER_A_NAME
    if is_name or not name[1:2].islower():
        return name
    return name[0].lower() + name[1:]


def short(name: str) -> str:
    """Without what stands in brackets."""
    return re.sub(r"\s*\([^)]*\)", "", name)


def answer(finding: Finding, value: Value | None) -> str:
    """Just the answer: “present”, “no”, “one side”, “6.5 Hz”."""
    if value is None:
        return _("not known")
    if isinstance(value, bool):
        return _yes_or_no(value, finding.stage == "ask")
    if isinstance(value, str):
        return value
    return f"{value:g} {finding.unit}".strip()


@once_a_language
def _yes_or_no(value: bool, is_asked: bool) -> str:
    if is_asked:
        return pgettext("answer", "yes") if value else pgettext("answer", "no")
    return _("present") if value else _("absent")


def statement(finding: Finding, value: Value) -> str:
    """Finding and answer: “Rigidity”, “Rigidity: absent”, “Side at onset: one side”."""
    return finding.name if value is True else f"{finding.name}: {answer(finding, value)}"


def respondent(intake: Intake) -> str:
    """Who filled it in, when that was not the patient alone; else empty."""
    if intake.respondent == Intake.Respondent.HELPED:
        return _("Answered with help")
    if intake.respondent == Intake.Respondent.CARER:
        return _("Answered for the patient by %(name)s") % {"name": intake.respondent_name or _("somebody else")}
    if intake.respondent == Intake.Respondent.STAFF:
        name = display_name(intake.entered_by) if intake.entered_by else _("a member of staff")
        return _("Entered by %(name)s, staff") % {"name": name}
    return ""


def day(moment: datetime.datetime) -> str:
    local = timezone.localtime(moment)
    return formats.date_format(local, "j M" if local.year == timezone.localdate().year else "j M Y")


def time(moment: datetime.datetime) -> str:
    local = timezone.localtime(moment)
    date = _("today") if local.date() == timezone.localdate() else day(moment)
    return f"{date} {formats.date_format(local, 'H:i')}"


def moment(value: datetime.datetime) -> str:
    """Date and time in full, for what is kept."""
    return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
