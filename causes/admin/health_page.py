"""What the admin's page of the sources' health prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from causes import source_health, words
from causes.admin.base import changelist, changelist_link
from causes.catalogue import BACKGROUND, GRADES, Catalogue
from causes.models import SourceCheck
from causes.models.loading import MODELS
from causes.models.source_warnings import source_warnings
from causes.source_health import REVIEW_MONTHS, Review, Uses, Weights

FIRST_REVIEWS = 25  # so many are listed; the rest is a filter of the sources away
_UNFILTERED = "drug_effects"  # are on their drug's page, so no list of their own shows them


@dataclass(frozen=True, slots=True)
class Share:
    name: str
    address: str
    rows: str
    rows_share: str
    weight_share: str


@dataclass(frozen=True, slots=True)
class Checked:
    title: str
    address: str
    status: str
    is_grave: bool
    day: date
    note: str
    used: tuple[str, ...]  # links, or words where there is none
    pk: int


@dataclass(frozen=True, slots=True)
class ConflictRow:
    name: str
    address: str
    studies: int
    p: str
    i2: str
    is_pooled: bool


@dataclass(frozen=True, slots=True)
class ReviewRow:
    title: str
    address: str
    state: str
    uses: int


@dataclass(frozen=True, slots=True)
class HealthPage:
    grades: tuple[Share, ...]
    causes: tuple[Share, ...]
    is_ranked: bool
    checked: tuple[Checked, ...]
    unchecked: int
    conflicts: tuple[ConflictRow, ...]
    months: str
    reviews: tuple[ReviewRow, ...]
    reviews_due: int
    never: int
    never_address: str
    unused: tuple[tuple[str, str], ...]
    lacking: tuple[tuple[str, int, str], ...]  # what is missing, in how many sources, the list of them


def health_page(catalogue: Catalogue) -> HealthPage:
    used = source_health.uses(catalogue)
    whole, each = source_health.weights(catalogue)
    has_threshold = REVIEW_MONTHS in catalogue.parameter
    due = source_health.reviews_due(catalogue, used, timezone.localdate()) if has_threshold else []
    standing = SourceCheck.objects.standing()
    return HealthPage(
        grades=_grades(whole),
        causes=_causes(catalogue, each),
        is_ranked=whole.size is not None,
        checked=_checked(catalogue, standing, used),
        unchecked=sum(slug not in standing for slug in catalogue.source),
        conflicts=tuple(_conflicts(catalogue)),
        months=f"{catalogue.parameter[REVIEW_MONTHS]:g}" if has_threshold else "",
        reviews=tuple(_review(review) for review in due[:FIRST_REVIEWS]),
        reviews_due=len(due),
        never=sum(review.due_since is None for review in due),
        never_address=_filtered("reviewed_on"),
        unused=tuple((s.title, _source_address(s.slug)) for s in catalogue.sources if not used[s.slug].total),
        lacking=_lacking(catalogue),
    )


def _review(review: Review) -> ReviewRow:
    since = review.due_since
    state = _("due since %(day)s") % {"day": f"{since:%d %B %Y}"} if since else _("never")
    return ReviewRow(review.source.title, _source_address(review.source.slug), state, review.uses)


def _source_address(slug: str) -> str:
    return reverse("admin:causes_source_change", args=[slug])


def _filtered(field: str) -> str:
    """The list of the sources where this is empty."""
    return changelist(MODELS["sources"], **{f"{field}__isempty": "1"})


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _grades(whole: Weights) -> tuple[Share, ...]:
    rows, size = sum(whole.rows.values()), sum((whole.size or {}).values())
    return tuple(
        Share(
            f"{grade}: {words.GRADE_TITLES[grade]}",
            changelist(MODELS["likelihoods"], grade__exact=grade, is_used__exact="1"),
            words.number(whole.rows.get(grade, 0)),
            _percent(whole.rows.get(grade, 0) / rows) if rows else "–",
            _percent(whole.size[grade] / size) if whole.size and size else "–",
        )
        for grade in GRADES
    )


def _causes(catalogue: Catalogue, each: Mapping[str, Weights]) -> tuple[Share, ...]:
    """The most uncited weight first."""
    ordered = sorted(each, key=lambda slug: (-(each[slug].uncited_size or 0), -each[slug].uncited_rows))
    likelihoods = MODELS["likelihoods"]
    return tuple(
        Share(
            catalogue.cause[slug].name,
            changelist(likelihoods, cause__slug__exact=slug, grade__exact="D", is_used__exact="1"),
            words.number(each[slug].rows.get("D", 0)),
            _percent(each[slug].uncited_rows),
            "–" if (size := each[slug].uncited_size) is None else _percent(size),
        )
        for slug in ordered
    )


def _checked(
    catalogue: Catalogue, standing: Mapping[str, SourceCheck], used: Mapping[str, Uses]
) -> tuple[Checked, ...]:
    """Those in use come first, as the proposal's page warns of them; then those that nothing rests on."""
    warnings = {warning.source: warning for warning in source_warnings(catalogue)}
    others = (slug for slug, check in standing.items() if check.status != SourceCheck.Status.LIVE)
    slugs = dict.fromkeys([*warnings, *(slug for slug in others if slug in catalogue.source)])
    return tuple(
        Checked(
            title=catalogue.source[slug].title,
            address=_source_address(slug),
            status=str(standing[slug].get_status_display()),
            is_grave=slug in warnings and warnings[slug].is_grave,
            day=standing[slug].checked_on,
            note=standing[slug].note,
            used=tuple(_used(slug, used[slug])),
            pk=standing[slug].pk,
        )
        for slug in slugs
    )


def _used(slug: str, found: Uses) -> Iterable[str]:
    for table, count in found.tables.items():
        if table == _UNFILTERED:
            yield ngettext("%(n)s drug effect", "%(n)s drug effects", count) % {"n": count}
        else:
            yield changelist_link(MODELS[table], count, source__slug__exact=slug)


def _conflicts(catalogue: Catalogue) -> Iterable[ConflictRow]:
    for item in source_health.conflicts(catalogue):
        cause = _("In others") if item.cause == BACKGROUND else catalogue.cause[item.cause].name
        finding = catalogue.finding[item.finding]
        yield ConflictRow(
            name=f"{finding.name}: {cause}",
            address=reverse("admin:causes_likelihood_studies", args=[item.cause, item.finding]),
            studies=item.studies,
            p=words.chance(item.heterogeneity.p),
            i2=_percent(item.heterogeneity.i2),
            is_pooled=item.is_pooled,
        )


def _lacking(catalogue: Catalogue) -> tuple[tuple[str, int, str], ...]:
    sources = catalogue.sources
    return (
        (_("without an identifier"), sum(not source.identifier for source in sources), _filtered("identifier")),
        (_("without a year"), sum(source.year is None for source in sources), _filtered("year")),
        (_("without a design"), sum(not source.design for source in sources), _filtered("design")),
    )
