"""The body map and its list, as the template prints them. Where a place is drawn is a picture, not medicine."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from causes.catalogue import BodyZone, Catalogue

DRAWING = Path(__file__).resolve().parent.parent / "data" / "body_drawing.json"


@dataclass(frozen=True)
class DrawnZone:
    slug: str
    name: str
    is_chosen: bool
    hit: str
    paths: tuple[str, ...]
    tick: str
    label_at: tuple[int, int] | None  # for a place that its shape alone does not explain


@dataclass(frozen=True)
class DrawnView:
    slug: str
    tab: str
    label: str
    view_box: str
    left_word: str  # printed at the left and the right edge of the picture
    right_word: str
    right_edge: int
    still: tuple[str, ...]
    zones: tuple[DrawnZone, ...]


@dataclass(frozen=True)
class ListedZone:
    slug: str
    name: str
    is_chosen: bool


@dataclass(frozen=True)
class ZoneGroup:
    name: str
    zones: tuple[ListedZone, ...]


def drawn_views(catalogue: Catalogue, chosen: Collection[str]) -> tuple[DrawnView, ...]:
    zones = {zone.slug: zone for zone in catalogue.body_zones}
    return tuple(_drawn_view(view, zones, chosen) for view in _drawing())


def listed_zones(catalogue: Catalogue, chosen: Collection[str]) -> tuple[ZoneGroup, ...]:
    """Every place of the catalogue, drawn or not, under its heading."""
    groups: dict[str, list[ListedZone]] = {}
    for zone in catalogue.body_zones:
        groups.setdefault(zone.group, []).append(ListedZone(zone.slug, zone.name, zone.slug in chosen))
    names = {
        "head-face": _("Head and face"),
        "arms-hands": _("Arms and hands"),
        "trunk": _("Chest, belly and back"),
        "legs-feet": _("Legs and feet"),
    }
    return tuple(ZoneGroup(names.get(group, group), tuple(zones)) for group, zones in groups.items())


def _drawn_view(view: dict[str, Any], zones: dict[str, BodyZone], chosen: Collection[str]) -> DrawnView:
    known = [part for part in view["zones"] if part["zone"] in zones]
    unknown = [path for part in view["zones"] if part["zone"] not in zones for path in part["paths"]]
    tabs = {"front": _("Front"), "back": _("Back"), "face": _("Face")}
    labels = {"front": _("Front of the body"), "back": _("Back of the body"), "face": _("Face")}
    words = (_("Your right"), _("Your left"))
    return DrawnView(
        slug=view["view"],
        tab=tabs[view["view"]],
        label=labels[view["view"]],
        view_box=view["view_box"],
        # Seen from behind, the sides change places.
        left_word=words[view["view"] == "back"],
        right_word=words[view["view"] != "back"],
        right_edge=int(view["view_box"].split()[2]) - 4,
        still=(*view["still"], *unknown),
        zones=tuple(
            DrawnZone(
                slug=part["zone"],
                name=zones[part["zone"]].name,
                is_chosen=part["zone"] in chosen,
                hit=part["hit"],
                paths=tuple(part["paths"]),
                tick=part["tick"],
                label_at=tuple(part["label"]) if "label" in part else None,
            )
            for part in known
        ),
    )


@lru_cache(maxsize=1)
def _drawing() -> list[dict[str, Any]]:
    drawing: list[dict[str, Any]] = json.loads(DRAWING.read_text(encoding="utf-8"))
    return drawing
