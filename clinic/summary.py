"""The patient's summary as text for the record, as a clinician would write it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes.conditions import parse_clause
from clinic import words
from clinic.chart import Chart
from clinic.evidence import Known
from clinic.lane import OPEN, standing_of
from intake import derivation

PERTINENT = 0.1  # nats that an absent finding must move a leading cause to be worth a mention
LEADING_CAUSES = 3
PROFILE = frozenset({derivation.AGE, derivation.SEX})


def summary(chart: Chart) -> str:
    parts = (
        chart.other_person,
        _patient(chart),
        _symptoms(chart),
        _denied(chart),
        _set_aside(chart),
        _substances(chart),
        _examination(chart),
        _tests(chart),
        _own_words(chart),
        _red_flags(chart),
        _ranking(chart),
    )
    return "\n".join(part for part in parts if part)


def _patient(chart: Chart) -> str:
    values, catalogue = chart.record.values, chart.catalogue
    setting = next(item.name for item in catalogue.settings if item.slug == chart.intake.setting)
    complaint = next(item.name for item in catalogue.presentations if item.slug == chart.intake.presentation)
    return _("%(who)s; setting: %(setting)s; presenting complaint: %(complaint)s. Intake %(reference)s.") % {
        "who": _person(values.get("age"), values.get("sex")),
        "setting": words.in_sentence(setting),
        "complaint": words.in_sentence(complaint),
        "reference": chart.intake.reference,
    }


def _person(age: object, sex: object) -> str:
    person = {"female": _("woman"), "male": _("man")}.get(str(sex), _("patient"))
    if not isinstance(age, (int, float)):
        return person[:1].upper() + person[1:]
    return _("%(age)s-year-old %(person)s") % {"age": f"{age:g}", "person": person}


def _symptoms(chart: Chart) -> str:
    """What is present, a sentence for each topic of the form."""
    topics: dict[str, list[str]] = {section.slug: [] for section in chart.catalogue.sections}
    for known in _asked(chart):
        if known.value is not None and known.value is not False:
            topics.setdefault(known.finding.section, []).append(_phrase(known))
    return " ".join(f"{_sentence(phrases)}." for phrases in topics.values() if phrases)


def _denied(chart: Chart) -> str:
    """Pertinent negatives by name, the others as a number."""
    absent = [known for known in _asked(chart) if known.value is False]
    if not absent:
        return ""
    pertinent = _pertinent(chart)
    others = sum(known.finding.slug not in pertinent for known in absent)
    # A single other one is as short by its name.
    named = [_phrase(known) for known in absent if others == 1 or known.finding.slug in pertinent]
    if not named:
        return ngettext("No to %(n)s question.", "No to %(n)s questions.", others) % {"n": others}
    rest = [ngettext("%(n)s other question", "%(n)s other questions", others) % {"n": others}] if others > 1 else []
    return _("No to: %(names)s.") % {"names": "; ".join([*named, *rest])}


def _set_aside(chart: Chart) -> str:
    """What the patient said that another of her answers rules out: neither is dropped."""
    aside = derivation.set_aside(chart.catalogue, chart.intake.answers)
    findings = chart.catalogue.finding
    said = [f"{words.in_sentence(findings[slug].name)}: {words.answer(findings[slug], aside[slug])}" for slug in aside]
    if not said:
        return ""
    return _("Not used, because it does not go with another answer: %(names)s.") % {"names": "; ".join(said)}


def _asked(chart: Chart) -> Iterator[Known]:
    for known in chart.record.known.values():
        if _section_of(known) == "ask" and known.finding.slug not in PROFILE:
            yield known


def _section_of(known: Known) -> str:
    """The stage of a finding; a symptom that only the clinician noted belongs to the examination."""
    stage = known.finding.stage
    return "examine" if stage == "ask" and known.entry is not None and known.said is None else stage


def _pertinent(chart: Chart) -> set[str]:
    """Findings that a red flag names or that move a leading or a not yet excluded cause."""
    differential = chart.differential
    slugs = {cause.slug for cause in differential.causes[:LEADING_CAUSES]} | {e.cause for e in differential.lane}
    moving = (c for slug in slugs for c in differential.cause(slug).contributions if abs(c.value) >= PERTINENT)
    flagged = (parse_clause(text).slug for flag in chart.catalogue.red_flags for text in flag.findings)
    return {*(c.finding for c in moving), *flagged}


def _phrase(known: Known) -> str:
    finding = known.finding
    text = words.in_sentence(finding.name)
    if not isinstance(known.value, bool):
        text = f"{text}: {words.answer(finding, known.value)}"
    if not known.is_conflict:
        return text
    return _("%(finding)s (clinician’s finding; the patient said %(said)s)") % {
        "finding": text,
        "said": words.answer(finding, known.said),
    }


def _sentence(phrases: Iterable[str]) -> str:
    text = "; ".join(phrases)
    return text[:1].upper() + text[1:]


def _substances(chart: Chart) -> str:
    return " ".join(part for part in (_medicines(chart), _drinks(chart), _alcohol(chart)) if part)


def _medicines(chart: Chart) -> str:
    answers = chart.intake.answers
    taken = derivation.taken(answers)
    stopped = [_stopped(row) for row in answers.get(derivation.MEDICINES) or () if row not in taken]
    lines = []
    if taken:
        lines.append(_("Takes: %(names)s.") % {"names": ", ".join(_medicine(row) for row in taken)})
    elif answers.get(derivation.NO_MEDICINES):
        lines.append(_("Takes no medicines."))
    if stopped:
        lines.append(_("No longer takes: %(names)s.") % {"names": ", ".join(stopped)})
    return " ".join(lines)


def _stopped(row: Mapping[str, str]) -> str:
    when = {
        "month": _("%(name)s (stopped in the last month)"),
        "recent": _("%(name)s (stopped 1 to 3 months ago)"),
        "earlier": _("%(name)s (stopped longer ago)"),
    }
    return when.get(row.get(derivation.NO_LONGER, ""), "%(name)s") % row


def _medicine(row: Mapping[str, str]) -> str:
    if row.get("since") == "recent":
        return _("%(name)s (started or changed recently)") % {"name": row["name"]}
    return row["name"]


def _drinks(chart: Chart) -> str:
    taken = chart.intake.answers.get(derivation.DRINKS)
    if not isinstance(taken, dict):
        return ""
    names = {drink.slug: words.in_sentence(drink.name) for drink in chart.catalogue.drinks}
    listed = [f"{number:g} × {names.get(slug, slug)}" for slug, number in taken.items() if number]
    if not listed:
        return _("No drinks with caffeine.")
    milligrams = derivation.caffeine_mg(chart.catalogue, chart.intake.answers) or 0.0
    return _("Drinks a day: %(drinks)s (caffeine about %(mg)s mg).") % {
        "drinks": ", ".join(listed),
        "mg": f"{milligrams:.0f}",
    }


def _alcohol(chart: Chart) -> str:
    units = chart.intake.answers.get(derivation.ALCOHOL_UNITS)
    if not isinstance(units, int | float):
        return ""
    return _("Alcohol: %(units)s units a week.") % {"units": f"{units:g}"}


def _examination(chart: Chart) -> str:
    present, absent = _found(chart, "examine")
    if not present and not absent:
        return _("Examination: not yet recorded.")
    parts = [_("On examination: %(names)s.") % {"names": "; ".join(present)}] if present else []
    if absent:
        parts.append(_("Not found on examination: %(names)s.") % {"names": "; ".join(absent)})
    return " ".join(parts)


def _tests(chart: Chart) -> str:
    found = [_found(chart, stage) for stage in ("blood", "electrodiagnostic", "imaging")]
    present = [name for here, _absent in found for name in here]
    absent = [name for _present, here in found for name in here]
    parts = [_("Tests, positive: %(names)s.") % {"names": "; ".join(present)}] if present else []
    if absent:
        parts.append(_("Tests, negative: %(names)s.") % {"names": "; ".join(absent)})
    return " ".join(parts)


def _found(chart: Chart, stage: str) -> tuple[list[str], list[str]]:
    known = [item for item in chart.record.known.values() if _section_of(item) == stage and item.value is not None]
    present = [_phrase(item) for item in known if item.value is not False]
    return present, [_phrase(item) for item in known if item.value is False]


def _own_words(chart: Chart) -> str:
    answers = chart.intake.answers
    said, worry = answers.get(derivation.OWN_WORDS), answers.get(derivation.WORRY)
    parts = [_("In the patient’s words: “%(text)s”") % {"text": said.strip()}] if said else []
    if worry:
        parts.append(_("Worries most about: “%(text)s”") % {"text": worry.strip()})
    return "\n".join(parts)


def _red_flags(chart: Chart) -> str:
    names = [words.in_sentence(flag.name) for flag in chart.differential.flags]
    if not names:
        return _("Red flags: none from what is known.")
    return _("Red flags: %(names)s.") % {"names": "; ".join(names)}


def _ranking(chart: Chart) -> str:
    differential, catalogue = chart.differential, chart.catalogue
    listed = [
        _("%(cause)s %(p)s (%(interval)s)")
        % {
            "cause": catalogue.cause[cause.slug].name,
            "p": words.probability(cause.posterior),
            "interval": words.interval(cause.low, cause.high),
        }
        for cause in differential.causes[:LEADING_CAUSES]
    ]
    text = _("Ranking (release %(number)s): %(causes)s.") % {
        "number": differential.release,
        "causes": "; ".join(listed),
    }
    open_causes = [
        catalogue.cause[entry.cause].name for entry in differential.lane if standing_of(chart, entry) == OPEN
    ]
    if open_causes:
        text += " " + _("Not yet excluded: %(names)s.") % {"names": "; ".join(open_causes)}
    return text
