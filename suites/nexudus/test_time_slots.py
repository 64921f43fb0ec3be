"""Time slots (lines 346-371): the documented shape, any date, every day of the week."""

import pytest

from bookproof.plugin import demonstrates, requirement

FIELDS = {"TimeSlots": "NX-136"}


@pytest.mark.parametrize("field", [pytest.param(name, marks=demonstrates(row)) for name, row in FIELDS.items()])
def test_a_time_slot_is_accepted(nexudus, with_field, field):
    assert nexudus.create(with_field(field)).accepted


@demonstrates("NX-136")
def test_an_empty_list_of_time_slots_is_accepted(nexudus, minimum):
    assert nexudus.create(minimum | {"TimeSlots": []}).accepted


@demonstrates("NX-138")
def test_day_0_of_the_code_example_is_accepted(nexudus, minimum):
    slot = {"DayOfWeek": 0, "FromTime": "1976-01-01T10:30:00Z", "ToTime": "1976-01-01T11:30:00Z"}
    assert nexudus.create(minimum | {"TimeSlots": [slot]}).accepted


@demonstrates("NX-140")
def test_another_date_is_accepted(nexudus, minimum):
    slot = {"DayOfWeek": 1, "FromTime": "2025-01-15T10:30:00Z", "ToTime": "2025-01-15T11:30:00Z"}
    assert nexudus.create(minimum | {"TimeSlots": [slot]}).accepted


@requirement("NX-141")
@pytest.mark.parametrize("day", range(7))
def test_every_day_of_the_week_may_be_sent(nexudus, minimum, day):
    slot = {"DayOfWeek": day, "FromTime": "1976-01-01T09:00:00Z", "ToTime": "1976-01-01T12:00:00Z"}
    assert nexudus.create(minimum | {"TimeSlots": [slot]}, probe=True).status < 500


@requirement("NX-136")
def test_many_time_slots_are_answered(nexudus, minimum):
    assert nexudus.create(minimum | {"TimeSlots": nexudus.samples.items("TimeSlots", 200)}).status < 500


@requirement("NX-138")
@pytest.mark.parametrize("slot", [{}, {"DayOfWeek": 3}], ids=["empty", "day alone"])
def test_a_slot_that_says_little_is_answered(nexudus, minimum, slot):
    assert nexudus.create(minimum | {"TimeSlots": [slot]}).status < 500
