"""What was sent is in the record (lines 43, 62, 100-108, 314 and 350), where the target lets records be read."""

from bookproof.apis.nexudus.fields import flags
from bookproof.plugin import demonstrates, needs, requirement, variants
from bookproof.variants import Variant

pytestmark = needs("readback")

NAMES = {
    "mixed case": "bookproof-BoArD rOOm",
    "another alphabet": "bookproof-Жёлтая 会議室 🧘",
    "markup": "bookproof <b>“board”</b> & room",
    "long": "bookproof " + "n" * 90,
}
SLOTS = [
    {"DayOfWeek": 1, "FromTime": "1976-01-01T09:00:00Z", "ToTime": "1976-01-01T12:30:00Z"},
    {"DayOfWeek": 1, "FromTime": "1976-01-01T14:00:00Z", "ToTime": "1976-01-01T17:15:00Z"},
    {"DayOfWeek": 6, "FromTime": "1976-01-01T00:00:00Z", "ToTime": "1976-01-01T08:45:00Z"},
]
DATED_SLOTS = [
    {"DayOfWeek": 2, "FromTime": "2025-01-15T10:30:00Z", "ToTime": "2025-01-15T11:30:00Z"},
    {"DayOfWeek": 3, "FromTime": "2031-12-31T07:00:00Z", "ToTime": "2031-12-31T19:00:00Z"},
]
STORED = (
    *(Variant(words, "NX-040", {"Name": name}) for words, name in NAMES.items()),
    *(Variant(f"category {number}", "NX-041", {"SystemResourceType": number}) for number in (0, 2, 12, 99)),
    Variant("the resource type beside another category", "NX-042", {"SystemResourceType": 3}),
    *(Variant(f"amenities {pattern}", "NX-046", flags(pattern)) for pattern in range(5)),
    Variant("the view alone", "NX-121", {"LinkedResourceIds": "501,502"}),
    Variant("the view beside an empty list", "NX-121", {"LinkedResourceIds": "503,504", "LinkedResources": []}),
    Variant("several time slots", "NX-137", {"TimeSlots": SLOTS}),
    Variant("one time slot", "NX-137", {"TimeSlots": SLOTS[1:2]}),
    Variant("time slots of other dates", "NX-139", {"TimeSlots": DATED_SLOTS}),
)


@demonstrates("NX-018")
def test_a_created_record_can_be_read(nexudus, minimum):
    assert nexudus.send(nexudus.reading_of_a_record()).accepted


@requirement("NX-018")
def test_two_records_keep_what_each_of_them_was_given(nexudus, minimum):
    readings = [nexudus.reading_of(body) for body in (nexudus.samples.full(), nexudus.samples.full_otherwise())]
    assert all(nexudus.send(reading).accepted for reading in readings)


@requirement("NX-018")
def test_a_record_has_no_name_for_an_id(nexudus, minimum):
    assert nexudus.read("abc").refused


@variants("minimum", STORED)
def test_what_was_sent_is_in_the_record(nexudus, minimum, pack):
    assert nexudus.read_back_pack(minimum, pack)
