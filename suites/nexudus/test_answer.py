"""The answer to a creation (lines 374-408): an Id of its own for every record. Every creation shows the envelope."""

from bookproof.plugin import requirement

NAMES = ["bookproof-first", "bookproof-second", "bookproof-third"]


@requirement("NX-150")
def test_the_same_creation_once_more_makes_another_record(nexudus, minimum):
    first, _ = nexudus.create_twice(minimum)
    assert first.accepted


@requirement("NX-150")
def test_creations_at_the_same_time_have_ids_of_their_own(nexudus, minimum):
    answers = nexudus.create_together([minimum | {"Name": name} for name in NAMES])
    assert all(answer.accepted for answer in answers)
    ids = nexudus.ids_of(answers)
    assert len(set(ids)) == len(ids), f"creations at the same time were given the Ids {ids}"
