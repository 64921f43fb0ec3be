"""An exchange for people: request and response as text, and a curl command that sends the request again."""

import json
import re
import shlex
from dataclasses import replace
from typing import Any

from bookproof.exchange import Exchange, Headers, Request, Response

BODY_KEPT = 8_000
"""Characters of a body that evidence keeps."""
_URL_KEPT, _NAME_KEPT, _VALUE_KEPT, _HEADERS_KEPT = 4_000, 100, 500, 60
_VALUE_SENT = 2_000
"""Characters of a header in a command: a token is longer than what evidence needs of it."""

BODY_HELD = 2**15
"""Bytes of a response body that a run holds on to once it is judged: hundreds of large ones would fill the memory."""

_MASKED = "bookproof-scrubbed"


def held(exchange: Exchange) -> Exchange:
    """An exchange as evidence holds it: the end of a very long response body is left out."""
    response = exchange.response
    if response is None or len(response.body) <= BODY_HELD:
        return exchange
    return replace(exchange, response=replace(response, body=response.body[:BODY_HELD]))


def as_evidence(exchange: Exchange, kept: int = BODY_KEPT) -> dict[str, Any]:
    """Request and response as JSON values, bodies as text of bounded length."""
    response = exchange.response
    return {
        "request": {
            "method": _cut(exchange.request.method, _NAME_KEPT),
            "url": _cut(exchange.request.url, _URL_KEPT),
            "headers": dict(_headers(exchange.request.headers)),
            "body": body_text(exchange.request, kept),
        },
        "response": None
        if response is None
        else {
            "status": response.status,
            "headers": dict(_headers(response.headers)),
            "body": body_text(response, kept),
        },
        "error": exchange.error,
    }


def body_text(message: Request | Response, kept: int = BODY_KEPT) -> str | None:
    """A body as text, cut where it is long; None where there is none."""
    if not message.body:
        return None
    text = message.body.decode("utf-8", "replace")
    cut = len(text) - kept
    least = "at least " if len(message.body) == BODY_HELD else ""
    return text if cut <= 0 else f"{text[:kept]}… ({least}{cut} more characters)"


def pretty(message: Request | Response) -> str:
    """A body for reading: indented where it is JSON."""
    try:
        text = json.dumps(json.loads(message.body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body_text(message) or ""
    return text if len(text) <= BODY_KEPT else f"{text[:BODY_KEPT]}…"


def curl(request: Request, token_variable: str = "") -> str:
    """A command that sends the request again; the secret stands in an environment variable."""
    variable = token_variable or "TOKEN"
    method, url = _cut(request.method, _NAME_KEPT), _cut(request.url, _URL_KEPT)
    parts = ["curl", "-X", method, shlex.quote(url)]
    for name, value in _headers(request.headers, _VALUE_SENT):
        if name.lower() in ("user-agent", "accept", "accept-encoding", "connection", "host", "content-length"):
            continue
        if name.lower() == "authorization" and _MASKED in value:
            scheme = value.split()[0]
            shown = f"{scheme} " if re.fullmatch(r"[A-Za-z0-9._-]+", scheme) and scheme != _MASKED else ""
            parts += ["-H", f'"{name}: {shown}${variable}"']
        else:
            parts += ["-H", shlex.quote(f"{name}: {value}")]
    if request.body:
        if request.header("Content-Type") is None:
            parts += ["-H", "Content-Type:"]  # or curl would name one of its own
        text = request.body.decode("utf-8", "replace")
        parts += ["--data-raw", shlex.quote(_cut(text, BODY_KEPT))]
    return " ".join(parts)


def _headers(headers: Headers, kept: int = _VALUE_KEPT) -> Headers:
    """Headers of bounded number and length."""
    return tuple((_cut(name, _NAME_KEPT), _cut(value, kept)) for name, value in headers[:_HEADERS_KEPT])


def _cut(text: str, kept: int) -> str:
    return text if len(text) <= kept else f"{text[:kept]}…"
