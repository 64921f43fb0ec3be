"""Every request that departs from the document in one place is refused: credentials, path and body."""

import pytest

from bookproof.plugin import near_misses


@pytest.fixture(autouse=True)
def own(timetap):
    """The run's own resources, before any sample is aimed at one."""
    timetap.prepare()


@near_misses("list", "read", "is_busy", "further", "update", "delete")
def test_a_near_miss_is_refused(timetap, miss):
    assert timetap.send(timetap.aim(miss.draft)).refused
