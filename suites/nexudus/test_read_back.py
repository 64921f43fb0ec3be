"""What was sent is in the record (lines 43, 62, 100-108, 314 and 350), where the target lets records be read."""

import pytest

from bookproof.plugin import demonstrates, needs, requirement

pytestmark = needs("readback")

NAMES = {
    "mixed case": "bookproof-BoArD rOOm",
    "another alphabet": "bookproof-Жёлтая 会議室 🧘",
    "markup": "bookproof <b>“board”</b> & room",
    "long": "bookproof " + "n" * 90,
}
SLOTS = [
    {"DayOfWeek": 1, "FromTime": "1976-01-01T09:00:00Z", "ToTime": "1976-01-01T12:30:00Z"},
    {"DayOfWeek": 1, "FromTime": "1976-01-01T14:00:00Z", "ToTime": "1976-01-01T17:15:00Z"},
    {"DayOfWeek": 6, "FromTime": "1976-01-01T00:00:00Z", "ToTime": "1976-01-01T08:45:00Z"},
]
DATED_SLOTS = [
    {"DayOfWeek": 2, "FromTime": "2025-01-15T10:30:00Z", "ToTime": "2025-01-15T11:30:00Z"},
    {"DayOfWeek": 3, "FromTime": "2031-12-31T07:00:00Z", "ToTime": "2031-12-31T19:00:00Z"},
]


@demonstrates("NX-018")
def test_a_created_record_can_be_read(nexudus, minimum):
    assert nexudus.read_back(minimum).accepted


@requirement("NX-018")
def test_every_field_that_was_sent_is_in_the_record(nexudus, minimum):
    assert nexudus.read_back(nexudus.samples.full()).accepted


@requirement("NX-018")
def test_other_values_of_the_same_fields_are_in_the_record_as_well(nexudus, minimum):
    assert nexudus.read_back(nexudus.samples.full_otherwise()).accepted


@requirement("NX-018")
def test_a_record_is_not_touched_by_the_creation_of_another(nexudus, minimum):
    reading = nexudus.reading_of(nexudus.samples.full())
    assert nexudus.create(nexudus.samples.full_otherwise()).accepted
    assert nexudus.send(reading).accepted


@requirement("NX-018")
def test_a_record_has_no_name_for_an_id(nexudus, minimum):
    assert nexudus.read("abc").refused


@requirement("NX-040")
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_the_name_is_the_one_that_was_sent(nexudus, minimum, name):
    assert nexudus.read_back(minimum | {"Name": name}).accepted


@requirement("NX-041")
@pytest.mark.parametrize("number", [0, 2, 12, 99])
def test_the_built_in_category_is_the_one_that_was_sent(nexudus, minimum, number):
    assert nexudus.read_back(minimum | {"SystemResourceType": number}).accepted


@requirement("NX-042")
def test_the_resource_type_is_the_one_that_was_sent(nexudus, minimum):
    assert nexudus.read_back(minimum | {"SystemResourceType": 3}).accepted


@requirement("NX-046")
@pytest.mark.parametrize("pattern", range(5))
def test_the_amenity_flags_are_those_that_were_sent(nexudus, minimum, pattern):
    assert nexudus.read_back(minimum | nexudus.samples.flags(pattern)).accepted


@requirement("NX-121")
@pytest.mark.parametrize("linked", [{}, {"LinkedResources": []}], ids=["alone", "beside an empty list"])
def test_the_read_only_view_cannot_be_written(nexudus, minimum, linked):
    assert nexudus.read_back(minimum | {"LinkedResourceIds": "501,502"} | linked).accepted


@requirement("NX-137")
@pytest.mark.parametrize("slots", [SLOTS, SLOTS[1:2], DATED_SLOTS], ids=["several", "one", "other dates"])
def test_the_time_slots_are_those_that_were_sent(nexudus, minimum, slots):
    assert nexudus.read_back(minimum | {"TimeSlots": slots}).accepted


@requirement("NX-139")
def test_the_date_of_a_time_slot_is_always_the_same(nexudus, minimum):
    assert nexudus.read_back(minimum | {"TimeSlots": DATED_SLOTS}).accepted
