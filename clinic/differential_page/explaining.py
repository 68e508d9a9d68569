"""What the first cause leaves unexplained, which second cause would explain it, and what would change the order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes.catalogue import Catalogue, Finding
from causes.conditions import Value
from causes.ranking.second_cause import SecondCause, second_causes, unexplained
from causes.ranking.smallest_change import MOST_CHANGES, Change, SmallestChange, contenders, smallest_changes
from clinic import words
from clinic.chart import Chart
from clinic.differential_page.contributions import Mention, mentions
from clinic.differential_page.head import could_come_first
from clinic.differential_page.states import state_of

SECOND_CAUSES = 2
MOST_TIMES = 10_000  # a larger factor says no more


@dataclass(frozen=True, slots=True)
class Second:
    slug: str
    name: str
    explains: tuple[Mention, ...]
    fit: str  # how much better the two together explain the findings than either alone
    odds: str  # with the chance of having both counted in


@dataclass(frozen=True, slots=True)
class Explained:
    first: str
    against: tuple[Mention, ...]  # present and spoken against
    unspoken: tuple[Mention, ...]  # present, and the catalogue is silent
    seconds: tuple[Second, ...]

    @property
    def is_all(self) -> bool:
        return not self.against and not self.unspoken


@dataclass(frozen=True, slots=True)
class Tip:
    """“Kennedy disease would come first, with 57%, if” and the findings that would have to be otherwise."""

    lead: str
    changes: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class TippingPoint:
    first: str
    still: str  # the rivals as the verdict names them; "" when what is not yet known lets none come first
    tips: tuple[Tip, ...]  # of these rivals, the smallest change first; without any, of all causes


def explained(chart: Chart) -> Explained:
    catalogue, differential = chart.catalogue, chart.differential
    first = catalogue.cause[differential.causes[0].slug].name
    evidence, left = differential.evidence, unexplained(catalogue, differential)
    return Explained(
        first,
        tuple(_named(catalogue, evidence, left.against)),
        tuple(_named(catalogue, evidence, left.unspoken)),
        tuple(
            _second(catalogue, evidence, first, item) for item in second_causes(catalogue, differential, SECOND_CAUSES)
        ),
    )


def _named(catalogue: Catalogue, evidence: Mapping[str, Value], slugs: Iterable[str]) -> Iterable[Mention]:
    return mentions(catalogue, ((slug, evidence[slug]) for slug in slugs))


def _second(catalogue: Catalogue, evidence: Mapping[str, Value], first: str, item: SecondCause) -> Second:
    name = catalogue.cause[item.cause].name
    facts = {"first": first, "second": name}
    fit = _(
        "Both together explain the findings %(a)s times better than %(first)s alone and %(b)s times better than "
        "%(second)s alone."
    ) % {**facts, "a": _factor(item.fit_ratio_first), "b": _factor(item.fit_ratio_second)}
    return Second(
        item.cause, name, tuple(_named(catalogue, evidence, item.explains)), fit, _odds(facts, item.odds_first)
    )


def _odds(facts: Mapping[str, str], odds: float) -> str:
    """Against the first cause alone: two causes at once are rarer than one."""
    if odds >= 1:
        form = _("Even though two causes at once are rare, both are %(n)s times likelier than %(first)s alone.")
        return form % {**facts, "n": _factor(odds)}
    form = _("But two causes at once are rare: %(first)s alone remains %(n)s times likelier than both.")
    return form % {**facts, "n": _factor(1 / odds)}


def _factor(times: float) -> str:
    if times > MOST_TIMES:
        return _("over %(n)s") % {"n": f"{MOST_TIMES:,}"}
    return words.ratio(times)


def tipping_point(chart: Chart) -> TippingPoint:
    catalogue, differential = chart.catalogue, chart.differential
    rivals = contenders(differential)
    found = smallest_changes(catalogue, differential, rivals)
    changes = [found.overall, *(item for item in found.rivals.values() if item != found.overall and rivals)]
    tips = [_tip(catalogue, item) for item in changes if item]
    tips += [_beyond(catalogue, slug) for slug in rivals if found.rivals[slug] is None]
    return TippingPoint(catalogue.cause[differential.causes[0].slug].name, could_come_first(chart), tuple(tips))


def _tip(catalogue: Catalogue, item: SmallestChange) -> Tip:
    lead = ngettext(
        "%(cause)s would come first, with %(p)s, if this were so:",
        "%(cause)s would come first, with %(p)s, if all of this were so:",
        len(item.changes),
    ) % {"cause": catalogue.cause[item.cause].name, "p": words.probability(item.posterior)}
    return Tip(lead, tuple(_changed(catalogue.finding[change.finding], change) for change in item.changes))


def _beyond(catalogue: Catalogue, slug: str) -> Tip:
    text = _("%(cause)s would not come first by %(n)s known answers otherwise; what is not yet known decides.")
    return Tip(text % {"cause": catalogue.cause[slug].name, "n": MOST_CHANGES}, ())


def _changed(finding: Finding, change: Change) -> Mention:
    """“brisk reflexes: absent instead of present”."""
    text = _("%(finding)s: %(after)s instead of %(before)s") % {
        "finding": words.in_sentence(finding.name),
        "after": words.answer(finding, change.after),
        "before": words.answer(finding, change.before),
    }
    return Mention(finding.slug, text, state_of(change.after))
