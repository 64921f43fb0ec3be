"""HAR 1.2: what browsers, Charles, mitmproxy and Playwright export; read entry by entry, however long the file is."""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO

from bookproof import __version__
from bookproof.captures.entries import (
    Bounded,
    Entry,
    Malformed,
    Unreadable,
    first_line,
    from_base64,
    pairs,
    request_of,
    response_of,
    seconds,
    unreadable,
    with_credentials,
)
from bookproof.exchange import Exchange, Headers, Request, Response
from bookproof.writing import aside

CREATOR = "bookproof"
"""The creator of files whose headers are complete, as in an NDJSON capture."""


def read(stream: BinaryIO, name: str) -> Iterator[Entry]:
    """The exchanges of a HAR. A file that breaks off, or is damaged, ends with an Unreadable."""
    import ijson

    source, number, creator = Bounded(stream), 0, ""
    events = ijson.parse(source, use_float=True)
    try:
        for prefix, event, value in events:
            if prefix == "log.creator.name":
                creator = str(value)
            elif prefix == "log.entries.item":
                entry = _built(events, event, value)
                number += 1
                source.next_entry()
                yield _entry(entry, f"{name}, entry {number}", complete=creator == CREATOR)
    except (ijson.JSONError, UnicodeDecodeError, Malformed) as error:
        said = "the file breaks off" if source.ended else f"it cannot be read further ({first_line(error)})"
        yield Unreadable(f"{name}, byte {source.offset:,}", f"{said} after {_count(number)}", final=True)


def _built(events: Iterator[tuple[str, str, Any]], event: str, value: Any) -> Any:
    """The value that begins with an event."""
    import ijson

    builder = ijson.ObjectBuilder()
    builder.event(event, value)
    depth = int(event.startswith("start_"))
    while depth:
        _, event, value = next(events)
        builder.event(event, value)
        depth += event.startswith("start_") - event.startswith("end_")
    return builder.value


def _entry(entry: Any, place: str, *, complete: bool) -> Entry:
    try:
        return _exchange(entry, complete=complete)
    except (KeyError, TypeError, AttributeError):
        return unreadable(place, "it is no HAR entry: it needs a request with method and url", entry)
    except Malformed as reason:
        return unreadable(place, str(reason), entry)


def _exchange(entry: Mapping[str, Any], *, complete: bool) -> Exchange:
    asked, answered = entry["request"], entry.get("response") or {}
    headers = _fields(asked)
    request = request_of(
        asked["method"], asked["url"], headers if complete else with_credentials(headers), _sent(asked.get("postData"))
    )
    status = answered.get("status", 0)
    response: Response | None = None
    error: str | None = None
    if status in (0, -1, None):
        # A browser writes 0 for what it gave up, blocked or still waited for: only a recorder of bookproof's says why.
        error = str(entry["_error"]) if complete and "_error" in entry else None
    else:
        response = response_of(status, _fields(answered), _received(answered))
    return Exchange(
        request, response, error, _epoch(entry.get("startedDateTime")), max(seconds(entry.get("time") or 0), 0.0) / 1000
    )


def _fields(message: Mapping[str, Any]) -> Headers:
    """Header fields without the pseudo-fields of HTTP/2."""
    return tuple(pair for pair in pairs(message.get("headers") or ()) if not pair[0].startswith(":"))


def _sent(data: Any) -> bytes:
    if not data or data.get("text") is None:
        return b""
    if data.get("encoding") == "base64" or data.get("_encoding") == "base64":
        return from_base64(data["text"])
    return _encoded(data["text"])


def _received(answer: Mapping[str, Any]) -> bytes:
    content = answer.get("content") or {}
    body = content.get("text")
    if body is None or body == "":
        if _had_body(answer, content):
            raise Malformed("the body of its answer was not saved")
        return b""
    return from_base64(body) if content.get("encoding") == "base64" else _encoded(body)


def _had_body(answer: Mapping[str, Any], content: Mapping[str, Any]) -> bool:
    size = content.get("size")
    if isinstance(size, int | float) and size > 0:
        return True
    declared = next((v for n, v in _fields(answer) if n.lower() == "content-length"), "0")
    return declared not in ("", "0") and answer.get("status") not in (204, 304)


def _encoded(value: Any) -> bytes:
    if not isinstance(value, str):
        raise Malformed("its body is not text")
    return value.encode("utf-8", "surrogatepass")


def _epoch(value: Any) -> float:
    """Seconds since the epoch, 0.0 where the time is not given in ISO form."""
    try:
        return datetime.fromisoformat(value).timestamp()
    except (TypeError, ValueError, OverflowError):
        return 0.0


def _count(number: int) -> str:
    return f"{number} entries" if number != 1 else "1 entry"


# -- writing ---------------------------------------------------------------------------------------------------


class Writer:
    """Writes a HAR entry by entry; the file is complete once the writer is closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = aside(path)
        self._file = self._draft.open("w", encoding="utf-8", newline="\n")
        creator = json.dumps({"name": CREATOR, "version": __version__})
        self._file.write(f'{{"log":{{"version":"1.2","creator":{creator},"entries":[')
        self._first = True

    def write(self, exchange: Exchange) -> None:
        """Adds an exchange."""
        self._file.write(("\n" if self._first else ",\n") + json.dumps(_as_entry(exchange), separators=(",", ":")))
        self._first = False

    def close(self) -> None:
        """Ends the file and puts it in its place."""
        if not self._file.closed:
            try:
                self._file.write("\n]}}\n")
                self._file.close()
                self._draft.replace(self._path)
            finally:
                self.give_up()

    def give_up(self) -> None:
        """Leaves the older file as it was."""
        with suppress(OSError):  # what cannot be flushed any more is not wanted either
            self._file.close()
        self._draft.unlink(missing_ok=True)


def _as_entry(exchange: Exchange) -> dict[str, Any]:
    milliseconds = round(exchange.elapsed * 1000, 3)
    entry: dict[str, Any] = {
        "startedDateTime": datetime.fromtimestamp(exchange.started, UTC).isoformat(timespec="microseconds"),
        "time": milliseconds,
        "request": _as_request(exchange.request),
        "response": _as_response(exchange.response),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
    }
    if exchange.error is not None:
        entry["_error"] = exchange.error
    return entry


def _as_request(request: Request) -> dict[str, Any]:
    value: dict[str, Any] = {
        "method": request.method,
        "url": request.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _as_fields(request.headers),
        "queryString": [],
        "headersSize": -1,
        "bodySize": len(request.body),
    }
    if request.body:
        text, encoding = _as_text(request.body)
        value["postData"] = {"mimeType": request.header("Content-Type") or "", "text": text, **encoding}
    return value


def _as_response(response: Response | None) -> dict[str, Any]:
    body = response.body if response else b""
    text, encoding = _as_text(body)
    return {
        "status": response.status if response else 0,
        "statusText": _phrase(response.status) if response else "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _as_fields(response.headers) if response else [],
        "content": {
            "size": len(body),
            "mimeType": (response.header("Content-Type") if response else None) or "",
            "text": text,
            **encoding,
        },
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(body),
    }


def _as_text(body: bytes) -> tuple[str, dict[str, str]]:
    try:
        return body.decode(), {}
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), {"encoding": "base64"}


def _as_fields(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
