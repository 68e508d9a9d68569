"""Proposals: what a second person reads before the catalogue is published, and what became of each."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from causes.admin.impact_page import impact_page
from causes.admin.previewing import PreviewAdmin, require
from causes.admin.review import missing_translations, problem_links, table_changes, warned_sources
from causes.catalogue import Catalogue
from causes.impact import Impact
from causes.models import Proposal, Release
from causes.models.publishing import approve, decline, take_back
from causes.release_forms import ApproveForm, ReasonForm


@admin.register(Proposal)
class ProposalAdmin(PreviewAdmin):
    list_display = [
        "__str__",
        "proposed_at",
        "author",
        "short_notes",
        "decision",
        "decided_by",
        "decided_at",
        "release",
    ]
    list_select_related = ["author", "decided_by", "release"]
    list_filter = ["decision"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        return super().get_queryset(request).defer("document", "impact", "release__document")

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        return [
            path("<int:pk>/approve/", site.admin_view(self.approve), name="causes_proposal_approve"),
            path("<int:pk>/decline/", site.admin_view(self.decline), name="causes_proposal_decline"),
            path("<int:pk>/take-back/", site.admin_view(self.take_back), name="causes_proposal_take_back"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("what changed, and why"))
    def short_notes(self, proposal: Proposal) -> str:
        return proposal.notes[:200]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        require(request, "view_proposal")
        if request.method != "GET" or not object_id.isdecimal():
            raise Http404
        return self._show(request, _proposal(int(object_id)))

    @method_decorator(require_POST)
    def approve(self, request: HttpRequest, pk: int) -> HttpResponse:
        require(request, "approve_release")
        proposal, current = _proposal(pk), Release.objects.usable().first()
        form = ApproveForm(request.POST, seen=_seen(current))
        if form.is_valid():
            found = self._impact(proposal, current)
            try:
                release = approve(proposal, request.user, found, form.cleaned_data["note"])  # type: ignore[arg-type]
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, _("Published: %(release)s.") % {"release": release})
                return redirect("admin:causes_release_change", release.pk)
        return self._show(request, _proposal(pk), approve_form=form)

    @method_decorator(require_POST)
    def decline(self, request: HttpRequest, pk: int) -> HttpResponse:
        require(request, "approve_release")
        proposal, form = _proposal(pk), ReasonForm(request.POST)
        if form.is_valid():
            try:
                decline(proposal, request.user, form.cleaned_data["reason"])  # type: ignore[arg-type]
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, _("Declined: %(proposal)s.") % {"proposal": proposal})
                return redirect("admin:causes_proposal_changelist")
        return self._show(request, _proposal(pk), decline_form=form)

    @method_decorator(require_POST)
    def take_back(self, request: HttpRequest, pk: int) -> HttpResponse:
        require(request, "propose_release")
        proposal = _proposal(pk)
        try:
            take_back(proposal, request.user)  # type: ignore[arg-type]
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("admin:causes_proposal_change", pk)
        messages.success(request, _("Taken back: %(proposal)s.") % {"proposal": proposal})
        return redirect("admin:causes_release_check")

    def _show(
        self,
        request: HttpRequest,
        proposal: Proposal,
        approve_form: ApproveForm | None = None,
        decline_form: ReasonForm | None = None,
    ) -> HttpResponse:
        current = Release.objects.usable().first() if proposal.is_open else proposal.base
        before, after = current.catalogue() if current else Catalogue(), proposal.catalogue()
        problems = Release.objects.obstacles(after) if proposal.is_open else []
        titles = (str(current) if current else _("nothing"), str(proposal))
        is_author = proposal.author == request.user
        may_decide = proposal.is_open and not is_author and request.user.has_perm("causes.approve_release")
        found = self._impact(proposal, current)
        return self.page(
            request,
            "proposal/review",
            f"{proposal}: {proposal.get_decision_display()}",
            proposal=proposal,
            current=current,
            is_moved=proposal.is_open and current != proposal.base,
            problems=problem_links(problems),
            changes=table_changes(before, after),
            is_changed=before.sha256 != after.sha256,
            untranslated=missing_translations(after),
            impact=impact_page(found, before, after, titles),
            **warned_sources(after),
            may_take_back=proposal.is_open and is_author,
            may_decide=may_decide,
            may_approve=may_decide and not problems,
            approve_form=approve_form or ApproveForm(seen=_seen(current)),
            decline_form=decline_form or ReasonForm(),
        )

    def _impact(self, proposal: Proposal, current: Release | None) -> Impact:
        """As its author saw it; against the current release when that is another one by now."""
        if current == proposal.base:
            return proposal.stored_impact()
        return self.impact(current.catalogue() if current else Catalogue(), proposal.catalogue())


def _proposal(pk: int) -> Proposal:
    found = Proposal.objects.select_related("author", "base", "decided_by", "release")
    return get_object_or_404(found.defer("document", "base__document", "release__document"), pk=pk)


def _seen(current: Release | None) -> str:
    return current.sha256 if current else Catalogue().sha256
