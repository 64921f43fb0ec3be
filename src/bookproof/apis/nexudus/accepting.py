"""Seeded defects in what a server takes in, field by field: what it lets pass, refuses and trips over."""

from collections.abc import Iterator
from typing import Final

from bookproof.apis.nexudus.fields import REQUIRED
from bookproof.apis.nexudus.hooks import has, lacks, minimum, puts_up_with, turns_away
from bookproof.apis.nexudus.reference import FIXTURES
from bookproof.apis.nexudus.values import (
    Values,
    is_beyond_32_bits,
    is_boolean,
    is_empty,
    is_foreign,
    is_fraction,
    is_list,
    is_long,
    is_negative,
    is_number,
    is_numeral,
    is_object,
    is_structure,
    is_text,
    is_truth_word,
    is_yes_or_no,
    is_zero,
)
from bookproof.exchange import ABSENT
from bookproof.faults import Defect, crashes, simply

_MINIMUM: Final = minimum(FIXTURES)
_REQUIRED_ROWS: Final = dict(zip(REQUIRED, ("NX-026", "NX-028", "NX-030", "NX-032", "NX-034", "NX-036"), strict=True))

_LETS_PASS: Final[tuple[tuple[str, str, str, Values, str], ...]] = (
    # field, requirement, kind, values, what happens
    ("BusinessId", "NX-025", "numeral", is_numeral, "a number written as text counts"),
    ("Name", "NX-027", "number", is_number, "a number is turned into text"),
    ("SystemResourceType", "NX-029", "boolean", is_boolean, "true counts as 1"),
    ("SystemResourceType", "NX-029", "numeral", is_numeral, "a number written as text counts"),
    ("ResourceTypeId", "NX-031", "fraction", is_fraction, "a fraction is cut off"),
    ("DisplayOrder", "NX-033", "null", lambda value: value is None, "null counts as 0"),
    ("CancellationFeeType", "NX-035", "numeral", is_numeral, "a number written as text counts"),
    ("Name", "NX-037", "null", lambda value: value is None, "null counts as an empty name"),
    ("Description", "NX-048", "number", is_number, "a number is turned into text"),
    (
        "Description",
        "NX-048",
        "nothing",
        lambda value: value in (0, False),
        "0 and false count as none and are not looked at",
    ),
    ("NewPictureUrl", "NX-049", "boolean", is_boolean, "true is turned into text"),
    ("ClearPictureFile", "NX-050", "text", is_truth_word, "the words true and false count as booleans"),
    ("EmailConfirmationContent", "NX-051", "list", is_list, "a list is joined into text"),
    ("Visible", "NX-052", "number", is_number, "0 and 1 count as booleans"),
    ("Visible", "NX-052", "empty", is_empty, "an empty text counts as null"),
    ("Visible", "NX-052", "True", lambda value: value == "True", "Python's word for true counts"),
    ("RequiresConfirmation", "NX-053", "word", is_yes_or_no, "yes and no count as booleans"),
    ("GroupName", "NX-054", "number", is_number, "a number is turned into text"),
    ("AllowMultipleBookings", "NX-055", "list", is_list, "a list that is not empty counts as true"),
    ("Allocation", "NX-056", "fraction", is_fraction, "a fraction is cut off"),
    ("Allocation", "NX-056", "empty", is_empty, "an empty text counts as null"),
    ("Allocation", "NX-056", "false", lambda value: value is False, "false counts as none and is not looked at"),
    ("Allocation", "NX-056", "padded", lambda value: value == " 12 ", "blanks around a number are cut off"),
    (
        "Allocation",
        "NX-056",
        "power",
        lambda value: value == "1e1",
        "a number with an exponent, written as text, counts",
    ),
    ("LimitVisitorsToAllocation", "NX-057", "text", is_truth_word, "the words true and false count as booleans"),
    ("BookInAdvanceLimit", "NX-058", "numeral", is_numeral, "a number written as text counts"),
    ("BookInAdvanceLimit", "NX-058", "empty", is_empty, "an empty text counts as null"),
    ("BookInAdvanceLimit", "NX-058", "NaN", lambda value: value == "NaN", "the word for no number counts as a number"),
    ("BookInAdvanceLimit", "NX-058", "comma", lambda value: value == "45,5", "a decimal comma in text counts"),
    ("LateBookingLimit", "NX-059", "boolean", is_boolean, "true counts as 1"),
    ("LateCancellationLimit", "NX-060", "fraction", is_fraction, "a fraction is cut off"),
    ("IntervalLimit", "NX-061", "numeral", is_numeral, "a number written as text counts"),
    ("NoReturnPolicy", "NX-062", "list", is_list, "a list of one number counts as the number"),
    ("NoReturnPolicyAllResources", "NX-063", "boolean", is_boolean, "the minutes are taken for a switch"),
    ("NoReturnPolicyAllUsers", "NX-064", "boolean", is_boolean, "the minutes are taken for a switch"),
    ("MaxBookingLength", "NX-065", "numeral", is_numeral, "a number written as text counts"),
    ("MinBookingLength", "NX-066", "word", lambda value: value == "many", "any word is stored as 0"),
    ("Tariffs", "NX-067", "scalar", is_number, "one id counts as a list of it"),
    ("Teams", "NX-068", "text", is_text, "ids in a text are split at commas"),
    ("Teams", "NX-068", "empty", lambda value: value == "", "an empty text counts as an empty list"),
    ("Teams", "NX-068", "nothing", is_zero, "0 counts as none and is not looked at"),
    ("Shifts", "NX-069", "structure", is_structure, "JSON that is not encoded as text is encoded"),
    ("LinkedResources", "NX-070", "object", is_object, "the values of an object count as a list"),
    ("GoogleCalendarId", "NX-071", "number", is_number, "a number is turned into text"),
    ("KisiGroupId", "NX-072", "number", is_number, "a number is turned into text"),
    ("AccessControlGroupId", "NX-073", "object", is_object, "an object is turned into text"),
    ("Longitude", "NX-074", "numeral", is_numeral, "a number written as text counts"),
    ("Latitude", "NX-075", "list", is_list, "a list of one number counts as the number"),
    ("HideInCalendar", "NX-076", "number", is_number, "0 and 1 count as booleans"),
    ("Archived", "NX-077", "text", is_truth_word, "the words true and false count as booleans"),
    ("UseSharedZoomAccount", "NX-078", "object", is_object, "an object counts as true"),
    ("ZoomAccessToken", "NX-079", "number", is_number, "a number is turned into text"),
    ("ZoomRefreshToken", "NX-080", "list", is_list, "a list is joined into text"),
    ("ZoomUserId", "NX-081", "number", is_number, "a number is turned into text"),
    ("LastCleanedAt", "NX-082", "number", is_number, "a number counts as seconds since 1970"),
    ("Office365CalendarId", "NX-083", "boolean", is_boolean, "true is turned into text"),
    ("LinkedResourceIds", "NX-084", "list", is_list, "a list is joined into text"),
    ("OnlyForContacts", "NX-085", "number", is_number, "0 and 1 count as booleans"),
    ("OnlyForMembers", "NX-086", "word", is_yes_or_no, "yes and no count as booleans"),
    ("OnlyForInvoicingBusiness", "NX-087", "text", is_truth_word, "the words true and false count as booleans"),
    ("BookingAvailabilityExceptions", "NX-088", "scalar", is_number, "one id counts as a list of it"),
    ("CancellationFeeProductId", "NX-089", "numeral", is_numeral, "a number written as text counts"),
    ("ChargeCancellationFee", "NX-090", "number", is_number, "0 and 1 count as booleans"),
    ("CancellationFeeAmount", "NX-091", "numeral", is_numeral, "a number written as text counts"),
    ("CancellationFeePercentage", "NX-092", "boolean", is_boolean, "true counts as 1"),
    ("RepeatBookingQuantityLimit", "NX-093", "fraction", is_fraction, "a fraction is cut off"),
    (
        "RepeatBookingPeriodLimitInMonths",
        "NX-094",
        "numeral",
        is_numeral,
        "a number written as text counts",
    ),
    ("TimeSlots", "NX-136", "nothing", lambda value: value in ("", False), "what counts as none is not looked at"),
    ("TimeSlots", "NX-136", "object", is_object, "one slot counts as a list of it"),
)

_REFUSED: Final[tuple[tuple[str, str, str, Values, str], ...]] = (
    # field, requirement, name, values, what is refused
    ("Description", "NX-048", "text", is_text, "any text"),
    ("RequiresConfirmation", "NX-053", "true", lambda value: value is True, "true"),
    ("BookInAdvanceLimit", "NX-116", "null", lambda value: value is None, "null"),
    (
        "MinBookingLength",
        "NX-066",
        "odd numbers",
        lambda value: is_number(value) and value % 30 != 0,
        "what is no multiple of 30",
    ),
    ("Tariffs", "NX-067", "empty", is_empty, "an empty list"),
    ("Latitude", "NX-075", "fractions", is_fraction, "fractions of a degree"),
    ("LastCleanedAt", "NX-082", "utc", lambda value: str(value).endswith("Z"), "times that end in Z"),
    ("LinkedResourceIds", "NX-084", "text", is_text, "any text, as a read-only property"),
    ("CancellationFeeAmount", "NX-091", "fractions", is_fraction, "amounts with a fraction"),
    ("TimeSlots", "NX-136", "empty", is_empty, "an empty list"),
    ("Archived", "NX-077", "true", lambda value: value is True, "true, since nobody books an archived resource"),
    ("HideInCalendar", "NX-076", "false", lambda value: value is False, "false"),
    (
        "Longitude",
        "NX-074",
        "whole degrees",
        lambda value: is_number(value) and value and value == int(value),
        "a whole number of degrees",
    ),
    ("SecureStorage", "NX-045", "true", lambda value: value is True, "true"),
    ("SystemResourceType", "NX-020", "0", is_zero, "0, as if nothing had been sent"),
    ("SystemResourceType", "NX-020", "9", lambda value: value == 9, "9, since the numbers end at 8 values"),
    ("SystemResourceType", "NX-020", "99", lambda value: value == 99, "99"),
    ("CancellationFeeType", "NX-023", "2", lambda value: value == 2, "2"),
)

_TRIPS: Final[tuple[tuple[str, str, str, Values], ...]] = (
    # field, requirement, values in words, values
    ("Name", "NX-027", "another alphabet", is_foreign),
    ("Name", "NX-027", "a long text", is_long),
    ("Description", "NX-048", "a sign that ends text in C", lambda value: is_text(value) and "\0" in value),
    ("DisplayOrder", "NX-033", "a negative number", is_negative),
    ("DisplayOrder", "NX-033", "a number beyond 32 bits", is_beyond_32_bits),
    ("Description", "NX-048", "a long text", is_long),
    ("EmailConfirmationContent", "NX-051", "braces", lambda value: "{0}" in str(value)),
    ("GroupName", "NX-054", "another alphabet", is_foreign),
    ("Allocation", "NX-056", "zero", is_zero),
    ("Allocation", "NX-056", "a number beyond 64 bits", lambda value: is_number(value) and value >= 2**63),
    ("NoReturnPolicy", "NX-062", "zero", is_zero),
    ("MaxBookingLength", "NX-065", "a negative number", is_negative),
    ("Description", "NX-048", "a sign of escape at the end", lambda value: is_text(value) and value.endswith("\\")),
    ("GroupName", "NX-054", "the word null", lambda value: value == "null"),
    ("Shifts", "NX-069", "an empty text", is_empty),
    ("Latitude", "NX-075", "a huge number", lambda value: is_number(value) and value > 1e18),
    ("Tariffs", "NX-119", "many ids", lambda value: isinstance(value, list) and len(value) > 100),
    ("TimeSlots", "NX-136", "many slots", lambda value: isinstance(value, list) and len(value) > 100),
    ("TimeSlots", "NX-138", "a slot that says nothing", lambda value: value == [{}]),
    ("TimeSlots", "NX-138", "an offset", lambda value: is_list(value) and "-05:00" in str(value)),
    ("TimeSlots", "NX-138", "more members", lambda value: is_list(value) and "'Id'" in str(value)),
)


def _named(field: str, *parts: str) -> str:
    words = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in field).strip("-")
    return "-".join(("nx", words, *(part.replace(" ", "-") for part in parts)))


def _lenient() -> Iterator[Defect]:
    for field, row, kind, values, happens in _LETS_PASS:
        default = _MINIMUM.get(field, ABSENT)
        yield Defect(
            _named(field, "takes", kind),
            f"{field}: {happens}.",
            (row,),
            simply(puts_up_with(has(field, values), **{field: default})),
        )


def _fussy() -> Iterator[Defect]:
    for field, row, name, values, what in _REFUSED:
        yield Defect(
            _named(field, "refuses", name),
            f"{field}: {what} is refused.",
            (row,),
            simply(turns_away(has(field, values), field)),
        )


def _fragile() -> Iterator[Defect]:
    for field, row, what, values in _TRIPS:
        yield Defect(
            _named(field, "trips over", what),
            f"{field}: {what} ends in a server error.",
            (row,),
            simply(crashes(has(field, values))),
        )


def _optional() -> Iterator[Defect]:
    for field, row in _REQUIRED_ROWS.items():
        yield Defect(
            _named(field, "optional"),
            f"{field} may be left out.",
            (row,),
            simply(puts_up_with(lacks(field), **{field: _MINIMUM[field]})),
        )


DEFECTS: Final = (*_optional(), *_lenient(), *_fussy(), *_fragile())
