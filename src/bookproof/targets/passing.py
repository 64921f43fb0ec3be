"""What a reverse proxy does with HTTP messages: which headers travel, and how a body is passed on and kept at once."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

from bookproof.exchange import Headers

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
RawHeaders = list[tuple[bytes, bytes]]

LARGEST_KEPT: Final = 8 * 2**20
"""Bytes of a body that are kept for judging; a longer one passes unjudged."""

_HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""RFC 9110, section 7.6.1: what concerns one connection and is not passed on."""


class Copy:
    """What has passed of a body, up to LARGEST_KEPT."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._length = 0
        self.whole = True

    def add(self, chunk: bytes) -> None:
        """Keeps a piece, as long as there is room."""
        self._length += len(chunk)
        if self._length <= LARGEST_KEPT:
            self._chunks.append(chunk)
        else:
            self._chunks.clear()
            self.whole = False

    @property
    def body(self) -> bytes:
        """The body."""
        return b"".join(self._chunks)


class ClientLeft(Exception):
    """The client closed its connection before its request was complete."""


def travelling(headers: Iterable[tuple[bytes, bytes]], *leaving: bytes) -> RawHeaders:
    """The header fields that are passed on: none of one connection's own, none that is named."""
    fields = list(headers)
    named = {
        token.strip().lower() for name, value in fields if name.lower() == b"connection" for token in value.split(b",")
    }
    stays = _HOP_BY_HOP | named | set(leaving)
    return [(name, value) for name, value in fields if name.lower() not in stays]


def as_text(headers: RawHeaders) -> Headers:
    """Header fields as an Exchange has them."""
    return tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers])


async def incoming(receive: Receive, copy: Copy) -> bytes | AsyncIterator[bytes]:
    """A request's body: whole where it came in one piece, otherwise piece by piece as it comes."""
    first = await _next(receive, copy)
    if not first.get("more_body", False):
        body: bytes = first.get("body", b"")
        return body
    return _rest(first, receive, copy)


async def _rest(first: Message, receive: Receive, copy: Copy) -> AsyncIterator[bytes]:
    message = first
    while True:
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body", False):
            return
        message = await _next(receive, copy)


async def _next(receive: Receive, copy: Copy) -> Message:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientLeft
    copy.add(message.get("body", b""))
    return message
