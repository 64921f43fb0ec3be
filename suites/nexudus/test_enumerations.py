"""The enumerated fields: every number of their tables is accepted (lines 70-87). Near misses cover all the others."""

import pytest

from bookproof.plugin import demonstrates

SYSTEM_RESOURCE_TYPES = (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 99)
CANCELLATION_FEE_TYPES = (0, 1, 2)


@demonstrates("NX-020")
@pytest.mark.parametrize("number", SYSTEM_RESOURCE_TYPES)
def test_each_system_resource_type_is_accepted(nexudus, minimum, number):
    assert nexudus.create(minimum | {"SystemResourceType": number}).accepted


@demonstrates("NX-023")
@pytest.mark.parametrize("number", CANCELLATION_FEE_TYPES)
def test_each_cancellation_fee_type_is_accepted(nexudus, minimum, number):
    assert nexudus.create(minimum | {"CancellationFeeType": number}).accepted
