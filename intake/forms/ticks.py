"""Several yes-or-no questions that are answered together."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from intake.derivation import NO, UNSURE, YES, Answers
from intake.drawings import drawing
from intake.forms.base import Cleaned, Control, Errors, a_choice


def rows_field(name: str) -> str:
    """Names the findings of a list as it was shown: by the time it comes back, another might be made."""
    return f"{name}-rows"


class Ticks(Control):
    """Tick what fits, then one answer for all the others: what is not ticked is never taken for a no by itself."""

    template = "intake/controls/list.html"

    @property
    def others(self) -> str:
        return f"{self.item.name}-others"

    @property
    def _heading(self) -> str:
        """Of several lists on a page, each has its own: a screen reader goes by them."""
        if self.item.number > 1:
            return _("Which of these would you also say yes to? List %(number)d") % {"number": self.item.number}
        return _("Which of these would you say yes to?")

    @cached_property
    def fields(self) -> dict[str, forms.Field]:
        questions = [(finding.slug, finding.question) for finding in self.item.findings]
        ticked = [slug for slug in self.item.slugs if self.answers.get(slug) == YES]
        return {
            self.item.name: forms.MultipleChoiceField(
                label=self._heading,
                required=False,
                choices=questions,
                initial=ticked,
                widget=forms.CheckboxSelectMultiple,
            ),
            self.others: a_choice(
                _("And those that you did not tick?"),
                [(NO, _("No to all of those")), (UNSURE, _("I am not sure"))],
                self._said_of_others(),
            ),
            rows_field(self.item.name): forms.MultipleChoiceField(
                required=False, choices=questions, initial=list(self.item.slugs)
            ),
        }

    def _said_of_others(self) -> str | None:
        said = {self.answers.get(slug) for slug in self.item.slugs} - {YES}
        return said.pop() if len(said) == 1 else None

    def anchor(self, field: str) -> str:
        return f"id_{self.others}_0" if field == self.others else f"item-{self.item.name}"

    def read(self, cleaned: Cleaned, errors: Errors) -> dict[str, Any]:
        ticked, others = cleaned.get(self.item.name) or (), cleaned.get(self.others)
        said = {slug: YES if slug in ticked else others or self._denied(slug) for slug in self.item.slugs}
        return {slug: answer for slug, answer in said.items() if answer}

    def _denied(self, slug: str) -> str | None:
        """Until there is a word about all that is not ticked, each keeps the answer that it had."""
        said = self.answers.get(slug)
        return said if said in (NO, UNSURE) else None

    def missing(self, answers: Answers) -> Errors:
        return {self.others: _("Choose no, or that you are not sure, for those that you did not tick")}

    def named(self, field: str) -> str:
        return self._heading

    def context(self, form: forms.Form) -> dict[str, Any]:
        boxes = zip(form[self.item.name], self.item.findings, strict=True)
        return {
            "label": form[self.item.name].label,
            "rows": [{"box": box, "hint": finding.help, "drawing": drawing(finding.slug)} for box, finding in boxes],
            "rows_name": rows_field(self.item.name),
            "others": form[self.others],
            "whys": [(finding.question, finding.why) for finding in self.item.findings if finding.why],
        }
