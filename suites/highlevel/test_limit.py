"""The limit of 100 calendarIds (line 115): 100 pass, 101 do not. It takes as many declared calendars to tell."""

import pytest

from bookproof.plugin import demonstrates, requirement

LIMIT = 100


@pytest.fixture
def one_too_many(highlevel):
    """Calendars that are all known, one more than the limit."""
    return highlevel.samples.calendars(LIMIT + 1)


@demonstrates("HL-043")
def test_a_room_with_100_calendars_is_accepted(highlevel, room):
    assert highlevel.create("rooms", room | {"calendarIds": highlevel.samples.calendars(LIMIT)}).accepted


@requirement("HL-042")
@pytest.mark.parametrize("resource_type", ["rooms", "equipments"])
def test_101_calendars_are_refused(highlevel, resource, resource_type, one_too_many):
    assert highlevel.create(resource_type, resource | {"calendarIds": one_too_many}).refused


@requirement("HL-042")
@pytest.mark.parametrize("more", [27, 150])
def test_far_more_than_100_calendars_are_refused(highlevel, room, one_too_many, more):
    made_up = [f"bookproofFarMore{number:04d}" for number in range(more)]
    assert highlevel.create("rooms", room | {"calendarIds": one_too_many + made_up}).refused
