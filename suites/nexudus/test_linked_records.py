"""Lists of linked records (lines 261-326): empty lists are accepted; ids may be sent, known or not."""

import pytest

from bookproof.plugin import demonstrates, requirement

LISTS = {
    "Tariffs": "NX-067",
    "Teams": "NX-068",
    "LinkedResources": "NX-070",
    "BookingAvailabilityExceptions": "NX-088",
}
VIEW = {"LinkedResourceIds": "NX-084"}


@pytest.mark.parametrize("field", [pytest.param(name, marks=demonstrates(row)) for name, row in LISTS.items()])
def test_an_empty_list_is_accepted(nexudus, with_field, field):
    assert nexudus.create(with_field(field)).accepted


@requirement("NX-119")
@pytest.mark.parametrize("field", LISTS)
def test_a_list_of_ids_may_be_sent(nexudus, minimum, field):
    assert nexudus.offer(minimum | {field: [501, 502]}).accepted


@requirement("NX-119")
@pytest.mark.parametrize("field", LISTS)
def test_a_long_list_of_ids_is_answered(nexudus, minimum, field):
    assert nexudus.create(minimum | {field: list(range(1, 301))}).status < 500


@pytest.mark.parametrize("field", [pytest.param(name, marks=demonstrates(row)) for name, row in VIEW.items()])
def test_the_read_only_view_may_be_sent(nexudus, with_field, field):
    assert nexudus.create(with_field(field)).accepted
