"""The booking policies of a resource (lines 42-51 and 225-344): each field is accepted, alone."""

import pytest

from bookproof.plugin import demonstrates, requirement

FIELDS = {
    "RequiresConfirmation": "NX-053",
    "AllowMultipleBookings": "NX-055",
    "Allocation": "NX-056",
    "LimitVisitorsToAllocation": "NX-057",
    "BookInAdvanceLimit": "NX-058",
    "LateBookingLimit": "NX-059",
    "LateCancellationLimit": "NX-060",
    "IntervalLimit": "NX-061",
    "NoReturnPolicy": "NX-062",
    "NoReturnPolicyAllResources": "NX-063",
    "NoReturnPolicyAllUsers": "NX-064",
    "MaxBookingLength": "NX-065",
    "MinBookingLength": "NX-066",
    "ChargeCancellationFee": "NX-090",
    "CancellationFeeAmount": "NX-091",
    "CancellationFeePercentage": "NX-092",
    "RepeatBookingQuantityLimit": "NX-093",
    "RepeatBookingPeriodLimitInMonths": "NX-094",
}
PRODUCT = {"CancellationFeeProductId": "NX-089"}
NUMBERS = {
    "BookInAdvanceLimit": "NX-058",
    "LateBookingLimit": "NX-059",
    "CancellationFeeAmount": "NX-091",
    "CancellationFeePercentage": "NX-092",
}


@pytest.mark.parametrize("field", [pytest.param(name, marks=demonstrates(row)) for name, row in FIELDS.items()])
def test_a_booking_policy_is_accepted(nexudus, with_field, field):
    assert nexudus.create(with_field(field)).accepted


@demonstrates("NX-116")
def test_no_limit_for_booking_in_advance_is_null(nexudus, minimum):
    assert nexudus.create(minimum | {"BookInAdvanceLimit": None}).accepted


@pytest.mark.parametrize("field", [pytest.param(name, marks=requirement(row)) for name, row in NUMBERS.items()])
def test_a_number_may_have_a_fraction(nexudus, with_field, field):
    assert nexudus.create(with_field(field) | {field: 2.5}, probe=True).status < 500


@pytest.mark.parametrize("field", [pytest.param(name, marks=requirement(row)) for name, row in PRODUCT.items()])
def test_a_fee_product_may_be_named(nexudus, with_field, field):
    assert nexudus.offer(with_field(field)).accepted
