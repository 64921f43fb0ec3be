"""What readers of captures share: an entry that cannot be read, and how a recorded message becomes the one of the wire.

Recorders change what they save: bodies stay compressed, credentials are masked or left out. What a recorder took away
is no fault of either side, so it is put back here as a placeholder.
"""

import base64
import binascii
import math
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from bookproof.exchange import SAFE, Exchange, Headers, InvalidJson, Request, Response, parse_json

LONGEST_ENTRY = 32 * 2**20
"""Bytes that one entry of a capture may have."""

LARGEST_BODY = 16 * 2**20
"""Bytes that a compressed body may have once it is unpacked."""

_PLACEHOLDER = "Bearer bookproof-scrubbed"
_METHOD_LENGTH = 20


class Malformed(ValueError):
    """An entry that cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An entry that cannot be read: where it is, and why.

    final: what follows in its file cannot be read either. harmless: its method says that it changed nothing.
    """

    place: str
    reason: str
    final: bool = False
    harmless: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


Entry = Exchange | Unreadable


def unreadable(place: str, reason: str, entry: Any) -> Unreadable:
    """What stands for an entry whose parts make no exchange; it may still say its method."""
    request = entry.get("request") if isinstance(entry, Mapping) else None
    method = request.get("method") if isinstance(request, Mapping) else None
    return Unreadable(place, reason, harmless=isinstance(method, str) and method.upper() in SAFE)


class Bounded:
    """A binary stream that ends with Malformed where one entry is too long to be kept in memory."""

    def __init__(self, stream: BinaryIO, limit: int = LONGEST_ENTRY) -> None:
        self._stream = stream
        self._limit = limit
        self._since = 0
        self.offset = 0
        self.ended = False

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        chunk = self._stream.read(size)
        self.ended = not chunk and size != 0
        self.offset += len(chunk)
        self._since += len(chunk)
        if self._since > self._limit + 2**20:
            raise Malformed(f"the entry is longer than {in_mib(self._limit)}")
        return chunk

    def next_entry(self) -> None:
        """Begins to count anew."""
        self._since = 0


def first_line(error: Exception) -> str:
    """What an error says, without the picture of its place that parsers add."""
    return (str(error).splitlines() or [type(error).__name__])[0].strip()


def in_mib(size: int) -> str:
    """A number of bytes for a sentence."""
    return f"{size // 2**20} MiB" if size >= 2**20 else f"{size} bytes"


def text(holder: Any, name: str) -> str:
    """A text of a JSON object; Malformed where there is none."""
    value = holder.get(name) if isinstance(holder, Mapping) else None
    if not isinstance(value, str) or not value:
        raise Malformed(f"it has no {name}")
    return value


def request_of(method: Any, url: Any, headers: Headers, body: bytes) -> Request:
    """A request, its method and address checked."""
    if not isinstance(method, str) or not method.isalpha() or len(method) > _METHOD_LENGTH:
        raise Malformed("its request has no method")
    if not isinstance(url, str) or "://" not in url[:12]:
        raise Malformed("its request has no absolute url")
    return Request(method.upper(), url, headers, unpacked(body, headers))


def response_of(status: Any, headers: Headers, body: bytes) -> Response:
    """A response, its status checked."""
    number = int(status) if isinstance(status, str) and status.isdecimal() and len(status) == 3 else status
    if isinstance(number, bool) or not isinstance(number, int) or not 100 <= number <= 999:
        raise Malformed("its response has no status")
    return Response(number, headers, unpacked(body, headers))


def seconds(value: Any) -> float:
    """A number of seconds; Malformed where it is none, or one that no clock says."""
    try:
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Malformed("its times are not numbers of seconds")
    return number


def from_base64(value: Any) -> bytes:
    """The bytes behind base64; Malformed where it is not that."""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError, TypeError):
        pass
    try:
        return base64.b64decode("".join(value.split()), validate=True)  # YAML folds it into lines
    except (binascii.Error, ValueError, TypeError, AttributeError):
        raise Malformed("its body is not base64") from None


def unpacked(body: bytes, headers: Headers) -> bytes:
    """A body without the content encoding that its headers name, where it still has it.

    Most recorders save the decoded body and leave the header; what the bytes are decides.
    """
    if not body:
        return body
    for name, value in headers:
        if len(name) == 16 and name.lower() == "content-encoding":
            for coding in reversed(value.lower().split(",")):
                body = _without(coding.strip(), body)
    return body


def _without(coding: str, body: bytes) -> bytes:
    if coding in ("gzip", "x-gzip"):
        return _inflated(body, 31) if body[:2] == b"\x1f\x8b" else body
    if coding == "deflate":
        if body[0] & 0x0F == 8 and len(body) > 1 and int.from_bytes(body[:2], "big") % 31 == 0:
            return _inflated(body, 15)
        return body if _is_json(body) else _inflated(body, -15)
    if coding in ("", "identity") or _is_json(body):
        return body
    try:
        body.decode()
    except UnicodeDecodeError:
        raise Malformed(f"its body is compressed with {coding}, which is not supported") from None
    return body


def _inflated(body: bytes, bits: int) -> bytes:
    unpacker = zlib.decompressobj(bits)
    try:
        whole = unpacker.decompress(body, LARGEST_BODY)
    except zlib.error:
        raise Malformed("its compressed body is damaged") from None
    if unpacker.unconsumed_tail:
        raise Malformed(f"its body is larger than {in_mib(LARGEST_BODY)} when unpacked")
    if not unpacker.eof:
        raise Malformed("its compressed body breaks off")
    return whole


def _is_json(body: bytes) -> bool:
    try:
        parse_json(body)
    except InvalidJson:
        return False
    return True


def with_credentials(headers: Headers) -> Headers:
    """Headers with a placeholder where a recorder may have taken the credentials away.

    Chromium leaves Authorization out of a HAR, vcrpy's filters remove or mask it: its absence shows nothing of the
    request that was sent.
    """
    for name, value in headers:
        if name.lower() == "authorization":
            if value.partition(" ")[2].strip():
                return headers
            return tuple((n, _PLACEHOLDER if n is name else v) for n, v in headers)
    return (*headers, ("Authorization", _PLACEHOLDER))


def pairs(fields: Iterable[Any]) -> Headers:
    """Header fields from a list of objects or pairs; Malformed where it holds something else."""
    found: list[tuple[str, str]] = []
    for field in fields:
        if isinstance(field, Mapping):
            name, value = field.get("name"), field.get("value")
        elif isinstance(field, list | tuple) and len(field) == 2:
            name, value = field
        else:
            raise Malformed("its headers are not pairs of name and value")
        if not isinstance(name, str):
            raise Malformed("its headers are not pairs of name and value")
        found.append((name, value if isinstance(value, str) else str(value)))
    return tuple(found)
