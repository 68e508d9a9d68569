"""What the patient's answers say otherwise than those that she sent the time before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from causes.catalogue import Catalogue, Finding
from causes.conditions import Value
from clinic import words
from clinic.chart import Chart
from clinic.history.effects import first_causes
from clinic.history.steps import PATIENT, Step
from clinic.identity import other_person
from intake import derivation
from intake.derivation import UNSURE, Answers
from intake.models import Intake

NEW, GONE, OTHERWISE, LEARNT, UNKNOWN = "new", "gone", "otherwise", "learnt", "unknown"
STARTED, STOPPED = "started", "stopped"
TITLES = {
    NEW: gettext_lazy("New"),
    GONE: gettext_lazy("Gone"),
    OTHERWISE: gettext_lazy("Changed"),
    LEARNT: gettext_lazy("Known now, not known then"),
    UNKNOWN: gettext_lazy("Known then, not known now"),
    STARTED: gettext_lazy("Medicines now, not then"),
    STOPPED: gettext_lazy("Medicines then, not now"),
}
NOT_COMPARED = (derivation.AGE,)  # it changes by itself


@dataclass(frozen=True, slots=True)
class Said:
    """One of the states of an answer: known, not sure, or (None) not asked."""

    value: Value | None
    is_unsure: bool = False

    @property
    def is_telling(self) -> bool:
        """Something that is there; “no” is not."""
        return self.value is not None and self.value is not False


@dataclass(frozen=True, slots=True)
class Difference:
    kind: str
    finding: Finding
    before: Said
    after: Said


@dataclass(frozen=True, slots=True)
class Medicines:
    """None where one of the lists was not answered: what is not known neither started nor stopped."""

    started: tuple[str, ...] | None
    stopped: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SinceLast:
    """As the differential page prints it."""

    title: str
    key: str  # of the intake before
    reference: str
    refused: str  # why they are not compared; "" when they are
    groups: tuple[Group, ...] = ()  # empty when nothing changed
    notes: tuple[str, ...] = ()
    before: tuple[str, ...] = ()  # the first causes, by the answers alone
    after: tuple[str, ...] = ()


def differences(catalogue: Catalogue, before: Answers, after: Answers) -> tuple[Difference, ...]:
    """In the catalogue's order. Of what was not known one time, only what was there the other time counts."""
    old, new = _said(catalogue, before), _said(catalogue, after)
    found = []
    for slug, finding in catalogue.finding.items():
        pair = old.get(slug, Said(None)), new.get(slug, Said(None))
        kind = _kind(*pair)
        if kind and slug not in NOT_COMPARED:
            found.append(Difference(kind, finding, *pair))
    return tuple(found)


def medicines(before: Answers, after: Answers) -> Medicines:
    """By what the catalogue took a name for, else by the name as it was written."""
    old, new = _taken(before), _taken(after)
    if old is None or new is None:
        return Medicines(None, None)
    started = tuple(name for key, name in new.items() if key not in old)
    return Medicines(started, tuple(name for key, name in old.items() if key not in new))


def intake_before(intake: Intake) -> Intake | None:
    """The same patient's last one in the same practice."""
    own = Intake.objects.sent().filter(patient=intake.patient_id, practice=intake.practice_id)
    earlier = Q(sent_at__lt=intake.sent_at) | Q(sent_at=intake.sent_at, pk__lt=intake.pk)
    return own.filter(earlier).select_related("patient").order_by("-sent_at", "-pk").first()


def since_last(chart: Chart, before: Intake) -> SinceLast:
    assert before.sent_at is not None
    title = _("Since the answers of %(day)s") % {"day": words.time(before.sent_at)}
    facts: dict[str, Any] = {"title": title, "key": str(before.key), "reference": before.reference or ""}
    if refused := chart.other_person or other_person(before):
        return SinceLast(**facts, refused=refused)
    return SinceLast(
        **facts,
        refused="",
        groups=tuple(_groups(chart.catalogue, before.answers, chart.intake.answers)),
        notes=tuple(_notes(chart.catalogue, before.answers, chart.intake.answers)),
        before=() if chart.unranked else _first(chart, before),
        after=() if chart.unranked else _first(chart, chart.intake),
    )


def _said(catalogue: Catalogue, answers: Answers) -> Mapping[str, Said]:
    unsure = {slug: Said(None, is_unsure=True) for slug, value in answers.items() if value == UNSURE}
    return unsure | {slug: Said(value) for slug, value in derivation.evidence(catalogue, answers).items()}


def _kind(before: Said, after: Said) -> str:
    if before.value is not None and after.value is not None:
        if before.value == after.value:
            return ""
        return NEW if before.value is False else GONE if after.value is False else OTHERWISE
    if after.is_telling:
        return LEARNT
    return UNKNOWN if before.is_telling else ""


def _taken(answers: Answers) -> dict[tuple[str, ...], str] | None:
    if not answers.get(derivation.MEDICINES) and not answers.get(derivation.NO_MEDICINES):
        return None
    return {_medicine(row): row["name"] for row in derivation.taken(answers)}


def _medicine(row: Mapping[str, Any]) -> tuple[str, ...]:
    drugs = sorted({row["drug"], *row.get("more_drugs", ())})
    is_known = all(drugs) and not row.get("is_partly_known")
    return tuple(drugs) if is_known else (" ".join(row["name"].casefold().split()),)


def _groups(catalogue: Catalogue, before: Answers, after: Answers) -> Iterator[Group]:
    found, taken = differences(catalogue, before, after), medicines(before, after)
    for kind in (NEW, GONE, OTHERWISE, LEARNT, UNKNOWN):
        if lines := tuple(_line(item) for item in found if item.kind == kind):
            yield Group(str(TITLES[kind]), lines)
    for kind, names in ((STARTED, taken.started), (STOPPED, taken.stopped)):
        if names:
            yield Group(str(TITLES[kind]), names)


def _line(item: Difference) -> str:
    name, then = item.finding.name, _state(item.finding, item.before)
    if item.kind in (NEW, GONE):
        return name
    if item.kind == UNKNOWN:
        assert item.before.value is not None
        told = words.statement(item.finding, item.before.value)
        return _("%(finding)s (now %(state)s)") % {"finding": told, "state": _state(item.finding, item.after)}
    assert item.after.value is not None
    return _("%(finding)s (then %(state)s)") % {
        "finding": words.statement(item.finding, item.after.value),
        "state": then,
    }


def _state(finding: Finding, said: Said) -> str:
    if said.value is not None:
        return words.answer(finding, said.value)
    if finding.control == "derived":
        # Of a list or a picture that may have been answered, in part or in words that we do not know.
        return _("not known")
    return _("not sure") if said.is_unsure else _("not asked")


def _notes(catalogue: Catalogue, before: Answers, after: Answers) -> Iterator[str]:
    if medicines(before, after).started is None:
        yield _("Medicines are not compared: one time they were not asked about.")
    if count := len(derivation.unusable(catalogue, before)):
        form = ngettext(
            "%(n)s answer from then is unknown to this release.",
            "%(n)s answers from then are unknown to this release.",
            count,
        )
        yield form % {"n": count}


def _first(chart: Chart, intake: Intake) -> tuple[str, ...]:
    """Both by the release, setting and complaint of now: only the answers make the difference."""
    assert intake.sent_at is not None
    now = chart.intake
    return first_causes(Step(PATIENT, intake.sent_at, intake, chart.release, (), now.setting, now.presentation))
