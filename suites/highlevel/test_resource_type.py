"""The path's resource type: equipments or rooms (lines 65-73)."""

from bookproof.plugin import demonstrates, requirement


@demonstrates("HL-016")
def test_an_equipment_is_created(highlevel, equipment):
    assert highlevel.create("equipments", equipment).accepted


@demonstrates("HL-017")
def test_a_room_is_created(highlevel, room):
    assert highlevel.create("rooms", room).accepted


@demonstrates("HL-001")
def test_the_operation_is_served(highlevel, room):
    assert highlevel.create("rooms", room).accepted


@requirement("HL-052")
def test_a_resource_type_in_the_body_does_not_replace_that_of_the_path(highlevel, equipment):
    answer = highlevel.create_with_type_in_body("equipments", equipment, "rooms")
    assert answer.accepted or answer.status >= 500
