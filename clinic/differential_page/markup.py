"""HTML of the parts that the page repeats a hundred times, as the filters of ``{% load differential %}``.

A template spends about 20 µs on each variable: with 3,000 of them the page would take three times as long. What
occurs once or a few times stays in ``templates/``.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from django.forms import BoundField, ChoiceField
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinic.differential_page.bars import Bar
from clinic.differential_page.causes import CauseRow, Reason
from clinic.differential_page.contributions import ContributionRow, Mention
from clinic.differential_page.evidence_list import EvidenceRow
from clinic.differential_page.next_findings import Suggestion
from clinic.differential_page.states import ABSENT, NOT_KNOWN, PRESENT, SILENT, STATES


def _safe(parts: Iterable[str]) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308


def _icon(name: str) -> str:
    return f'<svg class="tw-icon" aria-hidden="true"><use href="#i-{name}"/></svg>'


def state_mark(state: str) -> SafeString:
    """The sign of a state; the words beside it say the same, so it is not read out."""
    if not state:
        return SafeString()
    return _safe((f'<span class="tw-mark tw-mark--{state}" aria-hidden="true">{STATES[state].sign}</span>',))


def lr_bar(bar: Bar) -> SafeString:
    return _safe(
        (
            '<svg class="tw-lr" aria-hidden="true"><line class="v-axis" x1="50%" x2="50%" y1="0" y2="16"/>',
            f'<rect class="v-{bar.kind}" x="{bar.x}" y="3" width="{bar.width}" height="10" rx="2"/></svg>',
        )
    )


_GRID = "".join(f'<line class="v-grid" x1="{at}%" x2="{at}%" y1="0" y2="100%"/>' for at in (25, 50, 75))


def posterior_bar(cause: CauseRow) -> SafeString:
    """Track, bar and whisker; a third higher for the first cause."""
    bar = cause.bar
    height, top, low, middle, high = (16, 8, 10, 16, 22) if cause.is_lead else (12, 6, 6, 12, 18)
    return _safe(
        (
            f'<svg class="tw-posterior" role="img" aria-label="{escape(bar.label)}">',
            f'<rect class="v-track" width="100%" height="{height}" y="{top}" rx="3"/>{_GRID}',
            f'<rect class="v-bar" width="{bar.width}" height="{height}" y="{top}" rx="3"/>',
            _line("v-halo", bar.low, bar.high, middle, middle),
            _line("v-whisker", bar.low, bar.high, middle, middle),
            _line("v-whisker", bar.low, bar.low, low, high),
            _line("v-whisker", bar.high, bar.high, low, high),
            "</svg>",
        )
    )


def _line(kind: str, x1: str, x2: str, y1: int, y2: int) -> str:
    return f'<line class="{kind}" x1="{x1}" x2="{x2}" y1="{y1}" y2="{y2}"/>'


def reasons(items: Iterable[Reason]) -> SafeString:
    return _safe(
        f"<li><span>{state_mark(item.state)}{escape(item.name)}</span>{lr_bar(item.bar)}"
        f'<span class="tw-reasons__lr">{_lr(item)}</span></li>'
        for item in items
    )


def contribution_rows(rows: Iterable[ContributionRow]) -> SafeString:
    return _safe(map(_contribution_row, rows))


def _contribution_row(row: ContributionRow) -> str:
    name = f'<a href="{row.url}">{escape(row.name)}</a>' if row.url else escape(row.name)
    return (
        f'<tr><th scope="row">{state_mark(row.state)}{name}<span class="tw-clip">{escape(row.figures)}</span>'
        f'{_basis(row)}</th><td class="tw-contrib__bar">{lr_bar(row.bar)}</td>'
        f'<td class="tw-contrib__lr">{_lr(row)}</td><td class="tw-num">{row.adds}</td>'
        f'<td class="tw-contrib__grade">{grade(row.grade)}</td></tr>\n'
    )


def _basis(row: ContributionRow) -> str:
    """Who was counted, and the source."""
    parts = [f"{escape(row.population)}. "] if row.population else []
    title = escape(row.source.title)
    parts.append(f'<a href="{escape(row.source.url)}" rel="noopener">{title}</a>' if row.source.url else title)
    if row.source.year:
        parts.append(f", {row.source.year}")
    return f'<span class="tw-clip">{"".join(parts)}</span>'


def _lr(row: ContributionRow | Reason) -> str:
    """The ratio and its own words; what the discount leaves stands apart from them."""
    if not row.lr:
        return ""
    counts = f'<span class="tw-clip">{escape(row.counts)}</span>' if row.counts else ""
    return f"<b>LR {row.lr}</b> {escape(row.strength)}{counts}"


def grade(letter: str) -> str:
    return _grade(letter, get_language()) if letter else ""


@lru_cache(maxsize=32)
def _grade(letter: str, _language: str | None) -> str:
    hidden = f'<span class="visually-hidden">{escape(_("Grade"))} </span>'
    return f'<span class="tw-grade tw-grade--{letter.lower()}">{hidden}{letter}</span>'


def mentions(items: Iterable[Mention], page: str = "") -> SafeString:
    """Links to the rows of the evidence; ``page`` is the differential's address, for another page."""
    return _safe(_mention(item, item.state, page) for item in items)


def silent_mentions(items: Iterable[Mention]) -> SafeString:
    """Findings that are known and about which the catalogue is silent."""
    return _safe(_mention(item, SILENT, "") for item in items)


def _mention(item: Mention, state: str, page: str) -> str:
    return f'<li>{state_mark(state)}<a href="{page}#ev-{item.slug}">{escape(item.text)}</a></li>'


def cause_summary(row: CauseRow) -> SafeString:
    """One cause in sight: all but its contributions."""
    name = f'<a href="{row.url}">{escape(row.name)}</a>' if row.url else escape(row.name)
    why = f'<p class="tw-quiet">{escape(row.no_reason)}</p>'
    if row.reasons:
        why = f'<ul class="tw-reasons" aria-label="{escape(_("Strongest reasons"))}">{reasons(row.reasons)}</ul>'
    return _safe(
        (
            f'<span class="tw-cause__rank">{row.rank or ""}</span>',
            f'<div class="tw-cause__id"><h3 class="tw-cause__name">{name}</h3>{_cause_facts(row)}</div>',
            f'<div class="tw-cause__bar">{posterior_bar(row)}</div>',
            f'<strong class="tw-cause__p">{escape(row.posterior)}</strong>',
            f'<div class="tw-cause__why"><p class="tw-cause__interval">{escape(row.interval)}</p>{why}</div>',
        )
    )


def _cause_facts(row: CauseRow) -> str:
    """Of a cause that the catalogue holds."""
    if row.urgency is None:
        return ""
    return (
        f'<div class="tw-row">{_urgency(row)}{_cannot_miss(row)}</div><p class="tw-cause__facts">'
        f"{escape(_('In the first three:'))} <b>{escape(row.top_three)}</b><br>{escape(row.standing)}</p>"
    )


def _cannot_miss(row: CauseRow) -> str:
    return f'<span class="tw-tag tw-tag--strong">{escape(_("Cannot miss"))}</span>' if row.is_cannot_miss else ""


def further_causes(rows: Iterable[CauseRow]) -> SafeString:
    """The causes that are out of sight at first, a line each."""
    return _safe(map(_further_cause, rows))


def _further_cause(row: CauseRow) -> str:
    name = f'<a href="{row.url}">{escape(row.name)}</a>' if row.url else f"<b>{escape(row.name)}</b>"
    tag = f" {_cannot_miss(row)}" if row.is_cannot_miss else ""
    why = "; ".join(f"{reason.name} ({reason.strength})" for reason in row.reasons) or row.no_reason
    table = (
        f' · <a href="{row.open_query}#cause-{row.slug}">{escape(row.contributions)}</a>' if row.contributions else ""
    )
    return (
        f'<li id="cause-{row.slug}"><span class="tw-cause__rank">{row.rank or ""}</span>'
        f'<div>{name}{tag}<p class="tw-quiet">{escape(why)}</p>'
        f'<p class="tw-quiet">{escape(row.interval)}{table}</p></div>'
        f'{_urgency(row)}<strong class="tw-num">{row.posterior}</strong></li>\n'
    )


def _urgency(row: CauseRow) -> str:
    if row.urgency is None:
        return "<span></span>"
    chip = f"{_icon(row.urgency.slug)}{escape(row.urgency.label)}"
    return f'<span class="tw-urgency tw-urgency--{row.urgency.slug}">{chip}</span>'


def outcome_lines(item: Suggestion) -> SafeString:
    """What each answer would do to the first place."""
    return _safe(
        f'<span class="tw-next__line">{state_mark(outcome.state)}{escape(outcome.answer)} '
        f'<span class="tw-quiet">({outcome.probability})</span>: '
        f"{f'<b>{escape(outcome.first)}</b>' if outcome.is_change else escape(outcome.first)}</span>"
        for outcome in item.outcomes
    )


def preview_rows(item: Suggestion) -> SafeString:
    """The first three causes after each answer."""
    return _safe(
        f'<tr><th scope="row">{state_mark(outcome.state)}{escape(outcome.answer)}</th>'
        + "".join(f"<td>{escape(cause.name)} <b>{cause.posterior}</b></td>" for cause in outcome.causes)
        + "</tr>"
        for outcome in item.outcomes
    )


def evidence_rows(rows: Iterable[EvidenceRow]) -> SafeString:
    """The controls of findings. Those that say nothing of a person are the same for all and made once."""
    language = get_language()
    return _safe(
        _evidence_row(row, language) if row.note or row.problem else _plain_evidence_row(row, language) for row in rows
    )


def slugs(rows: Iterable[EvidenceRow]) -> str:
    return " ".join(row.slug for row in rows)


@lru_cache(maxsize=4096)
def _plain_evidence_row(row: EvidenceRow, language: str | None) -> str:
    return _evidence_row(row, language)


def _evidence_row(row: EvidenceRow, language: str | None) -> str:
    kinds = " ".join(name for name, is_so in (("is-conflict", row.is_conflict), ("is-off", row.is_off)) if is_so)
    kind = f' class="{kinds}"' if kinds else ""
    problem = f'<span class="tw-fault" id="{row.slug}-problem">{escape(row.problem)}</span>' if row.problem else ""
    control = {"boolean": _radios, "choice": _select, "number": _number_input}[row.kind](row, _words(language))
    return f'<li id="ev-{row.slug}"{kind}>{control}{problem}{_below(row, _words(language))}</li>\n'


class _Words:
    """What every row says, translated once."""

    def __init__(self) -> None:
        self.present, self.absent = escape(_("Present")), escape(_("Absent"))
        self.not_known, self.off = escape(_("Not known")), escape(_("Switched off"))
        self.switch_off, self.switch_on = escape(_("Switch off")), escape(_("Switch on"))
        self.confirm, self.take_back = escape(_("Confirm")), escape(_("Take back"))


@lru_cache(maxsize=16)
def _words(_language: str | None) -> _Words:
    return _Words()


def _radios(row: EvidenceRow, words: _Words) -> str:
    name = escape(row.name)
    states = ((PRESENT, words.present), (ABSENT, words.absent), (NOT_KNOWN, words.not_known))
    radios = "".join(
        f'<input type="radio" name="{row.slug}" id="{row.slug}-{state}" value="{state}"'
        f'{" checked" if row.state == state else ""}><label class="is-{state}" for="{row.slug}-{state}">'
        f'<span aria-hidden="true">{STATES[state].sign}</span> {label}</label>'
        for state, label in states
    )
    return f'<span>{name}</span><span class="tw-states" role="radiogroup" aria-label="{name}">{radios}</span>'


def _select(row: EvidenceRow, words: _Words) -> str:
    options = "".join(_option(option.value, option.value, option.is_selected) for option in row.options)
    return (
        f'<label for="{row.slug}-value">{escape(row.name)}</label>'
        f'<select class="form-select form-select-sm tw-evidence__value" name="{row.slug}" id="{row.slug}-value"'
        f'{_invalid(row)}><option value="">? {words.not_known}</option>{options}</select>'
    )


def _option(value: str, name: str, is_selected: bool) -> str:
    return f'<option value="{escape(value)}"{" selected" if is_selected else ""}>{escape(name)}</option>'


def _number_input(row: EvidenceRow, _words: _Words) -> str:
    return (
        f'<label for="{row.slug}-value">{escape(row.name)}</label><span class="tw-evidence__number">'
        f'<input class="form-control form-control-sm" type="text" inputmode="decimal" name="{row.slug}" '
        f'id="{row.slug}-value" value="{escape(row.state)}" autocomplete="off"{_invalid(row)}> '
        f"{escape(row.unit)}</span>"
    )


def _invalid(row: EvidenceRow) -> str:
    return f' aria-invalid="true" aria-describedby="{row.slug}-problem"' if row.problem else ""


def _below(row: EvidenceRow, words: _Words) -> str:
    """Where the value is from, and what can be done with it."""
    parts = [_icon("half")] if row.is_conflict else []
    if row.is_off:
        parts.append(f"<b>{words.off}</b>")
    if row.note:
        parts.append(escape(row.note))
    hidden = f'<span class="visually-hidden"> {escape(row.name)}</span>'
    if row.can_be_confirmed:
        parts.append(_button("confirm", row.slug, words.confirm + hidden))
    if row.can_be_taken_back:
        parts.append(_button("withdraw", row.slug, words.take_back + hidden))
    if row.switch_url:
        parts.append(_switch(row.switch_url, (words.switch_on if row.is_off else words.switch_off) + hidden))
    return f'<span class="tw-quiet">{" ".join(parts)}</span>' if parts else ""


def _button(name: str, value: str, label: str) -> str:
    return f'<button class="tw-textbutton" type="submit" name="{name}" value="{value}">{label}</button>'


def _switch(url: str, label: str) -> str:
    return f'<a class="tw-switch" href="{escape(url)}">{label}</a>'


def form_field(bound: BoundField) -> SafeString:
    """Label, control and errors, as crispy forms has them: its 30 templates a field take longer than the ranking."""
    problem = "".join(
        f'<span id="{bound.auto_id}-problem" class="invalid-feedback"><strong>{escape(str(error))}</strong></span>'
        for error in bound.errors
    )
    label = f'<label class="form-label" for="{bound.auto_id}">{escape(str(bound.label))}</label>'
    return _safe(('<div class="mb-3">', label, _control(bound), problem, "</div>"))


def _control(bound: BoundField) -> str:
    invalid = " is-invalid" if bound.errors else ""
    described = {"aria-invalid": "true", "aria-describedby": f"{bound.auto_id}-problem"} if bound.errors else {}
    if not isinstance(bound.field, ChoiceField):
        return str(bound.as_widget(attrs={"class": f"form-control{invalid}", **described}))
    chosen = str(bound.value() or "")
    choices = [(str(value), str(name)) for value, name in bound.field.choices]  # type: ignore[misc, union-attr]
    options = "".join(_option(value, name, value == chosen) for value, name in choices)
    required = " required" if bound.field.required else ""
    more = "".join(f' {name}="{value}"' for name, value in described.items())
    start = f'<select class="form-select{invalid}" name="{bound.html_name}" id="{bound.auto_id}"{required}{more}>'
    return f"{start}{options}</select>"
