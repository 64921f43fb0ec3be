"""How a run behaves towards its target: a budget, a rate, and patience when it is asked to wait."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime

from bookproof.errors import BudgetSpent
from bookproof.exchange import Response
from bookproof.tally import Waited

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
    """Keeps one run within its budget and honours Retry-After; safe to use from many threads.

    clock: seconds of a monotonic clock; today: seconds since the epoch. waited: where waiting is accounted for.
    """

    def __init__(
        self,
        budget: Budget,
        *,
        waited: Waited | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        today: Callable[[], float] = time.time,
    ) -> None:
        self.budget = budget
        self.spent = 0
        self.waited = waited or Waited()
        self._clock = clock
        self._sleep = sleep
        self._today = today
        self._started = clock()
        self._next = self._started
        self._lock = threading.Lock()

    @property
    def left(self) -> float:
        """Seconds that are left of the budget; infinite where it has no limit."""
        if not self.budget.seconds:
            return math.inf
        return max(self.budget.seconds - (self._clock() - self._started), 0.0)

    def before(self) -> None:
        """Waits for the rate's next place; BudgetSpent where the budget has none left."""
        with self._lock:
            if self.budget.requests and self.spent >= self.budget.requests:
                raise BudgetSpent(f"The budget of {self.budget.requests} requests is spent.")
            self.check_time()
            self.spent += 1
            if not self.budget.rate:
                return
            now = self._clock()
            place = max(now, self._next)
            self._next = place + 1 / self.budget.rate
        self.waited.rate += self._wait(place - now)

    def check_time(self) -> None:
        """BudgetSpent where no time is left."""
        if not self.left:
            raise BudgetSpent(f"The budget of {self.budget.seconds:g} seconds is spent.")

    def free(self) -> None:
        """Lifts the budget for what must be done at the end; the rate stays."""
        self.budget = Budget(rate=self.budget.rate)

    def retry_after(self, response: Response, throttled: frozenset[int] = THROTTLED) -> bool:
        """Whether the response asked to wait; the wait is over when this returns."""
        asked = response.header("Retry-After")
        if response.status not in throttled or (asked is None and response.status != 429):
            return False
        self.waited.answers += 1
        seconds = 1.0 if asked is None else self._seconds(asked, response.header("Date"))
        self.waited.throttled += self._wait(min(max(seconds, 0.0), LONGEST_WAIT))
        return True

    def _seconds(self, asked: str, sent: str | None) -> float:
        """How long a Retry-After asks to wait: a number of seconds, or a date of the server's own clock."""
        try:
            return float(asked)
        except ValueError:
            pass
        until = _date(asked)
        if until is None:
            return 1.0
        return until - (_date(sent or "") or self._today())

    def _wait(self, seconds: float) -> float:
        """Waits; gives the seconds. BudgetSpent, at once, where the budget would end before."""
        if not seconds > 0:
            return 0.0
        if seconds > self.left:
            raise BudgetSpent(f"The budget of {self.budget.seconds:g} seconds is spent.")
        self._sleep(seconds)
        return seconds


def _date(text: str) -> float | None:
    """An HTTP date in seconds since the epoch; None where it is none."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
