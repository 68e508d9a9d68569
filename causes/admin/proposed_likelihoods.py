"""Proposed likelihoods: a file of HPO annotations comes in, and an editor accepts or declines row by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from causes import hpo, words
from causes.admin.proposed_page import cell_of, frequency_words, proposal_page, term_words
from causes.hpo_fitting import LeftOut
from causes.hpo_forms import AcceptForm, AnnotationsForm
from causes.models import Cause, Finding, Likelihood, LogEntry, ProposedLikelihood
from causes.models.compilation import working_copy
from causes.models.recording import log_event, recording

Decision = ProposedLikelihood.Decision
ANY = "any"
_LEFT_OUT = {
    LeftOut.OTHER_DISEASE: gettext_lazy("of diseases that no cause names: %(n)s"),
    LeftOut.NO_PHENOTYPE: gettext_lazy("about inheritance, onset or course: %(n)s"),
    LeftOut.NO_FINDING: gettext_lazy("with a term that is no finding’s, nor a kind of one: %(n)s"),
    LeftOut.UNKNOWN_TERM: gettext_lazy("with a term that the bundled list does not have: %(n)s"),
    LeftOut.NOT_BOOLEAN: gettext_lazy("of findings that are no yes/no findings: %(n)s"),
    LeftOut.NO_FREQUENCY: gettext_lazy("without a frequency: %(n)s"),
    LeftOut.ONE_SEX: gettext_lazy("counted in one sex only: %(n)s"),
    LeftOut.TWICE: gettext_lazy("twice in the file: %(n)s"),
}


class DecisionFilter(admin.SimpleListFilter):
    """The open ones, unless others are asked for."""

    title = gettext_lazy("decision")
    parameter_name = "decision"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*Decision.choices[1:], (ANY, gettext_lazy("all"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": Decision.OPEN.label}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[ProposedLikelihood]) -> QuerySet[ProposedLikelihood]:
        wanted = self.value() or Decision.OPEN
        return queryset if wanted == ANY else queryset.filter(decision=wanted)


class CauseFilter(admin.SimpleListFilter):
    title = gettext_lazy("cause")
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        proposed = ProposedLikelihood.objects.order_by().values("cause")
        return list(Cause.objects.filter(pk__in=proposed).values_list("pk", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[ProposedLikelihood]) -> QuerySet[ProposedLikelihood]:
        return queryset.filter(cause=self.value()) if self.value() else queryset


class CellFilter(admin.SimpleListFilter):
    """What the catalogue has already: where a proposal helps most."""

    title = gettext_lazy("the cell now")
    parameter_name = "cell"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("gap", gettext_lazy("a gap")),
            ("estimate", gettext_lazy("an estimate, grade D")),
            ("cited", gettext_lazy("a figure with a source")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ProposedLikelihood]) -> QuerySet[ProposedLikelihood]:
        conditions = {
            "gap": Q(present_grade__isnull=True),
            "estimate": Q(present_grade="D"),
            "cited": Q(present_grade__in=["A", "B", "C"]),
        }
        return queryset.filter(conditions.get(self.value() or "", Q()))


@admin.register(ProposedLikelihood)
class ProposedLikelihoodAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["cause_name", "finding_name", "term", "proposed", "counted", "present", "reference_words"]
    list_display_links = ["finding_name"]
    list_filter = [DecisionFilter, CellFilter, CauseFilter]
    search_fields = ["cause", "finding", "disease", "disease_name", "hpo", "reference"]
    list_per_page = 50
    show_full_result_count = False

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [*self.list_display, "decision"] if request.GET.get("decision") == ANY else self.list_display

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"title": words.capitalised(str(self.opts.verbose_name_plural)), **(extra_context or {})}
        return super().changelist_view(request, context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProposedLikelihood]:
        rows = Likelihood.objects.filter(cause=OuterRef("cause"), finding=OuterRef("finding"), option="")
        used = rows.filter(is_used=True)
        proposals: QuerySet[ProposedLikelihood] = super().get_queryset(request)
        return proposals.annotate(
            cause_title=Subquery(Cause.objects.filter(pk=OuterRef("cause")).values("name")),
            finding_title=Subquery(Finding.objects.filter(pk=OuterRef("finding")).values("name")),
            present_probability=Subquery(used.values("probability")[:1]),
            present_affected=Subquery(used.values("affected")[:1]),
            present_total=Subquery(used.values("total")[:1]),
            present_grade=Subquery(used.values("grade")[:1]),
            has_others=Exists(rows.filter(is_used=False)),
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("import/", view(self.import_view), name="causes_proposedlikelihood_import"),
            path("<int:pk>/decline/", view(self.decline_view), name="causes_proposedlikelihood_decline"),
            path("<int:pk>/reopen/", view(self.reopen_view), name="causes_proposedlikelihood_reopen"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("cause"), ordering="cause_title")
    def cause_name(self, proposal: Any) -> str:
        return str(proposal.cause_title or proposal.cause)

    @admin.display(description=gettext_lazy("finding"), ordering="finding_title")
    def finding_name(self, proposal: Any) -> str:
        return str(proposal.finding_title or proposal.finding)

    @admin.display(description=gettext_lazy("HPO term"), ordering="hpo")
    def term(self, proposal: ProposedLikelihood) -> str:
        return term_words(proposal)

    @admin.display(description=gettext_lazy("proposed"), ordering="probability")
    def proposed(self, proposal: ProposedLikelihood) -> str:
        return frequency_words(proposal)

    @admin.display(description=gettext_lazy("counted"), ordering="total")
    def counted(self, proposal: ProposedLikelihood) -> str:
        return words.counted(proposal.affected, proposal.total)

    @admin.display(description=gettext_lazy("in the catalogue now"), ordering="present_probability")
    def present(self, proposal: Any) -> str:
        if proposal.present_grade is None:
            return _("gap; rows that are not used") if proposal.has_others else _("gap")
        parts = [words.probability(proposal.present_probability)]
        if proposal.present_total is not None:
            parts.append(words.counted(proposal.present_affected, proposal.present_total))
        parts.append(_("grade %(grade)s") % {"grade": proposal.present_grade})
        if proposal.has_others:
            parts.append(_("others beside it"))
        return ", ".join(parts)

    @admin.display(description=gettext_lazy("reference"), ordering="reference")
    def reference_words(self, proposal: ProposedLikelihood) -> str:
        parts = [proposal.references[0]]
        if further := len(proposal.references) - 1:
            parts.append(_("and %(n)s more") % {"n": further})
        if proposal.disease not in proposal.references:
            parts.append(f"({proposal.disease})")
        return " ".join(parts)

    # One proposal

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        key = unquote(object_id)
        if not key.isdecimal():
            raise Http404
        proposal = get_object_or_404(ProposedLikelihood.objects.select_related("decided_by"), pk=int(key))
        cell, may_decide = cell_of(proposal), self.has_change_permission(request)
        if request.method == "POST" and not may_accept(request):
            raise PermissionDenied
        form = None
        if cell and may_accept(request) and (proposal.is_open or request.method == "POST"):
            form = AcceptForm(request.POST or None, proposal, cell)
        if request.method == "POST":
            if form is None:
                raise Http404
            if form.is_valid():
                return self._accept(request, proposal, form)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Proposed likelihood"),
            "proposal": proposal,
            "page": proposal_page(proposal, cell),
            "form": form if proposal.is_open else None,
            "may_decline": may_decide and proposal.is_open,
            "may_reopen": may_decide and proposal.decision == Decision.DECLINED,
            "back": self._list(request),
            "query": request.GET.urlencode(),
        }
        return TemplateResponse(request, "admin/causes/proposedlikelihood/proposal.html", context)

    def _accept(self, request: HttpRequest, proposal: ProposedLikelihood, form: AcceptForm) -> HttpResponse:
        user = _user(request)
        with transaction.atomic():
            if not ProposedLikelihood.objects.decide(proposal.pk, Decision.ACCEPTED, user):
                messages.error(request, _("Somebody has decided on it already: nothing was changed."))
                return redirect("admin:causes_proposedlikelihood_change", proposal.pk)
            with recording(user, form.cleaned_data["reason"], ("sources", "likelihoods")):
                row = form.save()
        # On the cell's page it can take the used row's place.
        address = reverse("admin:causes_likelihood_cell", args=[proposal.cause, proposal.finding])
        said = _("used in the ranking") if row.is_used else _("beside the used row")
        text = format_html('<a href="{}">{}</a>', address, f"{form.cell.finding.name}: {form.cell.cause_name}")
        messages.success(request, format_html(_("Accepted: {}, {}."), text, said))
        return redirect(self._list(request))

    @method_decorator(require_POST)
    def decline_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._require_change(request)
        proposal = get_object_or_404(ProposedLikelihood, pk=pk)
        if ProposedLikelihood.objects.decide(pk, Decision.DECLINED, _user(request)):
            messages.success(request, _declined(proposal))
        else:
            messages.error(request, _("Somebody has decided on it already: nothing was changed."))
        return redirect(self._list(request))

    @method_decorator(require_POST)
    def reopen_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._require_change(request)
        get_object_or_404(ProposedLikelihood, pk=pk)
        if ProposedLikelihood.objects.reopen(pk):
            messages.success(request, _("It is open again."))
        else:
            messages.error(request, _("It is not declined: nothing was changed."))
        return redirect("admin:causes_proposedlikelihood_change", pk)

    def _list(self, request: HttpRequest) -> str:
        """As the editor had filtered it."""
        address = reverse("admin:causes_proposedlikelihood_changelist")
        filters = request.GET.get("_changelist_filters")
        return f"{address}?{filters}" if filters else address

    def _require_change(self, request: HttpRequest) -> None:
        if not self.has_change_permission(request):
            raise PermissionDenied

    # A file of them

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("causes.add_proposedlikelihood"):
            raise PermissionDenied
        catalogue = working_copy(("causes", "findings"))
        form = AnnotationsForm(request.POST or None, request.FILES or None, catalogue=catalogue)
        if request.method == "POST" and form.is_valid():
            self._propose(request, form)
            return redirect("admin:causes_proposedlikelihood_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import HPO annotations"),
            "form": form,
            "version": hpo.version(),
            "causes": sum(bool(cause.identifiers) for cause in catalogue.causes),
            "findings": sum(bool(finding.hpo) for finding in catalogue.findings),
        }
        return TemplateResponse(request, "admin/causes/proposedlikelihood/import.html", context)

    def _propose(self, request: HttpRequest, form: AnnotationsForm) -> None:
        user = _user(request)
        with transaction.atomic():
            new = ProposedLikelihood.objects.propose(form.fittings, form.version, user)
            if new:
                name = ngettext("%(n)s proposed likelihood", "%(n)s proposed likelihoods", new) % {"n": new}
                file = {"name": form.cleaned_data["file"].name, "version": form.version or "–"}
                log_event(user, LogEntry.Action.ADDED, name, _("File %(name)s, version %(version)s") % file)
        known = len(form.fittings) - new
        messages.success(request, _("%(new)s new proposals, %(known)s known already.") % {"new": new, "known": known})
        if form.left_out:
            messages.info(request, left_out_words(form.left_out))


def left_out_words(left_out: Mapping[LeftOut, int]) -> str:
    parts = [text % {"n": words.number(left_out[why])} for why, text in _LEFT_OUT.items() if left_out.get(why)]
    return _("Rows left out: %(parts)s.") % {"parts": "; ".join(parts)}


def may_accept(request: HttpRequest) -> bool:
    needed = ("change_proposedlikelihood", "add_likelihood", "add_source")
    return request.user.has_perms([f"causes.{permission}" for permission in needed])


def _declined(proposal: ProposedLikelihood) -> SafeString:
    address, cell = reverse("admin:causes_proposedlikelihood_change", args=[proposal.pk]), cell_of(proposal)
    name = f"{cell.finding.name}: {cell.cause_name}" if cell else str(proposal)
    return format_html(_('Declined: {}. <a href="{}">Look at it again</a>'), name, address)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
