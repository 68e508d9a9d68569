"""From the editors' tables to a Catalogue: the one place that knows both shapes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Any

from django.db import models

from causes import catalogue as compiled
from causes.models import editable


def working_copy(tables: Collection[str] = tuple(compiled.RECORDS)) -> compiled.Catalogue:
    """The catalogue as the editors have it now, published or not; only some of its tables where that is enough."""
    parts: dict[str, Any] = {table: read() for table, read in _TABLES.items() if table in tables}
    return compiled.Catalogue(**parts)


def _rows(model: type[models.Model]) -> list[Any]:
    """In the editors' order, sorted here: databases disagree on the order of slugs, and the hash must not.

    Plain rows are read in half the time of instances.
    """
    columns = (column.attname for column in model._meta.concrete_fields)
    rows = model._default_manager.values_list("pk", *columns, named=True)
    return sorted(rows, key=lambda row: (row.order, row.pk))


def _parts(model: type[models.Model], owner: str) -> dict[str, list[Any]]:
    """The rows of each owner."""
    found = defaultdict(list)
    for row in _rows(model):
        found[getattr(row, owner)].append(row)
    return found


def _lists(relation: Any) -> dict[str, tuple[str, ...]]:
    """What each owner names in a list of many."""
    owner, named = relation.field.m2m_field_name(), relation.field.m2m_reverse_field_name()
    rows = relation.through._default_manager.values_list(f"{owner}_id", f"{named}__order", f"{named}_id")
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for key, _order, slug in sorted(rows):
        found[key] += (slug,)
    return found


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _presentations() -> tuple[compiled.Presentation, ...]:
    findings = _lists(editable.Presentation.findings)
    return tuple(compiled.Presentation(p.slug, p.name, findings[p.slug]) for p in _rows(editable.Presentation))


def _causes() -> tuple[compiled.Cause, ...]:
    requirements = _lists(editable.Cause.benign_requires)
    return tuple(
        compiled.Cause(
            slug=c.slug,
            name=c.name,
            group=c.group,
            urgency=c.urgency,
            is_cannot_miss=c.is_cannot_miss,
            cannot_miss_threshold=c.cannot_miss_threshold,
            summary=c.summary,
            is_in_source_article=c.is_in_source_article,
            is_benign=c.is_benign,
            benign_requires=requirements[c.slug],
            identifiers=_lines(c.identifiers),
        )
        for c in _rows(editable.Cause)
    )


def _patient_advice() -> tuple[compiled.PatientAdvice, ...]:
    return tuple(
        compiled.PatientAdvice(
            cause=row.cause_id,
            explanation=row.explanation,
            self_care=_lines(row.self_care),
            source=row.source_id or "",
            grade=row.grade,
            recheck_weeks=row.recheck_weeks,
            recheck_source=row.recheck_source_id or "",
            recheck_note=row.recheck_note,
        )
        for row in _rows(editable.PatientAdvice)
    )


def _findings() -> tuple[compiled.Finding, ...]:
    options = _parts(editable.Option, "finding_id")
    return tuple(
        compiled.Finding(
            slug=f.slug,
            name=f.name,
            reported_by=f.reported_by,
            kind=f.kind,
            unit=f.unit,
            cluster=f.cluster_id or "",
            options=tuple(compiled.Option(o.value, o.label) for o in options[f.slug]),
            hpo=f.hpo,
            hpo_name=f.hpo_name,
            section=f.section_id or "",
            question=f.question,
            help=f.help,
            why=f.why,
            ask_if=f.ask_if,
            control=f.control,
            burden=f.burden_id or "",
            implied_if=f.implied_if,
        )
        for f in _rows(editable.Finding)
    )


def _likelihoods() -> tuple[compiled.Likelihood, ...]:
    return tuple(
        compiled.Likelihood(
            cause=row.cause_id or compiled.BACKGROUND,
            finding=row.finding_id,
            option=row.option,
            probability=row.probability,
            affected=row.affected,
            total=row.total,
            population=row.population,
            source=row.source_id or "",
            design=row.design,
            grade=row.grade,
            note=row.note,
            is_used=row.is_used,
            is_pooled=row.is_pooled,
        )
        for row in _rows(editable.Likelihood)
    )


def _pretests() -> tuple[compiled.Pretest, ...]:
    return tuple(
        compiled.Pretest(
            setting=row.setting_id,
            presentation=row.presentation_id,
            cause=row.cause_id or compiled.OTHER,
            share=row.share,
            grade=row.grade,
            source=row.source_id or "",
            note=row.note,
        )
        for row in _rows(editable.Pretest)
    )


def _epidemiology() -> tuple[compiled.Epidemiology, ...]:
    return tuple(
        compiled.Epidemiology(
            cause=row.cause_id,
            setting=row.setting,
            presentation=row.presentation,
            age_band=row.age_band,
            sex=row.sex,
            value=row.value,
            unit=row.unit,
            grade=row.grade,
            source=row.source_id or "",
            note=row.note,
        )
        for row in _rows(editable.Epidemiology)
    )


def _drugs() -> tuple[compiled.Drug, ...]:
    effects = _parts(editable.DrugEffect, "drug_id")
    return tuple(
        compiled.Drug(
            slug=d.slug,
            name=d.name,
            brands=_lines(d.brands),
            atc=d.atc,
            drug_class=d.drug_class,
            effects=tuple(
                compiled.DrugEffect(
                    effect=e.effect,
                    finding=e.finding_id or "",
                    frequency=e.frequency,
                    mechanism=e.mechanism,
                    advice=e.advice,
                    is_in_source_article=e.is_in_source_article,
                    source=e.source_id or "",
                    grade=e.grade,
                )
                for e in effects[d.slug]
            ),
        )
        for d in _rows(editable.Drug)
    )


def _treatments() -> tuple[compiled.Treatment, ...]:
    return tuple(
        compiled.Treatment(
            cause=row.cause_id,
            name=row.name,
            kind=row.kind,
            line=row.line,
            status=row.status,
            role=row.role,
            cautions=row.cautions,
            is_in_source_article=row.is_in_source_article,
            source=row.source_id or "",
            grade=row.grade,
        )
        for row in _rows(editable.Treatment)
    )


def _investigations() -> tuple[compiled.Investigation, ...]:
    return tuple(
        compiled.Investigation(row.cause_id, row.name, row.shows, row.burden_id or "", row.source_id or "", row.grade)
        for row in _rows(editable.Investigation)
    )


def _red_flags() -> tuple[compiled.RedFlag, ...]:
    suspected = _lists(editable.RedFlag.suspected_causes)
    warned = _lists(editable.RedFlag.warning_presentations)
    return tuple(
        compiled.RedFlag(
            slug=flag.slug,
            name=flag.name,
            findings=tuple(part.strip() for part in flag.findings.split("+")),
            urgency=flag.urgency,
            advice_to_clinician=flag.advice_to_clinician,
            advice_to_patient=flag.advice_to_patient,
            suspected_causes=suspected[flag.slug],
            source=flag.source_id or "",
            grade=flag.grade,
            warning_sign=flag.warning_sign,
            warning_presentations=warned[flag.slug],
            is_benign_compatible=flag.is_benign_compatible,
        )
        for flag in _rows(editable.RedFlag)
    )


def _facts() -> tuple[compiled.Fact, ...]:
    return tuple(
        compiled.Fact(
            row.cause_id or compiled.GENERAL,
            row.kind,
            row.statement,
            row.is_in_source_article,
            row.source_id or "",
            row.grade,
        )
        for row in _rows(editable.Fact)
    )


def _body_zones() -> tuple[compiled.BodyZone, ...]:
    findings = _lists(editable.BodyZone.findings)
    twitches, tremors = _lists(editable.BodyZone.twitch_findings), _lists(editable.BodyZone.tremor_findings)
    return tuple(
        compiled.BodyZone(
            slug=z.slug,
            name=z.name,
            group=z.group,
            view=z.view,
            region=z.region,
            findings=findings[z.slug],
            twitch_findings=twitches[z.slug],
            tremor_findings=tremors[z.slug],
        )
        for z in _rows(editable.BodyZone)
    )


def _sources() -> tuple[compiled.Source, ...]:
    return tuple(
        compiled.Source(
            slug=s.slug,
            title=s.title,
            identifier=s.identifier,
            year=s.year,
            url=s.url,
            design=s.design,
            reviewed_on=s.reviewed_on.isoformat() if s.reviewed_on else "",
        )
        for s in _rows(editable.Source)
    )


def _settings() -> tuple[compiled.Setting, ...]:
    return tuple(compiled.Setting(s.slug, s.name) for s in _rows(editable.Setting))


def _burdens() -> tuple[compiled.Burden, ...]:
    return tuple(compiled.Burden(b.slug, b.label, b.description, b.source_id or "") for b in _rows(editable.Burden))


def _clusters() -> tuple[compiled.Cluster, ...]:
    return tuple(compiled.Cluster(c.slug, c.name, c.rho) for c in _rows(editable.Cluster))


def _sections() -> tuple[compiled.Section, ...]:
    return tuple(compiled.Section(s.slug, s.title, s.intro) for s in _rows(editable.Section))


def _drinks() -> tuple[compiled.Drink, ...]:
    return tuple(compiled.Drink(d.slug, d.name, d.caffeine_mg, d.source_id or "") for d in _rows(editable.Drink))


def _parameters() -> tuple[compiled.Parameter, ...]:
    return tuple(
        compiled.Parameter(p.slug, p.name, p.value, p.unit, p.source_id or "", p.note)
        for p in _rows(editable.Parameter)
    )


def _translations() -> tuple[compiled.Translation, ...]:
    return tuple(
        compiled.Translation(t.language, t.table, t.key, t.field, t.text, t.original)
        for t in _rows(editable.Translation)
    )


_TABLES: dict[str, Callable[[], tuple[Any, ...]]] = {
    "sources": _sources,
    "settings": _settings,
    "presentations": _presentations,
    "causes": _causes,
    "patient_advice": _patient_advice,
    "burdens": _burdens,
    "clusters": _clusters,
    "sections": _sections,
    "findings": _findings,
    "likelihoods": _likelihoods,
    "pretests": _pretests,
    "epidemiology": _epidemiology,
    "drugs": _drugs,
    "treatments": _treatments,
    "investigations": _investigations,
    "red_flags": _red_flags,
    "facts": _facts,
    "body_zones": _body_zones,
    "drinks": _drinks,
    "parameters": _parameters,
    "translations": _translations,
}
