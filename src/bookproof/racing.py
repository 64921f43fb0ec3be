"""Seeded race defects: a server that looks, waits and then acts, so that another request comes in between.

A Door stands before a reference. Unlike a Gateway's hooks, what it does may wait between two steps, and other requests
pass meanwhile, as they do in a server that asks a database. Sent one after the other, requests never notice.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from bookproof.exchange import ABSENT, InvalidJson, parse_json
from bookproof.faults import Answered, Asked, Gateway, Hooks, read_request, write_answer

Onward = Callable[[Asked], Awaitable[Answered]]
"""Passes a request to the reference."""

Passing = Callable[[Asked, Onward], Awaitable[Answered]]
"""What a door does with a request."""

LAG = 0.005
"""Seconds between looking and acting."""


class Door(Gateway):
    """A reference behind a door, as an ASGI application."""

    def __init__(self, app: ASGIApp, passing: Passing) -> None:
        super().__init__(app, Hooks())
        self._passing = passing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets one request pass."""

        arrived = await read_request(scope, receive)

        async def onward(asked: Asked) -> Answered:
            answered = await self._pass_on(scope, asked, changed=asked is not arrived)
            try:
                answered.json = parse_json(answered.body) if answered.body else ABSENT
            except InvalidJson:
                answered.json = ABSENT
            return answered

        await write_answer(await self._passing(arrived, onward), send)


async def wait() -> None:
    """Lets others pass."""
    await asyncio.sleep(LAG)


def with_json(asked: Asked, json: Any) -> Asked:
    """The same request with another JSON value."""
    return replace(asked, headers=dict(asked.headers), json=json)
