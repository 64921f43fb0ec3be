"""NDJSON captures: one exchange a line, as contracts/schemas/exchange.schema.json describes it.

It is the form in which the proxy writes, processes hand exchanges to each other, and other tools can bring theirs:
a line can be appended, split off and read without its neighbours. Headers are complete: one whose value is secret
stays, its value masked.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO, Final

from pydantic_core import SchemaValidator, from_json
from pydantic_core import core_schema as core

from bookproof.captures.entries import (
    LONGEST_ENTRY,
    Entry,
    Malformed,
    Unreadable,
    from_base64,
    in_mib,
    pairs,
    request_of,
    response_of,
    seconds,
    unpacked,
    unreadable,
)
from bookproof.exchange import NO_INTENT, Exchange, Headers, Request, Response

_CHUNK = 2**20


def _field(name: str, schema: core.CoreSchema, *default: Any, init: bool = True) -> core.DataclassField:
    if default:
        schema = core.with_default_schema(schema, default=default[0])
    return core.dataclass_field(name, schema, init=init)


def _made(kind: type, *fields: core.DataclassField) -> core.CoreSchema:
    arguments = core.dataclass_args_schema(kind.__name__, list(fields))
    return core.dataclass_schema(kind, arguments, [field["name"] for field in fields], slots=True, frozen=True)


_TEXT: Final = core.str_schema(strict=True)
_SECONDS: Final = core.float_schema(strict=True, allow_inf_nan=False)
_NOTHING: Final = core.no_info_after_validator_function(lambda _: b"", core.none_schema())
_MESSAGE: Final = (
    _field("headers", core.tuple_schema([core.tuple_schema([_TEXT, _TEXT])], variadic_item_index=0), ()),
    _field("body", core.union_schema([core.bytes_schema(), _NOTHING], mode="left_to_right"), b""),
)
_USUAL: Final = SchemaValidator(
    _made(
        Exchange,
        _field(
            "request",
            _made(
                Request,
                _field("method", core.literal_schema(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])),
                _field("url", core.str_schema(strict=True, pattern="^.{0,9}://")),
                *_MESSAGE,
            ),
        ),
        _field(
            "response",
            core.nullable_schema(
                _made(Response, _field("status", core.int_schema(strict=True, ge=100, le=999)), *_MESSAGE)
            ),
            None,
        ),
        _field("error", core.nullable_schema(_TEXT), None),
        _field("started", _SECONDS, 0.0),
        _field("elapsed", _SECONDS, 0.0),
        _field("intent", core.any_schema(), NO_INTENT, init=False),
        _field("meanwhile", core.any_schema(), (), init=False),
    )
)
"""Makes the exchange of a line in one go, where the line says everything in the way in which most do."""


def encode(exchange: Exchange) -> bytes:
    """An exchange as a line, its line feed included."""
    request, response = exchange.request, exchange.response
    value: dict[str, Any] = {
        "request": {
            "method": request.method,
            "url": request.url,
            "headers": request.headers,
            "body": _written(request.body),
        },
        "response": None
        if response is None
        else {"status": response.status, "headers": response.headers, "body": _written(response.body)},
        "started": exchange.started,
        "elapsed": exchange.elapsed,
    }
    if exchange.error is not None:
        value["error"] = exchange.error
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> Exchange:
    """The exchange of a line; Malformed says what is wrong with it."""
    try:
        exchange: Exchange = _USUAL.validate_json(line)
    except ValueError:
        return _decode_slowly(line)
    request, response = exchange.request, exchange.response
    asked = unpacked(request.body, request.headers)
    answered = unpacked(response.body, response.headers) if response else b""
    if asked is request.body and (response is None or answered is response.body):
        return exchange
    return replace(
        exchange,
        request=replace(request, body=asked),
        response=response and replace(response, body=answered),
    )


def _decode_slowly(line: bytes) -> Exchange:
    """What the quick way leaves: less usual ways to say the same, and what is wrong with a line."""
    try:
        value = from_json(line, allow_inf_nan=False)
    except ValueError:
        value = _slowly(line)
    try:
        asked, answered = value["request"], value.get("response")
        request = request_of(asked["method"], asked["url"], _headers(asked.get("headers", ())), _read(asked))
    except (KeyError, TypeError, AttributeError):
        raise Malformed("it is no exchange: it needs a request with method and url") from None
    response: Response | None = None
    if answered is not None:
        if not isinstance(answered, dict):
            raise Malformed("its response is no object")
        response = response_of(answered.get("status"), _headers(answered.get("headers", ())), _read(answered))
    error = value.get("error")
    return Exchange(
        request,
        response,
        None if error is None else str(error),
        seconds(value.get("started", 0.0)),
        seconds(value.get("elapsed", 0.0)),
    )


def lines(stream: BinaryIO, name: str, longest: int = LONGEST_ENTRY) -> Iterator[tuple[int, bytes] | Unreadable]:
    """The lines of a stream with their numbers, from 1; a line that is too long is skipped and named."""
    number = 0
    while line := stream.readline(longest + 1):
        number += 1
        if len(line) > longest and not line.endswith(b"\n"):
            del line
            while (rest := stream.readline(_CHUNK)) and not rest.endswith(b"\n"):
                pass
            yield Unreadable(f"{name}, line {number}", f"the line is longer than {in_mib(longest)}")
        elif not line.isspace():
            yield number, line


def read(stream: BinaryIO, name: str) -> Iterator[Entry]:
    """The exchanges of a stream."""
    for found in lines(stream, name):
        if isinstance(found, Unreadable):
            yield found
            continue
        number, line = found
        try:
            yield decode(line)
        except Malformed:
            yield entry(f"{name}, line {number}", line)


def entry(place: str, line: bytes) -> Entry:
    """The exchange of a line, or what stands for it where it cannot be read."""
    try:
        return decode(line)
    except Malformed as reason:
        try:
            parts = from_json(line)
        except ValueError:
            parts = None
        return unreadable(place, str(reason), parts)


def _slowly(line: bytes) -> Any:
    """What the quick parser leaves: a byte order mark, escapes that are no text, and what is wrong with the line."""
    try:
        return json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Malformed(f"it is not UTF-8 (byte {error.start})") from None
    except RecursionError:
        raise Malformed("it is nested too deeply") from None
    except ValueError as error:
        raise Malformed(f"it is not JSON ({error})") from None


def _headers(value: Any) -> Headers:
    if isinstance(value, dict):
        return tuple((str(name), str(text)) for name, text in value.items())
    if not isinstance(value, list | tuple):
        raise Malformed("its headers are not pairs of name and value")
    return pairs(value)


def _read(message: Any) -> bytes:
    body = message.get("body")
    if body is None:
        return b""
    if isinstance(body, str):
        try:
            return body.encode()
        except UnicodeEncodeError:
            return body.encode("utf-8", "surrogatepass")
    if isinstance(body, dict) and "base64" in body:
        return from_base64(body["base64"])
    raise Malformed('its body is neither text nor {"base64": …}')


def _written(body: bytes) -> Any:
    if not body:
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}
