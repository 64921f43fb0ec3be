"""How one user of a load test plays an act: over its own connections, with every answer told to the Judge."""

from collections.abc import Callable, Sequence

import gevent

from bookproof.apis.acting import AT_ONCE, Claim, Heard, Say
from bookproof.loading import messages
from bookproof.loading.connection import Connection
from bookproof.loading.link import Link

Saying = Callable[[Connection, Say, str], Heard]
"""Sends a request of an act over a connection."""


class Lines:
    """The connections of one user: one for requests that follow each other, the others for requests at once."""

    def __init__(self, url: str, timeout: float) -> None:
        self._connections = [Connection(url, timeout) for _ in range(AT_ONCE)]
        self.first = self._connections[0]

    def __getitem__(self, place: int) -> Connection:
        return self._connections[place]

    def close(self) -> None:
        """Closes all connections."""
        for connection in self._connections:
            connection.close()


class Role:
    """One act of one user: sends what the act yields, and tells the Judge. alone: nothing is sent at once."""

    def __init__(self, act: str, lines: Lines, say: Saying, link: Link | None, *, alone: bool) -> None:
        self._act = act
        self._lines = lines
        self._say = say
        self._link = link
        self._alone = alone

    def say(self, say: Say) -> Heard:
        """Sends a request and waits for its answer."""
        heard = self._say(self._lines.first, say, self._act)
        self._tell(heard)
        return heard

    def together(self, says: Sequence[Say]) -> list[Heard]:
        """Sends requests at once, each on a connection of its own."""
        if self._alone:
            answers = [self._say(self._lines.first, say, self._act) for say in says]
        else:
            sending = [gevent.spawn(self._say, self._lines[place], say, self._act) for place, say in enumerate(says)]
            try:
                gevent.joinall(sending, raise_error=True)
            finally:
                gevent.killall(sending)
            answers = [greenlet.get() for greenlet in sending]
        for heard in sorted(answers, key=lambda one: one.exchange.started + one.exchange.elapsed):
            self._tell(heard, at_once=True)
        return answers

    def claim(self, claim: Claim) -> None:
        """Passes a claim on."""
        if self._link:
            self._link.tell(messages.claim_message(self._act, claim))

    def _tell(self, heard: Heard, *, at_once: bool = False) -> None:
        if self._link:
            self._link.tell(messages.exchange_message(self._act, heard.exchange, at_once=at_once))
