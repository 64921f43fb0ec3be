"""Coats: hung up with a name, and not without."""

from bookproof.plugin import demonstrates, near_misses


@demonstrates("MU-001")
def test_a_coat_is_hung_up(bookproof):
    assert bookproof.send(bookproof.samples.coat()).accepted


@near_misses("coat")
def test_a_near_miss_is_refused(bookproof, miss):
    assert bookproof.send(miss.draft).refused
