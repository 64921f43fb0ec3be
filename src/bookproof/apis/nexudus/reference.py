"""The reference server: Nexudus' resources as the document describes them, strict and stateful.

Reading, listing and deleting are not in the document but on the vendor's other public pages; they are here so that a
run against the reference is like a run against the service.
"""

import math
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bookproof.apis.nexudus.access import Access
from bookproof.apis.nexudus.models import (
    CreatedValue,
    CreateRefused,
    CreateResource,
    CreateSucceeded,
    DeleteSucceeded,
    ErrorItem,
    StoredResource,
    TimeSlot,
)
from bookproof.apis.serving import Unreadable, answer, read_json

TOKEN = "nexudus-bookproof-reference"  # noqa: S105 - the reference's own, it opens nothing else
BASIC_USER = "user"
BASIC_PASSWORD = "nexudus-bookproof"  # noqa: S105 - the same
FIXTURES: dict[str, Any] = {"business_id": 1414, "resource_type_id": 2718}

PAGE_SIZE = 25
DEEPEST = 64
"""Levels of nesting that a body may have."""

_REQUIRED = "is a required field"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?=[T ]\d{2}:\d{2})")
_SLOT_DATE = "1976-01-01"
_LISTS = {"Tariffs", "Teams", "LinkedResources", "BookingAvailabilityExceptions", "TimeSlots"}
_UPDATED_BY = "admin@example.com"


class Reference:
    """A server for one run.

    throttle: writes that are allowed in a minute of the clock; more are answered 409 with Retry-After and no body.
    known_ids_only: refuse businesses and resource types other than the fixtures'.
    `records` holds the resources by Id as text, in the order of creation; `tokens` when each token expires.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        throttle: int | None = None,
        known_ids_only: bool = False,
    ) -> None:
        self.records: dict[str, StoredResource] = {}
        self._access = Access(clock, throttle, TOKEN, BASIC_USER, BASIC_PASSWORD)
        self.tokens = self._access.tokens
        self._clock = clock
        self._known_ids_only = known_ids_only
        self._last_id = 87_654_320
        self._lock = threading.Lock()
        self.app = Starlette(
            routes=[
                Route("/api/token", self._access.log_in, methods=["POST"]),
                Route("/api/spaces/resources", self._resources, methods=["GET", "POST"]),
                Route("/api/spaces/resources/{id}", self._resource, methods=["GET", "DELETE"]),
            ],
            exception_handlers={HTTPException: _http_error},
        )
        self.app.router.redirect_slashes = False

    async def _resources(self, request: Request) -> Response:
        refusal = self._access.turned_away(request)
        if refusal is not None:
            return refusal
        if request.method != "POST":
            return answer(200, self._page(request.query_params))
        try:
            body = await read_json(request)
        except Unreadable as error:
            return _refused([_fault("Body", f"cannot be read, {error.reason}")])
        unfit = _unfit(body)
        if unfit:
            return _refused([_fault("Body", unfit)])
        faults = self._faults(body)
        if faults:
            return _refused(faults)
        record = self._store(CreateResource.model_validate(body))
        return _succeeded(CreateSucceeded, "created", CreatedValue(Id=record.Id), record.UpdatedOn)

    async def _resource(self, request: Request) -> Response:
        refusal = self._access.turned_away(request)
        if refusal is not None:
            return refusal
        name = request.path_params["id"]
        with self._lock:
            record = self.records.pop(name, None) if request.method == "DELETE" else self.records.get(name)
        if record is None:
            return answer(404, "Not found")
        if request.method == "DELETE":
            return _succeeded(DeleteSucceeded, "deleted", None, self._now())
        return answer(200, record.model_dump())

    def _faults(self, body: Mapping[str, Any]) -> list[ErrorItem]:
        """Every property that is wrong, in the document's order."""
        wrong = dict(self._objections(body))
        try:
            CreateResource.model_validate(body)
        except ValidationError as error:
            for fault in error.errors(include_url=False, include_context=False, include_input=False):
                name = str(fault["loc"][0])
                wrong.setdefault(name, _REQUIRED if body.get(name) is None else fault["msg"].removeprefix("Input "))
        return [_fault(name, wrong[name], body.get(name)) for name in CreateResource.model_fields if name in wrong]

    def _objections(self, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """What no type says: an empty Name counts as none, and ids exist where that is asked for."""
        if body.get("Name") == "":
            yield "Name", _REQUIRED
        if self._known_ids_only:
            for name, fixture in (("BusinessId", "business_id"), ("ResourceTypeId", "resource_type_id")):
                if body.get(name) not in (None, FIXTURES[fixture]):
                    yield name, "does not exist"

    def _store(self, sent: CreateResource) -> StoredResource:
        """Keeps a resource as the document says: LinkedResourceIds follows (line 314), slots are of 1976-01-01 (350).

        The two picture fields are commands (lines 123-128), of which nothing is kept.
        """
        now = self._now()
        linked = sent.LinkedResources
        kept = sent.model_dump() | {
            "NewPictureUrl": None,
            "ClearPictureFile": None,
            "LinkedResourceIds": None if linked is None else ",".join(map(str, linked)),
            "TimeSlots": None if sent.TimeSlots is None else [_slot(slot) for slot in sent.TimeSlots],
        }
        with self._lock:
            self._last_id += 1
            record = StoredResource(Id=self._last_id, CreatedOn=now, UpdatedOn=now, UpdatedBy=_UPDATED_BY, **kept)
            self.records[str(record.Id)] = record
        return record

    def _page(self, query: Mapping[str, str]) -> dict[str, Any]:
        """A page of the list, lower DisplayOrder first (line 112), collections left out."""
        with self._lock:
            ordered = sorted(self.records.values(), key=lambda record: (record.DisplayOrder, record.Id))
        size, page = _positive(query.get("size"), PAGE_SIZE), _positive(query.get("page"), 1)
        before = (page - 1) * size
        shown = ordered[before : before + size]
        return {
            "Records": [record.model_dump(exclude=_LISTS) for record in shown],
            "CurrentPage": page,
            "CurrentPageSize": size,
            "CurrentOrderField": "DisplayOrder",
            "CurrentSortDirection": 1,
            "FirstItem": before + 1 if shown else 0,
            "LastItem": before + len(shown) if shown else 0,
            "TotalItems": len(ordered),
            "TotalPages": math.ceil(len(ordered) / size),
            "HasNextPage": before + size < len(ordered),
            "HasPreviousPage": page > 1,
        }

    def _now(self) -> str:
        return datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _unfit(body: Any) -> str:
    """Why a JSON value cannot be a resource at all, or cannot be quoted in an answer; empty where it can."""
    if not isinstance(body, dict):
        return "should be an object"
    level: list[Any] = [body]
    for _ in range(DEEPEST):
        if any(isinstance(value, float) and not math.isfinite(value) for value in level):
            return "has a number beyond the range of numbers"
        level = [child for value in level for child in _children(value)]
        if not level:
            return ""
    return "is nested too deeply"


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _slot(slot: TimeSlot) -> dict[str, Any]:
    """A time slot as it is kept: the time of day as sent, midnight where none can be read, the date always the same."""
    kept = slot.model_dump()
    for name in ("FromTime", "ToTime"):
        if kept[name] is not None:
            dated = _DATE.match(kept[name])
            kept[name] = _SLOT_DATE + (kept[name][dated.end() :] if dated else "T00:00:00Z")
    return kept


def _positive(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"[1-9][0-9]{0,8}", text) else default


def _fault(name: str, words: str, attempted: Any = None) -> ErrorItem:
    return ErrorItem(AttemptedValue=attempted, Message=words, PropertyName=name)


def _succeeded(
    envelope: type[CreateSucceeded | DeleteSucceeded], done: str, value: CreatedValue | None, now: str
) -> Response:
    body = envelope.model_validate(
        {
            "Status": 200,
            "Message": f"Resource was successfully {done}.",
            "Value": value,
            "OpenInDialog": False,
            "OpenInWindow": False,
            "UpdatedOn": now,
            "UpdatedBy": _UPDATED_BY,
            "Errors": None,
            "WasSuccessful": True,
        }
    )
    return answer(200, body.model_dump())


def _refused(errors: list[ErrorItem]) -> Response:
    summary = f"{errors[0].PropertyName}: {errors[0].Message}"
    return answer(400, CreateRefused(Message=summary, Value=None, Errors=errors, WasSuccessful=False).model_dump())


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    allow = (error.headers or {}).get("Allow")
    if allow is None:
        return answer(error.status_code, "Not found")
    methods = ", ".join(sorted(allow.split(", ")))  # Starlette keeps a set, whose order changes between runs
    return answer(error.status_code, {"Message": f"{request.method} is not allowed here."}, {"Allow": methods})
