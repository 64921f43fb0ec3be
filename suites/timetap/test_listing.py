"""GET /resource: all resources in view, in an array (lines 18-20)."""

import pytest

from bookproof.plugin import demonstrates, requirement


@demonstrates("TT-004")
def test_the_list_is_served(timetap):
    assert timetap.list_all().accepted


@requirement("TT-006", "TT-005")
@pytest.mark.usefixtures("listing")
def test_a_created_resource_is_in_the_list(timetap, resource):
    assert timetap.list_all().accepted


@requirement("TT-006")
@pytest.mark.usefixtures("listing")
def test_each_of_several_resources_is_in_the_list(timetap, resource, neighbour):
    timetap.list_all()
    timetap.made(f"{resource['name']} third")
    assert timetap.list_all().accepted


@requirement("TT-007")
@pytest.mark.usefixtures("listing", "deleting")
def test_the_list_shows_nothing_inactive(timetap, resource, neighbour):
    timetap.delete(neighbour)
    assert timetap.list_all().accepted


@requirement("TT-048")
@pytest.mark.usefixtures("listing", "reading")
def test_all_resources_belong_to_one_business(timetap, resource):
    timetap.read(resource)
    assert timetap.list_all().accepted
