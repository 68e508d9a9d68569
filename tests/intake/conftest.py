from __future__ import annotations

import pytest

from intake import interview


@pytest.fixture
def whole_form(monkeypatch):
    """All that applies is asked, each question by itself: for tests of the form and not of what is worth asking."""
    monkeypatch.setattr(interview, "is_adaptive", lambda catalogue: False)
