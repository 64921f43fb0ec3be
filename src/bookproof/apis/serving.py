"""What the reference servers share: reading a request strictly and writing JSON answers."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json"


class Unreadable(Exception):
    """A body that is not the JSON that the document asks for; `status` is 400 or 415."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


async def read_json(request: Request) -> Any:
    """The request's JSON value: UTF-8, no NaN, no name twice; Unreadable otherwise."""
    media = request.headers.get("content-type", JSON).split(";")[0].strip().lower()
    if media != JSON:
        raise Unreadable(415, f"the media type {media} is not supported")
    try:
        return json.loads((await request.body()).decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable(400, f"the body is not JSON: {error}") from None


def answer(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer; the same value gives the same bytes."""
    try:
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        body = json.dumps(value, separators=(",", ":")).encode()
    return Response(body, status, headers=dict(headers or {}), media_type=JSON)


def bearer(request: Request) -> str | None:
    """The bearer token of a request, None where there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
