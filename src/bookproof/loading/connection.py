"""One connection of one user: HTTP/1.1 over gevent, without anything that would blur what a server does.

No redirect is followed, no cookie kept, no request repeated: a connection that breaks is a finding. A connection that
was idle is closed rather than used again, because a server may be closing it at that very moment.
"""

import errno
import time
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

import gevent
from gevent import ssl
from geventhttpclient.connectionpool import ConnectionPool, SSLConnectionPool
from geventhttpclient.response import HTTPParseError, HTTPSocketPoolResponse

from bookproof.exchange import Request, Response
from bookproof.targets.target import LARGEST_BODY

IDLE: Final = 1.0
"""Seconds after which a connection is not used again; servers close theirs after two seconds or more."""

_OWN: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM})
"""What this machine has run out of, not the server."""


class Broken(Exception):
    """No answer came; the text says why."""


class Exhausted(Exception):
    """No request could be sent, because this machine is at its end."""


class Connection:
    """A connection to the host of an address; timeout: seconds that one answer may take from beginning to end."""

    def __init__(self, url: str, timeout: float) -> None:
        parts = urlsplit(url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        self._host = parts.netloc.rpartition("@")[2]
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._timeout = timeout
        self._used = 0.0
        options: dict[str, Any] = {"size": 1, "connection_timeout": timeout, "network_timeout": timeout}
        if secure:
            options |= {"ssl_context_factory": _context, "ssl_options": {"server_hostname": host}}
        kind = SSLConnectionPool if secure else ConnectionPool
        self._open: Callable[[], Any] = lambda: kind(host, port, host, port, **options)
        self._pool = self._open()

    def send(self, request: Request) -> Response:
        """The answer to a request. Broken where none comes, Exhausted where none could be asked for."""
        if time.monotonic() - self._used > IDLE:
            self.close()
            self._pool = self._open()
        deadline = gevent.Timeout(self._timeout)
        deadline.start()
        try:
            return self._exchange(request)
        except gevent.Timeout as timeout:
            self._renew()
            if timeout is not deadline:
                raise
            raise Broken("no answer within the time limit") from None
        except TimeoutError:
            self._renew()
            raise Broken("no answer within the time limit") from None
        except OSError as error:
            self._renew()
            if error.errno in _OWN:
                raise Exhausted(str(error)) from None
            raise Broken(f"the connection broke ({error.strerror or error})") from None
        except HTTPParseError as error:
            self._renew()
            raise Broken(f"the server broke off or did not speak HTTP ({error})") from None
        finally:
            deadline.close()
            self._used = time.monotonic()

    def close(self) -> None:
        """Closes the connection."""
        self._pool.close()

    def _renew(self) -> None:
        self._pool.close()
        self._pool = self._open()

    def _exchange(self, request: Request) -> Response:
        sock = self._pool.get_socket()
        try:
            sock.sendall(self._head(request) + request.body)
        except OSError:
            # A server may refuse a request before it has read all of it: its answer counts.
            pass
        except BaseException:
            self._pool.release_socket(sock)
            raise
        answered = HTTPSocketPoolResponse(sock, self._pool, method=request.method)
        headers = tuple(answered.items())
        body = bytearray()
        while chunk := answered.read(2**16):
            body += chunk
            if len(body) > LARGEST_BODY:
                answered.release()
                raise Broken(f"the body is longer than {LARGEST_BODY // 2**20} MiB")
        return Response(answered.status_code, headers, _decoded(bytes(body), answered.get("content-encoding")))

    def _head(self, request: Request) -> bytes:
        target = request.url.removeprefix(self._origin) or "/"
        lines = [f"{request.method} {target} HTTP/1.1", f"Host: {self._host}", "Accept-Encoding: gzip, deflate"]
        lines += [f"{name}: {value}" for name, value in request.headers]
        if request.body or request.method in ("POST", "PUT", "PATCH"):
            lines.append(f"Content-Length: {len(request.body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


@cache
def _context(cafile: str | None = None) -> ssl.SSLContext:
    """One context for all connections: to read the authorities takes longer than a request."""
    return ssl.create_default_context(cafile=cafile)


def _decoded(body: bytes, encoding: Any) -> bytes:
    """A body without its content encoding, never far beyond the largest: a small one may hold gigabytes."""
    coding = str(encoding or "identity").strip().lower()
    if coding == "identity" or not body:
        return body
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise Broken(f"the body is encoded as {coding}, which was not asked for")
    try:
        found = zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body, LARGEST_BODY + 1)
    except zlib.error as error:
        raise Broken(f"the body cannot be decoded ({error})") from None
    if len(found) > LARGEST_BODY:
        raise Broken(f"the body is longer than {LARGEST_BODY // 2**20} MiB")
    return found
