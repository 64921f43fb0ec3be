"""Fixtures of the HighLevel suite."""

from typing import Any
from zlib import crc32

import pytest

SEVERAL = 5


@pytest.fixture
def highlevel(bookproof: Any) -> Any:
    """HighLevel's operations, against the run's target."""
    return bookproof


@pytest.fixture
def title(request: pytest.FixtureRequest) -> str:
    """A name that no other test gives to what it creates: a service may want names to be unique, short and plain."""
    return f"bookproof-{crc32(request.node.name.encode()):08x}"


@pytest.fixture
def room(highlevel: Any, title: str) -> dict[str, Any]:
    """A valid room; rooms are known to be accepted."""
    highlevel.session.establish("room")
    return highlevel.samples.room() | {"name": title}


@pytest.fixture
def equipment(highlevel: Any, title: str) -> dict[str, Any]:
    """A valid piece of equipment; equipments are known to be accepted."""
    highlevel.session.establish("equipment")
    return highlevel.samples.equipment() | {"name": title}


@pytest.fixture
def resource(request: pytest.FixtureRequest, resource_type: str) -> dict[str, Any]:
    """A valid room or piece of equipment, whichever the scenario is about."""
    return request.getfixturevalue(resource_type.removesuffix("s"))


@pytest.fixture
def several_calendars(highlevel: Any) -> list[str]:
    """Two calendars at least, up to five where the target declares as many."""
    declared = highlevel.samples.declared_calendars or SEVERAL
    return highlevel.samples.calendars(max(2, min(declared, SEVERAL)))
