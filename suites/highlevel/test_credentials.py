"""Authorization: required, with the Bearer scheme (lines 12 and 45-50)."""

from dataclasses import replace

import pytest

from bookproof.plugin import demonstrates, requirement, smoke

STRANGERS = {
    "made up": "bookproof-token-of-nobody",
    "shaped like a private integration token": "pit-00000000-0000-4000-8000-000000000000",
    "an unsigned JSON web token": "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJib29rcHJvb2YifQ.",
}


@smoke
@requirement("HL-006")
def test_a_request_without_authorization_is_refused(highlevel, room):
    draft = highlevel.samples.create("rooms", room)
    assert highlevel.send(replace(draft, credentials=None)).refused


@demonstrates("HL-005")
@requirement("HL-006")
def test_what_is_served_with_a_token_is_refused_without_it(highlevel, room):
    served = highlevel.create("rooms", room)
    assert served.accepted
    assert highlevel.again_without_credentials(served).refused


@requirement("HL-006")
def test_the_scheme_without_a_token_is_refused(highlevel, room):
    draft = highlevel.samples.create("rooms", room)
    assert highlevel.send(replace(draft, credentials="Bearer")).refused


@requirement("HL-009")
def test_credentials_of_another_scheme_are_refused(highlevel, room):
    draft = highlevel.samples.create("rooms", room)
    assert highlevel.send(replace(draft, credentials="Basic Ym9va3Byb29mOm5vYm9keQ=="), also_breaks="HL-009").refused


@smoke
@requirement("HL-009")
@pytest.mark.parametrize("token", STRANGERS.values(), ids=STRANGERS)
def test_a_token_that_the_target_never_gave_is_refused(highlevel, room, token):
    draft = highlevel.samples.create("rooms", room)
    assert highlevel.send(replace(draft, credentials=f"Bearer {token}"), also_breaks="HL-009").refused


@requirement("HL-009")
def test_a_token_that_the_target_never_gave_makes_no_equipment(highlevel, equipment):
    draft = highlevel.samples.create("equipments", equipment)
    assert highlevel.send(replace(draft, credentials=f"Bearer {STRANGERS['made up']}"), also_breaks="HL-009").refused
