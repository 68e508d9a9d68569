from django import template
from django.contrib.auth.models import User

register = template.Library()


@register.filter
def display_name(user: User) -> str:
    return user.get_full_name() or user.get_username()


@register.filter
def initials(user: User) -> str:
    first, last = user.first_name[:1], user.last_name[:1]
    return (first + last or user.get_username()[:2]).upper()
