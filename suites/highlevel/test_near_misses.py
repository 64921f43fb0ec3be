"""Every request that departs from the document in one place is refused: credentials, header, path and body."""

from bookproof.plugin import near_misses


@near_misses("room", "equipment")
def test_a_near_miss_is_refused(highlevel, miss):
    assert highlevel.send(miss.draft).refused
