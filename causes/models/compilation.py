"""From the editors' tables to a Catalogue: the one place that knows both shapes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.db import models

from causes import catalogue as compiled
from causes.models import editable


def working_copy(tables: Collection[str] = tuple(compiled.RECORDS)) -> compiled.Catalogue:
    """The catalogue as the editors have it now, published or not; only some of its tables where that is enough."""
    parts: dict[str, Any] = {table: read() for table, read in _TABLES.items() if table in tables}
    return compiled.Catalogue(**parts)


def _ordered(items: models.Manager[Any] | models.QuerySet[Any]) -> Iterable[Any]:
    """In the editors' order, sorted here: databases disagree on the order of slugs, and the hash must not."""
    return sorted(items.all(), key=lambda item: (item.order, item.pk))


def _slugs(items: models.Manager[Any]) -> tuple[str, ...]:
    return tuple(item.pk for item in _ordered(items))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _presentations() -> tuple[compiled.Presentation, ...]:
    return tuple(
        compiled.Presentation(p.slug, p.name, _slugs(p.findings))
        for p in _ordered(editable.Presentation.objects.prefetch_related("findings"))
    )


def _causes() -> tuple[compiled.Cause, ...]:
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
            benign_requires=_slugs(c.benign_requires),
            identifiers=_lines(c.identifiers),
        )
        for c in _ordered(editable.Cause.objects.prefetch_related("benign_requires"))
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
        for row in _ordered(editable.PatientAdvice.objects)
    )


def _findings() -> tuple[compiled.Finding, ...]:
    return tuple(
        compiled.Finding(
            slug=f.slug,
            name=f.name,
            reported_by=f.reported_by,
            kind=f.kind,
            unit=f.unit,
            cluster=f.cluster_id or "",
            options=tuple(compiled.Option(o.value, o.label) for o in _ordered(f.options)),
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
        for f in _ordered(editable.Finding.objects.prefetch_related("options"))
    )


def _likelihoods() -> tuple[compiled.Likelihood, ...]:
    # Two in three records of the catalogue: plain rows are read in half the time of instances.
    columns = (column.attname for column in editable.Likelihood._meta.concrete_fields)
    rows = editable.Likelihood.objects.values_list("pk", *columns, named=True)
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
        for row in _ordered(rows)
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
        for row in _ordered(editable.Pretest.objects)
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
        for row in _ordered(editable.Epidemiology.objects)
    )


def _drugs() -> tuple[compiled.Drug, ...]:
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
                for e in _ordered(d.effects)
            ),
        )
        for d in _ordered(editable.Drug.objects.prefetch_related("effects"))
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
        for row in _ordered(editable.Treatment.objects)
    )


def _investigations() -> tuple[compiled.Investigation, ...]:
    return tuple(
        compiled.Investigation(row.cause_id, row.name, row.shows, row.burden_id or "", row.source_id or "", row.grade)
        for row in _ordered(editable.Investigation.objects)
    )


def _red_flags() -> tuple[compiled.RedFlag, ...]:
    return tuple(
        compiled.RedFlag(
            slug=flag.slug,
            name=flag.name,
            findings=tuple(part.strip() for part in flag.findings.split("+")),
            urgency=flag.urgency,
            advice_to_clinician=flag.advice_to_clinician,
            advice_to_patient=flag.advice_to_patient,
            suspected_causes=_slugs(flag.suspected_causes),
            source=flag.source_id or "",
            grade=flag.grade,
            warning_sign=flag.warning_sign,
            warning_presentations=_slugs(flag.warning_presentations),
            is_benign_compatible=flag.is_benign_compatible,
        )
        for flag in _ordered(editable.RedFlag.objects.prefetch_related("suspected_causes", "warning_presentations"))
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
        for row in _ordered(editable.Fact.objects)
    )


def _body_zones() -> tuple[compiled.BodyZone, ...]:
    zones = editable.BodyZone.objects.prefetch_related("findings", "twitch_findings", "tremor_findings")
    return tuple(
        compiled.BodyZone(
            slug=z.slug,
            name=z.name,
            group=z.group,
            view=z.view,
            region=z.region,
            findings=_slugs(z.findings),
            twitch_findings=_slugs(z.twitch_findings),
            tremor_findings=_slugs(z.tremor_findings),
        )
        for z in _ordered(zones)
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
        for s in _ordered(editable.Source.objects)
    )


def _settings() -> tuple[compiled.Setting, ...]:
    return tuple(compiled.Setting(s.slug, s.name) for s in _ordered(editable.Setting.objects))


def _burdens() -> tuple[compiled.Burden, ...]:
    return tuple(
        compiled.Burden(b.slug, b.label, b.description, b.source_id or "") for b in _ordered(editable.Burden.objects)
    )


def _clusters() -> tuple[compiled.Cluster, ...]:
    return tuple(compiled.Cluster(c.slug, c.name, c.rho) for c in _ordered(editable.Cluster.objects))


def _sections() -> tuple[compiled.Section, ...]:
    return tuple(compiled.Section(s.slug, s.title, s.intro) for s in _ordered(editable.Section.objects))


def _drinks() -> tuple[compiled.Drink, ...]:
    return tuple(
        compiled.Drink(d.slug, d.name, d.caffeine_mg, d.source_id or "") for d in _ordered(editable.Drink.objects)
    )


def _parameters() -> tuple[compiled.Parameter, ...]:
    return tuple(
        compiled.Parameter(p.slug, p.name, p.value, p.unit, p.source_id or "", p.note)
        for p in _ordered(editable.Parameter.objects)
    )


def _translations() -> tuple[compiled.Translation, ...]:
    return tuple(
        compiled.Translation(t.language, t.table, t.key, t.field, t.text, t.original)
        for t in _ordered(editable.Translation.objects)
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
