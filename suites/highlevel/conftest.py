"""Fixtures of the HighLevel suite."""

from typing import Any

import pytest


@pytest.fixture
def highlevel(bookproof: Any) -> Any:
    """HighLevel's operations, against the run's target."""
    return bookproof


@pytest.fixture
def room(highlevel: Any) -> dict[str, Any]:
    """A valid room; rooms are known to be accepted."""
    highlevel.session.establish("room")
    return highlevel.samples.room()


@pytest.fixture
def equipment(highlevel: Any) -> dict[str, Any]:
    """A valid piece of equipment; equipments are known to be accepted."""
    highlevel.session.establish("equipment")
    return highlevel.samples.equipment()


@pytest.fixture
def calendars(highlevel: Any) -> Any:
    """Gives that many distinct calendar ids; where too few are declared, the scenario is untested."""
    return highlevel.samples.calendars
