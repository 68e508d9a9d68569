"""What the differential page shows around the ranking: own lists, the confirmed diagnosis, what changed and why."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from clinic.access import last_look
from clinic.chart import Chart
from clinic.confirmed import standing_line
from clinic.forms import OwnListForm
from clinic.history import changes_since
from clinic.own_lists import BlindChart, lines

PAGE = "differential"  # the view whose looks count


def follow_up(request: HttpRequest, chart: Chart, own_list_form: OwnListForm | None = None) -> dict[str, Any]:
    """For the page's template. Colleagues' lists stay out of sight until the user's own is written."""
    is_blind = isinstance(chart, BlindChart)
    looked_at = last_look(request, chart.intake, PAGE)
    return {
        "own_list_form": own_list_form or (OwnListForm(chart.catalogue) if is_blind else None),
        "own_lists": () if is_blind else lines(chart.intake),
        "confirmed": standing_line(chart.intake),
        "changes": changes_since(chart, request.user, looked_at),  # type: ignore[arg-type]
    }
