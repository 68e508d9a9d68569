"""What the differential page shows around the ranking: own lists, the confirmed diagnosis, what changed and why."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from clinic.access import last_look, record_look
from clinic.chart import Chart
from clinic.confirmed import line
from clinic.forms import OwnListForm
from clinic.history import changes_since
from clinic.own_lists import BlindChart, lines
from clinic.since_last import SinceLast, intake_before, since_last

PAGE = "differential"  # the view whose looks count
COMPARED = "compared"  # answers that were seen beside later ones


def follow_up(request: HttpRequest, chart: Chart, own_list_form: OwnListForm | None = None) -> dict[str, Any]:
    """For the page's template. Colleagues' lists stay out of sight until the user's own is written."""
    is_blind = isinstance(chart, BlindChart)
    looked_at = last_look(request, chart.intake, PAGE)
    return {
        "own_list_form": own_list_form or (OwnListForm(chart.catalogue) if is_blind else None),
        "own_lists": () if is_blind else lines(chart.intake),
        "confirmed": line(chart.confirmed) if chart.confirmed else None,
        "changes": changes_since(chart, request.user, looked_at),  # type: ignore[arg-type]
        "since_last": _since_last(request, chart),
    }


def _since_last(request: HttpRequest, chart: Chart) -> SinceLast | None:
    before = intake_before(chart.intake)
    if before is None:
        return None
    # Its answers are seen here as well; whatever else is asked for comes from a page that has shown them already.
    match = request.resolver_match
    if match and match.view_name == PAGE:
        record_look(request, [before], view=COMPARED)
    return since_last(chart, before)
