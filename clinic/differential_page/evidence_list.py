"""The evidence card: what the patient said and what clinicians found, each with its control."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes.catalogue import STAGES, Catalogue
from causes.conditions import Value, parse_clause
from clinic import words
from clinic.chart import Chart
from clinic.differential_page.next_findings import SUGGESTIONS, worthwhile_check
from clinic.differential_page.states import STATES, State
from clinic.differential_page.what_if import switched_url
from clinic.evidence import Known, nothing_known
from clinic.forms import ABSENT, PRESENT, UNKNOWN
from clinic.models import ClinicianFinding
from clinic.people import display_name
from intake import derivation


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that was sent and could not be used; it stays in its control."""

    raw: str
    message: str


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    is_selected: bool


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    slug: str
    name: str
    kind: str
    unit: str
    state: str  # what the control shows
    options: tuple[Option, ...]
    note: str
    is_conflict: bool
    can_be_confirmed: bool  # said by the patient alone
    can_be_taken_back: bool
    switch_url: str  # the page without this finding, or with it again; "" while it is not known
    is_off: bool
    problem: str


@dataclass(frozen=True, slots=True)
class EvidenceGroup:
    slug: str
    title: str
    note: str
    rows: tuple[EvidenceRow, ...]
    denied: tuple[EvidenceRow, ...]  # the patient's many answers of no
    denied_title: str
    more: tuple[EvidenceRow, ...]  # not known
    more_title: str


@dataclass(frozen=True, slots=True)
class EvidenceList:
    groups: tuple[EvidenceGroup, ...]
    legend: tuple[State, ...]
    unusable: tuple[str, ...]
    seen: int  # number of the newest entry that the page shows
    changed: tuple[EvidenceRow, ...]  # rows that an entry may have changed on a page that shows them already


# What else is worked out, and from which answer.
_CONTROLS = {
    derivation.ONSET_UNDER_18: derivation.ONSET_AGE,
    derivation.HIGH_CAFFEINE: derivation.DRINKS,
    derivation.HEAVY_ALCOHOL: derivation.ALCOHOL_UNITS,
}
SAID, FOUND = "said", "found"
PRESSING = ("urgent", "emergency")
FEW_DENIED = 8  # so many are shown among the others
SHOWN, DENIED, MORE = "shown", "denied", "more"


def control_state(known: Known) -> str:
    """What the control of a finding shows, as the form sends it."""
    value = known.value
    if known.finding.kind == "boolean":
        return UNKNOWN if value is None else PRESENT if value else ABSENT
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:g}"


def evidence_list(chart: Chart, user: User, problems: Mapping[str, Problem]) -> EvidenceList:
    build = _RowBuilder(chart, user, problems)
    rows = {slug: build.row(item) for slug, item in chart.record.known.items()}
    prominent = _prominent(chart) | problems.keys()
    known: dict[str, list[Known]] = {name: [] for name in (SAID, FOUND, *STAGES[2:])}
    for item in chart.record.known.values():
        known[_group_of(item)].append(item)
    groups = tuple(_group(name, items, rows, build.note_of_group(name), prominent) for name, items in known.items())
    return EvidenceList(
        groups=groups,
        legend=tuple(STATES.values()),
        unusable=chart.record.unusable,
        seen=newest_entry(chart),
        changed=tuple(rows[slug] for slug in _touched(chart, build) if slug in rows),
    )


def entered_rows(chart: Chart, user: User) -> tuple[EvidenceRow, ...]:
    """Those that an entry may have changed on a page that shows them already."""
    build, known = _RowBuilder(chart, user, {}), chart.record.known
    return tuple(build.row(known[slug]) for slug in _touched(chart, build) if slug in known)


def newest_entry(chart: Chart) -> int:
    """Its number; 0 without any."""
    return max((row.pk for row in chart.record.entries), default=0)


def _touched(chart: Chart, build: _RowBuilder) -> set[str]:
    """Findings with an entry, old or taken back, and refused ones; an entry may move the complaint's own too."""
    return {row.finding for row in chart.record.entries} | build.problems.keys() | build.starting_point


def _group_of(known: Known) -> str:
    """A symptom that only the clinician noted stands under what the clinician found."""
    stage = known.finding.stage
    if stage == "ask":
        return FOUND if known.entry is not None and known.said is None else SAID
    return FOUND if stage == "examine" else stage


def _prominent(chart: Chart) -> frozenset[str]:
    """Not yet known, but asked for: next most useful, or a check of the lane, or all that a flag still needs."""
    missing = frozenset(_missing_for_flags(chart.catalogue, chart.record.values))
    if chart.unranked:
        return missing
    differential = chart.differential
    slugs = {item.slug for items in differential.next_findings.values() for item in items[:SUGGESTIONS]}
    slugs |= {check.finding for entry in differential.lane for check in entry.checks}
    if (safest := worthwhile_check(differential)) is not None:
        slugs.add(safest.slug)
    return missing | slugs


def _missing_for_flags(catalogue: Catalogue, values: Mapping[str, Value]) -> set[str]:
    """Findings that alone would fire a pressing red flag whose other conditions hold."""
    missing = set()
    for flag in catalogue.red_flags:
        if flag.urgency not in PRESSING:
            continue
        open_clauses = [clause for clause in map(parse_clause, flag.findings) if not clause.is_met(values)]
        if len(open_clauses) == 1 and len(flag.findings) > 1 and open_clauses[0].slug not in values:
            missing.add(open_clauses[0].slug)
    return missing


def _group(
    name: str, known: Sequence[Known], rows: Mapping[str, EvidenceRow], note: str, in_sight: frozenset[str]
) -> EvidenceGroup:
    placed = [(_part_of(item, item.finding.slug in in_sight), rows[item.finding.slug]) for item in known]
    denied = [row for part, row in placed if part == DENIED]
    if len(denied) <= FEW_DENIED:
        placed, denied = [(SHOWN if part == DENIED else part, row) for part, row in placed], []
    more = [row for part, row in placed if part == MORE]
    title = ngettext("%(n)s answer of “no”", "%(n)s answers of “no”", len(denied)) % {"n": len(denied)}
    return EvidenceGroup(
        slug=name,
        title=_title(name),
        note=note,
        rows=tuple(row for part, row in placed if part == SHOWN),
        denied=tuple(denied),
        denied_title=title if denied else "",
        more=tuple(sorted(more, key=lambda row: row.kind != "boolean")),
        more_title=_more_title(name, len(more)) if more else "",
    )


def _part_of(known: Known, is_in_sight: bool) -> str:
    if is_in_sight or known.entry is not None:
        return SHOWN
    if known.value is None:
        return MORE
    return DENIED if known.value is False else SHOWN


def _title(name: str) -> str:
    if name == SAID:
        return _("Patient said")
    return _("Clinician found") if name == FOUND else str(words.STAGE_TITLES[name])


def _more_title(name: str, count: int) -> str:
    if name == SAID:
        text = ngettext("%(n)s more question", "%(n)s more questions", count)
    elif name == FOUND:
        text = ngettext("%(n)s more sign", "%(n)s more signs", count)
    else:
        text = ngettext("%(n)s more result", "%(n)s more results", count)
    return text % {"n": count}


@dataclass(frozen=True, slots=True)
class _Origins:
    """How an answer that no question asked came about."""

    medicines: frozenset[str]
    zones: frozenset[str]
    medicine_names: str


@lru_cache(maxsize=3)
def _rows_of_nothing(catalogue: Catalogue) -> Mapping[str, EvidenceRow]:
    """The rows of findings of which nothing is known, the same for every patient."""
    return {
        finding.slug: EvidenceRow(
            slug=finding.slug,
            name=finding.name,
            kind=finding.kind,
            unit=finding.unit,
            state=UNKNOWN if finding.kind == "boolean" else "",
            options=tuple(Option(option.value, False) for option in finding.options),
            note="",
            is_conflict=False,
            can_be_confirmed=False,
            can_be_taken_back=False,
            switch_url="",
            is_off=False,
            problem="",
        )
        for finding in catalogue.findings
    }


class _RowBuilder:
    def __init__(self, chart: Chart, user: User, problems: Mapping[str, Problem]) -> None:
        self.chart, self.user, self.problems = chart, user, problems
        self.switched_off = chart.record.switched_off
        self.nothing_known, self.rows_of_nothing = nothing_known(chart.catalogue), _rows_of_nothing(chart.catalogue)
        self.starting_point = frozenset() if chart.unranked else frozenset(chart.differential.ignored)
        sent_at = chart.intake.sent_at
        self.sent_on = words.day(sent_at) if sent_at else ""
        standing = [(known.entry.pk, known.entry, known) for known in chart.record.known.values() if known.entry]
        last = {_group_of(known): entry for _pk, entry, known in sorted(standing, key=itemgetter(0))}
        self.signatures: dict[tuple[int, datetime.datetime], str] = {}
        self.last_by = {name: self._by(entry) for name, entry in last.items()}
        names = ", ".join(row["name"] for row in derivation.taken(chart.intake.answers))
        self.origins = _Origins(
            derivation.drug_findings(chart.catalogue), derivation.zone_findings(chart.catalogue), names
        )

    def row(self, known: Known) -> EvidenceRow:
        finding, state = known.finding, control_state(known)
        problem = self.problems.get(finding.slug)
        if known is self.nothing_known[finding.slug] and problem is None:
            return self.rows_of_nothing[finding.slug]
        return EvidenceRow(
            slug=finding.slug,
            name=finding.name,
            kind=finding.kind,
            unit=finding.unit,
            state=problem.raw if problem else state,
            options=tuple(Option(option.value, option.value == state) for option in finding.options),
            note=self._note(known),
            is_conflict=known.is_conflict,
            can_be_confirmed=known.entry is None and known.said is not None and not self.switched_off,
            can_be_taken_back=known.entry is not None and known.said is not None,
            switch_url=""
            if known.value is None or self.chart.unranked
            else switched_url(self.switched_off, finding.slug),
            is_off=finding.slug in self.switched_off,
            problem=problem.message if problem else "",
        )

    def _note(self, known: Known) -> str:
        parts = []
        if known.finding.slug in self.starting_point:
            parts.append(_("Part of the starting point"))
        if known.said is not None and known.entry is None and known.finding.control == "derived":
            parts.append(self._origin(known.finding.slug))
        if known.is_unsure:
            parts.append(_("Patient: not sure"))
        if known.entry is not None:
            parts += self._entered(known)
        return ". ".join(parts)

    def _entered(self, known: Known) -> Iterable[str]:
        assert known.entry is not None
        if known.is_confirmed:
            said = {"answer": words.answer(known.finding, known.said), "day": self.sent_on}
            yield _("Patient said %(answer)s (%(day)s); confirmed by %(by)s") % {**said, "by": self._by(known.entry)}
            return
        if known.said is not None:
            said = {"answer": words.answer(known.finding, known.said), "day": self.sent_on}
            yield _("Patient said: %(answer)s (%(day)s)") % said
        by = self._by(known.entry)
        if known.said is not None:
            yield _("Found: %(answer)s (%(by)s)") % {"answer": words.answer(known.finding, known.value), "by": by}
        elif by != self.note_of_group(_group_of(known)):
            yield by

    def _by(self, entry: ClinicianFinding) -> str:
        key = (entry.entered_by_id, entry.entered_at)
        if key not in self.signatures:  # findings that were entered together have the same
            self.signatures[key] = f"{self.name(entry.entered_by)}, {words.time(entry.entered_at)}"
        return self.signatures[key]

    def _origin(self, slug: str) -> str:
        """A control that was answered settles its findings; without one, the answer was given in so many words."""
        answers = self.chart.intake.answers
        if slug in self.origins.medicines:
            if self.origins.medicine_names:
                return _("From the medicine list: %(names)s") % {"names": self.origins.medicine_names}
            if answers.get(derivation.NO_MEDICINES) or answers.get(derivation.MEDICINES):
                return _("From the medicine list: none taken")
            return _("An answer of its own; no medicine list was given")
        if slug in self.origins.zones or slug == derivation.WIDESPREAD:
            return (
                _("From the body map") if answers.get(derivation.BODY) else _("An answer of its own; no place marked")
            )
        return (
            _("Worked out from other answers")
            if answers.get(_CONTROLS.get(slug, "")) is not None
            else _("An answer of its own")
        )

    def name(self, user: User) -> str:
        return _("you") if user == self.user else display_name(user)

    def note_of_group(self, name: str) -> str:
        if name == SAID:
            return _("intake, %(day)s") % {"day": self.sent_on}
        return self.last_by.get(name, _("none entered"))
