"""What a proposer must see of the sources that a catalogue rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes.catalogue import Catalogue
from causes.models.gathering import SourceCheck
from causes.source_health import Uses, uses


@dataclass(frozen=True, slots=True)
class SourceWarning:
    """``is_grave``: something rests on a retracted source."""

    source: str
    title: str
    status: str
    checked_on: date
    note: str
    uses: Uses
    is_grave: bool

    def __str__(self) -> str:
        cited = ngettext("cited %(n)s time", "cited %(n)s times", self.uses.total) % {"n": self.uses.total}
        ranked = _("%(n)s of these count in the ranking") % {"n": self.uses.ranked}
        return f"{self.title}: {self.status} ({self.checked_on:%d %B %Y}); {cited}, {ranked}."


def source_warnings(catalogue: Catalogue) -> list[SourceWarning]:
    """Every source in use that a check found to be anything but live, the gravest first. One query.

    A warning and no obstacle: checks are no part of the catalogue, so the same catalogue must stay publishable.
    """
    used = uses(catalogue)
    found = [
        _warning(catalogue.source[slug].title, check, used[slug])
        for slug, check in SourceCheck.objects.doubted().items()
        if slug in used and used[slug].total
    ]
    return sorted(found, key=lambda warning: (not warning.is_grave, -warning.uses.ranked, warning.title))


def _warning(title: str, check: SourceCheck, used: Uses) -> SourceWarning:
    return SourceWarning(
        source=check.source,
        title=title,
        status=str(check.get_status_display()),
        checked_on=check.checked_on,
        note=check.note,
        uses=used,
        is_grave=check.is_grave and used.matters,
    )
