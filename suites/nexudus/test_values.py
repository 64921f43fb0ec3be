"""What a field may hold: what the document plainly allows is accepted (lines 70-87 and 118-371).

Unusual values that no sentence forbids, and names of things outside, are answered. What was accepted is in the record
(lines 43, 62, 100-108 and 350), where the target lets records be read.
"""

import json

from bookproof.apis.nexudus.fields import (
    FLAG_PATTERNS,
    FLAGS,
    ID_LISTS,
    SWITCH_PATTERNS,
    SWITCHES,
    TYPICAL,
    flags,
    switches,
)
from bookproof.plugin import requirement, send_pack, variants
from bookproof.variants import Variant

SYSTEM_RESOURCE_TYPES = (1, 0, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 99)
FIELDS = {
    "Description": "NX-048",
    "ClearPictureFile": "NX-050",
    "EmailConfirmationContent": "NX-051",
    "Visible": "NX-052",
    "RequiresConfirmation": "NX-053",
    "GroupName": "NX-054",
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
    "Tariffs": "NX-067",
    "Teams": "NX-068",
    "LinkedResources": "NX-070",
    "Longitude": "NX-074",
    "Latitude": "NX-075",
    "HideInCalendar": "NX-076",
    "Archived": "NX-077",
    "UseSharedZoomAccount": "NX-078",
    "LastCleanedAt": "NX-082",
    "LinkedResourceIds": "NX-084",
    "OnlyForContacts": "NX-085",
    "OnlyForMembers": "NX-086",
    "OnlyForInvoicingBusiness": "NX-087",
    "BookingAvailabilityExceptions": "NX-088",
    "ChargeCancellationFee": "NX-090",
    "CancellationFeeAmount": "NX-091",
    "CancellationFeePercentage": "NX-092",
    "RepeatBookingQuantityLimit": "NX-093",
    "RepeatBookingPeriodLimitInMonths": "NX-094",
    "TimeSlots": "NX-136",
}
COMPANY = {
    "AllowMultipleBookings": {"Allocation": 12},
    "LimitVisitorsToAllocation": {"Allocation": 12},
    "CancellationFeeAmount": {"CancellationFeeType": 1},
    "CancellationFeePercentage": {"CancellationFeeType": 2},
    "ChargeCancellationFee": {"CancellationFeeType": 1, "CancellationFeeAmount": TYPICAL["CancellationFeeAmount"]},
    "Longitude": {"Latitude": TYPICAL["Latitude"]},
    "Latitude": {"Longitude": TYPICAL["Longitude"]},
    "RepeatBookingQuantityLimit": {"RepeatBookingPeriodLimitInMonths": 6},
    "RepeatBookingPeriodLimitInMonths": {"RepeatBookingQuantityLimit": 10},
}
FEES = {
    0: {},
    1: {"CancellationFeeAmount": TYPICAL["CancellationFeeAmount"]},
    2: {"CancellationFeePercentage": TYPICAL["CancellationFeePercentage"]},
}
OTHER_WAY_ROUND = (*SWITCHES, "ChargeCancellationFee")
APART = {"Archived": {"SystemResourceType": 99}}
"""An archived resource may be out of sight, so little else is sent with it."""
WHOLE = {
    "Longitude": {"Latitude": 2},
    "Latitude": {"Longitude": 2},
    "CancellationFeeAmount": {"CancellationFeeType": 1},
    "CancellationFeePercentage": {"CancellationFeeType": 2},
}
DAYS = [{"DayOfWeek": day, "FromTime": "1976-01-01T09:00:00Z", "ToTime": "1976-01-01T12:00:00Z"} for day in range(7)]
MANY = [
    {"DayOfWeek": day, "FromTime": f"1976-01-01T{hour:02}:{start:02}:00Z", "ToTime": f"1976-01-01T{hour:02}:{end}:00Z"}
    for day in range(7)
    for hour in range(8, 18)
    for start, end in ((0, 15), (20, 35), (40, 55))
]
SLOTS = {
    "no slot": ("NX-136", []),
    "day 0 of the code example": (
        "NX-138",
        [{"DayOfWeek": 0, "FromTime": "1976-01-01T10:30:00Z", "ToTime": "1976-01-01T11:30:00Z"}],
    ),
    "other dates": (
        "NX-140",
        [
            {"DayOfWeek": 2, "FromTime": "2025-01-15T10:30:00Z", "ToTime": "2025-01-15T11:30:00Z"},
            {"DayOfWeek": 3, "FromTime": "2031-12-31T07:00:00Z", "ToTime": "2031-12-31T19:00:00Z"},
        ],
    ),
    "several": (
        "NX-136",
        [
            {"DayOfWeek": 1, "FromTime": "1976-01-01T09:00:00Z", "ToTime": "1976-01-01T12:30:00Z"},
            {"DayOfWeek": 1, "FromTime": "1976-01-01T14:00:00Z", "ToTime": "1976-01-01T17:15:00Z"},
            {"DayOfWeek": 6, "FromTime": "1976-01-01T00:00:00Z", "ToTime": "1976-01-01T08:45:00Z"},
        ],
    ),
}
ALLOWED = (
    *(Variant(f"category {n}", "NX-020", {"SystemResourceType": n}) for n in SYSTEM_RESOURCE_TYPES),
    *(Variant(f"fee type {n}", "NX-023", {"CancellationFeeType": n}, beside) for n, beside in FEES.items()),
    *(Variant(name, row, {name: TYPICAL[name]}, COMPANY.get(name, {})) for name, row in FIELDS.items()),
    *(Variant(flag, "NX-045", {flag: True}) for flag in FLAGS),
    Variant("no amenity", "NX-045", dict.fromkeys(FLAGS, False)),
    *(Variant(f"amenities {pattern}", "NX-045", flags(pattern)) for pattern in FLAG_PATTERNS),
    *(
        Variant(f"{name} {json.dumps(not TYPICAL[name])}", FIELDS[name], {name: not TYPICAL[name]}, APART.get(name, {}))
        for name in OTHER_WAY_ROUND
    ),
    *(Variant(f"{name} whole", FIELDS[name], {name: 2}, beside) for name, beside in WHOLE.items()),
    *(Variant(words, row, {"TimeSlots": slots}) for words, (row, slots) in SLOTS.items()),
    Variant("no limit for booking in advance", "NX-116", {"BookInAdvanceLimit": None}),
)

INTEGERS = {
    "zero": 0,
    "negative": -1,
    "six digits": 100_000,
    "beyond 32 bits": 2**31,
    "the largest of 64 bits": 2**63 - 1,
    "beyond 64 bits": 2**64,
}
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
    "markup": "<b>“quotes”</b> & 'more' \\ \"%s\" {0} ${x}",
    "lines": "first\nsecond\ttabbed\r\nthird",
    "digits": "0123",
    "escapes": "a+b%41 &amp; &#39;c&#39; *d* -- e; \\u0041 https://example.com/?f=1&g=2 \\",
    "a word of code": "null",
    "JSON": '{"a": [1]}',
    "a power": "1e3",
}
SIGNS = {"a sign that ends text in C": "end\0less"}
LONG_LIST = {"a long list": list(range(1, 301))}
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
NAMES = {
    "mixed case": "BoArD rOOm",
    "300 characters": "n" * 300,
    **TEXTS,
}
ODD_SLOTS = {
    "every day of the week": ("NX-141", DAYS),
    "the last day of the week": ("NX-141", DAYS[6:]),
    "many": ("NX-136", MANY),
    "past midnight": (
        "NX-140",
        [
            {"DayOfWeek": 4, "FromTime": "2025-01-15T22:00:00Z", "ToTime": "2025-01-16T02:00:00Z"},
            {"DayOfWeek": 5, "FromTime": "1976-01-01T18:00:00Z", "ToTime": "1976-01-01T00:00:00Z"},
        ],
    ),
    "with an offset": (
        "NX-138",
        [{"DayOfWeek": 2, "FromTime": "1976-01-01T20:30:00-05:00", "ToTime": "1976-01-01T21:30:00-05:00"}],
    ),
    "with more members": ("NX-138", [{**DAYS[2], "Id": 1, "BookproofNote": {"a": [1]}}]),
    "empty": ("NX-138", [{}]),
    "day alone": ("NX-138", [{"DayOfWeek": 3}]),
}


def unusual(field, row, values):
    """Variants of one field that a target may refuse, though it must not break down."""
    foreign = field in ID_LISTS or (field in OUTSIDE and field != "Shifts")
    return [
        Variant(f"{field} {words}", row, {field: value}, vouched=False, foreign=foreign)
        for words, value in values.items()
    ]


UNUSUAL = (
    *(Variant(f"policies {p}", "NX-095", switches(p), {"Allocation": 12}, vouched=False) for p in SWITCH_PATTERNS),
    *(unusual("Name", "NX-027", {words: f"bookproof-{text}" for words, text in NAMES.items()})),
    *(variant for field, row in TEXT_FIELDS.items() for variant in unusual(field, row, TEXTS | SIGNS)),
    *(variant for field, row in INTEGER_FIELDS.items() for variant in unusual(field, row, INTEGERS)),
    *(variant for field, row in NUMBER_FIELDS.items() for variant in unusual(field, row, NUMBERS)),
    *(variant for words, (row, slots) in ODD_SLOTS.items() for variant in unusual("TimeSlots", row, {words: slots})),
    *(variant for field, row in OUTSIDE.items() for variant in unusual(field, row, {"typical": TYPICAL[field]})),
    *(
        variant
        for number, field in enumerate(ID_LISTS)
        for variant in unusual(
            field, "NX-119", {"ids that nobody knows": [10 * number + 501, 10 * number + 502]} | LONG_LIST
        )
    ),
    Variant("undocumented", "NX-095", {"TypeName": "resource", "BookproofNote": {"a": [1]}}, vouched=False),
)


VALUES = (*ALLOWED, *UNUSUAL)


@requirement("NX-096", "NX-018", "NX-040", "NX-041", "NX-042", "NX-046", "NX-121", "NX-137", "NX-139")
@variants("minimum", VALUES)
def test_what_may_be_sent_is_answered_and_kept(nexudus, pack):
    assert send_pack(nexudus.session, pack, look=nexudus.look_at)


@requirement("NX-096")
def test_all_82_fields_may_be_sent_together(nexudus, minimum):
    assert nexudus.offer(nexudus.samples.everything()).accepted


@requirement("NX-096")
def test_null_in_place_of_every_optional_field_is_answered(nexudus, minimum):
    assert nexudus.create(dict.fromkeys(nexudus.samples.everything()) | minimum).status < 500
