"""What the document plainly allows is accepted (lines 70-87 and 118-371): every field, every enumerated number."""

from bookproof.apis.nexudus.fields import TYPICAL
from bookproof.plugin import requirement, send_pack, variants
from bookproof.variants import Variant

SYSTEM_RESOURCE_TYPES = (1, 0, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 99)
CANCELLATION_FEE_TYPES = (0, 1, 2)
FLAGS = (
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
    "ChargeCancellationFee": {"CancellationFeeType": 1, "CancellationFeeAmount": 25.5},
}
SLOTS = {
    "no slot": ("NX-136", []),
    "day 0 of the code example": (
        "NX-138",
        [{"DayOfWeek": 0, "FromTime": "1976-01-01T10:30:00Z", "ToTime": "1976-01-01T11:30:00Z"}],
    ),
    "another date": (
        "NX-140",
        [{"DayOfWeek": 1, "FromTime": "2025-01-15T10:30:00Z", "ToTime": "2025-01-15T11:30:00Z"}],
    ),
}
ALLOWED = (
    *(Variant(f"category {n}", "NX-020", {"SystemResourceType": n}) for n in SYSTEM_RESOURCE_TYPES),
    *(Variant(f"fee type {n}", "NX-023", {"CancellationFeeType": n}) for n in CANCELLATION_FEE_TYPES),
    *(Variant(name, row, {name: TYPICAL[name]}, COMPANY.get(name, {})) for name, row in FIELDS.items()),
    *(Variant(flag, "NX-045", {flag: True}) for flag in FLAGS),
    Variant("no amenity", "NX-045", dict.fromkeys(FLAGS, False)),
    *(Variant(words, row, {"TimeSlots": slots}) for words, (row, slots) in SLOTS.items()),
    Variant("no limit for booking in advance", "NX-116", {"BookInAdvanceLimit": None}),
)


@variants("minimum", ALLOWED)
def test_what_the_document_allows_is_accepted(nexudus, pack):
    assert send_pack(nexudus.session, pack)


@requirement("NX-096")
def test_all_82_fields_may_be_sent_together(nexudus, minimum):
    assert nexudus.offer(nexudus.samples.everything()).accepted


@requirement("NX-096")
def test_null_in_place_of_every_optional_field_is_answered(nexudus, minimum):
    assert nexudus.create(dict.fromkeys(nexudus.samples.everything()) | minimum).status < 500
