from django import template

from intake.advice import Call, emergency_call
from intake.models import Practice

register = template.Library()


@register.simple_tag
def emergency_number(practice: Practice) -> Call:
    return emergency_call(practice)
