"""Keeps many users within one budget, and all of them back when the target asks one of them to wait."""

import time
from collections.abc import Callable

from bookproof.errors import BudgetSpent
from bookproof.exchange import Response
from bookproof.targets.manners import LONGEST_WAIT, Budget


class Pace:
    """The pace of one process. Times are seconds of a monotonic clock; `sleep` lets the other users go on.

    share: how many processes share the budget.
    """

    def __init__(
        self,
        budget: Budget,
        *,
        share: int = 1,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.requests = -(-budget.requests // share)
        self.rate = budget.rate / share
        self.seconds = budget.seconds
        self.spent = 0
        self.waited = 0.0
        self._clock = clock
        self._sleep = sleep
        self._started = clock()
        self._next = self._started

    def before(self) -> None:
        """Waits for the next place; BudgetSpent where there is none left."""
        now = self._clock()
        if self.requests and self.spent >= self.requests:
            raise BudgetSpent(f"The budget of {self.requests} requests is spent.")
        if self.seconds and now - self._started >= self.seconds:
            raise BudgetSpent(f"The budget of {self.seconds:g} seconds is spent.")
        self.spent += 1
        # The place is taken before the wait: others who come meanwhile get later ones.
        place = max(now, self._next)
        self._next = place + 1 / self.rate if self.rate else self._next
        if place > now:
            self._sleep(place - now)

    def asked_to_wait(self, response: Response, throttled: frozenset[int]) -> bool:
        """Whether an answer asks to wait; the wait is over for everybody when this returns."""
        asked = response.header("Retry-After")
        if response.status not in throttled or (asked is None and response.status != 429):
            return False
        try:
            seconds = float(asked or 1.0)
        except ValueError:
            seconds = 1.0
        seconds = min(max(seconds, 0.0), LONGEST_WAIT)
        self.waited += seconds
        until = self._clock() + seconds
        self._next = max(self._next, until)
        if seconds:
            self._sleep(seconds)
        return True
