"""The benign lane of the differential page: why the picture is benign, what is absent, and what was not checked."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from causes import benign
from causes.benign import Obstacle, Picture
from causes.catalogue import Catalogue, Finding
from causes.conditions import Value
from causes.red_flags import Standing
from clinic import words
from clinic.chart import Chart
from clinic.safety_net import Signs, warning_signs


@dataclass(frozen=True, slots=True)
class AbsentFlag:
    name: str
    because: str  # “muscle weakness: no”


@dataclass(frozen=True, slots=True)
class Unknown:
    slug: str
    text: str  # “hyperreflexia not examined”


@dataclass(frozen=True, slots=True)
class UncheckedFlag:
    name: str
    unknown: tuple[Unknown, ...]


@dataclass(frozen=True, slots=True)
class Recheck:
    text: str
    note: str
    source: str
    url: str


@dataclass(frozen=True, slots=True)
class BenignLane:
    """``not_yet`` says in one line what stands in the way; nothing else is shown then."""

    not_yet: str
    reasons: tuple[str, ...] = ()
    absent_title: str = ""
    absent: tuple[AbsentFlag, ...] = ()
    unchecked_title: str = ""
    unchecked: tuple[UncheckedFlag, ...] = ()
    signs: tuple[Signs, ...] = ()
    recheck: Recheck | None = None


def benign_lane(chart: Chart) -> BenignLane | None:
    """None when the first cause is not a benign one. Raises EvidenceError as the ranking does."""
    found = benign.picture(chart.catalogue, chart.differential)
    if found is None:
        return None
    if not found.is_benign:
        parts = [obstacle_text(chart.catalogue, obstacle, found.share) for obstacle in found.obstacles]
        return BenignLane(_("Not yet benign: %(obstacles)s.") % {"obstacles": "; ".join(parts)})
    absent, unchecked = len(found.absent), len(found.unchecked)
    intake = chart.intake
    return BenignLane(
        not_yet="",
        reasons=tuple(_reasons(chart.catalogue, found)),
        absent_title=ngettext("%(n)s red flag is absent", "%(n)s red flags are absent", absent) % {"n": absent},
        absent=tuple(_absent(chart, standing) for standing in found.absent),
        unchecked_title=ngettext("%(n)s red flag is not yet checked", "%(n)s red flags are not yet checked", unchecked)
        % {"n": unchecked},
        unchecked=tuple(_unchecked(chart.catalogue, standing) for standing in found.unchecked),
        signs=warning_signs(chart.catalogue, intake.presentation, chart.flags, intake.practice),
        recheck=_recheck(chart.catalogue, found.cause),
    )


def recheck_on(chart: Chart) -> datetime.date | None:
    """The review date that a benign picture proposes; None without one, and when nothing can be ranked."""
    if chart.unranked:
        return None
    found = benign.picture(chart.catalogue, chart.differential)
    return _recheck_date(chart.catalogue, found.cause) if found and found.is_benign else None


def _reasons(catalogue: Catalogue, found: Picture) -> Iterable[str]:
    facts = {
        "cause": catalogue.cause[found.cause].name,
        "share": words.probability(found.share),
        "limit": words.probability(catalogue.parameter[benign.BENIGN_POSTERIOR]),
    }
    yield _("%(cause)s comes first; the benign causes together have %(share)s (at least %(limit)s is asked).") % facts
    yield _("No cause that must not be missed is above its threshold, and enough is known.")
    yield _("Checked and absent: %(findings)s.") % {"findings": _findings(catalogue, found.required)}
    if found.tolerated:
        names = words.joined(words.in_sentence(catalogue.red_flag[slug].name) for slug in found.tolerated)
        yield _("No red flag speaks against it; it fits that there is %(flags)s.") % {"flags": names}
    else:
        yield _("No red flag from what is known.")


def obstacle_text(catalogue: Catalogue, obstacle: Obstacle, share: float) -> str:
    """``share`` is the posterior of all benign causes together."""
    match obstacle.kind:
        case benign.FIRST:
            names = words.joined(catalogue.cause[slug].name for slug in obstacle.slugs)
            return _("first of the ranking is %(names)s") % {"names": names}
        case benign.FLAGGED:
            names = words.joined(words.in_sentence(catalogue.red_flag[slug].name) for slug in obstacle.slugs)
            return _("red flag: %(names)s") % {"names": names}
        case benign.DANGER:
            names = words.joined(catalogue.cause[slug].name for slug in obstacle.slugs)
            return _("not excluded: %(names)s") % {"names": names}
        case benign.PRESENT:
            return _("present: %(findings)s") % {"findings": _findings(catalogue, obstacle.slugs)}
        case benign.UNCHECKED:
            return _unknown_findings(catalogue, obstacle.slugs)
        case benign.LITTLE_KNOWN:
            return _("too little is known")
    return _("the benign causes together have %(share)s, and %(limit)s is asked") % {
        "share": words.probability(share),
        "limit": words.probability(catalogue.parameter[benign.BENIGN_POSTERIOR]),
    }


def _unknown_findings(catalogue: Catalogue, slugs: Iterable[str]) -> str:
    """“hyperreflexia and muscle atrophy not examined”, a part for each stage."""
    stages: dict[str, list[str]] = {}
    for slug in slugs:
        stages.setdefault(catalogue.finding[slug].stage, []).append(slug)
    return "; ".join(f"{_findings(catalogue, some)} {words.NOT_DONE[stage]}" for stage, some in stages.items())


def _findings(catalogue: Catalogue, slugs: Iterable[str]) -> str:
    return words.joined(words.in_sentence(catalogue.finding[slug].name) for slug in slugs)


def _absent(chart: Chart, standing: Standing) -> AbsentFlag:
    findings, values, language = chart.catalogue.finding, chart.record.values, get_language()
    parts = (_known(findings[slug], values[slug], language) for slug in standing.ruled_out_by)
    return AbsentFlag(standing.flag.name, ", ".join(parts))


# One page has some eighty of these, the next page mostly the same, and a translation is dear.
@lru_cache(maxsize=2048)
def _known(finding: Finding, value: Value, language: str | None) -> str:
    return words.in_sentence(words.statement(finding, value))


def _unchecked(catalogue: Catalogue, standing: Standing) -> UncheckedFlag:
    return UncheckedFlag(
        standing.flag.name,
        tuple(Unknown(slug, _unknown_findings(catalogue, [slug])) for slug in standing.unknown),
    )


def _recheck_date(catalogue: Catalogue, cause: str) -> datetime.date | None:
    weeks = catalogue.advice[cause].recheck_weeks
    return None if weeks is None else timezone.localdate() + datetime.timedelta(weeks=weeks)


def _recheck(catalogue: Catalogue, cause: str) -> Recheck | None:
    advice, day = catalogue.advice[cause], _recheck_date(catalogue, cause)
    if day is None:
        return None
    weeks = advice.recheck_weeks or 0
    text = ngettext("Recheck in %(n)s week, on %(day)s.", "Recheck in %(n)s weeks, on %(day)s.", weeks)
    source = catalogue.source.get(advice.recheck_source)
    return Recheck(
        text % {"n": weeks, "day": formats.date_format(day, "j F Y")},
        advice.recheck_note,
        source.title if source else "",
        source.url if source else "",
    )
