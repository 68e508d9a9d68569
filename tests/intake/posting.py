"""What a browser would post for a page of the questionnaire."""

from __future__ import annotations

import json
from typing import Any

from django.http import QueryDict

from intake.forms import TopicForm
from intake.models import Intake
from intake.topics import TICKS, all_topics

PROFILE = {"name": "Arthur Lang", "birth-day": "2", "birth-month": "3", "birth-year": "1959", "sex": "male"}
CONTROLS: dict[str, dict[str, Any]] = {
    "profile": PROFILE,
    "body": {"body": ["left-hand", "left-forearm"]},
    "onset-age": {"onset-age": "66"},
    "medicines": {"no-medicines": "on"},
    "drinks": {"drinks-none": "on"},
    "alcohol-units": {"alcohol-units": "9"},
    "words": {"own-words": "My hand is thin.", "worry": ""},
}


def page(intake: Intake, slug: str, data: dict[str, Any] | None = None) -> TopicForm:
    catalogue = intake.release.catalogue()
    topic = next(topic for topic in all_topics(catalogue) if topic.slug == slug)
    form = TopicForm(catalogue, topic, intake.answers, None if data is None else posted(data))
    form.is_valid()
    return form


def posted(data: dict[str, Any]) -> QueryDict:
    query = QueryDict(mutable=True)
    for key, value in data.items():
        query.setlist(key, value if isinstance(value, list) else [value])
    return query


def filled(intake: Intake, slug: str, **answers: Any) -> dict[str, Any]:
    """A whole page: "no" or the last real option everywhere, but for the answers given."""
    form = page(intake, slug)
    said = {key.replace("_", "-"): value for key, value in answers.items()}
    data: dict[str, Any] = {"shown": [control.item.name for control in form.controls]}
    for control in form.controls:
        name = control.item.name
        if control.item.control in CONTROLS:
            data |= CONTROLS[control.item.control]
        elif control.item.control == TICKS:
            ticked = [slug for slug in control.item.slugs if said.pop(slug, "no") == "yes"]
            data |= {name: ticked, f"{name}-others": "no", f"{name}-rows": list(control.item.slugs)}
        else:
            data[name] = control.fields[name].choices[-2][0]
    return data | said


def address(intake: Intake, *parts: str) -> str:
    return "/".join(["/intake", intake.token, *parts]) + "/"


# What the pages have kept, by what was there and what was answered: posting them all takes half a second.
_KEPT: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, int]]] = {}


def a_whole_questionnaire(client: Any, intake: Intake, **answers: Any) -> None:
    """Every page posted in turn, the first time. ``answers`` go to whichever page asks for them."""
    key = json.dumps([intake.release.sha256, intake.answers, answers], sort_keys=True)
    if key not in _KEPT:
        _post_every_page(client, intake, answers)
        _KEPT[key] = intake.answers, intake.typed, intake.pages
    kept, typed, pages = _KEPT[key]
    intake.save_answers(kept, typed=typed, pages=pages)


def _post_every_page(client: Any, intake: Intake, answers: dict[str, Any]) -> None:
    slugs = [topic.slug for topic in all_topics(intake.release.catalogue())]
    for slug in slugs:
        intake.refresh_from_db()
        data = filled(intake, slug, **answers)
        response = client.post(address(intake, slug), data)
        assert response.status_code == 302, (slug, response.context and response.context["form"].problems())
    intake.refresh_from_db()
