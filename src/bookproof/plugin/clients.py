"""Fixtures for whoever writes tests with bookproof: a client for each API, named as the API is, and near misses."""

from typing import TYPE_CHECKING, Any

import pytest

from bookproof import resources
from bookproof.plugin import RUN, api_of, take_part

if TYPE_CHECKING:
    from bookproof.negatives import NearMiss
    from bookproof.plugin.runs import ApiRun


def _client(name: str) -> Any:
    """A fixture of that name."""

    @pytest.fixture(name=name)
    def client(request: pytest.FixtureRequest) -> Any:
        return take_part(request.node, name).client

    client.__doc__ = f"The client of {name}, against the run's target."
    return client


for _name in resources.api_names():
    globals()[_name] = _client(_name)


def _run(item: pytest.Item) -> "ApiRun":
    """The run that a test is part of: of its suite's API, or of the one whose client it asks for."""
    run = item.stash.get(RUN, None)
    name = "" if run else api_of(item)
    if run is None and not name:
        pytest.fail("this test is about no API: it lies in no suite's folder and asks for no client", pytrace=False)
    return run or take_part(item, name)


@pytest.fixture
def bookproof(request: pytest.FixtureRequest) -> Any:
    """The client of the API that the test is about: that of its suite's folder, or the one whose client it asks for."""
    return _run(request.node).client


@pytest.fixture
def miss(request: pytest.FixtureRequest) -> "NearMiss":
    """One near miss, once the sample that it departs from is known to be accepted."""
    near: NearMiss = request.param
    _run(request.node).session.establish(near.sample)
    return near
