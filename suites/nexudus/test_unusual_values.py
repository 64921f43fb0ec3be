"""Unusual values that no sentence forbids, and names of things outside: a server may refuse them, but it answers."""

from bookproof.apis.nexudus.fields import ID_LISTS, TYPICAL
from bookproof.plugin import send_pack, variants
from bookproof.variants import Variant

INTEGERS = {"zero": 0, "negative": -1, "beyond 32 bits": 2**31, "the largest of 64 bits": 2**63 - 1}
NUMBERS = {
    "zero": 0,
    "negative": -0.5,
    "huge": 1e300,
    "tiny": 1e-300,
    "an integer with a point": 5.0,
    "a fraction": 2.5,
}
TEXTS = {
    "empty": "",
    "long": "d" * 10_000,
    "another alphabet": "Ünïcödé Жёлтая 会議室 🧘",
    "markup": "<b>“quotes”</b> & 'more' \\ %s {0} ${x}",
    "lines": "first\nsecond\ttabbed\r\nthird",
    "digits": "0123",
}
LISTS = {"ids that nobody knows": [501, 502], "a long list": list(range(1, 301))}
OUTSIDE = {
    "NewPictureUrl": "NX-049",
    "Shifts": "NX-069",
    "GoogleCalendarId": "NX-071",
    "KisiGroupId": "NX-072",
    "AccessControlGroupId": "NX-073",
    "ZoomAccessToken": "NX-079",
    "ZoomRefreshToken": "NX-080",
    "ZoomUserId": "NX-081",
    "Office365CalendarId": "NX-083",
    "CancellationFeeProductId": "NX-089",
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


DAYS = [{"DayOfWeek": day, "FromTime": "1976-01-01T09:00:00Z", "ToTime": "1976-01-01T12:00:00Z"} for day in range(7)]
SLOTS = {
    "every day of the week": ("NX-141", DAYS),
    "the last day of the week": ("NX-141", DAYS[6:]),
    "many": ("NX-136", DAYS * 30),
    "empty": ("NX-138", [{}]),
    "day alone": ("NX-138", [{"DayOfWeek": 3}]),
}


def unusual(field, row, values):
    """Variants of one field that a target may refuse, though it must not break down."""
    return [Variant(f"{field} {words}", row, {field: value}, vouched=False) for words, value in values.items()]


UNUSUAL = (
    *(unusual("Name", "NX-027", {words: f"bookproof-{text}" for words, text in TEXTS.items()})),
    *(variant for field, row in TEXT_FIELDS.items() for variant in unusual(field, row, TEXTS)),
    *(variant for field, row in INTEGER_FIELDS.items() for variant in unusual(field, row, INTEGERS)),
    *(variant for field, row in NUMBER_FIELDS.items() for variant in unusual(field, row, NUMBERS)),
    *(variant for words, (row, slots) in SLOTS.items() for variant in unusual("TimeSlots", row, {words: slots})),
    *(variant for field, row in OUTSIDE.items() for variant in unusual(field, row, {"typical": TYPICAL[field]})),
    *(variant for field in ID_LISTS for variant in unusual(field, "NX-119", LISTS)),
    Variant("undocumented", "NX-095", {"TypeName": "resource", "BookproofNote": {"a": [1]}}, vouched=False),
)


@variants("minimum", UNUSUAL)
def test_an_unusual_value_is_answered(nexudus, pack):
    assert send_pack(nexudus.session, pack)
