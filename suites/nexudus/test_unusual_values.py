"""Unusual values that no sentence forbids: a server may refuse them, but it answers."""

import pytest

from bookproof.plugin import requirement

INTEGERS = {"zero": 0, "negative": -1, "beyond 32 bits": 2**31, "the largest of 64 bits": 2**63 - 1}
NUMBERS = {"zero": 0, "negative": -0.5, "huge": 1e300, "tiny": 1e-300, "an integer with a point": 5.0}
TEXTS = {
    "empty": "",
    "long": "d" * 10_000,
    "another alphabet": "Ünïcödé Жёлтая 会議室 🧘",
    "markup": "<b>“quotes”</b> & 'more' \\ %s {0} ${x}",
    "lines": "first\nsecond\ttabbed\r\nthird",
    "digits": "0123",
}
TEXT_FIELDS = {
    "Description": "NX-048",
    "EmailConfirmationContent": "NX-051",
    "GroupName": "NX-054",
    "Shifts": "NX-069",
    "LastCleanedAt": "NX-082",
    "LinkedResourceIds": "NX-084",
}
INTEGER_FIELDS = {
    "DisplayOrder": "NX-033",
    "Allocation": "NX-056",
    "LateCancellationLimit": "NX-060",
    "IntervalLimit": "NX-061",
    "NoReturnPolicy": "NX-062",
    "MaxBookingLength": "NX-065",
    "MinBookingLength": "NX-066",
    "CancellationFeeProductId": "NX-089",
    "RepeatBookingQuantityLimit": "NX-093",
}
NUMBER_FIELDS = {
    "BookInAdvanceLimit": "NX-058",
    "LateBookingLimit": "NX-059",
    "Longitude": "NX-074",
    "Latitude": "NX-075",
    "CancellationFeeAmount": "NX-091",
    "CancellationFeePercentage": "NX-092",
}


@requirement("NX-027")
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_an_unusual_name_is_answered(nexudus, minimum, text):
    assert nexudus.create(minimum | {"Name": f"bookproof-{text}"}).status < 500


@pytest.mark.parametrize("field", [pytest.param(name, marks=requirement(row)) for name, row in TEXT_FIELDS.items()])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_an_unusual_text_is_answered(nexudus, minimum, field, text):
    assert nexudus.create(minimum | {field: text}).status < 500


@pytest.mark.parametrize("field", [pytest.param(name, marks=requirement(row)) for name, row in INTEGER_FIELDS.items()])
@pytest.mark.parametrize("number", INTEGERS.values(), ids=INTEGERS)
def test_an_unusual_integer_is_answered(nexudus, minimum, field, number):
    assert nexudus.create(minimum | {field: number}).status < 500


@pytest.mark.parametrize("field", [pytest.param(name, marks=requirement(row)) for name, row in NUMBER_FIELDS.items()])
@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_an_unusual_number_is_answered(nexudus, minimum, field, number):
    assert nexudus.create(minimum | {field: number}).status < 500


@requirement("NX-095")
def test_properties_that_the_document_does_not_name_are_answered(nexudus, minimum):
    assert nexudus.create(minimum | {"TypeName": "resource", "BookproofNote": {"a": [1]}}, probe=True).status < 500
