"""A reverse proxy that judges: it passes traffic to a service unchanged, and has every exchange judged behind its back.

Bodies pass as they come, byte for byte. A thread of its own judges what has passed, so that an answer waits for nobody;
only with `enforce` an exchange is judged before its answer goes out. The watcher is handed in: this module knows HTTP.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

import httpx
from starlette.types import Receive, Scope, Send

from bookproof.captures.entries import Malformed, unpacked
from bookproof.exchange import SAFE, Exchange, Request, Response
from bookproof.targets.passing import ClientLeft, Copy, as_text, incoming, travelling

VERDICT_PATH: Final = "/__bookproof__/verdict"
"""Where the proxy answers itself."""

IDLE: Final = 100
"""Connections to the service that wait for another request."""

_ONE: Final = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=30)
_TIMEOUT: Final = {"connect": 10.0, "read": 60.0, "write": 60.0, "pool": 10.0}
_JSON: Final = [(b"content-type", b"application/json")]

Complaint = Sequence[dict[str, Any]]
"""What an enforcing proxy says in place of a message: findings as JSON values."""


class Watcher(Protocol):
    """Who is told of the traffic."""

    def saw(self, exchange: Exchange) -> None:
        """An exchange has passed; this must not take long."""

    def missed(self) -> None:
        """An exchange has passed that was not kept."""

    def objections(self, request: Request) -> Complaint:
        """Why a request is not to be passed on; empty where it may."""

    def judged(self, exchange: Exchange) -> Complaint:
        """Why an answer is not to be passed on; empty where it may."""

    def verdict(self) -> dict[str, Any]:
        """The verdict so far."""


class Proxy:
    """The proxy as an ASGI application.

    upstream: the service's address; transport: how it is reached; enforce: violations do not pass.
    """

    def __init__(
        self,
        upstream: str,
        watcher: Watcher,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        enforce: bool = False,
    ) -> None:
        self.upstream = upstream.rstrip("/")
        url = httpx.URL(self.upstream)
        self._origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        self._prefix = url.raw_path.rstrip(b"/")
        self._host = url.netloc
        self._watcher = watcher
        self._enforce = enforce
        self._given = transport
        self._idle: list[httpx.AsyncBaseTransport] = []
        self._under_way: list[Request] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes one request on and its answer back."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["path"] == VERDICT_PATH and scope["method"] == "GET":
            verdict = await asyncio.to_thread(self._watcher.verdict)
            await _answer(send, 200, verdict)
            return
        try:
            await self._pass(scope, receive, send)
        except ClientLeft:
            return

    async def _live(self, receive: Receive, send: Send) -> None:
        """Starts and ends with the server; the connections to the service close at the end."""
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        for transport in [self._given] if self._given else self._idle:
            await transport.aclose()
        await send({"type": "lifespan.shutdown.complete"})

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"host", self._host), *travelling(scope["headers"], b"host")]
        target = self._prefix + (scope.get("raw_path") or scope["path"].encode())
        if scope["query_string"]:
            target += b"?" + scope["query_string"]
        url = self._origin + target.decode("latin-1")
        sent = Copy()
        content = await incoming(receive, sent)
        asked = Request(scope["method"], url, as_text(headers), content if isinstance(content, bytes) else b"")
        if self._enforce:
            if not isinstance(content, bytes):
                content = b"".join([piece async for piece in content])
            asked = replace(asked, body=_unpacked(sent.body, headers))
            if objections := await asyncio.to_thread(self._watcher.objections, asked):
                await _answer(send, 400, {"message": "The request breaks the contract.", "findings": objections})
                return
        outgoing = httpx.Request(
            scope["method"],
            url,
            headers=headers,
            content=content or None,
            extensions={"timeout": _TIMEOUT, "target": target},
        )
        self._under_way.append(asked)
        try:
            await self._exchange(asked, outgoing, sent, send)
        finally:
            self._under_way = [other for other in self._under_way if other is not asked]

    async def _exchange(self, asked: Request, outgoing: httpx.Request, sent: Copy, send: Send) -> None:
        """Sends a request to the service, its answer to the client, and tells the watcher of both."""
        received = Copy()
        transport: httpx.AsyncBaseTransport | None = None
        response: httpx.Response | None = None
        answered: Response | None = None
        exchange: Exchange | None = None
        error: str | None = None
        begun, reached = False, True
        started, clock = time.time(), time.perf_counter()
        try:
            transport = self._taken()
            response = await transport.handle_async_request(outgoing)
            back = travelling(response.headers.raw)
            if self._enforce:
                async for chunk in _raw(response):
                    received.add(chunk)
            else:
                await send({"type": "http.response.start", "status": response.status_code, "headers": back})
                begun = True
                async for chunk in _raw(response):
                    received.add(chunk)
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
            answered = Response(response.status_code, as_text(response.headers.raw), received.body)
        except httpx.ConnectError:
            reached = False
            await _answer(send, 502, {"message": "The service cannot be reached."})
        except httpx.TransportError as failure:
            error = str(failure) or type(failure).__name__
            if begun:
                raise  # the answer breaks off for the client as it did for the proxy
            await _answer(send, 502, {"message": f"The service broke off: {error}."})
        finally:
            if response is not None:
                await response.aclose()
            if transport is not None:
                await self._give_back(transport)
            elapsed = time.perf_counter() - clock
            if sent.whole and received.whole and (answered is not None or error is not None):
                asked_whole = asked if self._enforce else replace(asked, body=sent.body)
                meanwhile = tuple([r for r in self._under_way if r is not asked and r.method not in SAFE])
                exchange = Exchange(asked_whole, answered, error, started, elapsed, meanwhile=meanwhile)
            if not self._enforce or answered is None:
                if exchange is not None:
                    self._watcher.saw(exchange)
                elif reached:
                    self._watcher.missed()
        if self._enforce and answered is not None and response is not None:
            await self._pass_judged(exchange, response, received, send)

    def _taken(self) -> httpx.AsyncBaseTransport:
        """A transport for one request. Each holds one connection: a pool that many share looks at all at every turn."""
        if self._given is not None:
            return self._given
        return self._idle.pop() if self._idle else httpx.AsyncHTTPTransport(limits=_ONE, trust_env=False)

    async def _give_back(self, transport: httpx.AsyncBaseTransport) -> None:
        if self._given is None and len(self._idle) < IDLE:
            self._idle.append(transport)
        elif self._given is None:
            await transport.aclose()

    async def _pass_judged(self, exchange: Exchange | None, response: httpx.Response, body: Copy, send: Send) -> None:
        """Sends an answer that was held back, or says what is wrong with it."""
        if exchange is None:
            self._watcher.missed()
            await _answer(send, 502, {"message": "The answer is too large to be judged."})
            return
        if complaint := await asyncio.to_thread(self._watcher.judged, exchange):
            await _answer(send, 502, {"message": "The service breaks its contract.", "findings": complaint})
            return
        headers = travelling(response.headers.raw)
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": body.body})


def decoded(exchange: Exchange) -> Exchange:
    """An exchange whose bodies are without their content encoding; Malformed where that cannot be undone."""
    request, response = exchange.request, exchange.response
    return replace(
        exchange,
        request=Request(request.method, request.url, request.headers, unpacked(request.body, request.headers)),
        response=response and Response(response.status, response.headers, unpacked(response.body, response.headers)),
    )


async def _raw(response: httpx.Response) -> Any:
    """The body's pieces as they stand on the wire."""
    assert isinstance(response.stream, httpx.AsyncByteStream), "an asynchronous transport answers with such a stream"
    async for chunk in response.stream:
        if chunk:
            yield chunk


def _unpacked(body: bytes, headers: list[tuple[bytes, bytes]]) -> bytes:
    try:
        return unpacked(body, as_text(headers))
    except Malformed:
        return body


async def _answer(send: Send, status: int, value: Any) -> None:
    body = json.dumps(value, ensure_ascii=True).encode()
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*_JSON, length]})
    await send({"type": "http.response.body", "body": body})
