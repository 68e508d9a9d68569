"""The patient's page as an editor's form would make it: the working copy with what is typed in place of one record.

Nothing is saved, no patient is looked at. All that a topic may ask is laid out, one by one: what is worth asking
depends on the patient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from causes.admin.patient_page import LANGUAGE
from causes.catalogue import Catalogue, Finding, Option, Section
from causes.catalogue import Translation as CompiledTranslation
from causes.catalogue.translating import PATIENT_TEXTS, in_language, patient_texts
from causes.condition_words import condition_in_words, unknown_findings
from causes.conditions import Clause, parse
from causes.models import Translation
from causes.models.compilation import working_copy
from intake.derivation import MEDICINES, NO, NO_MEDICINES, YES
from intake.forms import TopicForm
from intake.languages import is_known
from intake.models import Intake, Practice
from intake.progress import Progress
from intake.topics import BODY, DRINKS, Topic, all_topics

Posted = Mapping[str, str]
# Without the thresholds, by which questions are weighed.
TABLES = (
    "sections",
    "findings",
    *(table for table in PATIENT_TEXTS if table not in ("sections", "findings", "options")),
    "translations",
)
NEW = "new-record"


class NothingToShowError(Exception):
    """Why there is no page: in the editor's words."""


@dataclass(frozen=True)
class Shown:
    """A page of the form, with the place on it that the editor works on."""

    form: TopicForm
    intake: Intake
    progress: Progress
    item: str
    when: str


@dataclass(frozen=True)
class ShownText:
    """What patients read elsewhere than on a page of the form."""

    where: str
    text: str


def language_of(form: str, record: str, posted: Posted) -> str:
    """The language to show it in: the one chosen, or the translation's own."""
    code = _translation(record, posted).language if form == "translation" else posted.get(LANGUAGE, "")
    return code if is_known(code) else settings.LANGUAGE_CODE


def preview(form: str, record: str, posted: Posted, language: str) -> Shown | ShownText:
    """Raises KeyError for a form that has no preview, NothingToShowError when patients get no page from it."""
    return _FORMS[form](working_copy(TABLES), record, posted, language)


def _of_finding(catalogue: Catalogue, record: str, posted: Posted, language: str) -> Shown:
    finding = _finding(catalogue, record or posted.get("slug", ""), posted)
    others = catalogue.findings if finding.slug in catalogue.finding else (*catalogue.findings, finding)
    made = replace(catalogue, findings=tuple(finding if one.slug == finding.slug else one for one in others))
    return _page(made, finding.slug, language)


def _of_section(catalogue: Catalogue, record: str, posted: Posted, language: str) -> Shown:
    old = next((one for one in catalogue.sections if one.slug == record), Section(record or NEW, "", ""))
    section = replace(old, **{name: posted.get(name, getattr(old, name)).strip() for name in ("title", "intro")})
    made = replace(catalogue, sections=tuple(section if one.slug == record else one for one in catalogue.sections))
    topic = _topic(made, language, lambda topic: topic.slug == record)
    if topic is None:
        raise NothingToShowError(_("Nothing is asked in this topic yet, so patients do not see it."))
    return _shown(in_language(made, language), topic, "", {}, "")


def _of_translation(catalogue: Catalogue, record: str, posted: Posted, language: str) -> Shown | ShownText:
    row = _translation(record, posted)
    place = row.table, row.key, row.field
    if place not in {text.place for text in patient_texts(catalogue)}:
        raise NothingToShowError(_("Patients read no such text: compare table, record and field."))
    others = [t for t in catalogue.translations if (t.language, t.table, t.key, t.field) != (row.language, *place)]
    typed = [row] if row.text.strip() else []
    made = replace(catalogue, translations=(*others, *typed))
    if row.table in ("findings", "options"):
        return _page(made, row.key.partition("/")[0], language)
    controls = {"body_zones": BODY, "drinks": DRINKS}
    if row.table == "sections":
        topic, item = _topic(made, language, lambda topic: topic.slug == row.key), ""
    else:
        item = controls.get(row.table, "")
        topic = _topic(made, language, lambda topic: any(one.control == item for one in topic.items))
    if topic is not None:
        return _shown(in_language(made, language), topic, item, {}, "")
    return ShownText(_where(row.table), row.text or _text_of(catalogue, row))


_FORMS: dict[str, Callable[[Catalogue, str, Posted, str], Shown | ShownText]] = {
    "finding": _of_finding,
    "section": _of_section,
    "translation": _of_translation,
}


def _finding(catalogue: Catalogue, slug: str, posted: Posted) -> Finding:
    blank = Finding(slug or NEW, "", "patient", "boolean", "", "", (), "", "", "", "", "", "", "", "question")
    old = catalogue.finding.get(slug, blank)
    names = ("name", "kind", "unit", "section", "question", "help", "why", "ask_if", "control")
    typed = {name: posted.get(name, getattr(old, name)).strip() for name in names}
    options = tuple(_options(posted)) if "options-TOTAL_FORMS" in posted else old.options
    return replace(old, options=options, **typed)


def _options(posted: Posted) -> Iterator[Option]:
    total = posted.get("options-TOTAL_FORMS", "")
    rows = range(min(int(total), 100)) if total.isascii() and total.isdigit() else ()
    for number in sorted(rows, key=lambda row: (_number(posted.get(f"options-{row}-order", "")), row)):
        value = posted.get(f"options-{number}-value", "").strip()
        if value and f"options-{number}-DELETE" not in posted:
            yield Option(value, posted.get(f"options-{number}-label", "").strip())


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _translation(record: str, posted: Posted) -> CompiledTranslation:
    saved = Translation.objects.filter(pk=record).first() if record.isascii() and record.isdigit() else None
    names = ("language", "table", "key", "field", "text")
    return CompiledTranslation(
        **{name: posted.get(name, getattr(saved, name, "")) for name in names}, original=getattr(saved, "original", "")
    )


def _page(catalogue: Catalogue, slug: str, language: str) -> Shown:
    """The page that asks the question, with the answers that it waits for."""
    finding = catalogue.finding[slug]
    try:
        unknown = unknown_findings(catalogue, finding.ask_if)
        when = condition_in_words(catalogue, finding.ask_if)
    except ValueError as error:
        raise NothingToShowError(_("“Ask only if” cannot be read: %(problem)s.") % {"problem": error}) from None
    if unknown:
        names = ", ".join(f"“{name}”" for name in unknown)
        raise NothingToShowError(_("“Ask only if” names what is no finding: %(names)s.") % {"names": names})
    topic = _topic(catalogue, language, lambda topic: any(slug in item.slugs for item in topic.items))
    if topic is None or finding.control == "clinician":
        raise NothingToShowError(_("Patients are not asked this: it has no topic, or is entered by the clinician."))
    item = next(item for item in topic.items if slug in item.slugs)
    said = dict(_answers(catalogue, finding.ask_if, frozenset({slug})))
    return _shown(in_language(catalogue, language), topic, item.name, said, when)


def _topic(catalogue: Catalogue, language: str, is_wanted: Callable[[Topic], bool]) -> Topic | None:
    return next((topic for topic in all_topics(in_language(catalogue, language)) if is_wanted(topic)), None)


def _shown(catalogue: Catalogue, topic: Topic, item: str, said: dict[str, Any], when: str) -> Shown:
    form = TopicForm(catalogue, topic, said)
    practice = Practice(name=_("The practice"))
    intake = Intake(practice=practice, token=NEW, saved_at=timezone.now())
    progress = replace(Progress.at(all_topics(catalogue), topic, NEW), back_url="")
    return Shown(form, intake, progress, f"item-{item}" if item else "", when)


def _answers(catalogue: Catalogue, condition: str, seen: frozenset[str]) -> Iterator[tuple[str, Any]]:
    """Answers by which the first alternative holds, and by which what it hangs on is asked in turn."""
    for clause in next(iter(parse(condition)), ()):
        finding = catalogue.finding.get(clause.slug)
        if finding and finding.slug not in seen:
            yield from _answers(catalogue, finding.ask_if, seen | {finding.slug})
        yield _answer(clause)


def _answer(clause: Clause) -> tuple[str, Any]:
    if clause.slug == MEDICINES:
        is_taken = clause.operator == "present"
        return (MEDICINES, [{"drug": "", "name": "…", "since": ""}]) if is_taken else (NO_MEDICINES, True)
    said = {
        "present": YES,
        "absent": NO,
        "=": clause.options[0] if clause.options else "",
        ">=": int(clause.limit),
        "<": int(clause.limit) - 1,
    }
    return clause.slug, said[clause.operator]


def _where(table: str) -> str:
    return {
        "drugs": _("Patients read this name when they type a medicine."),
        "red_flags": _("Patients read this when their answers call for help, and on their sheet."),
        "patient_advice": _("Patients read this on the sheet that they take home."),
        "causes": _("Patients read this name on the sheet that they take home."),
    }.get(table, _("Patients read this."))


def _text_of(catalogue: Catalogue, row: CompiledTranslation) -> str:
    place = row.table, row.key, row.field
    return next(text.text for text in patient_texts(catalogue) if text.place == place)
