"""Where the patient is in the questionnaire, as the head of a page prints it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from intake.topics import Topic


@dataclass(frozen=True)
class Progress:
    number: int
    total: int
    share: str  # of the bar, in percent, as SVG wants it
    words: str
    back_url: str  # "" on the first page
    left: str  # how many questions there still are, as far as we know; "" when none is open

    @classmethod
    def at(cls, asked: Sequence[Topic], current: Topic | None, token: str, left: int = 0) -> Progress:
        """None for the page after the last topic, where the answers are checked."""
        total = len(asked) + 1
        number = total if current is None else [topic.slug for topic in asked].index(current.slug) + 1
        title = _("check your answers") if current is None else _lower_first(current.section.title)
        words = _("Topic %(number)s of %(total)s: %(title)s") % {"number": number, "total": total, "title": title}
        back = reverse("intake_topic", args=[token, asked[number - 2].slug]) if number > 1 else ""
        about = ngettext("About %(n)s question left", "About %(n)s questions left", left) % {"n": left} if left else ""
        return cls(number, total, f"{100 * number / total:.1f}%", words, back, about)


def _lower_first(title: str) -> str:
    return title[:1].lower() + title[1:]
