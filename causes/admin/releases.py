"""Releases: what they hold, how two differ, how one is withdrawn or restored; and the page that proposes the next."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes.admin.exchange import ExchangePages
from causes.admin.impact_page import impact_page
from causes.admin.previewing import PreviewAdmin, require
from causes.admin.review import MODELS, missing_translations, problem_links, table_changes, warned_sources
from causes.catalogue import RECORDS, Catalogue
from causes.impact import Impact
from causes.models import LogEntry, Proposal, Release
from causes.models.compilation import working_copy
from causes.models.publishing import open_proposal, propose, restore_release, withdraw
from causes.models.recording import log_event
from causes.release_forms import WORKING_COPY, CompareForm, ProposeForm, ReasonForm, RestoreForm


@admin.register(Release)
class ReleaseAdmin(ExchangePages, PreviewAdmin):
    list_display = ["number", "published_at", "author", "approver", "notes", "state", "short_hash"]
    list_select_related = ["author", "approver", "withdrawal"]
    search_fields = ["notes", "sha256"]
    fields = [
        "number",
        "published_at",
        "written_by",
        "approved_by",
        "notes",
        "state",
        "rolls_back",
        "checksum",
        "contents",
        "download",
    ]
    readonly_fields = ["written_by", "approved_by", "state", "rolls_back", "checksum", "contents", "download"]
    change_list_template = "admin/causes/release/change_list.html"
    change_form_template = "admin/causes/release/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Release]:
        in_use = Subquery(Release.objects.usable().values("number")[:1])
        found: QuerySet[Release] = super().get_queryset(request)
        return found.defer("document").annotate(in_use=in_use)

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        return [
            path("check/", site.admin_view(self.check_and_propose), name="causes_release_check"),
            path("compare/", site.admin_view(self.compare), name="causes_release_compare"),
            path("<int:number>/document/", site.admin_view(self.document), name="causes_release_document"),
            path("<int:number>/withdraw/", site.admin_view(self.withdraw), name="causes_release_withdraw"),
            path("<int:number>/restore/", site.admin_view(self.restore), name="causes_release_restore"),
            *super().get_urls(),
        ]

    # Words and no links: editors may not open a user's page.

    @admin.display(description=gettext_lazy("author"))
    def written_by(self, release: Release) -> str:
        return str(release.author or "–")

    @admin.display(description=gettext_lazy("approver"))
    def approved_by(self, release: Release) -> str:
        return str(release.approver or "–")

    @admin.display(description=gettext_lazy("checksum"), ordering="sha256")
    def short_hash(self, release: Release) -> str:
        return release.sha256[:12]

    @admin.display(description=gettext_lazy("checksum of the contents"))
    def checksum(self, release: Release) -> str:
        return release.sha256

    @admin.display(description=gettext_lazy("state"))
    def state(self, release: Release) -> str:
        if hasattr(release, "withdrawal"):
            return _("withdrawn: %(reason)s") % {"reason": release.withdrawal.reason}
        return _("in use") if release.number == release.in_use else _("replaced")  # type: ignore[attr-defined]

    @admin.display(description=gettext_lazy("rolls back"))
    def rolls_back(self, release: Release) -> str:
        """By their contents: releases with the same hash are the same catalogue."""
        earlier = Release.objects.filter(sha256=release.sha256, number__lt=release.number)
        last = earlier.order_by("-number").values_list("number", flat=True).first()
        if last is None:
            return "–"
        taken_back = ", ".join(str(number) for number in range(last + 1, release.number))
        return _("The same as release %(number)s: takes back %(taken_back)s.") % {
            "number": last,
            "taken_back": taken_back,
        }

    @admin.display(description=gettext_lazy("contents"))
    def contents(self, release: Release) -> str:
        catalogue = release.catalogue()
        counts = ((len(getattr(catalogue, table)), MODELS[table]) for table in RECORDS)
        return ", ".join(f"{n} {model._meta.verbose_name_plural}" for n, model in counts)

    @admin.display(description=gettext_lazy("document"))
    def download(self, release: Release) -> SafeString:
        address = reverse("admin:causes_release_document", args=[release.number])
        return format_html('<a href="{}">{}</a>', address, _("Download as JSON"))

    def document(self, request: HttpRequest, number: int) -> HttpResponse:
        """The stored text, byte for byte: its hash is the release's."""
        require(request, "view_release")
        release = get_object_or_404(Release, number=number)
        log_event(request.user, LogEntry.Action.EXPORTED, f"{release}, JSON")  # type: ignore[arg-type]
        response = HttpResponse(release.document, content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="twitchwise-release-{number}.json"'
        return response

    def check_and_propose(self, request: HttpRequest) -> HttpResponse:
        require(request, "propose_release")
        catalogue, current = working_copy(), Release.objects.usable().first()
        before = current.catalogue() if current else Catalogue()
        waiting, problems = open_proposal(), Release.objects.obstacles(catalogue)
        is_changed = before.sha256 != catalogue.sha256
        # Of a catalogue with problems the figures would be wrong, if there were any.
        found = self.impact(before, catalogue) if is_changed and not problems else None
        vanished = found.vanished_patients if found else 0
        form = ProposeForm(request.POST or None, seen=catalogue.sha256, vanished=vanished)
        if request.method == "POST" and form.is_valid() and self._propose(request, form, catalogue, current, found):
            return redirect("admin:index")
        titles = (str(current) if current else _("nothing"), _("working copy"))
        return self.page(
            request,
            "release/check",
            _("Check and propose"),
            form=form,
            current=current,
            waiting=waiting,
            is_own=waiting is not None and waiting.author == request.user,
            problems=problem_links(problems),
            changes=table_changes(before, catalogue),
            is_changed=is_changed,
            untranslated=missing_translations(catalogue),
            **warned_sources(catalogue),
            impact=impact_page(found, before, catalogue, titles) if found else None,
            may_propose=found is not None and waiting is None,
        )

    def _propose(
        self, request: HttpRequest, form: ProposeForm, catalogue: Catalogue, base: Release | None, found: Impact | None
    ) -> Proposal | None:
        if found is None:
            form.add_error(None, ValidationError(_("Nothing was proposed: read below why not."), code="problem"))
            return None
        data, author = form.cleaned_data, request.user
        try:
            proposal = propose(catalogue, author, data["notes"], found, base, data.get("vanished_reason", ""))  # type: ignore[arg-type]
        except ValidationError as error:
            form.add_error(None, error.messages)
            return None
        messages.success(request, _("This is %(proposal)s. Somebody else approves it.") % {"proposal": proposal})
        return proposal

    def compare(self, request: HttpRequest) -> HttpResponse:
        """How any two releases differ, or a release and the working copy."""
        require(request, "view_release")
        releases = list(Release.objects.defer("document"))
        current = Release.objects.usable().first()
        shown = {"before": str(current.number) if current else WORKING_COPY, "after": WORKING_COPY}
        form = CompareForm(request.GET or shown, releases=releases)
        context: dict[str, Any] = {}
        if form.is_valid():
            before, after = (_chosen(form.cleaned_data[name]) for name in ("before", "after"))
            context = {"changes": table_changes(before, after), "is_changed": before.sha256 != after.sha256}
        return self.page(request, "release/compare", _("Compare releases"), form=form, **context)

    def withdraw(self, request: HttpRequest, number: int) -> HttpResponse:
        require(request, "approve_release")
        release = get_object_or_404(Release.objects.defer("document"), number=number)
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                withdraw(release, request.user, form.cleaned_data["reason"])  # type: ignore[arg-type]
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                facts = {"release": release, "current": Release.objects.current()}
                messages.success(request, _("Withdrawn: %(release)s. %(current)s is used now.") % facts)
                return redirect("admin:causes_release_change", release.pk)
        following = Release.objects.usable().exclude(pk=release.pk).first()
        title = _("Withdraw %(release)s") % {"release": release}
        return self.page(request, "release/withdraw", title, form=form, release=release, following=following)

    def restore(self, request: HttpRequest, number: int) -> HttpResponse:
        """Nobody's release changes by it: only the working copy, which goes the ordinary way from there."""
        require(request, "propose_release")
        release = get_object_or_404(Release.objects.defer("document"), number=number)
        before, after = working_copy(), release.catalogue()
        form = RestoreForm(request.POST or None, seen=before.sha256)
        if request.method == "POST" and form.is_valid():
            try:
                restore_release(release, request.user, form.cleaned_data["reason"])  # type: ignore[arg-type]
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, _("The working copy is %(release)s again.") % {"release": release})
                return redirect("admin:causes_release_check")
        title = _("Restore %(release)s into the working copy") % {"release": release}
        context = {"changes": table_changes(before, after), "is_changed": before.sha256 != after.sha256}
        return self.page(request, "release/restore", title, form=form, release=release, **context)


def _chosen(choice: str) -> Catalogue:
    if choice == WORKING_COPY:
        return working_copy()
    return Release.objects.defer("document").get(number=int(choice)).catalogue()
