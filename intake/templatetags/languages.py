from django import template

from intake.languages import Language, languages

register = template.Library()


@register.simple_tag
def patient_languages() -> tuple[Language, ...]:
    return languages()
