"""What is said after e-mails were sent, or could not be."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinic.invitation_mail import Kind, Outcome, Tally

SENT = {
    Kind.INVITATION: gettext_lazy("The link was sent by e-mail."),
    Kind.REMINDER: gettext_lazy("The reminder was sent by e-mail."),
}
NOT_SENT = {
    Outcome.REFUSED: gettext_lazy("The mail server refused this address, so nothing was sent. Check it and try again."),
    Outcome.UNREACHABLE: gettext_lazy("The mail server did not take it, so nothing was sent. Try again later."),
    Outcome.TOO_SOON: gettext_lazy("It was sent a moment ago, so it was not sent again."),
}


def say_outcome(request: HttpRequest, kind: Kind, outcome: Outcome) -> None:
    if outcome is Outcome.SENT:
        messages.success(request, SENT[kind])
    else:
        messages.warning(request, NOT_SENT[outcome])


def say_tally(request: HttpRequest, tally: Tally) -> None:
    if tally.sent:
        sent = ngettext("%(count)d e-mail was sent.", "%(count)d e-mails were sent.", tally.sent)
        messages.success(request, sent % {"count": tally.sent})
    if tally.failed:
        failed = ngettext("%(count)d e-mail was not sent.", "%(count)d e-mails were not sent.", tally.failed)
        more = _("No link is lost: they are marked “Not e-mailed yet”, and can be sent again.")
        messages.warning(request, f"{failed % {'count': tally.failed}} {more}")
