"""The answer to a creation (lines 117-186): its properties, and what was sent comes back."""

import pytest

from bookproof.plugin import requirement

PLAIN = {"calendarIds": []}
ODD_VALUES = {
    "zeros": {"quantity": 0, "outOfService": 0, "capacity": 0},
    "fractions": {"quantity": 2.5, "outOfService": 0.5, "capacity": 10.25},
    "large numbers": {"quantity": 1_000_000, "capacity": 123_456_789},
    "negative numbers": {"quantity": -1, "outOfService": -1, "capacity": -1},
    "another alphabet": {"name": "bookproof Жёлтая 会議室 🧘", "description": "Ünïcödé — “quotes” & <tags>"},
    "mixed case": {"name": "bookproof YoGa RooM", "description": "UPPER lower"},
    "long text": {"name": "bookproof " + "n" * 246, "description": "d" * 5_000},
    "an empty description": {"description": ""},
    "text that looks like a number": {"name": "0123", "description": "5"},
}


@requirement("HL-046")
@pytest.mark.parametrize("resource_type", ["rooms", "equipments"])
def test_a_creation_is_answered_with_the_resource(highlevel, room, equipment, resource_type):
    body = room if resource_type == "rooms" else equipment
    assert isinstance(highlevel.create(resource_type, body).json, dict)


@requirement("HL-052")
def test_an_equipment_is_not_answered_as_a_room(highlevel, equipment):
    assert highlevel.create("equipments", equipment).json.get("resourceType") != "rooms"


@requirement("HL-056")
def test_the_calendars_that_were_sent_come_back(highlevel, room, calendars):
    answer = highlevel.create("rooms", room | {"calendarIds": calendars(5)[2:]})
    assert answer.accepted


@requirement("HL-050")
@pytest.mark.parametrize("changes", ODD_VALUES.values(), ids=ODD_VALUES)
@pytest.mark.parametrize("resource_type", ["rooms", "equipments"])
def test_unusual_values_come_back_as_sent(highlevel, room, equipment, resource_type, changes):
    body = room if resource_type == "rooms" else equipment
    assert highlevel.create(resource_type, body | changes).accepted


@requirement("HL-041")
def test_a_room_without_calendars_is_judged_like_any_other(highlevel, room):
    assert highlevel.create("rooms", room | PLAIN).accepted
