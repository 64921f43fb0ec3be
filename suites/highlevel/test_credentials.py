"""Authorization: required, with the Bearer scheme (lines 12 and 45-50)."""

from dataclasses import replace

from bookproof.plugin import demonstrates, requirement


@demonstrates("HL-005")
def test_a_bearer_token_is_accepted(highlevel, room):
    assert highlevel.create("rooms", room).accepted


@requirement("HL-006")
def test_a_request_without_authorization_is_refused(highlevel, room):
    draft = highlevel.samples.create("rooms", room)
    assert highlevel.send(replace(draft, credentials=None)).refused


@requirement("HL-009")
def test_a_token_that_the_target_never_gave_is_refused(highlevel, room):
    draft = highlevel.samples.create("rooms", room)
    stranger = replace(draft, credentials="Bearer bookproof-token-of-nobody")
    assert highlevel.send(stranger, also_breaks="HL-009").refused
