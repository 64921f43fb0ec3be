"""The limit of 100 calendarIds (line 115): 100 pass, 101 do not."""

import pytest

from bookproof.errors import Untested
from bookproof.plugin import demonstrates, requirement

LIMIT = 100


@pytest.fixture
def full_room(highlevel, room):
    """A room with as many calendars as the limit allows, which the target is known to accept.

    Ids that are not declared may be refused for being unknown, which says nothing about the limit.
    """
    declared = highlevel.samples.declared_calendars
    body = room | {"calendarIds": highlevel.samples.calendars(LIMIT, made_up=True)}
    if 0 < declared < LIMIT and highlevel.send(highlevel.samples.create("rooms", body), probe=True).refused:
        raise Untested(f"the limit needs {LIMIT} known calendar_ids; {declared} are declared", blocked_by="fixtures")
    return body


@demonstrates("HL-043")
def test_a_room_with_100_calendars_is_accepted(highlevel, full_room):
    assert highlevel.create("rooms", full_room).accepted


@requirement("HL-042")
@pytest.mark.parametrize("count", [LIMIT + 1, LIMIT + 2, 250])
def test_a_room_with_more_than_100_calendars_is_refused(highlevel, full_room, count):
    too_many = highlevel.samples.calendars(count, made_up=True)
    assert highlevel.create("rooms", full_room | {"calendarIds": too_many}).refused
