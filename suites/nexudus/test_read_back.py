"""Records (lines 43 and 314), where the target lets them be read; `test_values` looks at those of all it creates."""

from bookproof.plugin import demonstrates, needs, requirement

pytestmark = needs("readback")


@demonstrates("NX-018")
def test_a_created_record_can_be_read(nexudus, minimum):
    assert nexudus.send(nexudus.reading_of_a_record()).accepted


@requirement("NX-018")
def test_two_records_keep_what_each_of_them_was_given(nexudus, minimum):
    readings = [nexudus.reading_of(body) for body in (nexudus.samples.full(), nexudus.samples.full_otherwise())]
    assert all(nexudus.send(reading).accepted for reading in readings)


@requirement("NX-018")
def test_a_record_has_no_name_for_an_id(nexudus, minimum):
    assert nexudus.read("abc").refused
