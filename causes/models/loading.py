"""From a Catalogue to the editors' tables: how a new installation gets its working copy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from causes.catalogue import BACKGROUND, GENERAL, OTHER, Catalogue
from causes.models import editable

_NO_CAUSE = {BACKGROUND, GENERAL, OTHER}
_FOREIGN_KEYS = {
    "source",
    "cause",
    "finding",
    "setting",
    "presentation",
    "cluster",
    "section",
    "burden",
    "recheck_source",
}
# Children first, so that nothing that is protected is deleted too early.
_EMPTYING_ORDER: tuple[type[models.Model], ...] = (
    editable.Translation,
    editable.Likelihood,
    editable.Pretest,
    editable.Epidemiology,
    editable.Treatment,
    editable.Investigation,
    editable.Fact,
    editable.PatientAdvice,
    editable.RedFlag,
    editable.DrugEffect,
    editable.Drug,
    editable.Presentation,
    editable.BodyZone,
    editable.Drink,
    editable.Parameter,
    editable.Option,
    editable.Cause,
    editable.Finding,
    editable.Section,
    editable.Cluster,
    editable.Setting,
    editable.Burden,
    editable.Source,
)


@transaction.atomic
def replace_working_copy(catalogue: Catalogue) -> None:
    """Empty the editors' tables and fill them from the catalogue. Releases are not touched.

    Raises ValidationError when a record does not fit its table.
    """
    for model in _EMPTYING_ORDER:
        model._default_manager.all().delete()
    _fill(editable.Source, catalogue.sources)
    _fill(editable.Setting, catalogue.settings)
    _fill(editable.Cluster, catalogue.clusters)
    _fill(editable.Section, catalogue.sections)
    _fill(editable.Burden, catalogue.burdens)
    _fill(editable.Finding, catalogue.findings, leave_out={"options"})
    _fill_options(catalogue)
    _fill(editable.Cause, catalogue.causes, many=("benign_requires",))
    _fill(editable.PatientAdvice, catalogue.patient_advice)
    _fill(editable.Presentation, catalogue.presentations, many=("findings",))
    _fill(editable.Likelihood, catalogue.likelihoods)
    _fill(editable.Pretest, catalogue.pretests)
    _fill(editable.Epidemiology, catalogue.epidemiology)
    _fill_drugs(catalogue)
    _fill(editable.Treatment, catalogue.treatments)
    _fill(editable.Investigation, catalogue.investigations)
    _fill(editable.RedFlag, catalogue.red_flags, many=("suspected_causes", "warning_presentations"))
    _fill(editable.Fact, catalogue.facts)
    _fill(editable.BodyZone, catalogue.body_zones, many=("findings", "twitch_findings", "tremor_findings"))
    _fill(editable.Drink, catalogue.drinks)
    _fill(editable.Parameter, catalogue.parameters)
    _fill(editable.Translation, catalogue.translations)


def _columns(item: Any, leave_out: Iterable[str]) -> dict[str, Any]:
    values = {f.name: getattr(item, f.name) for f in fields(item) if f.name not in leave_out}
    for name in _FOREIGN_KEYS & values.keys():
        # An epidemiological row's setting and presentation are words, not references.
        if name in ("setting", "presentation") and "age_band" in values:
            continue
        slug = values.pop(name)
        values[f"{name}_id"] = None if slug in _NO_CAUSE else slug or None
    for name, value in values.items():
        if isinstance(value, tuple | list):
            values[name] = "+".join(value) if name == "findings" else "\n".join(value)
    return values


def _fill(
    model: type[models.Model], items: Iterable[Any], many: tuple[str, ...] = (), leave_out: Iterable[str] = ()
) -> None:
    items, leave_out = tuple(items), {*many, *leave_out}
    _create(model, [model(order=order, **_columns(item, leave_out)) for order, item in enumerate(items)])
    for name in many:
        through = getattr(model, name).through
        owner, target = (field.attname for field in through._meta.fields if field.is_relation)
        through._default_manager.bulk_create(
            [through(**{owner: item.slug, target: slug}) for item in items for slug in getattr(item, name)]
        )


def _create(model: type[models.Model], instances: list[Any]) -> None:
    """Create them all. Raises ValidationError for what the admin would refuse too: a text too long, an unknown word."""
    found: list[ValidationError] = []
    # References are left to the database: a query for each would be slow.
    relations = [f.name for f in model._meta.fields if f.is_relation]
    for instance in instances:
        try:
            instance.clean_fields(exclude=relations)
        except ValidationError as error:
            table = model._meta.verbose_name_plural
            found += [
                ValidationError(f"{table}, {instance}: {name}: {' '.join(messages)}", code="field")
                for name, messages in error.message_dict.items()
            ]
    if found:
        raise ValidationError(found)
    model._default_manager.bulk_create(instances)


def _fill_options(catalogue: Catalogue) -> None:
    options = [
        editable.Option(finding_id=finding.slug, value=option.value, label=option.label, order=order)
        for finding in catalogue.findings
        for order, option in enumerate(finding.options)
    ]
    _create(editable.Option, options)


def _fill_drugs(catalogue: Catalogue) -> None:
    _fill(editable.Drug, catalogue.drugs, leave_out={"effects"})
    effects = [
        editable.DrugEffect(drug_id=drug.slug, order=order, **_columns(effect, ()))
        for drug in catalogue.drugs
        for order, effect in enumerate(drug.effects)
    ]
    _create(editable.DrugEffect, effects)
