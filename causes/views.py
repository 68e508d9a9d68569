"""The clinicians' reference pages, drawn from the current release."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from causes import reference
from causes.catalogue import BACKGROUND, Catalogue
from causes.models import Release, SourceCheck

View = Callable[..., HttpResponse]
QUERY_LENGTH = 100


def reader_required(view: View) -> View:
    """For those who work in a practice, and for staff. Any other account gets 404."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        assert isinstance(user, User)
        try:
            # The header names the practice. Which app a membership comes from is none of this one's business.
            request.practice = user.membership.practice  # type: ignore[attr-defined]
        except ObjectDoesNotExist:
            if not user.is_staff:
                raise Http404 from None
        return view(request, *args, **kwargs)

    guarded.access_policy = "reader"  # type: ignore[attr-defined]
    return require_safe(login_required(guarded))


def _catalogue() -> Catalogue:
    return Release.objects.current().catalogue()


def _query(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:QUERY_LENGTH]


def _page_or_404(make: Callable[[Catalogue, str], Any], known: str, slug: str) -> Any:
    catalogue = _catalogue()
    if slug not in getattr(catalogue, known):
        raise Http404
    return make(catalogue, slug)


def _show(request: HttpRequest, template: str, page: Any) -> HttpResponse:
    return render(request, f"causes/{template}.html", {"page": page, "section": "causes"})


@reader_required
def show_causes(request: HttpRequest) -> HttpResponse:
    return _show(request, "causes", reference.causes_page(_catalogue(), _query(request)))


@reader_required
def show_cause(request: HttpRequest, slug: str) -> HttpResponse:
    return _show(request, "cause", _page_or_404(reference.cause_page, "cause", slug))


@reader_required
def show_findings(request: HttpRequest) -> HttpResponse:
    return _show(request, "findings", reference.findings_page(_catalogue(), _query(request)))


@reader_required
def show_finding(request: HttpRequest, slug: str) -> HttpResponse:
    return _show(request, "finding", _page_or_404(reference.finding_page, "finding", slug))


@reader_required
def show_studies(request: HttpRequest, finding: str, cause: str) -> HttpResponse:
    catalogue = _catalogue()
    if finding not in catalogue.finding or cause not in {*catalogue.cause, BACKGROUND}:
        raise Http404
    return _show(request, "studies", reference.studies_page(catalogue, cause, finding))


@reader_required
def show_drugs(request: HttpRequest) -> HttpResponse:
    return _show(request, "drugs", reference.drugs_page(_catalogue(), _query(request)))


@reader_required
def show_red_flags(request: HttpRequest) -> HttpResponse:
    return _show(request, "red_flags", reference.red_flags_page(_catalogue()))


@reader_required
def show_source(request: HttpRequest, slug: str) -> HttpResponse:
    def make(catalogue: Catalogue, slug: str) -> reference.SourcePage:
        return reference.source_page(catalogue, slug, SourceCheck.objects.filter(source=slug).standing().get(slug))

    return _show(request, "source", _page_or_404(make, "source", slug))
