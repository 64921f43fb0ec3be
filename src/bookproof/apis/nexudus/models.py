"""The payloads of Nexudus' resources as pydantic models, read from the document and not from the contract: where the
two disagree, one of them misreads the document.

Fields are named as on the wire and stand in the document's order; line numbers are those of the document.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator
from pydantic_core import PydanticCustomError


def _integral(value: object) -> object:
    """JSON has one kind of number: 5.0 is the integer 5. True is no number, though Python counts it as 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise PydanticCustomError("integer", "Input should be an integer")
    return int(value)


def _numeric(value: object) -> int | float:
    """A JSON number as it came: 5 stays 5, so that what is stored is what was sent."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number", "Input should be a number")
    return value


Integer = Annotated[int, BeforeValidator(_integral)]
Number = Annotated[int | float, PlainValidator(_numeric)]
ResourceKind = Annotated[Literal[0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 99], BeforeValidator(_integral)]
"""Values of SystemResourceType (lines 70-83); the table has no 8."""
FeeKind = Annotated[Literal[0, 1, 2], BeforeValidator(_integral)]
"""Values of CancellationFeeType (lines 84-87)."""


class Payload(BaseModel):
    """Strict: "5" is no number and 1 no boolean. Unknown members are left aside."""

    model_config = ConfigDict(strict=True, extra="ignore")


class TimeSlot(Payload):
    """A span of time on a weekday, known from the code example (lines 365-371); the range of days is the vendor's."""

    DayOfWeek: Annotated[Integer, Field(ge=0, le=6)] | None = None
    FromTime: str | None = None
    ToTime: str | None = None


class CreateResource(Payload):
    """Body of a creation (lines 89-350): six required fields, 75 optional ones and the time slots.

    Null in place of an optional field counts as not sent; the document gives it a meaning for BookInAdvanceLimit only.
    """

    # Required fields, lines 91-116.
    BusinessId: Integer
    Name: str
    SystemResourceType: ResourceKind
    ResourceTypeId: Integer
    DisplayOrder: Integer
    CancellationFeeType: FeeKind

    # Optional fields, lines 118-140.
    Description: str | None = None
    NewPictureUrl: str | None = None
    ClearPictureFile: bool | None = None
    EmailConfirmationContent: str | None = None
    Visible: bool | None = None
    RequiresConfirmation: bool | None = None
    GroupName: str | None = None

    # Amenity flags, lines 141-224.
    Projector: bool | None = None
    Internet: bool | None = None
    ConferencePhone: bool | None = None
    StandardPhone: bool | None = None
    WhiteBoard: bool | None = None
    LargeDisplay: bool | None = None
    Catering: bool | None = None
    TeaAndCoffee: bool | None = None
    Drinks: bool | None = None
    SecurityLock: bool | None = None
    CCTV: bool | None = None
    VoiceRecorder: bool | None = None
    AirConditioning: bool | None = None
    Heating: bool | None = None
    NaturalLight: bool | None = None
    StandingDesk: bool | None = None
    QuietZone: bool | None = None
    WirelessCharger: bool | None = None
    PrivacyScreen: bool | None = None
    Soundproof: bool | None = None
    VideoConferencing: bool | None = None
    DualDisplayScreen: bool | None = None
    DisplayScreen: bool | None = None
    WirelessPresentation: bool | None = None
    PaSystem: bool | None = None
    DesktopMonitor: bool | None = None
    FlipChart: bool | None = None
    SecureStorage: bool | None = None

    # Capacity, limits in days or minutes, and lengths, lines 225-260.
    AllowMultipleBookings: bool | None = None
    Allocation: Integer | None = None
    LimitVisitorsToAllocation: bool | None = None
    BookInAdvanceLimit: Number | None = None
    LateBookingLimit: Number | None = None
    LateCancellationLimit: Integer | None = None
    IntervalLimit: Integer | None = None
    NoReturnPolicy: Integer | None = None
    NoReturnPolicyAllResources: Integer | None = None
    NoReturnPolicyAllUsers: Integer | None = None
    MaxBookingLength: Integer | None = None
    MinBookingLength: Integer | None = None

    # Links, calendars, place and visibility, lines 261-293.
    Tariffs: list[Integer] | None = None
    Teams: list[Integer] | None = None
    Shifts: str | None = None
    LinkedResources: list[Integer] | None = None
    GoogleCalendarId: str | None = None
    KisiGroupId: str | None = None
    AccessControlGroupId: str | None = None
    Longitude: Number | None = None
    Latitude: Number | None = None
    HideInCalendar: bool | None = None
    Archived: bool | None = None

    # Zoom, cleaning and audience, lines 294-326.
    UseSharedZoomAccount: bool | None = None
    ZoomAccessToken: str | None = None
    ZoomRefreshToken: str | None = None
    ZoomUserId: str | None = None
    LastCleanedAt: str | None = None
    Office365CalendarId: str | None = None
    LinkedResourceIds: str | None = None
    OnlyForContacts: bool | None = None
    OnlyForMembers: bool | None = None
    OnlyForInvoicingBusiness: bool | None = None
    BookingAvailabilityExceptions: list[Integer] | None = None

    # Cancellation fee and recurring bookings, lines 327-344.
    CancellationFeeProductId: Integer | None = None
    ChargeCancellationFee: bool | None = None
    CancellationFeeAmount: Number | None = None
    CancellationFeePercentage: Number | None = None
    RepeatBookingQuantityLimit: Integer | None = None
    RepeatBookingPeriodLimitInMonths: Integer | None = None

    # Children, lines 346-350.
    TimeSlots: list[TimeSlot] | None = None


class StoredResource(CreateResource):
    """A record as it is read back, which only the vendor's other public pages describe.

    The fields of its creation, null where they were not sent, and what the system adds; its times are UTC.
    """

    Id: Integer
    CreatedOn: str
    UpdatedOn: str
    UpdatedBy: str


class CreatedValue(Payload):
    """What was created (lines 384-386)."""

    Id: Integer


class _Succeeded(Payload):
    """Envelope of a success: the members listed in lines 376-392, in the order of the example in lines 394-408.

    OpenInDialog to UpdatedBy are in the example only, which is why they may be missing.
    """

    Status: Literal[200]
    Message: str
    Value: CreatedValue | None
    OpenInDialog: bool | None = None
    OpenInWindow: bool | None = None
    RedirectURL: str | None = None
    JavaScript: str | None = None
    UpdatedOn: str | None = None
    UpdatedBy: str | None = None
    Errors: None
    WasSuccessful: Literal[True]


class CreateSucceeded(_Succeeded):
    """Answer 200 to a creation: Value holds the Id of the new record."""

    Value: CreatedValue


class DeleteSucceeded(_Succeeded):
    """Answer 200 to a deletion, which only the vendor's other public pages describe: Value is null."""

    Value: None


class ErrorItem(Payload):
    """One property that is wrong (lines 30-34 and 429-433)."""

    AttemptedValue: Any = None
    Message: str
    PropertyName: str


class CreateRefused(Payload):
    """Answer 400 (lines 410-436); its Message reads `PropertyName: what is wrong`."""

    Message: str
    Value: None
    Errors: Annotated[list[ErrorItem], Field(min_length=1)]
    WasSuccessful: Literal[False]
