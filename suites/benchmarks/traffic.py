"""Made-up traffic for measurements: creations with bodies of their documented width, one in a hundred faulty."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bookproof import apis
from bookproof.captures import ndjson
from bookproof.exchange import Exchange, Request, Response

FAULTY = 0.01
_JSON = ("Content-Type", "application/json")


def highlevel(number: int, faulty: bool) -> tuple[str, dict[str, Any], int, dict[str, Any]]:
    """A room, and its answer; a faulty one lacks isActive."""
    body = {
        "locationId": "ve9EPM428h8vShlRW1KT",
        "name": f"room {number}",
        "description": "First floor, window side",
        "quantity": number % 9,
        "outOfService": 0,
        "capacity": number % 90,
        "calendarIds": [f"calendar{number % 7}", "calendar8"],
    }
    answer = {**body, "resourceType": "rooms", "isActive": True}
    if faulty:
        del answer["isActive"]
    return "https://services.leadconnectorhq.com/calendars/resources/rooms", body, 201, answer


def _wide() -> dict[str, Any]:
    schema = apis.load("nexudus").contract.schema("#/components/schemas/CreateResource").definition
    return {name: definition["example"] for name, definition in schema["properties"].items()}


_WIDE = _wide()
_CREATED = {
    "Status": 200,
    "Message": "Resource was successfully created.",
    "Value": {"Id": 0},
    "OpenInDialog": False,
    "OpenInWindow": False,
    "RedirectURL": None,
    "JavaScript": None,
    "UpdatedOn": "2025-01-15T10:30:00Z",
    "UpdatedBy": "admin@example.com",
    "Errors": None,
    "WasSuccessful": True,
}


def nexudus(number: int, faulty: bool) -> tuple[str, dict[str, Any], int, dict[str, Any]]:
    """A resource with every documented field, and its answer; a faulty one gives the new Id as text."""
    body = {**_WIDE, "Name": f"Board room {number}", "DisplayOrder": number % 50, "Allocation": number % 40}
    answer = {**_CREATED, "Value": {"Id": str(number) if faulty else number}}
    return "https://spaces.nexudus.com/api/spaces/resources", body, 200, answer


MAKERS: dict[str, Callable[[int, bool], tuple[str, dict[str, Any], int, dict[str, Any]]]] = {
    "highlevel": highlevel,
    "nexudus": nexudus,
}


def exchanges(api: str, count: int) -> Iterator[Exchange]:
    """That many exchanges, the same ones every time."""
    chance = random.Random(1)
    headers = (("Version", "2021-04-15"), ("Authorization", "Bearer bookproof-scrubbed"), _JSON)
    for number in range(count):
        url, body, status, answer = MAKERS[api](number, chance.random() < FAULTY)
        yield Exchange(
            Request("POST", url, headers, json.dumps(body).encode()),
            Response(status, (_JSON,), json.dumps(answer).encode()),
            started=1_750_000_000.0 + number,
            elapsed=0.05,
        )


def lives(count: int) -> Iterator[Exchange]:
    """That many exchanges with records that are created and read back, the same ones every time.

    Of a hundred creations one gets an Id that another record has, one is refused, and one is read back changed.
    """
    url = "https://spaces.nexudus.com/api/spaces/resources"
    headers = (("Authorization", "Bearer bookproof-scrubbed"), _JSON)
    required = ("BusinessId", "Name", "SystemResourceType", "ResourceTypeId", "DisplayOrder", "CancellationFeeType")
    for number in range(count):
        record = number // 2
        sent = {name: _WIDE[name] for name in required} | {"Name": f"Board room {record}"}
        started = 1_750_000_000.0 + number
        if number % 2:
            shown = sent | {"Id": record, "Name": "another" if record % 100 == 17 else sent["Name"]}
            yield _at(started, Request("GET", f"{url}/{record}", headers), 200, shown)
            continue
        if record % 100 == 33:
            del sent["Name"]
            errors = [{"PropertyName": "Name", "Message": "Name is required", "AttemptedValue": None}]
            status, answer = 400, {"Status": 500, "Message": "no Name", "Value": None, "Errors": errors}
        else:
            status, answer = 200, {**_CREATED, "Value": {"Id": record - (record % 100 == 71)}}
        yield _at(started, Request("POST", url, headers, json.dumps(sent).encode()), status, answer)


def _at(started: float, request: Request, status: int, answer: dict[str, Any]) -> Exchange:
    return Exchange(request, Response(status, (_JSON,), json.dumps(answer).encode()), started=started, elapsed=0.05)


def write(path: Path, api: str, count: int) -> None:
    """Writes an NDJSON capture."""
    with path.open("wb") as file:
        for exchange in exchanges(api, count):
            file.write(ndjson.encode(exchange))
