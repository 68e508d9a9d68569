from django import template

from clinic.differential_page import markup

register = template.Library()
for function in (
    markup.cause_summary,
    markup.contribution_rows,
    markup.evidence_rows,
    markup.form_field,
    markup.further_causes,
    markup.lr_bar,
    markup.mentions,
    markup.outcome_lines,
    markup.preview_rows,
    markup.silent_mentions,
    markup.slugs,
    markup.state_mark,
):
    register.filter(function.__name__, function)
