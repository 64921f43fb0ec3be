"""Bodies that HighLevel's reference accepts: it knows these ids."""

from bookproof.apis.highlevel.reference import FIXTURES

ROOM = {
    "locationId": FIXTURES["location_id"],
    "name": "yoga room",
    "description": "First floor",
    "quantity": 1,
    "outOfService": 0,
    "capacity": 85,
    "calendarIds": FIXTURES["calendar_ids"][:2],
}
EQUIPMENT = ROOM | {"name": "projector", "calendarIds": FIXTURES["calendar_ids"][:1]}
