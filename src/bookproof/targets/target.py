"""Where requests go: one target, and the answer to one request of it, bounded in time and in size."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from bookproof.errors import Unreachable
from bookproof.exchange import Request, Response

if TYPE_CHECKING:  # vcrpy brings much with it, and only a replay needs it
    from bookproof.captures.cassette import IndexedCassette

LARGEST_BODY = 4 * 1024 * 1024
"""Bytes of a response body that are read. A longer one ends the run: it is no fault, and cannot be judged."""


@dataclass(slots=True)
class Target:
    """Where requests go. kind: reference, replay or live; cassette: what a replay plays.

    An httpx transport takes them as they are. A client around it would follow redirects and send cookies back, and the
    answers are to be judged that single requests get.
    """

    kind: str
    url: str
    transport: httpx.BaseTransport
    cassette: "IndexedCassette | None" = None
    timeout: float = 15.0
    """Seconds that one answer may take from beginning to end."""
    tag: str = ""
    """What sets the names of this run's creations apart from those of others; empty where no one else creates any."""

    def send(self, request: Request, *, within: float, fresh: bool = False) -> Response:
        """The answer to one request; httpx.TransportError where none comes, Unreachable where it is too long.

        within: seconds that are left of the run; fresh: on a connection of its own.
        """
        headers = [*request.headers, ("Accept-Encoding", "gzip, deflate")]
        if fresh:
            headers.append(("Connection", "close"))
        sent = httpx.Request(
            request.method,
            _url(request.url),
            headers=headers,
            content=request.body or None,
            extensions={"timeout": httpx.Timeout(min(self.timeout, within)).as_dict()},
        )
        response = self.transport.handle_request(sent)
        try:
            body = bytearray()
            decode = _decoder(response.headers.get("Content-Encoding", "identity").strip().lower())
            for chunk in response.iter_raw():
                body += decode(chunk)
                if len(body) > LARGEST_BODY:
                    said = f"{self.url} gives answers that are longer than {LARGEST_BODY // 2**20} MiB"
                    raise Unreachable(f"{said}: {request.method} {urlsplit(request.url).path}.")
            return Response(response.status_code, tuple(response.headers.multi_items()), bytes(body))
        except zlib.error as error:
            raise httpx.ReadError(f"the body cannot be decoded ({error})") from None
        finally:
            response.close()


_url = lru_cache(256)(httpx.URL)
"""Addresses, read once: most requests of a run go to a few."""


def _decoder(encoding: str) -> Callable[[bytes], bytes]:
    """Takes the encoding off a body piece by piece, never far beyond the largest: a small one may hold gigabytes."""
    if encoding in ("", "identity"):
        return bytes
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise httpx.ReadError(f"the body is encoded as {encoding}, which was not asked for")
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
    return lambda chunk: inflate.decompress(chunk, LARGEST_BODY + 1)
