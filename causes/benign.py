"""Whether a picture is benign: a rule on a differential, whose every number and mark is the catalogue's.

Pure Python. It says what stands in the way as well, and tells a red flag that is known to be absent from one
that nobody has checked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from causes.catalogue import Catalogue, Cause
from causes.conditions import Evidence
from causes.ranking import Differential
from causes.red_flags import Standing, standings

BENIGN_POSTERIOR = "benign-posterior"
# What can stand in the way, in the order in which a clinician would mend it.
FIRST, FLAGGED, DANGER, PRESENT, UNCHECKED, LITTLE_KNOWN, UNLIKELY = (
    "first",
    "flagged",
    "danger",
    "present",
    "unchecked",
    "little-known",
    "unlikely",
)


@dataclass(frozen=True, slots=True)
class Obstacle:
    kind: str
    slugs: tuple[str, ...] = ()  # of red flags, causes or findings, as the kind says


@dataclass(frozen=True, slots=True)
class Picture:
    """What makes a picture benign, or keeps it from being so."""

    cause: str  # the first cause, which an editor marked as benign
    share: float  # posterior of all benign causes together, 0-1
    required: tuple[str, ...]  # findings that had to be absent
    obstacles: tuple[Obstacle, ...]
    tolerated: tuple[str, ...]  # fired red flags that an editor marked as fitting a benign picture
    absent: tuple[Standing, ...]
    unchecked: tuple[Standing, ...]

    @property
    def is_benign(self) -> bool:
        return not self.obstacles


def picture(catalogue: Catalogue, differential: Differential) -> Picture | None:
    """None when the first cause is not a benign one, so that there is nothing to say.

    Benign is a picture whose first cause is marked so and whose benign causes together reach the catalogue's
    ``benign-posterior``; in which no red flag fired but those marked as compatible, no cannot-miss cause is above
    its threshold, and enough is known; and in which each finding that the first cause requires to be absent is
    known to be absent. Raises KeyError when the catalogue lacks the parameter.
    """
    first = catalogue.cause[differential.causes[0].slug]
    if not first.is_benign:
        return None
    share = benign_share(catalogue, differential)
    found = standings(catalogue, differential.evidence)
    return Picture(
        cause=first.slug,
        share=share,
        required=first.benign_requires,
        obstacles=tuple(_obstacles(catalogue, differential, first.benign_requires, share)),
        tolerated=tuple(flag.slug for flag in differential.flags if flag.is_benign_compatible),
        absent=tuple(item for item in found if item.is_absent),
        unchecked=tuple(item for item in found if item.is_unchecked),
    )


def obstacles(catalogue: Catalogue, differential: Differential, cause: Cause) -> tuple[Obstacle, ...]:
    """What stands in the way of telling the patient that this benign cause is the reason; empty when nothing does.

    The conditions of ``picture``, and a first cause that is not benign. The findings that must be absent are those of
    the first cause and of the one that is told. Raises KeyError when the catalogue lacks the parameter.
    """
    first = catalogue.cause[differential.causes[0].slug]
    required = dict.fromkeys([*(first.benign_requires if first.is_benign else ()), *cause.benign_requires])
    found = _obstacles(catalogue, differential, tuple(required), benign_share(catalogue, differential))
    return (*(() if first.is_benign else (Obstacle(FIRST, (first.slug,)),)), *found)


def benign_share(catalogue: Catalogue, differential: Differential) -> float:
    """Posterior of all benign causes together, 0-1."""
    return sum(item.posterior for item in differential.causes if catalogue.cause[item.slug].is_benign)


def _obstacles(
    catalogue: Catalogue, differential: Differential, required: Collection[str], share: float
) -> Iterator[Obstacle]:
    if flags := tuple(flag.slug for flag in differential.flags if not flag.is_benign_compatible):
        yield Obstacle(FLAGGED, flags)
    if dangers := tuple(entry.cause for entry in differential.lane if entry.is_above_threshold):
        yield Obstacle(DANGER, dangers)
    yield from _required(required, differential.evidence)
    if differential.is_little_known:
        yield Obstacle(LITTLE_KNOWN)
    if share < catalogue.parameter[BENIGN_POSTERIOR]:
        yield Obstacle(UNLIKELY)


def _required(required: Collection[str], evidence: Evidence) -> Iterator[Obstacle]:
    if present := tuple(slug for slug in required if evidence.get(slug) is True):
        yield Obstacle(PRESENT, present)
    if unknown := tuple(slug for slug in required if slug not in evidence):
        yield Obstacle(UNCHECKED, unknown)
