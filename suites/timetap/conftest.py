"""Fixtures of the TimeTap suite. A scenario works on resources of its own; what stays is taken back at the end."""

from contextlib import suppress
from typing import Any
from zlib import crc32

import pytest

from bookproof.errors import Untested


@pytest.fixture
def timetap(bookproof: Any) -> Any:
    """TimeTap's six operations, against the run's target, once each was tried."""
    with suppress(Untested):
        bookproof.prepare()
    return bookproof


@pytest.fixture
def title(request: pytest.FixtureRequest) -> str:
    """A name that no other test gives to what it creates: a service may want names to be unique, short and plain."""
    return f"bookproof-{crc32(request.node.name.encode()):08x}"


@pytest.fixture
def minimum(timetap: Any, title: str) -> dict[str, Any]:
    """The least that a creation takes; it is known to be accepted."""
    timetap.ready("create")
    return timetap.samples.minimum(title)


@pytest.fixture
def reasons(timetap: Any) -> list[int]:
    """The declared ids of services."""
    return timetap.samples.reason_ids


@pytest.fixture
def resource(timetap: Any, minimum: dict[str, Any]) -> dict[str, Any]:
    """A resource that nobody else works on, as the answer to its creation showed it."""
    return timetap.made(**minimum)


@pytest.fixture
def standing(timetap: Any) -> dict[str, Any]:
    """The run's own resource, for scenarios that leave it as it is."""
    timetap.prepare()
    return timetap.samples.own


@pytest.fixture
def neighbour(timetap: Any, title: str, resource: dict[str, Any]) -> dict[str, Any]:
    """A second resource, which differs from the first."""
    return timetap.made(f"{title} neighbour", reasonIdList=timetap.samples.reason_ids[-1:])


@pytest.fixture
def listing(timetap: Any) -> None:
    """The list is known to be answered."""
    timetap.ready("list")


@pytest.fixture
def reading(timetap: Any) -> None:
    """A resource is known to be read."""
    timetap.ready("read")


@pytest.fixture
def updating(timetap: Any) -> None:
    """An update is known to be accepted."""
    timetap.ready("update")


@pytest.fixture
def deleting(timetap: Any) -> None:
    """A deletion is known to be accepted."""
    timetap.ready("delete")


@pytest.fixture
def asking(timetap: Any) -> None:
    """The question whether a resource is busy is known to be answered."""
    timetap.ready("is_busy")
