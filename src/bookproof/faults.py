"""Seeded defects and conforming variations: small changes to a reference server, seen from the wire.

A Gateway stands before a reference and edits what passes: requests on their way in, answers on their way out. What
it does is a Hooks value; the functions below make the common ones. `prove` runs the suites against each.
"""

import copy
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from bookproof.exchange import ABSENT, InvalidJson, parse_json

JSON = "application/json"


@dataclass(slots=True)
class Asked:
    """A request on its way to the reference; `json` is its value, ABSENT where the body is not JSON."""

    method: str
    path: str
    headers: dict[str, str]
    json: Any
    body: bytes


@dataclass(slots=True)
class Answered:
    """An answer on its way back; setting `json` to ABSENT sends `body` as it is."""

    status: int
    headers: dict[str, str]
    json: Any = ABSENT
    body: bytes = b""

    @property
    def accepted(self) -> bool:
        """Answered with success."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a Gateway does. Each function may change its arguments in place.

    respond: answers in the reference's place where it returns an Answered; request: edits what the reference sees.
    answer: edits what the client sees; it gets the request as the client sent it.
    """

    respond: Callable[[Asked], Answered | None] | None = None
    request: Callable[[Asked], None] | None = None
    answer: Callable[[Asked, Answered], None] | None = None


@dataclass(frozen=True, slots=True)
class Defect:
    """A way in which a server gets its contract wrong.

    breaks: the requirements that truly break, all of which the suites must blame and none besides;
    build: makes the hooks for a fresh reference (which it may also change).
    """

    id: str
    sentence: str
    breaks: tuple[str, ...]
    build: Callable[[Any], Hooks]


@dataclass(frozen=True, slots=True)
class Race:
    """A defect that shows only where requests meet: what is checked is not true any more when it is acted upon.

    breaks: the requirements that truly break; build: makes the application for a fresh reference.
    """

    id: str
    sentence: str
    breaks: tuple[str, ...]
    build: Callable[[Any], ASGIApp]


@dataclass(frozen=True, slots=True)
class Variation:
    """Another way to keep the contract: no requirement may fail."""

    id: str
    sentence: str
    build: Callable[[Any], Hooks]


class Gateway:
    """A reference behind hooks, as an ASGI application."""

    def __init__(self, app: ASGIApp, hooks: Hooks) -> None:
        self._app = app
        self._hooks = hooks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes one request through."""
        asked = await read_request(scope, receive)
        hooks = self._hooks
        original = replace(asked, headers=dict(asked.headers), json=_json(asked.body)) if hooks.request else asked
        answered = hooks.respond(asked) if hooks.respond else None
        if answered is None:
            if hooks.request:
                hooks.request(asked)
            changed = hooks.request is not None and repr(asked) != repr(original)
            answered = await self._pass_on(scope, asked, changed=changed)
        if hooks.answer:
            hooks.answer(original, answered)
        await write_answer(answered, send)

    async def _pass_on(self, scope: Scope, asked: Asked, *, changed: bool) -> Answered:
        body = asked.body
        if changed:
            body = b"" if asked.json is ABSENT else json.dumps(asked.json).encode()
        headers = [
            (k.encode("latin-1"), v.encode("latin-1")) for k, v in asked.headers.items() if k != "content-length"
        ]
        inner = {
            **scope,
            "method": asked.method,
            "path": asked.path,
            "raw_path": asked.path.encode(),
            "headers": headers,
        }
        answered = Answered(500, {})
        chunks: list[bytes] = []

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answered.status = message["status"]
                answered.headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in message.get("headers", ())}
            elif message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))

        await self._app(inner, receive, send)
        answered.body = b"".join(chunks)
        if self._hooks.answer:
            answered.json = _json(answered.body)
        return answered


async def read_request(scope: Scope, receive: Receive) -> Asked:
    """A whole request."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
    return Asked(scope["method"], scope["path"], headers, _json(bytes(body)), bytes(body))


async def write_answer(answered: Answered, send: Callable[[MutableMapping[str, Any]], Awaitable[None]]) -> None:
    """Sends an answer."""
    body = answered.body if answered.json is ABSENT else json.dumps(answered.json).encode()
    headers = {k: v for k, v in answered.headers.items() if k.lower() != "content-length"}
    if answered.json is not ABSENT:
        headers.setdefault("content-type", JSON)
    raw = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()]
    raw.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": answered.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


def _json(body: bytes) -> Any:
    try:
        return parse_json(body) if body else ABSENT
    except InvalidJson:
        return ABSENT


# -- families: what goes wrong with a request -------------------------------------------------------------------------

When = Callable[[Asked], bool]


def sent(prop: str, holds: Callable[[Any], bool] = lambda value: True) -> When:
    """Requests whose body has a property of which something holds."""
    return lambda asked: isinstance(asked.json, dict) and prop in asked.json and holds(asked.json[prop])


def missing(prop: str) -> When:
    """Requests whose body is an object without a property."""
    return lambda asked: isinstance(asked.json, dict) and prop not in asked.json


def mends(when: When, mend: Callable[[Asked], None], restore: Callable[[Asked, Answered], None] | None = None) -> Hooks:
    """Accepts certain wrong requests: the reference sees a mended one; `restore` puts right what the answer echoes."""

    def request(asked: Asked) -> None:
        if when(asked):
            mend(asked)

    def answer(asked: Asked, answered: Answered) -> None:
        if restore and when(asked) and answered.accepted:
            restore(asked, answered)

    return Hooks(request=request, answer=answer)


def unquotes(when: When) -> Hooks:
    """A body that is JSON within a JSON string is read twice."""

    def inner(asked: Asked) -> Any:
        try:
            return json.loads(asked.json) if isinstance(asked.json, str) else None
        except ValueError:
            return None

    def unwrap(asked: Asked) -> None:
        asked.json = inner(asked)

    return mends(lambda asked: when(asked) and isinstance(inner(asked), dict), unwrap)


def optional(prop: str, default: Any) -> Hooks:
    """A required property may be left out."""
    return mends(missing(prop), lambda asked: asked.json.update({prop: copy.deepcopy(default)}))


def lenient(prop: str, wrong: Callable[[Any], bool], default: Any) -> Hooks:
    """Values of a wrong kind are accepted for a property."""
    return mends(sent(prop, wrong), lambda asked: asked.json.update({prop: copy.deepcopy(default)}))


def refuses(when: When, status: int, body: Any) -> Hooks:
    """Certain requests are refused."""
    return Hooks(respond=lambda asked: Answered(status, {}, copy.deepcopy(body)) if when(asked) else None)


def crashes(when: When) -> Hooks:
    """Certain requests end in a server error."""
    return refuses(when, 500, {"message": "Internal Server Error"})


# -- families: what goes wrong with an answer -------------------------------------------------------------------------


def edits(edit: Callable[[Asked, Any], None], *, when: When = lambda asked: True) -> Hooks:
    """Changes the JSON of successful answers in place."""

    def answer(asked: Asked, answered: Answered) -> None:
        if answered.accepted and when(asked) and isinstance(answered.json, dict | list):
            edit(asked, answered.json)

    return Hooks(answer=answer)


def drops(prop: str) -> Hooks:
    """A property is missing from successful answers."""
    return edits(lambda asked, body: body.pop(prop, None))


def answers_with(prop: str, change: Callable[[Any], Any]) -> Hooks:
    """A property of successful answers has another value."""

    def edit(asked: Asked, body: Any) -> None:
        if prop in body:
            body[prop] = change(body[prop])

    return edits(edit)


def status(when: Callable[[Asked, Answered], bool], code: int) -> Hooks:
    """Certain answers carry another status."""

    def answer(asked: Asked, answered: Answered) -> None:
        if when(asked, answered):
            answered.status = code

    return Hooks(answer=answer)


def together(*hooks: Hooks) -> Hooks:
    """Several hooks, one after the other."""

    def respond(asked: Asked) -> Answered | None:
        return next((a for h in hooks if h.respond and (a := h.respond(asked)) is not None), None)

    def request(asked: Asked) -> None:
        for hook in hooks:
            if hook.request:
                hook.request(asked)

    def answer(asked: Asked, answered: Answered) -> None:
        for hook in hooks:
            if hook.answer:
                hook.answer(asked, answered)

    return Hooks(respond, request, answer)


def simply(hooks: Hooks) -> Callable[[Any], Hooks]:
    """The same hooks for every reference: for changes that keep no state."""
    return lambda reference: hooks


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The defects and variations of one API."""

    defects: tuple[Defect, ...]
    variations: tuple[Variation, ...]
    capabilities: frozenset[str] = frozenset()
    """What the reference is declared to be capable of while it is proved."""
    races: tuple[Race, ...] = ()
    """Defects that suites, which send one request after the other, cannot meet: `load` is proved by them."""

    def by_id(self) -> Mapping[str, Defect | Variation]:
        """Every defect and variation that the suites are proved with, by id."""
        entries: tuple[Defect | Variation, ...] = (*self.defects, *self.variations)
        return {entry.id: entry for entry in entries}

    def served(self) -> Mapping[str, Defect | Variation | Race]:
        """Everything that a server can be started with, by id."""
        return {**self.by_id(), **{race.id: race for race in self.races}}
