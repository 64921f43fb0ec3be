"""Keeps secrets out of everything that is kept: exchanges are scrubbed before anybody else sees them."""

import re
from collections.abc import Iterable
from dataclasses import replace

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
        """Adds a secret; very short ones would match by chance and are left out."""
        if len(secret) >= 4 and secret not in self._secrets:
            self._secrets = sorted([*self._secrets, secret], key=len, reverse=True)

    def text(self, text: str) -> str:
        """The text without any secret."""
        for secret in self._secrets:
            text = text.replace(secret, SCRUBBED)
        return text

    def exchange(self, exchange: Exchange) -> Exchange:
        """The exchange without any secret."""
        request, response = exchange.request, exchange.response
        return replace(
            exchange,
            request=Request(
                request.method, self.text(request.url), self._headers(request.headers), self._bytes(request.body)
            ),
            response=None
            if response is None
            else Response(response.status, self._headers(response.headers), self._bytes(response.body)),
            error=self.text(exchange.error) if exchange.error else exchange.error,
        )

    def _headers(self, headers: Headers) -> Headers:
        return tuple(
            (name, _cookie(value) if name.lower() in _COOKIES else self.text(value)) for name, value in headers
        )

    def _bytes(self, body: bytes) -> bytes:
        for secret in self._secrets:
            body = body.replace(secret.encode(), SCRUBBED.encode())
        return body


def _cookie(value: str) -> str:
    return re.sub(r"=[^;,]*", f"={SCRUBBED}", value)
