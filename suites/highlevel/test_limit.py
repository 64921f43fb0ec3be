"""The limit of 100 calendarIds (line 115): 100 pass, 101 do not."""

import pytest

from bookproof.errors import Untested
from bookproof.plugin import demonstrates, requirement

LIMIT = 100


@pytest.fixture
def full_room(highlevel, room, calendar_ids):
    """A room with as many calendars as the limit allows, which the target is known to accept."""
    body = room | {"calendarIds": calendar_ids[:LIMIT]}
    declared = highlevel.samples.declared_calendars
    answer = highlevel.create("rooms", body)
    if answer.refused and declared < LIMIT:
        raise Untested(f"the limit needs {LIMIT} known calendar_ids; {declared} are declared", blocked_by="fixtures")
    return body


@demonstrates("HL-043")
def test_a_room_with_100_calendars_is_accepted(highlevel, full_room):
    assert highlevel.create("rooms", full_room).accepted


@requirement("HL-042")
def test_a_room_with_101_calendars_is_refused(highlevel, full_room, calendar_ids):
    answer = highlevel.create("rooms", full_room | {"calendarIds": calendar_ids[: LIMIT + 1]})
    assert answer.refused


@requirement("HL-042")
def test_a_room_with_many_more_calendars_is_refused(highlevel, full_room):
    answer = highlevel.create("rooms", full_room | {"calendarIds": highlevel.samples.calendars(250)})
    assert answer.refused
