"""One proposed likelihood as its page prints it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from causes import hpo, words
from causes.admin.matrix_cell import ReadRow, read_rows
from causes.hpo_forms import span
from causes.hpoa import CLASSES
from causes.matrix_forms import MatrixCell
from causes.models import Cause, Finding, ProposedLikelihood


@dataclass(frozen=True, slots=True)
class ProposalPage:
    cause: str
    finding: str
    cell_address: str  # "" when the cell is no longer there
    term: str
    narrower: str  # than the finding's term; "" when it is the same
    disease: str
    proposed: str
    counted: str
    reference: str
    version: str
    decision: str  # who and when; "" while it is open
    rows: tuple[ReadRow, ...]


def cell_of(proposal: ProposedLikelihood) -> MatrixCell | None:
    """None once its cause or finding is gone."""
    cause, finding = Cause.objects.filter(pk=proposal.cause), Finding.objects.filter(pk=proposal.finding)
    pair = cause.first(), finding.first()
    return MatrixCell(pair[0], pair[1]) if pair[0] and pair[1] else None


def proposal_page(proposal: ProposedLikelihood, cell: MatrixCell | None) -> ProposalPage:
    term = hpo.current(proposal.hpo)
    address = reverse("admin:causes_likelihood_studies", args=[proposal.cause, proposal.finding]) if cell else ""
    return ProposalPage(
        cause=cell.cause_name if cell else proposal.cause,
        finding=cell.finding.name if cell else proposal.finding,
        cell_address=address,
        term=f"{proposal.hpo} {term_words(proposal)}",
        narrower=_narrower(term, cell),
        disease=f"{proposal.disease_name} ({proposal.disease})",
        proposed=frequency_words(proposal),
        counted=words.counted(proposal.affected, proposal.total),
        reference=", ".join(proposal.references),
        version=f"phenotype.hpoa {proposal.version}".strip(),
        decision=_decision(proposal),
        rows=tuple(read_rows(cell)) if cell else (),
    )


def term_words(proposal: ProposedLikelihood) -> str:
    term = hpo.current(proposal.hpo)
    return term.name if term else proposal.hpo


def frequency_words(proposal: ProposedLikelihood) -> str:
    """“54%: Frequent (30–79%)”; how the figure was made where none or all had it; or the figure alone."""
    figure = words.probability(proposal.probability)
    if kind := CLASSES.get(proposal.frequency):
        return f"{figure}: {kind.name} ({span(kind)})"
    if proposal.total is not None and proposal.affected in (0, proposal.total):
        return _("%(figure)s: (%(n)s + 0.5) ÷ (%(all)s + 1)") % {
            "figure": figure,
            "n": proposal.affected,
            "all": proposal.total,
        }
    return figure


def _narrower(term: hpo.Term | None, cell: MatrixCell | None) -> str:
    if term is None or cell is None or not cell.finding.hpo or term.id == cell.finding.hpo:
        return ""
    message = _(
        "The term is a kind of the finding’s own, %(hpo)s %(name)s: the finding is at least as frequent, and may be "
        "much more so."
    )
    return message % {"hpo": cell.finding.hpo, "name": cell.finding.hpo_name}


def _decision(proposal: ProposedLikelihood) -> str:
    if proposal.is_open:
        return ""
    who = proposal.decided_by.get_username() if proposal.decided_by else "–"
    day = f"{proposal.decided_at:%Y-%m-%d}" if proposal.decided_at else "–"
    return _("%(decision)s by %(who)s, %(day)s") % {
        "decision": words.capitalised(str(proposal.get_decision_display())),
        "who": who,
        "day": day,
    }
