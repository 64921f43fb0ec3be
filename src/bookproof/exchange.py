"""What happened on the wire: one request, its response or the error in its place, and why it was sent.

Exchanges come from suites, cassettes, HAR and NDJSON files and the proxy alike; nothing here knows which.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic_core import from_json

Headers = tuple[tuple[str, str], ...]
"""Header fields in the order of the wire, names as sent."""

SLACK: Final = 0.0002
"""Seconds by which two clocks may disagree about exchanges that followed each other."""

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods whose requests change nothing (RFC 9110, section 9.2.1)."""


class _Absent:
    """Stands where no value is: `None` is a value in JSON."""

    def __repr__(self) -> str:
        return "<nothing>"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = _Absent()


class InvalidJson(ValueError):
    """A body that is not JSON, with the reason in words."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it went out: absolute URL, headers, raw body (empty when there was none)."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first value of a header field, its name compared without case."""
        return _header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Response:
    """A response as it came in, its body decoded from any content encoding."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first value of a header field, its name compared without case."""
        return _header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Intent:
    """What the sender knows about a request and the wire does not show.

    demonstrates: the requirement that an accepted request shows ("rooms are accepted").
    vouched: the request is built from fixtures that the target declared, so a refusal is a fault.
    about: the requirement that the test is about; a crash on a valid request is blamed on it.
    also_breaks: the requirement that the request breaks where only the sender can know (a wrong token).
    conclusive: a refusal can have no other cause than the breach; not so for generated requests.
    shows: further requirements that an accepted request shows, each by a part of its own.
    tentative: that no answer or a server error comes says nothing yet: the request's parts are sent, or it was one of
    several at once.
    probe: the request names what the target may not know; any refusal, even 401, may be about that.
    test: the suite's test that sent it.
    """

    demonstrates: str | None = None
    vouched: bool = False
    about: str | None = None
    also_breaks: str | None = None
    conclusive: bool = True
    shows: tuple[str, ...] = ()
    tentative: bool = False
    probe: bool = False
    test: str = ""

    @property
    def provable(self) -> bool:
        """Whether the sender knows that nothing else is wrong with the request: a suite does, a capture does not."""
        return bool(self.test) and self.conclusive


NO_INTENT: Final = Intent()


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its response, or with `error` (a sentence) where no response came.

    started: seconds since the epoch, 0.0 where unknown; elapsed: seconds until the answer was complete.
    meanwhile: requests that may change something, were under way before this one was over and are shown later: what
    they do may be seen in this answer already, or not yet.
    """

    request: Request
    response: Response | None = None
    error: str | None = None
    started: float = 0.0
    elapsed: float = 0.0
    intent: Intent = field(default=NO_INTENT)
    meanwhile: tuple[Request, ...] = field(default=(), compare=False, repr=False)


def parse_json(body: bytes) -> Any:
    """The JSON value of a body, as RFC 8259 understands it.

    Raises InvalidJson for bytes that are not UTF-8, for NaN and Infinity, and for nesting or
    numbers beyond what can be read.
    """
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:  # what is wrong with it, or a mark or an escape that this quick parser does not take
        return _parse_slowly(body)


def _parse_slowly(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise InvalidJson(f"the body is not UTF-8 (byte {error.start})") from None
    except RecursionError:
        raise InvalidJson("the body is nested too deeply") from None
    except ValueError as error:
        raise InvalidJson(f"the body is not JSON ({error})") from None


def brief(value: Any, limit: int = 80) -> str:
    """A JSON value on one short line, for messages; long arrays as their length."""
    if value is ABSENT:
        return "nothing"
    if isinstance(value, InvalidJson):
        return str(value)
    if isinstance(value, list) and len(value) > 5:
        return f"{len(value)} items"
    text = _write(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


_write = json.JSONEncoder(ensure_ascii=False, default=str).encode


def _header(headers: Headers, name: str) -> str | None:
    wanted = name.lower()
    for key, value in headers:
        if key == name or key.lower() == wanted:
            return value
    return None
