"""What the clinicians' reference pages show of a release, ready to print. The catalogue is in memory: no queries."""

from causes.reference.cause import CausePage, cause_page
from causes.reference.finding import FindingPage, finding_page
from causes.reference.lists import (
    CausesPage,
    DrugsPage,
    FindingsPage,
    RedFlagsPage,
    causes_page,
    drugs_page,
    findings_page,
    red_flags_page,
)
from causes.reference.source import SourcePage, source_page
from causes.reference.studies import StudiesPage, studies_page

__all__ = [
    "CausePage",
    "CausesPage",
    "DrugsPage",
    "FindingPage",
    "FindingsPage",
    "RedFlagsPage",
    "SourcePage",
    "StudiesPage",
    "cause_page",
    "causes_page",
    "drugs_page",
    "finding_page",
    "findings_page",
    "red_flags_page",
    "source_page",
    "studies_page",
]
