"""The reference server: HighLevel's calendar resources as the document describes them, strict and stateful."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bookproof.apis.highlevel.models import (
    MOST_CALENDARS,
    CalendarResource,
    CreateCalendarResource,
    ErrorBody,
)
from bookproof.apis.serving import Unreadable, answer, bearer, read_json

VERSION = "2021-04-15"
RESOURCE_TYPES = ("equipments", "rooms")
TOKEN = "pit-bookproof-reference"  # noqa: S105 - the reference's own, it opens nothing else
FIXTURES: dict[str, Any] = {
    "location_id": "ve9EPM428h8vShlRW1KT",
    "calendar_ids": [f"bookproofCalendar{number:03d}" for number in range(1, 102)],
}
_ERRORS = {400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed"}


class Reference:
    """A server for one run. known_ids_only: refuse locations and calendars other than the fixtures'.

    `created` holds every resource of the run in the order of creation.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time, known_ids_only: bool = False) -> None:
        self.created: list[CalendarResource] = []
        self.tokens = {TOKEN}
        self._known_ids_only = known_ids_only
        self._clock = clock
        self._lock = threading.Lock()
        self.app = Starlette(
            routes=[Route("/calendars/resources/{resource_type}", self._create, methods=["POST"])],
            exception_handlers={HTTPException: _http_error},
        )

    async def _create(self, request: Request) -> Response:
        if bearer(request) not in self.tokens:
            return _error(401, "Invalid token: access token is invalid")
        version = request.headers.get("version")
        if version != VERSION:
            return _error(401, f"version header {'was not found.' if version is None else 'is invalid'}")
        resource_type = request.path_params["resource_type"]
        if resource_type not in RESOURCE_TYPES:
            return _error(422, ["resourceType must be one of the following values: equipments, rooms"])
        try:
            sent = CreateCalendarResource.model_validate(await read_json(request))
        except Unreadable as error:
            return _error(error.status, error.reason)
        except ValidationError as error:
            return _error(422, list(_complaints(error)))
        refusal = self._refusal(resource_type, sent)
        if refusal:
            return _error(400, refusal)
        resource = CalendarResource(resourceType=resource_type, isActive=True, **sent.model_dump())
        with self._lock:
            self.created.append(resource)
        return answer(201, resource.model_dump())

    def _refusal(self, resource_type: str, sent: CreateCalendarResource) -> str:
        """Why a well-formed body is refused; empty where it is not (line 111)."""
        if resource_type == "equipments" and len(sent.calendarIds) > 1:
            return "One equipment can only be mapped with one service calendar."
        if self._known_ids_only:
            if sent.locationId != FIXTURES["location_id"]:
                return f"location {sent.locationId} does not exist"
            unknown = set(sent.calendarIds) - set(FIXTURES["calendar_ids"])
            if unknown:
                return f"calendar {min(unknown)} does not exist"
        return ""


def _complaints(error: ValidationError) -> Iterator[str]:
    """What is wrong with a body, one sentence a fault, in the vendor's manner."""
    for fault in error.errors():
        place = ".".join(str(part) for part in fault["loc"]) or "body"
        match fault["type"]:
            case "missing":
                yield f"{place} should not be null or undefined"
            case "too_long":
                yield f"{place} must contain no more than {MOST_CALENDARS} elements"
            case "string_type":
                yield f"{place} must be a string"
            case "list_type":
                yield f"{place} must be an array"
            case "value_error":
                yield f"{place} must be a number"
            case _:
                yield f"{place} is not valid"


def _error(status: int, message: str | list[str]) -> Response:
    error = _ERRORS.get(status, "Unprocessable Entity")
    return answer(status, ErrorBody(statusCode=status, message=message, error=error).model_dump())


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    body = ErrorBody(
        statusCode=error.status_code,
        message=f"Cannot {request.method} {request.url.path}",
        error=_ERRORS.get(error.status_code, error.detail),
    )
    return answer(error.status_code, body.model_dump(), error.headers)
