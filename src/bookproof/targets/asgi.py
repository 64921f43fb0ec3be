"""Drives an ASGI application in this process, as an httpx transport: no socket, no event loop of its own."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import httpx
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send


class AsgiTransport(httpx.BaseTransport):
    """Sends each request through the application and waits for the whole answer. Safe to use from many threads.

    prefix: the part of the path, as in a server's base address, that the application does not see.
    """

    def __init__(self, app: ASGIApp, prefix: str = "") -> None:
        self._app = app
        self._prefix = prefix.rstrip("/")
        self._local = threading.local()
        self._loops: list[asyncio.AbstractEventLoop] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Runs the application once."""
        return self._loop().run_until_complete(self._run(request))

    def _loop(self) -> asyncio.AbstractEventLoop:
        loop: asyncio.AbstractEventLoop | None = getattr(self._local, "loop", None)
        if loop is None or loop.is_closed():
            loop = self._local.loop = asyncio.new_event_loop()
            self._loops.append(loop)
        return loop

    def close(self) -> None:
        """Closes every thread's loop."""
        while self._loops:
            self._loops.pop().close()

    async def _run(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path.removeprefix(self._prefix),
            "raw_path": request.url.raw_path.split(b"?")[0].removeprefix(self._prefix.encode()),
            "query_string": request.url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": (request.url.host, request.url.port or 80),
            "client": ("127.0.0.1", 0),
        }
        sent = False
        status = 500
        headers: list[tuple[bytes, bytes]] = []
        chunks: list[bytes] = []

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if sent:
                return {"type": "http.disconnect"}
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers.extend(message.get("headers", ()))
            elif message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))

        try:
            await self._app(scope, receive, send)
        except Exception:  # an application that breaks answers 500 behind any server
            status, headers, chunks = 500, [], [b"Internal Server Error"]
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(b"".join(chunks)), request=request)


class Throttled:
    """An application that serves so many requests in each second and asks for patience beyond (Retry-After: 1).

    status: of the answers that ask; clock: seconds, of any clock.
    """

    def __init__(
        self, app: ASGIApp, limit: int, *, status: int = 429, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._limit = limit
        self._status = status
        self._clock = clock
        self._second = -1
        self._served = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        second = int(self._clock())
        if second != self._second:
            self._second, self._served = second, 0
        if self._served < self._limit:
            self._served += 1
            await self._app(scope, receive, send)
        else:
            await Response(status_code=self._status, headers={"Retry-After": "1"})(scope, receive, send)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. OSError where the place is taken.

    Made as a TCP socket by name: asyncio turns off Nagle's algorithm for those alone, and with it every answer would
    wait 40 ms for the client's acknowledgement.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError:
        listening.close()
        raise
    return listening


def address_of(listening: socket.socket, host: str) -> str:
    """The address at which a client reaches what listens; IPv6 stands in brackets there."""
    return f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"


@contextmanager
def served(app: ASGIApp, port: int = 0, *, lifespan: bool = False) -> Iterator[str]:
    """Serves an application over loopback with uvicorn in a thread; gives its address.

    lifespan: the application is told of the server's start and end.
    """
    import uvicorn

    class Prompt(uvicorn.Server):
        """Ends at once: nobody waits for answers of a server that was made for one block of code."""

        async def main_loop(self) -> None:
            counter = 0
            while not await self.on_tick(counter):
                counter += 1
                await asyncio.sleep(0.01)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            for closing in (*self.servers, *(sockets or ())):
                closing.close()
            for connection in list(self.server_state.connections):
                connection.shutdown()
            await self.lifespan.shutdown()

    lives: Literal["on", "off"] = "on" if lifespan else "off"
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan=lives, ws="none")
    server = Prompt(config)
    listening = listen("127.0.0.1", port)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield address_of(listening, "127.0.0.1")
    finally:
        server.should_exit = True
        thread.join(timeout=5)
        listening.close()
