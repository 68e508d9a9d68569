"""The page of one finding: how often it is found in each cause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from causes import words
from causes.catalogue import BACKGROUND, Catalogue, Finding, Likelihood
from causes.reference import parts

_HPO_ADDRESS = "https://hpo.jax.org/browse/term/"


@dataclass(frozen=True, slots=True)
class Shares:
    """The options of a choice in one cause."""

    link: parts.Link
    shares: tuple[tuple[str, str], ...]  # percent and its class, tw-cell--q1 to q5
    grade: parts.Grade
    source: parts.SourceLink | None
    is_background: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and standard deviation of a number in one cause, on a common scale."""

    link: parts.Link
    text: str
    low: str
    middle: str
    high: str
    count: str
    grade: parts.Grade
    source: parts.SourceLink | None
    is_background: bool


@dataclass(frozen=True, slots=True)
class FindingPage:
    slug: str
    name: str
    stage: str
    kind: str
    unit: str
    cluster: str
    question: str
    help: str
    why: str
    ask_if: str
    hpo: str
    hpo_name: str
    hpo_address: str
    release: int
    options: tuple[str, ...]
    rows: tuple[parts.Frequency, ...]
    background: parts.Frequency | None
    shares: tuple[Shares, ...]
    spreads: tuple[Spread, ...]
    scale: tuple[str, str, str]
    further: tuple[tuple[str, parts.Frequency], ...]  # option, row that is not used in the ranking
    further_numbers: tuple[tuple[str, Likelihood, parts.Link, parts.SourceLink | None], ...]
    silent: tuple[parts.Link, ...]
    red_flags: tuple[parts.Flag, ...]


def finding_page(catalogue: Catalogue, slug: str) -> FindingPage:
    """Raises KeyError for an unknown finding."""
    finding = catalogue.finding[slug]
    cluster = catalogue.cluster.get(finding.cluster)
    known = {cause for cause, of, _option in catalogue.cell if of == slug}
    limit = _limit(catalogue, finding)
    return FindingPage(
        slug=slug,
        name=finding.name,
        stage=str(words.STAGE_TITLES[finding.stage]),
        kind=finding.kind,
        unit=finding.unit,
        cluster=cluster.name if cluster else "",
        question=finding.question,
        help=finding.help,
        why=finding.why,
        ask_if=finding.ask_if,
        hpo=finding.hpo,
        hpo_name=finding.hpo_name,
        hpo_address=_HPO_ADDRESS + finding.hpo if finding.hpo else "",
        release=catalogue.number,
        options=tuple(words.capitalised(option.value) for option in finding.options),
        rows=_rows(catalogue, finding),
        background=_background(catalogue, finding),
        shares=tuple(_shares(catalogue, finding)) if finding.kind == "choice" else (),
        spreads=tuple(_spreads(catalogue, finding, limit)) if finding.kind == "number" else (),
        scale=("0", f"{limit / 2:.3g}", f"{limit:.3g} {finding.unit}".strip()),
        further=_further(catalogue, finding),
        further_numbers=_further_numbers(catalogue, finding),
        silent=tuple(parts.cause_link(catalogue, c.slug) for c in catalogue.causes if c.slug not in known),
        red_flags=_red_flags(catalogue, slug),
    )


def _link(catalogue: Catalogue, cause: str) -> parts.Link:
    return parts.Link(_("In others"), "") if cause == BACKGROUND else parts.cause_link(catalogue, cause)


def _rows(catalogue: Catalogue, finding: Finding) -> tuple[parts.Frequency, ...]:
    rows = [catalogue.cell.get((cause.slug, finding.slug, "")) for cause in catalogue.causes]
    known = sorted((row for row in rows if row is not None), key=lambda row: -row.probability)
    return tuple(parts.frequency(catalogue, row, _link(catalogue, row.cause)) for row in known)


def _background(catalogue: Catalogue, finding: Finding) -> parts.Frequency | None:
    row = catalogue.cell.get((BACKGROUND, finding.slug, ""))
    return parts.frequency(catalogue, row, _link(catalogue, BACKGROUND)) if row else None


def _cells(catalogue: Catalogue, finding: Finding, options: tuple[str, ...]) -> Iterator[list[Likelihood]]:
    """The used rows of each cause, all options of it, the background first."""
    for cause in (BACKGROUND, *catalogue.cause):
        rows = [catalogue.cell.get((cause, finding.slug, option)) for option in options]
        found = [row for row in rows if row is not None]
        if found and len(found) == len(options):
            yield found


def _shares(catalogue: Catalogue, finding: Finding) -> Iterator[Shares]:
    for rows in _cells(catalogue, finding, tuple(option.value for option in finding.options)):
        yield Shares(
            link=_link(catalogue, rows[0].cause),
            shares=tuple((words.probability(row.probability), _shade(row.probability)) for row in rows),
            grade=parts.grade(max(row.grade for row in rows)),
            source=parts.source_link(catalogue, rows[0].source),
            is_background=rows[0].cause == BACKGROUND,
        )


def _shade(probability: float) -> str:
    return f"q{min(int(probability * 5) + 1, 5)}"


def _limit(catalogue: Catalogue, finding: Finding) -> float:
    """The end of the common scale: beyond the mean and one standard deviation of every cause."""
    cells = list(_cells(catalogue, finding, ("mean", "sd"))) if finding.kind == "number" else []
    return max((mean.probability + 1.2 * sd.probability for mean, sd in cells), default=1.0) or 1.0


def _spreads(catalogue: Catalogue, finding: Finding, limit: float) -> Iterator[Spread]:
    for mean, sd in sorted(_cells(catalogue, finding, ("mean", "sd")), key=lambda cell: -cell[0].probability):
        yield Spread(
            link=_link(catalogue, mean.cause),
            text=f"{mean.probability:.3g} ± {sd.probability:.3g}",
            low=words.length((mean.probability - sd.probability) / limit),
            middle=words.length(mean.probability / limit),
            high=words.length((mean.probability + sd.probability) / limit),
            count=words.number(mean.total) if mean.total else "–",
            grade=parts.grade(max(mean.grade, sd.grade)),
            source=parts.source_link(catalogue, mean.source),
            is_background=mean.cause == BACKGROUND,
        )


def _unused(catalogue: Catalogue, finding: Finding) -> Iterator[Likelihood]:
    return (row for row in catalogue.likelihoods if row.finding == finding.slug and not row.is_used)


def _further(catalogue: Catalogue, finding: Finding) -> tuple[tuple[str, parts.Frequency], ...]:
    if finding.kind == "number":
        return ()
    return tuple(
        (row.option, parts.frequency(catalogue, row, _link(catalogue, row.cause)))
        for row in _unused(catalogue, finding)
    )


def _further_numbers(
    catalogue: Catalogue, finding: Finding
) -> tuple[tuple[str, Likelihood, parts.Link, parts.SourceLink | None], ...]:
    if finding.kind != "number":
        return ()
    return tuple(
        (
            f"{row.option} {row.probability:.3g} {finding.unit}",
            row,
            _link(catalogue, row.cause),
            parts.source_link(catalogue, row.source),
        )
        for row in _unused(catalogue, finding)
    )


def _red_flags(catalogue: Catalogue, slug: str) -> tuple[parts.Flag, ...]:
    return tuple(parts.flag(catalogue, item) for item in catalogue.red_flags if slug in parts.slugs_of(item))
