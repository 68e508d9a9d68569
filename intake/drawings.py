"""The small drawings that stand beside the questions about movements."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

_FILE = Path(__file__).resolve().parent / "data" / "drawings.json"
_OF_FINDING: dict[str, str] = json.loads(_FILE.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Drawing:
    name: str
    caption: str
    words: str  # what there is to see, for those who cannot see it

    @property
    def template(self) -> str:
        return f"intake/drawings/{self.name}.html"


def drawing(finding: str) -> Drawing | None:
    """The drawing beside the question that asks for a finding, by its slug."""
    name = _OF_FINDING.get(finding)
    return Drawing(name, *_texts()[name]) if name else None


def _texts() -> dict[str, tuple[str, str]]:
    return {
        "twitch": (
            _("A twitch under the skin"),
            _("An arm lies still. A small spot under its skin flickers."),
        ),
        "shake": (
            _("Shaking"),
            _("The arm is still. The hand goes quickly to and fro, again and again."),
        ),
        "jerk": (
            _("A sudden jerk"),
            _("A person stands still. Once in a while, the whole arm jumps up and drops back."),
        ),
        "tic": (
            _("A repeated movement"),
            _("A face screws up both eyes for a moment, then once more, and later does it again."),
        ),
        "cramp": (
            _("A cramp"),
            _("A leg. The muscle of the calf pulls together, stays hard for a while and hurts."),
        ),
    }
