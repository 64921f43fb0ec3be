"""The embedded reference server for TimeTap's /resource, written from the document and never from the OpenAPI file.

Strict, stateful and deterministic: the same requests in the same order give the same bytes, as far as `clock` does.
What the document leaves out is as the vendor's other pages and public client code show it: a session token by an MD5
signature, a bearer header, refusals that are a bare JSON string. (L…) are lines of the document.
"""

import hashlib
import re
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bookproof.apis.serving import Unreadable, answer, bearer, read_json
from bookproof.apis.timetap.account import Account, Refused
from bookproof.apis.timetap.models import CreateResource, UpdateResource

TOKEN = "st:api:api:bookproof-reference"  # noqa: S105 - the reference's own, it opens nothing else
API_KEY = "bookproof"
PRIVATE_KEY = "bookproof-reference"
FIXTURES: dict[str, Any] = {"location_id": 81181, "reason_ids": [158196, 159330, 646892]}
BASES = ("", "/live", "/test")
"""The same account answers below the paths of the vendor's two addresses, so that a client changes its host alone."""

_ID = re.compile(r"0|-?[1-9][0-9]{0,30}")
_DATE = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_TIME = re.compile(r"([01][0-9]|2[0-3])[0-5][0-9]")

Body = TypeVar("Body", bound=BaseModel)


class Reference:
    """One business account behind an ASGI application, `app`.

    clock: seconds since 1970. known_ids_only: refuse locations and services that the account does not have.
    `account` is the state, `tokens` the session tokens that are accepted.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time, known_ids_only: bool = False) -> None:
        self.account = Account(clock, known_ids_only=known_ids_only)
        self.tokens = {TOKEN}
        self._lock = threading.Lock()
        self.app = Starlette(
            routes=[route for base in BASES for route in self._routes(base)],
            exception_handlers={HTTPException: _refusal, Unreadable: _unreadable, Refused: _unknown},
        )
        self.app.router.redirect_slashes = False

    def plant_busy(self, resource_id: int, date: str, start: str, end: str) -> None:
        """Makes a resource busy on a date (YYYY-MM-DD) between two times (HHMM), as an appointment would."""
        self.account.plant_busy(resource_id, date, start, end)

    def _routes(self, base: str) -> list[Route]:
        member = f"{base}/resource/{{resource_id}}"
        return [
            Route(f"{base}/resource", self._collection, methods=["GET", "POST", "PUT"]),
            Route(member, self._member, methods=["GET", "DELETE"]),
            Route(f"{member}/isBusy/{{date}}/{{start}}/{{end}}", self._is_busy, methods=["GET"]),
            Route(f"{base}/sessionToken", self._session_token, methods=["GET"]),
        ]

    async def _collection(self, request: Request) -> Response:
        """GET, POST and PUT /resource (L18-44)."""
        self._authorize(request)
        if request.method == "POST":
            return answer(200, self.account.create(await _body(request, CreateResource)).model_dump())
        if request.method == "PUT":
            return answer(200, self.account.update(await _body(request, UpdateResource)).model_dump())
        return answer(200, [resource.model_dump() for resource in self.account.listed()])

    async def _member(self, request: Request) -> Response:
        """GET and DELETE /resource/{resourceId} (L22-24, L46)."""
        self._authorize(request)
        resource_id = _path_id(request)
        if request.method == "DELETE":
            self.account.delete(resource_id)
            return Response(status_code=204)
        return answer(200, self.account.read(resource_id).model_dump())

    async def _is_busy(self, request: Request) -> Response:
        """GET /resource/{resourceId}/isBusy/{date}/{start}/{end} (L26-28): the boolean alone."""
        self._authorize(request)
        resource_id = _path_id(request)
        date, start, end = (request.path_params[name] for name in ("date", "start", "end"))
        if not _DATE.fullmatch(date):
            _refuse(400, "apptDate: should be YYYY-MM-DD")
        if not (_TIME.fullmatch(start) and _TIME.fullmatch(end)):
            _refuse(400, "apptStartTime, apptEndTime: should be HHMM")
        return answer(200, self.account.is_busy(resource_id, date, start, end))

    async def _session_token(self, request: Request) -> Response:
        """GET /sessionToken, as the vendor's introduction page has it: a token for an MD5 of both keys, or 403."""
        query = request.query_params
        if not re.fullmatch("[0-9]+", query.get("timestamp", "")):
            _refuse(400, "timestamp: should be seconds since 1970")
        if query.get("apiKey") != API_KEY or query.get("signature") != signature(API_KEY, PRIVATE_KEY):
            _refuse(403, "apiKey or signature is not valid")
        with self._lock:
            token = f"st:api:api:{len(self.tokens):032x}"
            self.tokens.add(token)
        return answer(200, {"sessionToken": token})

    def _authorize(self, request: Request) -> None:
        if bearer(request) not in self.tokens:
            _refuse(401, "Session token is missing or not valid", {"WWW-Authenticate": "Bearer"})


def signature(api_key: str, private_key: str) -> str:
    """What proves to GET /sessionToken that a client has both keys."""
    return hashlib.md5((api_key + private_key).encode(), usedforsecurity=False).hexdigest()


async def _body(request: Request, model: type[Body]) -> Body:
    """The resource object that a call must pass (L34, L42), or a refusal that says what is wrong with it."""
    try:
        return model.model_validate(await read_json(request))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        _refuse(400, f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}")


def _path_id(request: Request) -> int:
    """The resourceId of the path, an integer as JSON writes it (L263), or a refusal."""
    text = request.path_params["resource_id"]
    if not _ID.fullmatch(text):
        raise Refused(f"Resource for Id {text} not found!")
    return int(text)


def _refuse(status: int, message: str, headers: dict[str, str] | None = None) -> NoReturn:
    raise HTTPException(status, message, headers)


async def _refusal(request: Request, error: Exception) -> Response:
    """Every refusal is a bare JSON string, also the router's own 404 and 405; its Allow comes in no fixed order."""
    if not isinstance(error, HTTPException):
        raise error
    headers = {name: ", ".join(sorted(text.split(", "))) for name, text in (error.headers or {}).items()}
    return answer(error.status_code, error.detail, headers)


async def _unreadable(request: Request, error: Exception) -> Response:
    if not isinstance(error, Unreadable):
        raise error
    return answer(error.status, error.reason)


async def _unknown(request: Request, error: Exception) -> Response:
    """A sibling endpoint answers 400, not 404, to an id that it does not know."""
    return answer(400, str(error))
