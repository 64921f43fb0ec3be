"""The answer to a creation (lines 374-408): its envelope, and an Id of its own for every record."""

import pytest

from bookproof.plugin import requirement

NAMES = ["bookproof-first", "bookproof-second", "bookproof-third", "bookproof-fourth"]


@requirement("NX-148")
def test_a_creation_is_answered_with_the_envelope(nexudus, minimum):
    assert isinstance(nexudus.create(minimum).json, dict)


@requirement("NX-150")
@pytest.mark.parametrize("name", NAMES)
def test_every_creation_has_an_id_of_its_own(nexudus, minimum, name):
    assert nexudus.create(minimum | {"Name": name}).accepted


@requirement("NX-150")
def test_the_same_creation_twice_makes_two_records(nexudus, minimum):
    assert nexudus.create(minimum).accepted
    assert nexudus.create(minimum).accepted


@requirement("NX-150")
def test_creations_at_the_same_time_have_ids_of_their_own(nexudus, minimum):
    answers = nexudus.create_together([minimum | {"Name": name} for name in NAMES])
    assert all(answer.accepted for answer in answers)
