"""The answer to a creation (lines 117-186): its properties, and what was sent comes back.

The Judge compares each answer with its request; the scenarios see to it that there is something to compare.
"""

from dataclasses import replace

import pytest

from bookproof.plugin import demonstrates, requirement, send_pack, smoke, variants
from bookproof.variants import Variant

KINDS = pytest.mark.parametrize("resource_type", ["rooms", "equipments"])

TEXTS = {
    "another alphabet": "Жёлтая комната",
    "accents and an emoji": "Bücher & «Brötchen», Straße 会議室 🧘",
    "mixed case": "YoGa RooM",
    "blanks around it": "  yoga room  ",
    "signs that markup uses": "<b>5 < 6</b> & \"double\" or 'single'",
    "a sign that ends texts elsewhere": "yoga\0room",
    "a backslash and a percent sign": "a\\b 100 % %s %20 {name}",
    "what markup and templates read": "1+1 &lt; _3_ -- *R&amp;B*; {{7*7}} ${7} #1 | a:b",
    "a word for nothing": "null",
}
NUMERAL = {"what looks like a number": "0123"}
NUMBERS = {
    "zero": 0,
    "more than one": 3,
    "a fraction": 2.25,
    "negative": -1,
    "nine digits": 123_456_789,
    "beyond 32 bits": 3_000_000_007,
    "a negative fraction": -2.5,
    "a number whose last two bytes are zero": 65_536,
    "beyond 53 bits": 10**16,
}


LOCATIONS = {
    "like others": "bookproofLocation002",
    "unlike others": '0 "O\'Brien" & <sons> 🧘 of 60 bookproof locations',
}
LINES = {"several lines": "First floor\nWindow side\n\n\tAsk for the key"}
LENGTHS = {f"{length} characters": "bookproof ".ljust(length, "n") for length in (64, 256, 1_000)}
UNUSUAL = tuple(
    Variant(f"{prop} is {words}", row, {prop: value}, vouched=False)
    for prop, row, values in (
        ("name", "HL-050", TEXTS | NUMERAL | LENGTHS),
        (
            "description",
            "HL-057",
            TEXTS | LINES | {"nothing": "", "300 digits": "0123456789" * 30, "5000 characters": "d" * 5_000},
        ),
        ("quantity", "HL-058", NUMBERS),
        ("outOfService", "HL-059", NUMBERS),
        ("capacity", "HL-060", NUMBERS),
    )
    for words, value in values.items()
)


@variants("room", UNUSUAL)
@variants("equipment", UNUSUAL)
def test_unusual_values_come_back_as_sent(highlevel, pack):
    assert send_pack(highlevel.session, pack)


@smoke
@requirement("HL-046")
@KINDS
def test_a_creation_is_answered_with_the_resource(highlevel, resource, resource_type):
    assert highlevel.create(resource_type, resource).accepted


@requirement("HL-048")
@pytest.mark.parametrize("location", LOCATIONS.values(), ids=LOCATIONS)
def test_another_location_comes_back_where_it_is_taken(highlevel, room, location):
    answer = highlevel.create_with_unknown_ids(name=room["name"], locationId=location)
    assert answer.refused or answer.accepted


@requirement("HL-056")
def test_calendars_that_nobody_declared_come_back_where_they_are_taken(highlevel, room):
    calendars = [*room["calendarIds"], 'bookproof "made up" by O\'Brien <102>']
    answer = highlevel.create_with_unknown_ids(name=room["name"], calendarIds=calendars)
    assert answer.refused or answer.accepted


@requirement("HL-056")
def test_the_calendars_of_a_room_come_back(highlevel, room):
    assert highlevel.create("rooms", room | {"calendarIds": highlevel.samples.calendars(7)[2:]}).accepted


@requirement("HL-056")
def test_the_calendar_of_an_equipment_comes_back(highlevel, equipment):
    assert highlevel.create("equipments", equipment | {"calendarIds": highlevel.samples.calendars(8)[7:]}).accepted


@requirement("HL-056")
@KINDS
def test_a_calendar_that_is_sent_twice_does_no_harm(highlevel, resource, resource_type):
    assert highlevel.create(resource_type, resource | {"calendarIds": highlevel.samples.calendars(1) * 2}).accepted


@requirement("HL-055")
@KINDS
def test_a_resource_without_calendars_is_answered_like_any_other(highlevel, resource, resource_type):
    assert highlevel.create(resource_type, resource | {"calendarIds": []}).accepted


@demonstrates("HL-030")
def test_nothing_may_be_out_of_service(highlevel, room):
    assert highlevel.create("rooms", room | {"outOfService": 0}).accepted


@requirement("HL-060")
def test_a_second_room_of_the_same_name_is_a_room_of_its_own(highlevel, room):
    highlevel.create("rooms", room)
    assert highlevel.create("rooms", room | {"capacity": 12}).accepted


@requirement("HL-020")
@KINDS
def test_a_property_that_is_not_documented_does_no_harm(highlevel, resource, resource_type):
    assert highlevel.create(resource_type, resource | {"bookproof": {"undocumented": [1, None]}}).accepted


@requirement("HL-020")
def test_an_empty_body_is_refused_though_it_calls_itself_json(highlevel, room):
    assert highlevel.send(highlevel.samples.create("rooms", b"")).refused


@requirement("HL-019")
def test_a_body_may_name_its_charset(highlevel, room):
    draft = highlevel.samples.create("rooms", room)
    assert highlevel.send(replace(draft, content_type="application/json; charset=utf-8")).accepted


@pytest.fixture
def different_rooms(highlevel, room, several_calendars):
    """Creations that differ in every property that an answer may carry."""
    return [
        highlevel.samples.create(
            "rooms",
            room
            | {
                "name": f"{room['name']} {number}",
                "description": f"floor {number}",
                "quantity": 10 + number,
                "outOfService": number,
                "capacity": 20 + number,
                "calendarIds": several_calendars[: number % 3 + 1],
            },
        )
        for number in range(1, 7)
    ]


@requirement("HL-050")
def test_creations_at_the_same_time_are_not_mixed_up(highlevel, different_rooms):
    assert all(answer.accepted for answer in highlevel.session.send_together(different_rooms))
