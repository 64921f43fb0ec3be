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
