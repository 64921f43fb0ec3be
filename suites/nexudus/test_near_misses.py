"""Every creation that departs from the document in one place is refused: credentials, media type, each of 82 fields."""

from bookproof.plugin import near_misses


@near_misses("minimum")
def test_a_near_miss_is_refused(nexudus, miss):
    assert nexudus.send(miss.draft).refused
