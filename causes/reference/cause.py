"""The page of one cause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from causes import words
from causes.catalogue import BACKGROUND, Catalogue, Cause, Epidemiology, Finding, Likelihood
from causes.reference import parts

# So many findings are shown before the rest is folded away.
FIRST_FINDINGS = 22
FIRST_FIGURES = 6
# A drug belongs on the page when taking it is so common here and so much commoner than in others.
_DRUG_FREQUENCY, _DRUG_RATIO = 0.3, 2.0
_LINE_TITLES = {
    "first": gettext_lazy("First line"),
    "second": gettext_lazy("Second line"),
    "third": gettext_lazy("Third line"),
    "disease-modifying": gettext_lazy("Disease-modifying"),
    "symptomatic": gettext_lazy("For the symptoms"),
    "adjunct": gettext_lazy("Adjuncts"),
}
_STATUS_ICONS = {"approved": "check", "not a drug": "self-care", "withdrawn": "cross"}


@dataclass(frozen=True, slots=True)
class Treatment:
    name: str
    status: str
    icon: str
    role: str
    cautions: str
    grade: parts.Grade
    source: parts.SourceLink | None


@dataclass(frozen=True, slots=True)
class Line:
    title: str
    treatments: tuple[Treatment, ...]


@dataclass(frozen=True, slots=True)
class Investigation:
    name: str
    shows: str
    burden: str
    grade: parts.Grade
    source: parts.SourceLink | None


@dataclass(frozen=True, slots=True)
class Figure:
    value: str
    text: str
    note: str
    grade: parts.Grade
    source: parts.SourceLink | None


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    length: str
    percent: str


@dataclass(frozen=True, slots=True)
class Distribution:
    link: parts.Link
    bars: tuple[Bar, ...]
    grade: parts.Grade
    source: parts.SourceLink | None


@dataclass(frozen=True, slots=True)
class BaseRates:
    """The share of the cause, for each complaint (row) and setting (column), with its grade."""

    settings: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, parts.Grade], ...]], ...]


@dataclass(frozen=True, slots=True)
class CausePage:
    slug: str
    name: str
    group: str
    urgency: parts.UrgencyChip
    is_cannot_miss: bool
    threshold: str
    summary: str
    release: int
    typical: tuple[parts.Frequency, ...]
    more: tuple[parts.Frequency, ...]
    estimates: tuple[parts.Frequency, ...]
    silent: tuple[parts.Link, ...]
    lines: tuple[Line, ...]
    investigations: tuple[Investigation, ...]
    figures: tuple[Figure, ...]
    more_figures: tuple[Figure, ...]
    numbers: tuple[Figure, ...]
    distributions: tuple[Distribution, ...]
    base_rates: BaseRates
    facts: tuple[parts.FactGroup, ...]
    drugs: tuple[parts.DrugRow, ...]
    flags: tuple[parts.Flag, ...]
    sources: tuple[tuple[parts.SourceLink, tuple[parts.Grade, ...]], ...]


def cause_page(catalogue: Catalogue, slug: str) -> CausePage:
    """Raises KeyError for an unknown cause."""
    cause = catalogue.cause[slug]
    cells = _cells(catalogue, cause)
    figures = [_figure(catalogue, row) for row in catalogue.epidemiology if row.cause == slug]
    sourced = [parts.frequency(catalogue, row, link) for row, link in cells if row.grade != "D"]
    return CausePage(
        slug=slug,
        name=cause.name,
        group=words.capitalised(cause.group),
        urgency=parts.urgency(cause.urgency),
        is_cannot_miss=cause.is_cannot_miss,
        threshold=words.probability(cause.cannot_miss_threshold),
        summary=cause.summary,
        release=catalogue.number,
        typical=tuple(sourced[:FIRST_FINDINGS]),
        more=tuple(sourced[FIRST_FINDINGS:]),
        estimates=tuple(parts.frequency(catalogue, row, link) for row, link in cells if row.grade == "D"),
        silent=_silent(catalogue, slug),
        lines=_lines(catalogue, slug),
        investigations=_investigations(catalogue, slug),
        figures=tuple(figures[:FIRST_FIGURES]),
        more_figures=tuple(figures[FIRST_FIGURES:]),
        numbers=tuple(_numbers(catalogue, slug)),
        distributions=tuple(_distributions(catalogue, slug)),
        base_rates=_base_rates(catalogue, slug),
        facts=(
            *parts.fact_groups(catalogue, (fact for fact in catalogue.facts if fact.cause == slug)),
            *_told(catalogue, cause),
        ),
        drugs=_drugs(catalogue, slug),
        flags=tuple(parts.flag(catalogue, item) for item in catalogue.red_flags if slug in item.suspected_causes),
        sources=_sources(catalogue, slug),
    )


def _cells(catalogue: Catalogue, cause: Cause) -> list[tuple[Likelihood, parts.Link]]:
    """The used rows of yes/no findings, the most frequent first."""
    rows = [
        row
        for row in catalogue.likelihoods
        if row.cause == cause.slug and row.is_used and catalogue.finding[row.finding].kind == "boolean"
    ]
    rows.sort(key=lambda row: -row.probability)
    return [(row, parts.finding_link(catalogue, row.finding)) for row in rows]


def _silent(catalogue: Catalogue, slug: str) -> tuple[parts.Link, ...]:
    known = {finding for cause, finding, _option in catalogue.cell if cause == slug}
    return tuple(parts.finding_link(catalogue, f.slug) for f in catalogue.findings if f.slug not in known)


def _lines(catalogue: Catalogue, slug: str) -> tuple[Line, ...]:
    lines: dict[str, list[Treatment]] = {line: [] for line in _LINE_TITLES}
    for row in catalogue.treatments:
        if row.cause == slug:
            treatment = Treatment(
                name=row.name,
                status=words.capitalised(row.status),
                icon=_STATUS_ICONS.get(row.status, "ring"),
                role=row.role,
                cautions=row.cautions,
                grade=parts.grade(row.grade),
                source=parts.source_link(catalogue, row.source),
            )
            lines.setdefault(row.line, []).append(treatment)
    return tuple(
        Line(str(_LINE_TITLES.get(line) or words.capitalised(line) or _("Other")), tuple(treatments))
        for line, treatments in lines.items()
        if treatments
    )


def _investigations(catalogue: Catalogue, slug: str) -> tuple[Investigation, ...]:
    return tuple(
        Investigation(
            name=row.name,
            shows=row.shows,
            burden=catalogue.burden[row.burden].label,
            grade=parts.grade(row.grade),
            source=parts.source_link(catalogue, row.source),
        )
        for row in catalogue.investigations
        if row.cause == slug
    )


def _figure(catalogue: Catalogue, row: Epidemiology) -> Figure:
    value, text = _value_and_unit(row.value, row.unit)
    who = (row.setting, row.presentation, row.sex, row.age_band and _("age %(band)s") % {"band": row.age_band})
    unlimited = {"", "any", "all", "both", "community", _("age %(band)s") % {"band": "all"}}
    context = ", ".join(part for part in who if part not in unlimited)
    return Figure(
        value=value,
        text=f"{text}, {context}" if context else text,
        note=row.note,
        grade=parts.grade(row.grade),
        source=parts.source_link(catalogue, row.source),
    )


def _value_and_unit(value: float, unit: str) -> tuple[str, str]:
    """“5.4”, “per 100,000 (prevalence)”; “70%”, “of healthy people who notice fasciculations”."""
    measure, per, base = unit.partition(" per 100000")
    if per:
        return words.number(value), f"per 100,000{base} ({measure})"
    if unit.startswith("proportion "):
        return words.probability(value), unit.removeprefix("proportion ")
    return words.number(value), unit


def _used(catalogue: Catalogue, cause: str, finding: Finding) -> list[Likelihood]:
    options = [option.value for option in finding.options] if finding.kind == "choice" else ["mean", "sd"]
    rows = (catalogue.cell.get((cause, finding.slug, option)) for option in options)
    return [row for row in rows if row is not None]


def _numbers(catalogue: Catalogue, slug: str) -> Iterator[Figure]:
    for finding in catalogue.findings:
        rows = _used(catalogue, slug, finding) if finding.kind == "number" else []
        others = _used(catalogue, BACKGROUND, finding)
        if len(rows) == 2 and len(others) == 2:
            mean, sd = rows
            yield Figure(
                value=f"{mean.probability:.3g} ± {sd.probability:.3g}",
                text=f"{finding.unit}: {finding.name}" if finding.unit not in finding.name else finding.name,
                note=_("Mean and standard deviation; in others %(mean)s ± %(sd)s.")
                % {"mean": f"{others[0].probability:.3g}", "sd": f"{others[1].probability:.3g}"},
                grade=parts.grade(mean.grade),
                source=parts.source_link(catalogue, mean.source),
            )


def _distributions(catalogue: Catalogue, slug: str) -> Iterator[Distribution]:
    for finding in catalogue.findings:
        rows = _used(catalogue, slug, finding) if finding.kind == "choice" else []
        if rows:
            yield Distribution(
                link=parts.finding_link(catalogue, finding.slug),
                bars=tuple(
                    Bar(
                        words.capitalised(row.option), words.length(row.probability), words.probability(row.probability)
                    )
                    for row in rows
                ),
                grade=parts.grade(max(row.grade for row in rows)),
                source=parts.source_link(catalogue, rows[0].source),
            )


def _base_rates(catalogue: Catalogue, slug: str) -> BaseRates:
    shares = {(p.setting, p.presentation): p for p in catalogue.pretests if p.cause == slug}
    return BaseRates(
        settings=tuple(setting.name for setting in catalogue.settings),
        rows=tuple(
            (
                presentation.name,
                tuple(
                    (words.probability(p.share), parts.grade(p.grade))
                    for p in (shares[setting.slug, presentation.slug] for setting in catalogue.settings)
                ),
            )
            for presentation in catalogue.presentations
        ),
    )


def _drugs(catalogue: Catalogue, slug: str) -> tuple[parts.DrugRow, ...]:
    pairs = [(drug, effect) for drug in catalogue.drugs for effect in drug.effects]
    implied = {effect.finding for _drug, effect in pairs if effect.finding}
    typical = {finding for finding in implied if _is_typical(catalogue, slug, finding)}
    rows = [parts.drug_row(catalogue, drug, effect) for drug, effect in pairs if effect.finding in typical]
    return tuple(sorted(rows, key=lambda row: (row.drug_class, row.name)))


def _is_typical(catalogue: Catalogue, slug: str, finding: str) -> bool:
    here, others = catalogue.cell.get((slug, finding, "")), catalogue.cell.get((BACKGROUND, finding, ""))
    return (
        here is not None
        and others is not None
        and here.probability >= max(_DRUG_FREQUENCY, _DRUG_RATIO * others.probability)
    )


def _told(catalogue: Catalogue, cause: Cause) -> Iterator[parts.FactGroup]:
    """The sheet that a patient is handed, and what must be absent before the picture is called benign."""
    if cause.is_benign:
        names = ", ".join(catalogue.finding[slug].name for slug in cause.benign_requires)
        text = _("Only when these are known to be absent: %(findings)s.") % {"findings": names}
        yield parts.FactGroup(_("Called benign"), ((text, parts.grade("D"), None),))
    advice = catalogue.advice.get(cause.slug)
    if advice is None:
        return
    said = [advice.explanation, " ".join(advice.self_care)]
    source = parts.source_link(catalogue, advice.source)
    told = [(text, parts.grade(advice.grade), source) for text in said if text]
    if weeks := advice.recheck_weeks:
        text = ngettext("Seen again after %(n)s week.", "Seen again after %(n)s weeks.", weeks) % {"n": weeks}
        recheck_source = parts.source_link(catalogue, advice.recheck_source)
        grade = parts.grade(advice.grade if recheck_source else "D")
        told.append((f"{text} {advice.recheck_note}", grade, recheck_source))
    yield parts.FactGroup(_("What patients are told"), tuple(told))


def _sources(catalogue: Catalogue, slug: str) -> tuple[tuple[parts.SourceLink, tuple[parts.Grade, ...]], ...]:
    """Everything cited about the cause, with the grades that it was cited for, by title."""
    grades: dict[str, set[str]] = {}
    tables = (
        catalogue.likelihoods,
        catalogue.treatments,
        catalogue.investigations,
        catalogue.epidemiology,
        catalogue.facts,
        catalogue.pretests,
        catalogue.patient_advice,
    )
    for table in tables:
        for row in table:
            if row.cause == slug and row.source:
                grades.setdefault(row.source, set()).add(row.grade)
    if (advice := catalogue.advice.get(slug)) and advice.recheck_source:
        grades.setdefault(advice.recheck_source, set()).add(advice.grade)
    links = ((parts.source_link(catalogue, source), letters) for source, letters in grades.items())
    cited = [(link, tuple(parts.grade(letter) for letter in sorted(letters))) for link, letters in links if link]
    return tuple(sorted(cited, key=lambda pair: pair[0].title))
