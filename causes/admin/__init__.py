from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from causes.admin import (
    evidence,
    knowledge,
    log,
    proposals,
    proposed_likelihoods,
    questionnaire,
    releases,
    translations,
)

__all__ = [
    "evidence",
    "knowledge",
    "log",
    "proposals",
    "proposed_likelihoods",
    "questionnaire",
    "releases",
    "translations",
]

admin.site.site_header = _("Twitchwise: catalogue and practices")
admin.site.site_title = "Twitchwise"
admin.site.index_title = _("Catalogue and practices")
