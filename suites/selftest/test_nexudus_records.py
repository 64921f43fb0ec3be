"""What a record that is read back may show in place of what was sent, and what it may not."""

import json

import pytest

from bookproof import apis
from bookproof.exchange import Exchange, Request, Response

NEXUDUS = apis.load("nexudus")
ADDRESS = NEXUDUS.contract.servers[0] + "/api/spaces/resources"
HEADERS = (("Content-Type", "application/json"), ("Authorization", "Bearer t"))
MINIMUM = {
    "BusinessId": 1,
    "Name": "Board",
    "SystemResourceType": 1,
    "ResourceTypeId": 1,
    "DisplayOrder": 1,
    "CancellationFeeType": 0,
}
OPEN = {"DayOfWeek": 1, "FromTime": "1976-01-01T20:30:00-05:00"}


def found(sent, shown):
    """The requirements that a record breaks which shows other values than were sent."""
    judge = NEXUDUS.judge()
    envelope = {"Status": 200, "Message": "m", "Value": {"Id": 7}, "Errors": None, "WasSuccessful": True}
    for method, address, body, answer in (
        ("POST", ADDRESS, json.dumps(MINIMUM | sent).encode(), envelope),
        ("GET", f"{ADDRESS}/7", b"", {"Id": 7, **MINIMUM, **sent, **shown}),
    ):
        response = Response(200, HEADERS, json.dumps(answer).encode())
        judged = judge.observe(Exchange(Request(method, address, HEADERS, body), response))
    return {finding.requirement for finding in judged.findings}


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"LastCleanedAt": "2025-01-15T10:30:00Z"}, {"LastCleanedAt": "2025-01-15T12:30:00+02:00"}),
        ({"BookInAdvanceLimit": None}, {"BookInAdvanceLimit": 0}),
        ({"TimeSlots": [OPEN]}, {"TimeSlots": [OPEN | {"FromTime": "1976-01-01T01:30:00Z"}]}),
        ({"TimeSlots": [OPEN]}, {"TimeSlots": [OPEN | {"FromTime": "1976-01-01T20:30:00Z"}]}),
        ({"LinkedResources": [5, 6]}, {"LinkedResourceIds": "6, 5"}),
    ],
    ids=["another zone", "no limit as 0", "a time in UTC", "a time of the wall", "the view in another order"],
)
def test_a_record_may_show_the_same_in_another_form(sent, shown):
    assert found(sent, shown) == set()


@pytest.mark.parametrize(
    ("sent", "shown", "requirement"),
    [
        ({"LastCleanedAt": "2025-01-15T10:30:00Z"}, {"LastCleanedAt": "2025-01-15T12:30:00Z"}, "NX-018"),
        ({"BookInAdvanceLimit": None}, {"BookInAdvanceLimit": 90}, "NX-018"),
        ({"TimeSlots": [OPEN]}, {"TimeSlots": [OPEN | {"FromTime": None}]}, "NX-137"),
        ({"TimeSlots": [OPEN]}, {"TimeSlots": [OPEN | {"FromTime": "1976-01-02T01:30:00Z"}]}, "NX-139"),
        ({"LinkedResources": [5, 6], "LinkedResourceIds": "9"}, {"LinkedResourceIds": "5;6"}, "NX-121"),
        ({"LinkedResources": [5, 6], "LinkedResourceIds": "9"}, {"LinkedResources": []}, "NX-018"),
        ({"LinkedResources": [5, 6], "LinkedResourceIds": "9"}, {"LinkedResources": [9]}, "NX-121"),
    ],
    ids=["another time", "a limit", "no time", "another day", "other signs", "links lost", "links written"],
)
def test_a_record_that_shows_something_else_breaks_one_requirement(sent, shown, requirement):
    shown = {"LinkedResourceIds": None, **shown} if "LinkedResources" in sent else shown
    assert found(sent, shown) == {requirement}
