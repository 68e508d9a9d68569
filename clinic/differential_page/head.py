"""Who it is about, and what the ranking comes to."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes.ranking import RankedCause
from causes.ranking.smallest_change import contenders
from clinic import words
from clinic.chart import Chart
from clinic.told import told

LEADING = "leading-posterior"


@dataclass(frozen=True, slots=True)
class Head:
    name: str
    sent: str
    sent_at: str
    title: str
    answered: str
    found: str
    release: str
    respondent: str  # who filled it in, when that was not the patient; else ""
    other_person: str  # a warning, or ""
    told: tuple[str, ...]  # what the patient was told to do, and when


@dataclass(frozen=True, slots=True)
class Verdict:
    lead: str
    why: str
    unsure: str  # "" when enough is known


def head(chart: Chart) -> Head:
    intake, record = chart.intake, chart.record
    asked_from = chart.catalogue if intake.release_id == chart.release.number else intake.release.catalogue()
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
        respondent=words.respondent(intake),
        other_person=chart.other_person,
        told=told(intake, asked_from),
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
    sentences = []
    if "few-findings" in differential.little_known_reasons:
        sentences.append(_("Few findings are known, so the starting point decides most."))
    if rivals := could_come_first(chart):
        sentences.append(rivals)
    following = [item.slug for item in differential.next_findings.get(first.rank_stage, ())]
    telling = [slug for slug in following if slug not in chart.record.switched_off][:2]
    if telling:
        names = [words.in_sentence(chart.catalogue.finding[slug].name) for slug in telling]
        form = ngettext(
            "Not yet known and most telling: %(names)s.", "Not yet known and most telling: %(names)s.", len(names)
        )
        sentences.append(form % {"names": words.joined(names)})
    return " ".join(sentences)


def could_come_first(chart: Chart) -> str:
    """The rivals that the next stage's findings could put first; "" without any."""
    rivals = [chart.catalogue.cause[slug].name for slug in contenders(chart.differential)]
    if not rivals:
        return ""
    form = ngettext("%(names)s could still come first.", "%(names)s could still come first.", len(rivals))
    return form % {"names": words.joined(rivals)}


def _name(chart: Chart, ranked: RankedCause) -> str:
    return chart.catalogue.cause[ranked.slug].name
