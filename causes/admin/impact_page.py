"""The impact of a catalogue as its pages print it: in words and numbers, and the figures for the pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from causes.admin.impact_pictures import Bars, Slopes, bars, slopes
from causes.catalogue import Catalogue
from causes.impact import Fell, Figures, Impact, Moved, Vanished
from causes.words import KNOWN_TITLES

LEAST = "accuracy-least-patients"
SHARES = {
    "top1": gettext_lazy("First cause right"),
    "top3": gettext_lazy("Among the first three"),
    "recall": gettext_lazy("Cannot-miss cause in sight"),
    "ece": gettext_lazy("Calibration error"),
}
MORE_IS_BETTER = ("top1", "top3", "recall")
VERDICTS = {
    "same": gettext_lazy("the same"),
    "better": gettext_lazy("better"),
    "worse": gettext_lazy("worse"),
    "longer": gettext_lazy("longer"),
    "shorter": gettext_lazy("shorter"),
}
EQUAL = 0.0005  # less is not printed


@dataclass(frozen=True, slots=True)
class FigureRow:
    name: str
    old: str
    new: str
    difference: str
    verdict: str  # in a word: better, worse, the same
    slug: str  # of the verdict


@dataclass(frozen=True, slots=True)
class StageFigures:
    title: str
    total: int  # patients
    rows: tuple[FigureRow, ...]
    bars: Bars


@dataclass(frozen=True, slots=True)
class VanishedRow:
    patient: str
    cause: str
    place: str  # at each stage at which it is lost


@dataclass(frozen=True, slots=True)
class MovedRow:
    patient: str
    truth: str
    stage: str
    was: str
    now: str
    ranks: str
    verdict: str
    slug: str


@dataclass(frozen=True, slots=True)
class FellRow:
    patient: str
    truth: str
    stage: str
    what: str


@dataclass(frozen=True, slots=True)
class FellGroup:
    cause: str
    summary: str
    rows: tuple[FellRow, ...]


@dataclass(frozen=True, slots=True)
class CountsRow:
    truth: str
    n: int
    was_right: int
    is_right: int
    moved: int
    fell: int
    vanished: int


@dataclass(frozen=True, slots=True)
class ImpactPage:
    old: str  # what the two catalogues are called
    new: str
    summary: tuple[str, ...]
    vanished: tuple[VanishedRow, ...]
    stages: tuple[StageFigures, ...]
    moved: tuple[MovedRow, ...]
    slopes: tuple[Slopes, ...]
    fell: tuple[FellGroup, ...]
    confirmed: tuple[StageFigures, ...]
    confirmed_note: str
    counts: tuple[CountsRow, ...]


def impact_page(impact: Impact, old: Catalogue, new: Catalogue, titles: tuple[str, str]) -> ImpactPage:
    names = {cause.slug: cause.name for catalogue in (old, new) for cause in catalogue.causes}
    return ImpactPage(
        *titles,
        summary=tuple(_summary(impact)),
        vanished=tuple(_vanished(names, impact.vanished)),
        stages=_stages(impact.stages, titles),
        moved=tuple(_moved(names, row) for row in impact.moved),
        slopes=slopes(impact.moved, titles),
        fell=tuple(_fell(names, impact.fell)),
        confirmed=_stages(impact.confirmed, titles) if _is_enough(impact, new) else (),
        confirmed_note=_confirmed_note(impact, new),
        counts=tuple(_counts(names, impact)),
    )


def _summary(impact: Impact) -> Iterator[str]:
    total = max((figures.n for figures, _new in impact.stages.values()), default=0)
    known = sum(row.n for row in impact.counts)
    yield ngettext("%(n)s published patient ranked again", "%(n)s published patients ranked again", total) % {
        "n": total
    } + ngettext(", and %(n)s confirmed one.", ", and %(n)s confirmed ones.", known) % {"n": known}
    moved = len({row.patient for row in impact.moved})
    yield ngettext(
        "%(n)s published patient has another first cause, at one stage or more.",
        "%(n)s published patients have another first cause, at one stage or more.",
        moved,
    ) % {"n": moved}
    if impact.unranked:
        names = ", ".join(impact.unranked)
        yield _("Can no longer be ranked: %(names)s.") % {"names": names}


def _vanished(names: Mapping[str, str], rows: tuple[Vanished, ...]) -> Iterator[VanishedRow]:
    """One row a patient."""
    for (patient, truth), group in groupby(
        sorted(rows, key=lambda row: row.patient), key=lambda row: (row.patient, row.truth)
    ):
        yield VanishedRow(patient, names[truth], "; ".join(_place(row) for row in group))


def _place(row: Vanished) -> str:
    if row.new_rank is None:
        return _("%(stage)s: can no longer be ranked") % {"stage": KNOWN_TITLES[row.stage]}
    return _("%(stage)s: rank %(n)s") % {"stage": KNOWN_TITLES[row.stage], "n": row.new_rank}


def _stages(stages: Mapping[str, tuple[Figures, Figures]], titles: tuple[str, str]) -> tuple[StageFigures, ...]:
    return tuple(
        StageFigures(
            str(KNOWN_TITLES[stage]),
            old.n,
            tuple(_figure_rows(old, new)),
            bars(str(KNOWN_TITLES[stage]), _pairs(old, new), titles),
        )
        for stage, (old, new) in stages.items()
    )


def _pairs(old: Figures, new: Figures) -> list[tuple[str, float, float]]:
    """Those that are shares, but for the recall of patients among whom nobody has a cannot-miss cause."""
    found = [(str(name), getattr(old, slug), getattr(new, slug)) for slug, name in SHARES.items()]
    return [pair for pair in found if None not in pair]


def _figure_rows(old: Figures, new: Figures) -> Iterator[FigureRow]:
    for slug, name in SHARES.items():
        before, after = getattr(old, slug), getattr(new, slug)
        if before is None or after is None:
            continue
        gain = after - before if slug in MORE_IS_BETTER else before - after
        verdict = "same" if abs(gain) < EQUAL else "better" if gain > 0 else "worse"
        difference = _signed((after - before) * 100) if verdict != "same" else "0"
        yield FigureRow(str(name), _percent(before), _percent(after), difference, str(VERDICTS[verdict]), verdict)
    # As printed: 1.6 and 1.7 are not the same to the reader.
    longer = round(new.mean_lane, 1) - round(old.mean_lane, 1)
    verdict = "same" if abs(longer) < 0.05 else "longer" if longer > 0 else "shorter"
    lane = _("Mean length of the cannot-miss lane")
    difference = _signed(longer) if verdict != "same" else "0"
    yield FigureRow(lane, f"{old.mean_lane:.1f}", f"{new.mean_lane:.1f}", difference, str(VERDICTS[verdict]), verdict)


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def _percent(value: float) -> str:
    return f"{value * 100:.1f}%"


def _moved(names: Mapping[str, str], row: Moved) -> MovedRow:
    was_right, is_right = row.old_rank == 1, row.new_rank == 1
    verdict, slug = {
        (False, True): (_("right now"), "better"),
        (True, False): (_("right before"), "worse"),
        (True, True): (_("right before and now"), "same"),
        (False, False): (_("wrong before and now"), "same"),
    }[was_right, is_right]
    return MovedRow(
        patient=row.patient,
        truth=names[row.truth],
        stage=str(KNOWN_TITLES[row.stage]),
        was=names[row.was],
        now=names[row.now],
        ranks=f"{row.old_rank} → {row.new_rank}",
        verdict=verdict,
        slug=slug,
    )


def _fell(names: Mapping[str, str], rows: tuple[Fell, ...]) -> Iterator[FellGroup]:
    ordered = sorted(rows, key=lambda row: row.cause)
    groups = [list(group) for _cause, group in groupby(ordered, key=lambda row: row.cause)]
    for group in sorted(groups, key=lambda group: (-sum(row.has_left_lane for row in group), -len(group))):
        patients = len({row.patient for row in group})
        left = len({row.patient for row in group if row.has_left_lane})
        parts = [ngettext("lower in %(n)s patient", "lower in %(n)s patients", patients) % {"n": patients}]
        if left:
            parts.append(ngettext("left the lane in %(n)s", "left the lane in %(n)s", left) % {"n": left})
        yield FellGroup(names[group[0].cause], ", ".join(parts), tuple(_fell_row(names, row) for row in group))


def _fell_row(names: Mapping[str, str], row: Fell) -> FellRow:
    ranks = _("rank %(old)s → %(new)s") % {"old": row.old_rank, "new": row.new_rank}
    what = _("%(ranks)s, left the lane") % {"ranks": ranks} if row.has_left_lane else ranks
    return FellRow(row.patient, names[row.truth], str(KNOWN_TITLES[row.stage]), what)


def _counts(names: Mapping[str, str], impact: Impact) -> Iterator[CountsRow]:
    for row in impact.counts:
        yield CountsRow(names[row.truth], row.n, row.was_right, row.is_right, row.moved, row.fell, row.vanished)


def _is_enough(impact: Impact, new: Catalogue) -> bool:
    return sum(row.n for row in impact.counts) >= new.parameter[LEAST]


def _confirmed_note(impact: Impact, new: Catalogue) -> str:
    sentences = []
    if impact.counts and not _is_enough(impact, new):
        form = _("Fewer than %(least)s: they are counted, without percentages.")
        sentences.append(form % {"least": f"{new.parameter[LEAST]:g}"})
    if impact.confirmed_unranked:
        form = ngettext("%(n)s can no longer be ranked.", "%(n)s can no longer be ranked.", impact.confirmed_unranked)
        sentences.append(form % {"n": impact.confirmed_unranked})
    return " ".join(sentences)
