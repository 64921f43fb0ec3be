"""One equipment, one calendar; one room, many (lines 111-113)."""

import pytest

from bookproof.plugin import demonstrates, requirement, smoke


@smoke
@requirement("HL-039")
@pytest.mark.parametrize("count", [2, 3, 100])
def test_an_equipment_with_several_calendars_is_refused(highlevel, equipment, count):
    assert highlevel.create_with_too_many("equipments", equipment, count, most=1).refused


@requirement("HL-039")
@pytest.mark.parametrize("places", [(0, 0, 1), (0, 1, 0)], ids=["the first twice", "the first again at the end"])
def test_an_equipment_with_one_calendar_and_another_is_refused(highlevel, equipment, several_calendars, places):
    calendars = [several_calendars[place] for place in places]
    assert highlevel.create("equipments", equipment | {"calendarIds": calendars}).refused


@requirement("HL-039")
def test_an_equipment_is_one_whatever_its_body_says(highlevel, equipment, several_calendars):
    body = equipment | {"calendarIds": several_calendars[:2], "resourceType": "rooms"}
    assert highlevel.create("equipments", body).refused


@smoke
@demonstrates("HL-040")
def test_an_equipment_with_one_calendar_is_accepted(highlevel, equipment):
    assert highlevel.create("equipments", equipment | {"calendarIds": highlevel.samples.calendars(1)}).accepted


@demonstrates("HL-041")
def test_a_room_with_several_calendars_is_accepted(highlevel, room, several_calendars):
    assert highlevel.create("rooms", room | {"calendarIds": several_calendars}).accepted
