"""Servers that misbehave below or beside HTTP, on loopback sockets: what a gate against real services meets."""

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Behaviour = Callable[[socket.socket, bytes], None]
"""Answers one connection: the socket and the request that was read from it."""


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


def _reset(connection: socket.socket, request: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def _hang(data: bytes) -> Behaviour:
    """Sends some bytes and then nothing until the client goes away."""

    def behave(connection: socket.socket, request: bytes) -> None:
        connection.sendall(data)
        connection.recv(1)

    return behave


def _endless(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n")
    while True:
        connection.sendall(b" " * 65536)


def _bomb() -> bytes:
    return gzip.compress(b" " * 200_000_000, 6)


_JSON = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"

BEHAVIOURS: dict[str, Callable[[], Behaviour]] = {
    "closes at once": lambda: _raw(b""),
    "resets": lambda: _reset,
    "hangs before headers": lambda: _hang(b""),
    "hangs within headers": lambda: _hang(b"HTTP/1.1 201 Created\r\nContent-"),
    "hangs after headers": lambda: _hang(_JSON + b"Content-Length: 10\r\n\r\n"),
    "a body that never ends": lambda: _endless,
    "a gzip bomb": lambda: _answer(_bomb(), headers=b"Content-Encoding: gzip\r\n"),
    "broken gzip": lambda: _answer(b"not gzip", headers=b"Content-Encoding: gzip\r\n"),
    "100 MB of JSON": lambda: _answer(b'{"name": "' + b"x" * 100_000_000 + b'"}'),
    "deeply nested JSON": lambda: _answer(b"[" * 100_000 + b"]" * 100_000),
    "NaN": lambda: _answer(b'{"quantity": NaN}'),
    "duplicate keys": lambda: _answer(b'{"name": "a", "name": "b"}'),
    "invalid UTF-8": lambda: _answer(b'{"name": "\xff\xfe"}'),
    "a byte order mark": lambda: _answer(b"\xef\xbb\xbf{}"),
    "too long a Content-Length": lambda: _raw(_JSON + b"Content-Length: 1000\r\n\r\n{}"),
    "no content type": lambda: _answer(b"{}", json=False),
    "a redirect loop": lambda: _answer(b"", status=b"307 Temporary Redirect", headers=b"Location: /\r\n"),
    "a redirect elsewhere": lambda: _answer(
        b"", status=b"307 Temporary Redirect", headers=b"Location: http://127.0.0.2:9/\r\n"
    ),
    "1xx before the answer": lambda: _raw(b"HTTP/1.1 103 Early Hints\r\n\r\n" + _JSON + b"Content-Length: 2\r\n\r\n{}"),
    "a thousand headers": lambda: _answer(b"{}", headers=b"".join(b"X-%d: y\r\n" % n for n in range(1000))),
    "HTTP/1.0": lambda: _raw(b"HTTP/1.0 201 Created\r\nContent-Type: application/json\r\n\r\n{}"),
    "no HTTP at all": lambda: _raw(b"220 smtp.example ESMTP\r\n"),
    "always 200 {}": lambda: _answer(b"{}", status=b"200 OK"),
    "always 500": lambda: _answer(b"oops", status=b"500 Internal Server Error", json=False),
    "always 400": lambda: _answer(b"{}", status=b"400 Bad Request"),
}


@contextmanager
def bad_server(name: str) -> Iterator[str]:
    """Serves a behaviour on a free loopback port; gives its address."""
    behave = BEHAVIOURS[name]()
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)
    threading.Thread(target=_serve, args=(listening, behave), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.close()


def _serve(listening: socket.socket, behave: Behaviour) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_converse, args=(connection, behave), daemon=True).start()


def _converse(connection: socket.socket, behave: Behaviour) -> None:
    with connection:
        try:
            behave(connection, _request(connection))
        except OSError:
            return


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
        body += connection.recv(65536)
    return data
