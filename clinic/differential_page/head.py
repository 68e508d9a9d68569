"""Who it is about, what changed last, and what the ranking comes to."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes import ranking
from causes.catalogue import OTHER
from causes.ranking import RankedCause
from clinic import words
from clinic.chart import Chart
from clinic.models import ClinicianFinding
from clinic.people import display_name
from intake.derivation import UNSURE

LEADING = "leading-posterior"
NAMED_FINDINGS = 3


@dataclass(frozen=True, slots=True)
class Head:
    name: str
    sent: str
    sent_at: str
    title: str
    answered: str
    found: str
    release: str
    last_change: str
    other_person: str  # a warning, or ""


@dataclass(frozen=True, slots=True)
class Verdict:
    lead: str
    why: str
    unsure: str  # "" when enough is known


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


def head(chart: Chart, user: User) -> Head:
    intake, record = chart.intake, chart.record
    answered = sum(known.is_answered for known in record.known.values())
    found = sum(known.entry is not None for known in record.known.values())
    return Head(
        name=str(intake.patient),
        sent=_sent(chart),
        sent_at=words.moment(intake.sent_at) if intake.sent_at else "",
        title=title(chart),
        answered=ngettext("%(n)s question", "%(n)s questions", answered) % {"n": answered},
        found=ngettext("%(n)s finding", "%(n)s findings", found) % {"n": found} if found else _("nothing yet"),
        release=_release(chart),
        last_change=last_change(chart, user),
        other_person=chart.other_person,
    )


def title(chart: Chart) -> str:
    """“Man, 67: weakness, cramps”."""
    values = chart.record.values
    age, sex = values.get("age"), values.get("sex")
    person = {"female": _("Woman"), "male": _("Man")}.get(str(sex), _("Patient"))
    who = f"{person}, {age:g}" if isinstance(age, (int, float)) else person
    return f"{who}: {words.in_sentence(chart.intake.title)}" if chart.intake.title else who


def _sent(chart: Chart) -> str:
    sent_at = chart.intake.sent_at
    assert sent_at is not None
    return _("Sent %(when)s · %(ago)s ago") % {
        "when": words.time(sent_at),
        "ago": timesince(sent_at, timezone.now(), depth=1),
    }


def _release(chart: Chart) -> str:
    asked, ranked = chart.intake.release_id, chart.release.number
    if asked == ranked:
        return _("release %(number)s") % {"number": ranked}
    return _("asked with release %(asked)s, ranked with release %(ranked)s") % {"asked": asked, "ranked": ranked}


def last_change(chart: Chart, user: User) -> str:
    """What was entered last and what it did to the first cause; "" while nothing was entered."""
    last = chart.last_entries
    if not last:
        return ""
    who = _("you") if last[-1].entered_by == user else display_name(last[-1].entered_by)
    what = "; ".join(_entry(chart, row) for row in last[:NAMED_FINDINGS])
    if len(last) > NAMED_FINDINGS:
        what = ngettext("%(n)s finding", "%(n)s findings", len(last)) % {"n": len(last)}
    change = _("%(what)s (%(who)s, %(when)s).") % {"what": what, "who": who, "when": words.time(last[-1].entered_at)}
    return change if chart.unranked else f"{change} {_effect(chart)}"


def _entry(chart: Chart, row: ClinicianFinding) -> str:
    finding = chart.catalogue.finding.get(row.finding)
    if finding is None:
        return row.finding
    if row.value is None:
        return _("%(finding)s: taken back") % {"finding": finding.name}
    value = None if row.value == UNSURE else row.value
    return f"{finding.name}: {words.answer(finding, value)}"


def _effect(chart: Chart) -> str:
    differential, intake = chart.differential, chart.intake
    first = differential.causes[0]
    before = ranking.posterior(chart.catalogue, chart.before_last_entries().values, intake.setting, intake.presentation)
    was_first = max((slug for slug in before if slug != OTHER), key=lambda slug: before[slug])
    form = (
        _("First cause unchanged: %(cause)s %(p)s") if was_first == first.slug else _("First cause now %(cause)s %(p)s")
    )
    return form % {"cause": chart.catalogue.cause[first.slug].name, "p": words.probability(first.posterior)}


def verdict(chart: Chart) -> Verdict:
    is_little_known = chart.differential.is_little_known
    return Verdict(_lead(chart), _why(chart), _("Too little is known to be sure") if is_little_known else "")


def _lead(chart: Chart) -> str:
    differential = chart.differential
    first, second = differential.causes[0], differential.causes[-1 if len(differential.causes) == 1 else 1]
    facts = {
        "cause": _name(chart, first),
        "second": _name(chart, second),
        "p": words.probability(first.posterior),
        "q": words.probability(second.posterior),
        "low": words.probability(first.low),
        "high": words.probability(first.high),
        "other": words.probability(differential.other_posterior),
    }
    if differential.other_posterior > first.posterior:
        return _("None of the causes fits well: %(other)s for none of these, %(p)s for %(cause)s.") % facts
    if first.posterior < chart.catalogue.parameter.get(LEADING, 0.5):
        return _("No cause leads: %(cause)s %(p)s, %(second)s %(q)s.") % facts
    if "wide-interval" in differential.little_known_reasons:
        return _("%(cause)s leads, but its interval is wide: %(low)s to %(high)s.") % facts
    if "few-findings" in differential.little_known_reasons:
        return _("%(cause)s comes first, but few findings are known.") % facts
    return _("%(cause)s leads: %(p)s, 90%% interval %(low)s to %(high)s.") % facts


def _why(chart: Chart) -> str:
    differential = chart.differential
    first = differential.causes[0]
    rivals = [_name(chart, cause) for cause in differential.causes[1:4] if cause.rank_low == 1]
    sentences = []
    if "few-findings" in differential.little_known_reasons:
        sentences.append(_("Few findings are known, so the starting point decides most."))
    if rivals:
        form = ngettext("%(names)s could still come first.", "%(names)s could still come first.", len(rivals))
        sentences.append(form % {"names": words.joined(rivals)})
    telling = differential.next_findings.get(first.rank_stage, ())[:2]
    if telling:
        names = [words.in_sentence(chart.catalogue.finding[item.slug].name) for item in telling]
        form = ngettext(
            "Not yet known and most telling: %(names)s.", "Not yet known and most telling: %(names)s.", len(names)
        )
        sentences.append(form % {"names": words.joined(names)})
    return " ".join(sentences)


def _name(chart: Chart, ranked: RankedCause) -> str:
    return chart.catalogue.cause[ranked.slug].name


def meter(chart: Chart) -> Meter:
    parts, x = [], 0.0
    for grade, share in chart.differential.evidence_meter.items():
        title = str(words.GRADE_TITLES[grade])
        text = f"{share * 100:.0f}%"
        parts.append(MeterPart(grade, title, text, words.length(x), words.length(share)))
        x += share
    label = ", ".join(_("grade %(grade)s %(share)s") % {"grade": p.grade, "share": p.share} for p in parts)
    return Meter(tuple(parts), label)
