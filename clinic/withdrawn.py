from __future__ import annotations

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from clinic.models import Assessment


def withdrawn_notice(assessment: Assessment) -> str:
    """That the catalogue it was signed under was withdrawn since, and why; "" when it was not."""
    release = assessment.release
    if not hasattr(release, "withdrawal"):
        return ""
    return _("Signed under release %(number)s of the catalogue, which was withdrawn on %(day)s: %(reason)s") % {
        "number": release.number,
        "day": formats.date_format(timezone.localdate(release.withdrawal.at), "j F Y"),
        "reason": release.withdrawal.reason,
    }
