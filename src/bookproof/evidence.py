"""An exchange for people: request and response as text, and a curl command that sends the request again."""

import json
import re
import shlex
from typing import Any

from bookproof.exchange import Exchange, Headers, Request, Response

BODY_KEPT = 8_000
"""Characters of a body that evidence keeps."""

_MASKED = "bookproof-scrubbed"


def as_evidence(exchange: Exchange, kept: int = BODY_KEPT) -> dict[str, Any]:
    """Request and response as JSON values, bodies as text of bounded length."""
    response = exchange.response
    return {
        "request": {
            "method": exchange.request.method,
            "url": exchange.request.url,
            "headers": _headers(exchange.request.headers),
            "body": body_text(exchange.request, kept),
        },
        "response": None
        if response is None
        else {"status": response.status, "headers": _headers(response.headers), "body": body_text(response, kept)},
        "error": exchange.error,
    }


def body_text(message: Request | Response, kept: int = BODY_KEPT) -> str | None:
    """A body as text, cut where it is long; None where there is none."""
    if not message.body:
        return None
    text = message.body.decode("utf-8", "replace")
    cut = len(text) - kept
    return text if cut <= 0 else f"{text[:kept]}… ({cut} more characters)"


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
    parts = ["curl", "-X", request.method, shlex.quote(request.url)]
    for name, value in request.headers:
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
        parts += ["--data-raw", shlex.quote(text if len(text) <= BODY_KEPT else text[:BODY_KEPT] + "…")]
    return " ".join(parts)


def _headers(headers: Headers) -> dict[str, str]:
    return {name: value if len(value) <= 500 else f"{value[:500]}…" for name, value in headers[:60]}
