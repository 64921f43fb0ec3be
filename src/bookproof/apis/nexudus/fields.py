"""What the suites send: the enumerated values, a typical value for each optional field, and what they know of it.

The document's order is kept. Ids and addresses that only a target's owner could know are listed apart: a target may
refuse them for reasons of its own, so nobody vouches for them.
"""

from collections.abc import Mapping
from itertools import combinations
from typing import Any, Final

REQUIRED: Final = ("BusinessId", "Name", "SystemResourceType", "ResourceTypeId", "DisplayOrder", "CancellationFeeType")

KINDS: Final[Mapping[int, str]] = {
    0: "None",
    1: "MeetingRoom",
    2: "HotDesk",
    3: "PrivateOffice",
    4: "EventSpace",
    5: "Lab",
    6: "Kitchen",
    7: "TreatmentRoom",
    9: "StorageUnit",
    10: "Machine",
    11: "DayPass",
    12: "PhoneBooth",
    99: "Other",
}
"""Values of SystemResourceType and their names, lines 70-83."""

FEE_KINDS: Final[Mapping[int, str]] = {0: "None", 1: "Absolute", 2: "Percentage"}
"""Values of CancellationFeeType and their names, lines 84-87."""

FLAGS: Final = (
    "Projector",
    "Internet",
    "ConferencePhone",
    "StandardPhone",
    "WhiteBoard",
    "LargeDisplay",
    "Catering",
    "TeaAndCoffee",
    "Drinks",
    "SecurityLock",
    "CCTV",
    "VoiceRecorder",
    "AirConditioning",
    "Heating",
    "NaturalLight",
    "StandingDesk",
    "QuietZone",
    "WirelessCharger",
    "PrivacyScreen",
    "Soundproof",
    "VideoConferencing",
    "DualDisplayScreen",
    "DisplayScreen",
    "WirelessPresentation",
    "PaSystem",
    "DesktopMonitor",
    "FlipChart",
    "SecureStorage",
)
"""The amenity flags, lines 141-224."""

ID_LISTS: Final = ("Tariffs", "Teams", "LinkedResources", "BookingAvailabilityExceptions")
"""Lists of ids of other records (lines 261-326): sent empty, since no run knows such ids."""

SLOT: Final = {"DayOfWeek": 1, "FromTime": "1976-01-01T09:00:00Z", "ToTime": "1976-01-01T17:30:00Z"}

TYPICAL: Final[Mapping[str, Any]] = {
    "Description": "Seats twelve, with a view of the garden.",
    "NewPictureUrl": "https://example.com/board-room-a.png",
    "ClearPictureFile": False,
    "EmailConfirmationContent": "Ring the bell at the side door.",
    "Visible": False,
    "RequiresConfirmation": True,
    "GroupName": "bookproof-floor 2",
    **dict.fromkeys(FLAGS, True),
    "AllowMultipleBookings": True,
    "Allocation": 12,
    "LimitVisitorsToAllocation": True,
    "BookInAdvanceLimit": 90,
    "LateBookingLimit": 30,
    "LateCancellationLimit": 60,
    "IntervalLimit": 15,
    "NoReturnPolicy": 50,
    "NoReturnPolicyAllResources": 45,
    "NoReturnPolicyAllUsers": 20,
    "MaxBookingLength": 480,
    "MinBookingLength": 35,
    "Tariffs": [],
    "Teams": [],
    "Shifts": "[]",
    "LinkedResources": [],
    "GoogleCalendarId": "board-room-a@group.calendar.example.com",
    "KisiGroupId": "8812",
    "AccessControlGroupId": "acg-12",
    "Longitude": -0.0877,
    "Latitude": 51.5079,
    "HideInCalendar": True,
    "Archived": False,
    "UseSharedZoomAccount": False,
    "ZoomAccessToken": "example-access-token",
    "ZoomRefreshToken": "example-refresh-token",
    "ZoomUserId": "zoom-user-1",
    "LastCleanedAt": "2025-01-15T10:30:00Z",
    "Office365CalendarId": "AAMkAGI2TAAA=",
    "LinkedResourceIds": "501,502",
    "OnlyForContacts": False,
    "OnlyForMembers": True,
    "OnlyForInvoicingBusiness": True,
    "BookingAvailabilityExceptions": [],
    "CancellationFeeProductId": 701,
    "ChargeCancellationFee": True,
    "CancellationFeeAmount": 25.75,
    "CancellationFeePercentage": 12.25,
    "RepeatBookingQuantityLimit": 10,
    "RepeatBookingPeriodLimitInMonths": 6,
    "TimeSlots": [SLOT],
}
"""Harmless where it can be: the resource stays hidden, no picture is fetched, no record of the account is linked."""

FOREIGN: Final = frozenset(
    {
        "NewPictureUrl",
        "Shifts",
        "GoogleCalendarId",
        "KisiGroupId",
        "AccessControlGroupId",
        "ZoomAccessToken",
        "ZoomRefreshToken",
        "ZoomUserId",
        "Office365CalendarId",
        "CancellationFeeProductId",
    }
)
"""Fields whose value names something outside of the request, or has a form that is not documented (line 269)."""


SWITCHES: Final = (
    "OnlyForContacts",
    "Visible",
    "RequiresConfirmation",
    "AllowMultipleBookings",
    "LimitVisitorsToAllocation",
    "HideInCalendar",
    "Archived",
    "OnlyForInvoicingBusiness",
    "OnlyForMembers",
)
"""Booleans of the booking policies that go together in any way; the first and the last are never true at once."""

FLAG_PATTERNS: Final = range(7)
SWITCH_PATTERNS: Final = range(5)


def flags(pattern: int) -> dict[str, bool]:
    """All amenity flags, some of them true. Of any two, some pattern has the first alone, another the second alone."""
    return _some(FLAGS, 3, FLAG_PATTERNS, pattern)


def switches(pattern: int) -> dict[str, bool]:
    """The same for switches."""
    return _some(SWITCHES, 2, SWITCH_PATTERNS, pattern)


def _some(names: tuple[str, ...], times: int, patterns: range, pattern: int) -> dict[str, bool]:
    """Each name is true in as many patterns, and no two in the same ones: a shorter list would hide in a longer."""
    return {name: pattern in where for name, where in zip(names, combinations(patterns, times), strict=False)}
