"""The working copy of the catalogue that editors change; a Release freezes it."""

from causes.models.editable.base import Grade, Graded, Ordered, Reporter, Slugged, Source, Urgency
from causes.models.editable.evidence import Epidemiology, Likelihood, Pretest, Setting
from causes.models.editable.knowledge import (
    Cause,
    Drug,
    DrugEffect,
    Fact,
    Investigation,
    PatientAdvice,
    RedFlag,
    Treatment,
)
from causes.models.editable.questionnaire import (
    BodyZone,
    Burden,
    Cluster,
    Drink,
    Finding,
    Option,
    Parameter,
    Presentation,
    Section,
    Translation,
)

__all__ = [
    "BodyZone",
    "Burden",
    "Cause",
    "Cluster",
    "Drink",
    "Drug",
    "DrugEffect",
    "Epidemiology",
    "Fact",
    "Finding",
    "Grade",
    "Graded",
    "Investigation",
    "Likelihood",
    "Option",
    "Ordered",
    "Parameter",
    "PatientAdvice",
    "Presentation",
    "Pretest",
    "RedFlag",
    "Reporter",
    "Section",
    "Setting",
    "Slugged",
    "Source",
    "Translation",
    "Treatment",
    "Urgency",
]
