"""Servers that misbehave below or beside HTTP, on loopback sockets: what a gate against real services meets."""

import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

CERTIFICATES = Path(__file__).parent / "data" / "tls"
AUTHORITY = CERTIFICATES / "authority.pem"
"""Who signed the certificates, but for the self-signed one; SSL_CERT_FILE makes it trusted."""

Behaviour = Callable[[socket.socket, bytes], None]
"""Answers one connection: the socket and the request that was read from it."""


@dataclass(frozen=True, slots=True)
class BadServer:
    """What a server does once it has read a request.

    certificate: the file it speaks TLS with, empty for plain HTTP; scheme: of the address that a client is given.
    """

    behave: Behaviour
    certificate: str = ""
    scheme: str = "http"


def _raw(data: bytes) -> Behaviour:
    """Sends bytes and closes."""

    def behave(connection: socket.socket, request: bytes) -> None:
        connection.sendall(data)

    return behave


def _answer(body: bytes, *, headers: bytes = b"", status: bytes = b"201 Created", json: bool = True) -> Behaviour:
    """Sends a well-formed response."""
    kind = b"Content-Type: application/json\r\n" if json else b""
    head = b"HTTP/1.1 %s\r\n%s%sContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, kind, headers, len(body))
    return _raw(head + body)


def redirect(location: str, status: str = "307 Temporary Redirect") -> Behaviour:
    """Sends a client elsewhere."""
    return _answer(b"", status=status.encode(), headers=b"Location: %s\r\n" % location.encode())


def _reset(connection: socket.socket, request: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def _hang(data: bytes) -> Behaviour:
    """Sends some bytes and then nothing until the client goes away."""

    def behave(connection: socket.socket, request: bytes) -> None:
        connection.sendall(data)
        connection.recv(1)

    return behave


def _without_end(head: bytes, piece: bytes, pause: float = 0.0) -> Behaviour:
    """Sends a beginning, and then the same piece until the client goes away."""

    def behave(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            time.sleep(pause)

    return behave


def _long(start: bytes, middle: bytes, count: int, end: bytes) -> Behaviour:
    """Sends a body of which most is the same piece again and again."""
    length = len(start) + count * len(middle) + len(end)

    def behave(connection: socket.socket, request: bytes) -> None:
        connection.sendall(_JSON + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % length + start)
        for _ in range(count):
            connection.sendall(middle)
        connection.sendall(end)

    return behave


def _bomb() -> bytes:
    """A gigabyte of blanks, as gzip: one megabyte."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    beginning = deflate.flush(zlib.Z_FULL_FLUSH)
    return beginning + (deflate.compress(b" " * 2**20) + deflate.flush(zlib.Z_FULL_FLUSH)) * 1024


_JSON = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
_MEGABYTE = b"x" * 1_000_000
_FINE = _answer(b"{}")

BAD_SERVERS: dict[str, Callable[[], BadServer]] = {
    name: (lambda make=make: made if isinstance(made := make(), BadServer) else BadServer(made))
    for name, make in {
        "closes at once": lambda: _raw(b""),
        "resets": lambda: _reset,
        "self-signed certificate": lambda: BadServer(_FINE, "self-signed.pem", "https"),
        "certificate of another host": lambda: BadServer(_FINE, "another-host.pem", "https"),
        "expired certificate": lambda: BadServer(_FINE, "expired.pem", "https"),
        "plain HTTP where https is asked": lambda: BadServer(_FINE, scheme="https"),
        "TLS where http is asked": lambda: BadServer(_FINE, "valid.pem"),
        "hangs before headers": lambda: _hang(b""),
        "hangs within headers": lambda: _hang(b"HTTP/1.1 201 Created\r\nContent-"),
        "hangs after headers": lambda: _hang(_JSON + b"Content-Length: 10\r\n\r\n"),
        "headers that drip": lambda: _without_end(b"HTTP/1.1 201 Created\r\nX-Drip: ", b"-", 0.05),
        "a body that drips": lambda: _without_end(_JSON + b"\r\n", b" ", 0.05),
        "a body that never ends": lambda: _without_end(_JSON + b"\r\n", b" " * 65536),
        "headers that never end": lambda: _without_end(_JSON, b"X-More: header\r\n" * 1000),
        "a gzip bomb": lambda: _answer(_bomb(), headers=b"Content-Encoding: gzip\r\n"),
        "broken gzip": lambda: _answer(b"not gzip", headers=b"Content-Encoding: gzip\r\n"),
        "100 MB of JSON": lambda: _long(b'{"name": "', _MEGABYTE, 100, b'"}'),
        "4 MB of JSON each time": lambda: _long(b'{"name": "', _MEGABYTE, 4, b'"}'),
        "deeply nested JSON": lambda: _answer(b"[" * 100_000 + b"]" * 100_000),
        "NaN": lambda: _answer(b'{"quantity": NaN}'),
        "duplicate keys": lambda: _answer(b'{"name": "a", "name": "b"}'),
        "invalid UTF-8": lambda: _answer(b'{"name": "\xff\xfe"}'),
        "a byte order mark": lambda: _answer(b"\xef\xbb\xbf{}"),
        "too long a Content-Length": lambda: _raw(_JSON + b"Content-Length: 1000\r\n\r\n{}"),
        "too short a Content-Length": lambda: _raw(_JSON + b'Content-Length: 5\r\n\r\n{"name": "a"}'),
        "a Content-Length that is no number": lambda: _raw(_JSON + b"Content-Length: two\r\n\r\n{}"),
        "no content type": lambda: _answer(b"{}", json=False),
        "a wrong content type": lambda: _answer(b"{}", headers=b"Content-Type: text/html\r\n", json=False),
        "a redirect loop": lambda: redirect("/"),
        "a redirect elsewhere": lambda: redirect("http://127.0.0.2:9/"),
        "1xx before the answer": lambda: _raw(
            b"HTTP/1.1 103 Early Hints\r\n\r\n" + _JSON + b"Content-Length: 2\r\n\r\n{}"
        ),
        "1xx without end": lambda: _without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.01),
        "a thousand headers": lambda: _answer(b"{}", headers=b"".join(b"X-%d: y\r\n" % n for n in range(1000))),
        "HTTP/1.0": lambda: _raw(b"HTTP/1.0 201 Created\r\nContent-Type: application/json\r\n\r\n{}"),
        "no HTTP at all": lambda: _raw(b"220 smtp.example ESMTP\r\n"),
        "always 200 {}": lambda: _answer(b"{}", status=b"200 OK"),
        "always 500": lambda: _answer(b"oops", status=b"500 Internal Server Error", json=False),
        "always 400": lambda: _answer(b"{}", status=b"400 Bad Request"),
    }.items()
}

NOBODY: tuple[str, ...] = ("nobody listens", "a name that nobody has")
"""Addresses with no server behind them."""

NAMES = (*NOBODY, *BAD_SERVERS)


@contextmanager
def bad_server(name: str) -> Iterator[str]:
    """Serves a behaviour on a free loopback port; gives its address."""
    if name == "a name that nobody has":
        yield "http://bookproof.invalid"
    elif name == "nobody listens":
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            yield f"http://127.0.0.1:{taken.getsockname()[1]}"
    else:
        with serving(BAD_SERVERS[name]()) as url:
            yield url


@contextmanager
def serving(server: BadServer, requests: list[bytes] | None = None) -> Iterator[str]:
    """Serves on a free loopback port; gives the address. `requests` takes what was received."""
    context = None
    if server.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATES / server.certificate)
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)
    received = [] if requests is None else requests

    def converse(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            spoken = context.wrap_socket(connection, server_side=True) if context else connection
            with spoken:
                # A client that wants TLS sends no line of HTTP, and waits for an answer to what it did send.
                plain = server.scheme == "https" and context is None
                request = spoken.recv(65536) if plain else _request(spoken)
                received.append(request)
                server.behave(spoken, request)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=converse, args=(listening.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"{server.scheme}://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def _request(connection: socket.socket) -> bytes:
    """Reads one request whole."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return data
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(v) for k, _, v in (h.partition(b":") for h in head.split(b"\r\n")) if k.lower() == b"content-length"), 0
    )
    while len(body) < length:
        chunk = connection.recv(65536)
        if not chunk:
            break
        body += chunk
    return head + b"\r\n\r\n" + body
