"""The accuracy page: how often the ranking was right, and never a percentage over fewer patients than it can bear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from causes.catalogue import Catalogue
from causes.models import Release
from causes.ranking import ENGINE_VERSION
from causes.words import KNOWN_TITLES
from clinic.accuracy import tallies
from clinic.accuracy.picture import Picture, picture
from clinic.accuracy.shares import Figure, figure, mean
from clinic.accuracy.tallies import OwnTally, Part, PracticeTally, Tally
from clinic.models import OwnList
from intake import panel as files
from intake.models import Practice

LEAST, LEAST_IN_GROUP = "accuracy-least-patients", "calibration-least-patients"
PARTS = {
    tallies.ALL: gettext_lazy("All published patients"),
    tallies.PUBLISHED: gettext_lazy("First panel"),
    tallies.FURTHER: gettext_lazy("Further panel"),
    tallies.DEVELOPMENT: gettext_lazy("Development: seen while the catalogue was made"),
    tallies.HELD_OUT: gettext_lazy("Held out: not looked at while the catalogue was made"),
}


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    total: int
    first: Figure
    three: Figure
    in_sight: Figure
    lane: Figure


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    note: str  # why there is no percentage, or ""
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class PanelSection:
    problem: str  # why it cannot be used with this release, or ""
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class PracticeSection:
    table: Table | None  # None without a confirmed patient
    pictures: tuple[Picture, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnSection:
    total: int
    note: str
    first: Figure
    overlap: str
    skipped: str
    settled: tuple[tuple[str, Figure], ...]  # of confirmed patients: whose first cause was right


@dataclass(frozen=True, slots=True)
class AccuracyPage:
    release: int
    sha256: str
    engine_version: str
    least: int
    panel: PanelSection
    practice: PracticeSection
    own: OwnSection | None


def page_of(practice: Practice) -> AccuracyPage:
    release = Release.objects.current()
    catalogue = release.catalogue()
    return AccuracyPage(
        release=release.number,
        sha256=release.sha256[:12],
        engine_version=ENGINE_VERSION,
        least=_least(catalogue),
        panel=_panel(catalogue),
        practice=_practice(catalogue, tallies.of_practice(practice, release)),
        own=_own(catalogue, tallies.of_own_lists(practice)),
    )


def _least(catalogue: Catalogue) -> int:
    return round(catalogue.parameter[LEAST])


def _panel(catalogue: Catalogue) -> PanelSection:
    texts = tuple(_texts(files.PUBLISHED, files.FURTHER))
    try:
        whole, *parts = tallies.panel(catalogue, texts, ENGINE_VERSION)
    except ValueError as error:
        return PanelSection(problem=str(error))
    tables = [_part(catalogue, part) for part in (whole, *parts)]
    return PanelSection("", tuple(tables), _pictures(catalogue, whole.stages))


def _texts(*paths: Path) -> Iterator[str]:
    for path in paths:
        if path.exists():
            yield path.read_text(encoding="utf-8")


def _part(catalogue: Catalogue, part: Part) -> Table:
    return _table(catalogue, str(PARTS[part.slug]), part.stages)


def _table(catalogue: Catalogue, title: str, stages: Mapping[str, Tally], signed: Tally | None = None) -> Table:
    least = _least(catalogue)
    rows = [_row(str(KNOWN_TITLES[stage]), tally, least) for stage, tally in stages.items()]
    if signed is not None:
        rows.append(_row(_("As it was when signed"), signed, least))
    total = max(row.total for row in rows)
    return Table(title, _too_few(total, least), tuple(rows))


def _row(name: str, tally: Tally, least: int) -> Row:
    return Row(
        name=name,
        total=tally.total,
        first=figure(tally.first, tally.total, least),
        three=figure(tally.three, tally.total, least),
        in_sight=figure(tally.in_sight, tally.dangerous, least),
        lane=mean(tally.lanes, least),
    )


def _too_few(total: int, least: int) -> str:
    if total >= least:
        return ""
    form = ngettext(
        "%(n)s patient so far: a percentage of fewer than %(least)s would say more than they can bear.",
        "%(n)s patients so far: a percentage of fewer than %(least)s would say more than they can bear.",
        total,
    )
    return form % {"n": total, "least": least}


def _pictures(catalogue: Catalogue, stages: Mapping[str, Tally]) -> tuple[Picture, ...]:
    """None over fewer patients than can bear one."""
    least, least_in_group = _least(catalogue), round(catalogue.parameter[LEAST_IN_GROUP])
    return tuple(
        picture(stage, str(KNOWN_TITLES[stage]), tally.outcomes, least_in_group)
        for stage, tally in stages.items()
        if tally.total >= least
    )


def _practice(catalogue: Catalogue, tally: PracticeTally) -> PracticeSection:
    if not tally.stages:
        return PracticeSection(None, (), tuple(_notes(tally)))
    table = _table(catalogue, _("Your confirmed patients, ranked again"), tally.stages, tally.signed)
    return PracticeSection(table, _pictures(catalogue, tally.stages), tuple(_notes(tally)))


def _notes(tally: PracticeTally) -> Iterator[str]:
    if tally.outside:
        yield ngettext(
            "%(n)s has a diagnosis that the catalogue lacks and counts as missed.",
            "%(n)s have a diagnosis that the catalogue lacks and count as missed.",
            tally.outside,
        ) % {"n": tally.outside}
    if tally.unranked:
        yield ngettext(
            "%(n)s cannot be ranked at this release and is left out.",
            "%(n)s cannot be ranked at this release and are left out.",
            tally.unranked,
        ) % {"n": tally.unranked}
    if tally.known_before:
        yield ngettext(
            "In %(n)s the diagnosis was known before the answers were sent, which may have coloured them.",
            "In %(n)s the diagnosis was known before the answers were sent, which may have coloured them.",
            tally.known_before,
        ) % {"n": tally.known_before}


def _own(catalogue: Catalogue, tally: OwnTally) -> OwnSection | None:
    if not tally.written and not tally.skipped:
        return None
    least = _least(catalogue)
    reasons = dict(OwnList.Skipped.choices)
    skipped = [f"{reasons.get(slug, slug)}: {count}" for slug, count in sorted(tally.skipped.items())]
    settled = (
        (_("Own first cause right"), figure(tally.own_right, tally.confirmed, least)),
        (_("First cause of the ranking right"), figure(tally.ranking_right, tally.confirmed, least)),
    )
    return OwnSection(
        total=tally.written,
        note=_too_few(tally.written, least),
        first=figure(tally.same_first, tally.written, least),
        overlap=_("%(n)s of %(total)s") % {"n": tally.overlap, "total": tally.causes},
        skipped="; ".join(skipped),
        settled=settled if tally.confirmed else (),
    )
