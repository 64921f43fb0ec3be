"""Keeps secrets out of everything that is kept: exchanges are scrubbed before anybody else sees them."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import quote, quote_plus

from bookproof.exchange import Exchange, Headers, Request, Response

SCRUBBED = "bookproof-scrubbed"

_COOKIES = frozenset({"cookie", "set-cookie"})


class Scrubber:
    """Replaces known secrets wherever they stand, and the values of cookies; the structure around them stays."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: list[str] = []
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> None:
        """Adds a secret, however URLs and JSON may spell it; very short ones would match by chance and are left out."""
        if len(secret) >= 4:
            self._secrets = sorted({*self._secrets, *_spellings(secret)}, key=len, reverse=True)

    def text(self, text: str) -> str:
        """The text without any secret."""
        for secret in self._secrets:
            text = text.replace(secret, SCRUBBED)
        return text

    def exchange(self, exchange: Exchange) -> Exchange:
        """The exchange without any secret."""
        response = exchange.response
        return replace(
            exchange,
            request=self._request(exchange.request),
            meanwhile=tuple(map(self._request, exchange.meanwhile)),
            response=None
            if response is None
            else Response(response.status, self._headers(response.headers), self._bytes(response.body)),
            error=self.text(exchange.error) if exchange.error else exchange.error,
        )

    def _request(self, request: Request) -> Request:
        headers, body = self._headers(request.headers), self._bytes(request.body)
        return Request(request.method, self.text(request.url), headers, body)

    def _headers(self, headers: Headers) -> Headers:
        return tuple(
            (name, _cookie(value) if name.lower() in _COOKIES else self.text(value)) for name, value in headers
        )

    def _bytes(self, body: bytes) -> bytes:
        for secret in self._secrets:
            body = body.replace(secret.encode(), SCRUBBED.encode())
        return body


def _spellings(secret: str) -> Iterator[str]:
    """A secret as text, in a URL, and in the JSON of writers that escape more than they need to."""
    yield secret
    yield from (quote(secret, safe=""), quote(secret, safe="/"), quote_plus(secret))
    for text in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
        yield from (text, text.replace("/", "\\/"))
        for signs in ("=", "=+", "=+/", "<>&='", "<>&='+/"):
            yield "".join(f"\\u{ord(sign):04x}" if sign in signs else sign for sign in text)


def _cookie(value: str) -> str:
    return re.sub(r"=[^;,]*", f"={SCRUBBED}", value)
