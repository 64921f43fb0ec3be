"""Credentials (the vendor's introduction page): a session token as bearer; calls without it are near misses."""

from dataclasses import replace

import pytest

from bookproof.plugin import requirement, smoke

STRANGER = "Bearer st:api:api:bookproof-token-of-nobody"


@requirement("TT-087")
@pytest.mark.usefixtures("listing")
def test_the_token_of_nobody_opens_no_list(timetap):
    stranger = replace(timetap.samples.list_all(), credentials=STRANGER)
    assert timetap.send(stranger, also_breaks="TT-087").refused


@smoke
@requirement("TT-087")
def test_the_token_of_nobody_creates_nothing(timetap, minimum):
    stranger = replace(timetap.samples.create(minimum), credentials=STRANGER)
    assert timetap.send(stranger, also_breaks="TT-087").refused


@requirement("TT-087")
@pytest.mark.usefixtures("listing", "reading", "asking", "updating", "deleting")
def test_the_token_of_nobody_does_nothing_with_a_resource(timetap, resource):
    number = resource["resourceId"]
    drafts = (
        timetap.samples.read(number),
        timetap.samples.is_busy(number),
        timetap.samples.update_of(number, name="bookproof-somebody else's"),
        timetap.samples.delete(number),
    )
    for draft in drafts:
        assert timetap.send(replace(draft, credentials=STRANGER), also_breaks="TT-087").refused
    assert timetap.list_all().accepted
