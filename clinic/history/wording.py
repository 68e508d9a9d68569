"""A step in words: what was changed, and by whom."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes.models import Withdrawal
from clinic import words
from clinic.chart import Chart
from clinic.history.records import record, recorder
from clinic.history.steps import Step
from clinic.models import ClinicianFinding, ContextChange
from clinic.people import display_name
from intake.derivation import UNSURE


def who(step: Step, user: User) -> str:
    if step.change is not None:
        return _person(step.change.changed_by, user)
    if step.entered:
        return _person(step.entered[0].entered_by, user)
    if step.recorded is not None:
        return _person(recorder(step.recorded), user)
    if step.releases:
        last = step.releases[-1]
        author = last.by if isinstance(last, Withdrawal) else last.author
        return display_name(author) if author else _("the catalogue’s maintainers")
    return _("the patient")


def _person(person: User, user: User) -> str:
    return _("you") if person == user else display_name(person)


def what(chart: Chart, step: Step, most: int | None) -> Iterator[str]:
    """``most`` limits how many findings are named; None names all."""
    if step.change is not None:
        yield from _context(chart, step.change)
    elif step.entered:
        for row in step.entered[:most]:
            yield _entry(chart, row)
        if hidden := len(step.entered) - len(step.entered[:most]):
            yield ngettext("%(n)s more finding", "%(n)s more findings", hidden) % {"n": hidden}
    elif step.recorded is not None:
        yield from record(step.recorded)
    elif step.releases:
        yield from _releases(step)
    else:
        count = sum(known.is_answered for known in chart.record.known.values())
        answered = ngettext("%(n)s answer", "%(n)s answers", count) % {"n": count}
        facts = {"answers": answered, "number": step.release.number, "first": chart.intake.begun_with}
        if facts["first"] == facts["number"]:
            yield _("Sent: %(answers)s, asked from release %(number)s") % facts
        else:
            yield _("Sent: %(answers)s, begun with release %(first)s and asked from release %(number)s") % facts


def _entry(chart: Chart, row: ClinicianFinding) -> str:
    """“Rigidity: present (corrected; the patient said no)”."""
    finding = chart.catalogue.finding.get(row.finding)
    if finding is None:
        return row.finding
    if row.value is None:
        return _("%(finding)s: taken back") % {"finding": finding.name}
    value = None if row.value == UNSURE else row.value
    text = f"{finding.name}: {words.answer(finding, value)}"
    said = chart.record.known[row.finding].said
    if said is None:
        return text
    if said == value:
        return _("%(entry)s (confirmed; the patient said so)") % {"entry": text}
    return _("%(entry)s (corrected; the patient said %(said)s)") % {"entry": text, "said": words.answer(finding, said)}


def _context(chart: Chart, change: ContextChange) -> Iterator[str]:
    catalogue = chart.catalogue
    settings = {item.slug: item.name for item in catalogue.settings}
    complaints = {item.slug: item.name for item in catalogue.presentations}
    if change.setting != change.old_setting:
        yield _("Setting: %(new)s (was %(old)s)") % {
            "new": settings.get(change.setting, change.setting),
            "old": settings.get(change.old_setting, change.old_setting),
        }
    if change.presentation != change.old_presentation:
        yield _("Presenting complaint: %(new)s (was %(old)s)") % {
            "new": complaints.get(change.presentation, change.presentation),
            "old": complaints.get(change.old_presentation, change.old_presentation),
        }


def _releases(step: Step) -> Iterator[str]:
    for item in step.releases:
        if isinstance(item, Withdrawal):
            facts = {"number": item.release_id, "reason": item.reason, "now": step.release.number}
            yield _("Release %(number)s of the catalogue withdrawn: %(reason)s Release %(now)s is used again.") % facts
            continue
        notes = f": {item.notes}" if item.notes else ""
        yield _("Release %(number)s of the catalogue") % {"number": item.number} + notes
