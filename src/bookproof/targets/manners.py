"""How a run behaves towards its target: a budget, a rate, and patience when it is asked to wait."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from bookproof.errors import BudgetSpent
from bookproof.exchange import Response

THROTTLED = frozenset({429, 503})
"""Statuses that ask to wait: 503 with Retry-After alone, 429 for a second where it does not say how long."""
LONGEST_WAIT = 120.0
"""Seconds that one Retry-After may ask for; a longer one is cut to this."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may spend: requests, seconds, and requests a second (0: no limit)."""

    requests: int = 0
    seconds: float = 0.0
    rate: float = 0.0

    def share(self, count: int) -> "Budget":
        """What one of several processes may spend that send at the same time."""
        return replace(self, requests=-(-self.requests // count), rate=self.rate / count)


class Manners:
    """Keeps one run within its budget and honours Retry-After. Times are seconds of a monotonic clock."""

    def __init__(
        self,
        budget: Budget,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.budget = budget
        self.spent = 0
        self.waited = 0.0
        self._clock = clock
        self._sleep = sleep
        self._started = clock()
        self._next = self._started

    def before(self) -> None:
        """Waits for the rate's next place; BudgetSpent where the budget has none left."""
        if self.budget.requests and self.spent >= self.budget.requests:
            raise BudgetSpent(f"The budget of {self.budget.requests} requests is spent.")
        if self.budget.seconds and self._clock() - self._started >= self.budget.seconds:
            raise BudgetSpent(f"The budget of {self.budget.seconds:g} seconds is spent.")
        self.spent += 1
        if self.budget.rate:
            self._wait(self._next - self._clock())
            self._next = max(self._clock(), self._next) + 1 / self.budget.rate

    def free(self) -> None:
        """Lifts the budget for what must be done at the end; the rate stays."""
        self.budget = Budget(rate=self.budget.rate)

    def retry_after(self, response: Response, throttled: frozenset[int] = THROTTLED) -> bool:
        """Whether the response asked to wait; the wait is over when this returns."""
        asked = response.header("Retry-After")
        if response.status not in throttled or (asked is None and response.status != 429):
            return False
        try:
            seconds = float(asked or 1.0)
        except ValueError:
            seconds = 1.0
        self._wait(min(max(seconds, 0.0), LONGEST_WAIT))
        return True

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            if self.budget.seconds:
                left = self.budget.seconds - (self._clock() - self._started)
                if seconds > left:
                    raise BudgetSpent(f"The budget of {self.budget.seconds:g} seconds is spent.")
            self.waited += seconds
            self._sleep(seconds)
