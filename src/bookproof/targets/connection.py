"""Connections to live targets: what certificates are trusted, and an end to every answer.

httpx limits the wait for each piece of an answer. A server that sends a byte now and then would never be given up; here
the limit holds for the whole answer, from the end of the request to the last byte of the body.
"""

import math
import os
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from bookproof.errors import ConfigurationError

KEPT_OPEN = 2.0
"""Seconds that an idle connection is used again after. Most servers close theirs after five; a creation that meets the
closing would go unanswered, and must not be sent twice."""

CERTIFICATES = "SSL_CERT_FILE"
"""The environment variable that names another file of certificate authorities, as everywhere else."""


def open_transport(url: str) -> httpx.HTTPTransport:
    """A transport that takes no settings but certificates from its surroundings.

    url: where all of its requests go; certificates are read, which takes a while, where it is https alone.
    """
    context = trusted() if url.lower().startswith("https:") else None
    transport = httpx.HTTPTransport(verify=context or False, trust_env=False)
    transport._pool = httpcore.ConnectionPool(
        ssl_context=context,
        max_connections=100,
        max_keepalive_connections=20,
        keepalive_expiry=KEPT_OPEN,
        network_backend=Backend(),
    )
    return transport


def trusted() -> ssl.SSLContext:
    """Whose certificates are trusted: certifi's list, or the file that SSL_CERT_FILE names."""
    file = os.environ.get(CERTIFICATES)
    if not file:
        return httpx.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=file)
    except (OSError, ssl.SSLError) as error:
        said = error.strerror or error
        raise ConfigurationError(f"The certificates of {CERTIFICATES} cannot be read: {file}: {said}.") from None


class Backend(httpcore.NetworkBackend):
    """Opens connections as httpcore does, with an end to every answer."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to a host."""
        return Stream(self._inner.connect_tcp(host, port, timeout, local_address, socket_options))

    def sleep(self, seconds: float) -> None:
        """Waits, between attempts that httpcore is told to make."""
        time.sleep(seconds)


class ClosedIdle(httpcore.ReadError):
    """A connection that had served before was closed before anything of the next answer came.

    A server may close an idle connection at any time, and a request that crosses the closing is no fault of anybody's.
    """


class Stream(httpcore.NetworkStream):
    """One connection. The time limit of an answer starts when the first piece of it is asked for."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner
        self._until: float | None = None
        self._served = False
        self._begun = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes; httpcore.ReadTimeout where the answer has taken its time, or ClosedIdle."""
        now = time.monotonic()
        if self._until is None:
            self._until = math.inf if timeout is None else now + timeout
        if now >= self._until:
            raise httpcore.ReadTimeout("the answer does not end")
        try:
            received = self._inner.read(max_bytes, None if timeout is None else self._until - now)
        except httpcore.ReadError:
            self._refuse_idle()
            raise
        if not received:
            self._refuse_idle()
        self._begun = True
        return received

    def _refuse_idle(self) -> None:
        if self._served and not self._begun:
            raise ClosedIdle("the server closed an idle connection")

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sends bytes of a request; the answer to it has not begun."""
        self._until = None
        self._served, self._begun = self._served or self._begun, False
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        """Closes the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The connection, encrypted."""
        return Stream(self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks about the socket."""
        return self._inner.get_extra_info(info)


def in_words(error: httpx.TransportError) -> str:
    """What went wrong on a connection, for a person."""
    cause = _root(error)
    match error:
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return "no connection within the time limit"
        case httpx.TimeoutException():
            return "no answer within the time limit"
        case httpx.ConnectError() if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not good ({cause.verify_message.rstrip('.')})"
        case httpx.ConnectError() if isinstance(cause, ssl.SSLError):
            return f"no encrypted connection ({(cause.reason or str(cause)).lower().replace('_', ' ')})"
        case httpx.ConnectError() if isinstance(cause, socket.gaierror):
            return f"its name is not known ({str(cause.strerror).lower()})"
        case httpx.ConnectError() if isinstance(cause, OSError) and cause.strerror:
            return f"no connection ({cause.strerror.lower()})"
        case httpx.ConnectError():
            return f"no connection ({error})" if str(error) else "no connection"
        case httpx.RemoteProtocolError():
            return f"the server broke off or did not speak HTTP ({str(error).rstrip('.')})"
        case _ if isinstance(cause, OSError) and cause.strerror:
            return f"the connection broke ({cause.strerror.lower()})"
        case _:
            return str(error) or type(error).__name__


def closed_idle(error: BaseException | None) -> bool:
    """Whether a request crossed the closing of an idle connection."""
    while error is not None and not isinstance(error, ClosedIdle):
        error = error.__cause__ or error.__context__
    return error is not None


def advice(error: httpx.TransportError) -> str:
    """What to do about a target that cannot be reached at all."""
    cause = _root(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"A certificate authority of your own is trusted where {CERTIFICATES} names its file."
    if isinstance(cause, ssl.SSLError):
        return "Is it https that runs there? Try http://."
    return "Is the address right, and does it run?"


def _root(error: BaseException) -> BaseException:
    """What the socket said: httpx and httpcore wrap it."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    return cause or error
