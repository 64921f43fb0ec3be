"""Fixtures of the Nexudus suite."""

from typing import Any

import pytest


@pytest.fixture
def nexudus(bookproof: Any) -> Any:
    """Nexudus' operations, against the run's target."""
    return bookproof


@pytest.fixture
def minimum(nexudus: Any) -> dict[str, Any]:
    """The six required fields with real values; such a creation is known to be accepted."""
    nexudus.session.establish("minimum")
    return nexudus.samples.minimum()
