"""A resourceId that no resource has is refused (lines 22-46, an inference)."""

import pytest

from bookproof.plugin import requirement

pytestmark = requirement("TT-085")


@pytest.mark.usefixtures("reading")
def test_an_unknown_resource_is_not_read(timetap, title):
    draft = timetap.samples.read(timetap.unknown_id(title))
    assert timetap.send(draft, also_breaks="TT-085").refused


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize("number", [3_000_000_007, 10**20], ids=["more than 32 bits", "more than 64 bits"])
def test_an_id_beyond_what_a_server_counts_with_is_not_read(timetap, number):
    assert timetap.send(timetap.samples.read(number), also_breaks="TT-085").refused


@pytest.mark.usefixtures("asking")
def test_an_unknown_resource_is_neither_busy_nor_free(timetap, title):
    draft = timetap.samples.is_busy(timetap.unknown_id(title))
    assert timetap.send(draft, also_breaks="TT-085").refused


@pytest.mark.usefixtures("updating")
def test_an_unknown_resource_is_not_updated(timetap, title):
    draft = timetap.samples.update_of(timetap.unknown_id(title), name=title)
    assert timetap.send(draft, also_breaks="TT-085").refused


@pytest.mark.usefixtures("deleting")
def test_an_unknown_resource_is_not_deleted(timetap, title):
    draft = timetap.samples.delete(timetap.unknown_id(title))
    assert timetap.send(draft, also_breaks="TT-085").refused
