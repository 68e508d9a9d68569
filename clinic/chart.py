"""All that a clinician's page about one intake is made from, read once: release, evidence, differential."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

from causes import ranking, red_flags
from causes.catalogue import Catalogue, RedFlag
from causes.models import Release
from causes.ranking import ENGINE_VERSION, Differential, EvidenceError
from clinic.confirmed import standing_row
from clinic.evidence import Record, gather
from clinic.identity import other_person
from clinic.models import ConfirmedDiagnosis
from intake.models import Intake, worked_out_urgency


@dataclass(frozen=True)
class Chart:
    intake: Intake
    release: Release
    catalogue: Catalogue
    record: Record

    @cached_property
    def differential(self) -> Differential:
        """Raises EvidenceError: a page without a ranking is never shown in its place."""
        intake = self.intake
        return ranking.rank(self.catalogue, self.record.values, intake.setting, intake.presentation)

    @cached_property
    def unranked(self) -> str:
        """Why no ranking can be shown, in the engine's words; "" when it can."""
        try:
            self.differential  # noqa: B018
        except EvidenceError as error:
            return str(error)
        return ""

    @cached_property
    def other_person(self) -> str:
        """The warning that the answers name somebody else than the patient; "" when they do not."""
        return other_person(self.intake)

    @cached_property
    def confirmed(self) -> ConfirmedDiagnosis | None:
        return standing_row(self.intake)

    @cached_property
    def inputs(self) -> str:
        """Changes whenever the differential may: a signature is for what was on the screen."""
        intake = self.intake
        parts: list[object] = [self.catalogue.sha256, ENGINE_VERSION, intake.setting, intake.presentation]
        parts += [self.record.values, self.other_person]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]

    def without(self, slugs: Collection[str]) -> Chart:
        """As if these findings were not known: for trying out, never for keeping."""
        return replace(self, record=self.record.without(slugs))

    @property
    def flags(self) -> tuple[RedFlag, ...]:
        return red_flags.fired(self.catalogue, self.record.values)

    def urgency(self) -> str | None:
        """None when only a ranking could tell, and none is possible."""
        intake = self.intake
        if self.unranked:
            return red_flags.highest_urgency(self.flags)
        return worked_out_urgency(self.catalogue, self.record.values, intake.setting, intake.presentation)


def chart_of(intake: Intake) -> Chart:
    release = Release.objects.current()
    catalogue = release.catalogue()
    entries = intake.clinician_findings.select_related("entered_by")
    return Chart(intake, release, catalogue, gather(catalogue, intake, entries))
