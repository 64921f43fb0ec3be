"""One equipment, one calendar; one room, many (lines 111-113)."""

import pytest

from bookproof.plugin import demonstrates, requirement, smoke


@smoke
@requirement("HL-039")
@pytest.mark.parametrize("count", [2, 3, 100])
def test_an_equipment_with_several_calendars_is_refused(highlevel, equipment, count):
    assert highlevel.create_with_too_many("equipments", equipment, count, most=1).refused


@smoke
@demonstrates("HL-040")
def test_an_equipment_with_one_calendar_is_accepted(highlevel, equipment):
    assert highlevel.create("equipments", equipment | {"calendarIds": highlevel.samples.calendars(1)}).accepted


@demonstrates("HL-041")
def test_a_room_with_several_calendars_is_accepted(highlevel, room, several_calendars):
    assert highlevel.create("rooms", room | {"calendarIds": several_calendars}).accepted
