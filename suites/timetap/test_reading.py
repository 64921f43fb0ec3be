"""GET /resource/{resourceId}: the resource that the path names (lines 22-24)."""

import pytest

from bookproof.plugin import demonstrates, requirement

pytestmark = pytest.mark.usefixtures("reading")


@demonstrates("TT-008")
def test_a_resource_is_served(timetap, resource):
    assert timetap.read(resource).accepted


@requirement("TT-082")
def test_a_resource_reads_as_it_was_created(timetap, resource):
    assert timetap.read(resource).accepted


@requirement("TT-010")
def test_of_two_resources_the_one_is_read_that_the_path_names(timetap, resource, neighbour):
    timetap.read(neighbour)
    assert timetap.read(resource).accepted
