"""Every rule that a catalogue must keep before anyone may be ranked by it."""

from __future__ import annotations

from causes import hpo, pooling
from causes.catalogue import Catalogue, Problem
from causes.validation.common import clause_problems
from causes.validation.contents import (
    DISEASE,
    advice_problems,
    cause_problems,
    diseases_told,
    finding_problems,
    red_flag_problems,
    told,
    translation_problems,
)
from causes.validation.figures import (
    LEAST_OF_GRADE_A,
    cell_defects,
    cell_problems,
    likelihood_problems,
    number_problems,
    pretest_problems,
    row_defects,
)
from causes.validation.references import (
    IDENTIFIER,
    REQUIRED_PARAMETERS,
    keys,
    lost_texts,
    missing_tables,
    references,
    source_problems,
)

__all__ = [
    "DISEASE",
    "IDENTIFIER",
    "LEAST_OF_GRADE_A",
    "REQUIRED_PARAMETERS",
    "cell_defects",
    "clause_problems",
    "diseases_told",
    "problems",
    "references",
    "row_defects",
    "told",
    "withdrawn",
]


def problems(catalogue: Catalogue) -> list[Problem]:
    """Every defect, in the order of the tables; an empty list means that it can be published."""
    return [
        *missing_tables(catalogue),
        *keys(catalogue),
        *lost_texts(catalogue),
        *references(catalogue),
        *source_problems(catalogue),
        *finding_problems(catalogue),
        *hpo.problems(catalogue),
        *likelihood_problems(catalogue),
        *cell_problems(catalogue),
        *pooling.problems(catalogue),
        *pretest_problems(catalogue),
        *cause_problems(catalogue),
        *advice_problems(catalogue),
        *red_flag_problems(catalogue),
        *number_problems(catalogue),
        *translation_problems(catalogue),
    ]


def withdrawn(current: Catalogue, catalogue: Catalogue) -> list[Problem]:
    """Settings and complaints of the current release that are gone: intakes filed under them could not be ranked."""
    return [
        Problem(table, slug, "may not be removed: patients are filed under it")
        for table in ("settings", "presentations")
        for slug in sorted(_slugs_of(current, table) - _slugs_of(catalogue, table))
    ]


def _slugs_of(catalogue: Catalogue, table: str) -> set[str]:
    return {item.slug for item in getattr(catalogue, table)}
