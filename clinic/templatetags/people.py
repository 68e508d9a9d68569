from django import template

from clinic.people import display_name, initials

register = template.Library()
register.filter("display_name", display_name)
register.filter("initials", initials)
