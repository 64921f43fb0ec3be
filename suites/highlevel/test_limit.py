"""The limit of 100 calendarIds (line 115): 100 pass, 101 do not, whatever the ids are."""

import pytest

from bookproof.plugin import demonstrates, requirement, smoke

LIMIT = 100


@smoke
@demonstrates("HL-043")
def test_a_room_with_100_calendars_is_accepted(highlevel, room):
    assert highlevel.create_with_many("rooms", room, LIMIT).accepted


@smoke
@requirement("HL-042")
@pytest.mark.parametrize("resource_type", ["rooms", "equipments"])
def test_101_calendars_are_refused(highlevel, resource, resource_type):
    assert highlevel.create_with_too_many(resource_type, resource, LIMIT + 1, most=LIMIT).refused


@requirement("HL-042")
def test_101_calendars_are_too_many_though_one_is_there_twice(highlevel, room):
    assert not highlevel.create_with_one_twice("rooms", room, LIMIT + 1).accepted


@requirement("HL-042")
@pytest.mark.parametrize("count", [128, 251, 300])
def test_far_more_than_100_calendars_are_refused(highlevel, room, count):
    assert highlevel.create_with_too_many("rooms", room, count, most=LIMIT).refused
