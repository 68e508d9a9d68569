"""A condition of the questions in plain words, for those who edit it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from causes.catalogue import Catalogue
from causes.conditions import Clause, parse

MEDICINES = "medicines"  # no finding: whether any is taken


def condition_in_words(catalogue: Catalogue, text: str) -> str:
    """As in “tremor is present and rest tremor is present, or weakness is absent”; "" for an empty condition.

    Raises ValueError for a malformed text.
    """
    groups = (_(" and ").join(_clause(catalogue, clause) for clause in group) for group in parse(text))
    return _(", or ").join(groups)


def unknown_findings(catalogue: Catalogue, text: str) -> list[str]:
    """The slugs of the condition that are no findings. Raises ValueError for a malformed text."""
    known = {*catalogue.finding, MEDICINES}
    return [clause.slug for group in parse(text) for clause in group if clause.slug not in known]


def _clause(catalogue: Catalogue, clause: Clause) -> str:
    finding = catalogue.finding.get(clause.slug)
    facts = {
        "finding": _lower_first(finding.name) if finding else f"“{clause.slug}”",
        "options": _(" or ").join(f"“{option}”" for option in clause.options),
        "limit": f"{clause.limit:g} {finding.unit if finding else ''}".strip(),
    }
    if clause.slug == MEDICINES and not finding:
        return _("a medicine is taken") if clause.operator == "present" else _("no medicine is taken")
    return {
        "present": _("%(finding)s is present"),
        "absent": _("%(finding)s is absent"),
        "=": _("%(finding)s is %(options)s"),
        ">=": _("%(finding)s is %(limit)s or more"),
        "<": _("%(finding)s is below %(limit)s"),
    }[clause.operator] % facts


def _lower_first(name: str) -> str:
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]
