"""How a member of staff is named on a page."""

from __future__ import annotations

from django.contrib.auth.models import User


def display_name(user: User) -> str:
    return user.get_full_name() or user.get_username()


def initials(user: User) -> str:
    return (user.first_name[:1] + user.last_name[:1] or user.get_username()[:2]).upper()
