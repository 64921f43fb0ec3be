"""Manners: a run keeps to its budget and its rate, and waits where it is asked to. The clock is a fake one."""

import pytest

from bookproof.errors import BudgetSpent
from bookproof.exchange import Response
from bookproof.targets.manners import LONGEST_WAIT, Budget, Manners


class Clock:
    """Seconds that pass only where somebody sleeps."""

    def __init__(self):
        self.now = 1_000.0
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(round(seconds, 6))
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


def manners(clock, **budget):
    return Manners(Budget(**budget), clock=clock, sleep=clock.sleep)


def asked(seconds, status=429):
    return Response(status, () if seconds is None else (("Retry-After", seconds),))


# -- the budget --------------------------------------------------------------------------------------


def test_without_a_budget_nothing_is_held_back(clock):
    kept = manners(clock)
    for _ in range(1_000):
        kept.before()

    assert (kept.spent, clock.slept) == (1_000, [])


def test_a_budget_of_requests_is_kept_to_the_last_one(clock):
    kept = manners(clock, requests=2)
    kept.before()
    kept.before()

    with pytest.raises(BudgetSpent, match="The budget of 2 requests is spent"):
        kept.before()


def test_a_budget_of_seconds_is_kept(clock):
    kept = manners(clock, seconds=60)
    kept.before()
    clock.now += 60

    with pytest.raises(BudgetSpent, match="The budget of 60 seconds is spent"):
        kept.before()


# -- the rate ------------------------------------------------------------------------------------------


def test_a_rate_spreads_requests_evenly(clock):
    kept = manners(clock, rate=10)
    for _ in range(4):
        kept.before()

    assert clock.slept == [0.1, 0.1, 0.1]
    assert kept.waited == pytest.approx(0.3)


def test_a_slow_run_is_not_slowed_further(clock):
    kept = manners(clock, rate=10)
    kept.before()
    clock.now += 5
    kept.before()

    assert clock.slept == []


def test_a_pause_does_not_buy_a_burst(clock):
    kept = manners(clock, rate=10)
    kept.before()
    clock.now += 5
    kept.before()
    kept.before()

    assert clock.slept == [0.1]


def test_a_rate_is_not_waited_for_beyond_the_budget(clock):
    kept = manners(clock, rate=0.1, seconds=5)
    kept.before()

    with pytest.raises(BudgetSpent):
        kept.before()
    assert clock.slept == []


# -- being asked to wait -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "seconds", "slept"),
    [
        (429, "3", [3]),
        (503, "3", [3]),
        (429, "0.5", [0.5]),
        (429, None, [1]),
        (429, "Wed, 21 Oct 2031 07:28:00 GMT", [1]),
        (429, "soon", [1]),
        (429, "0", []),
        (429, "-5", []),
        (429, "nan", []),
        (429, "86400", [LONGEST_WAIT]),
        (429, "inf", [LONGEST_WAIT]),
        (503, "1e99", [LONGEST_WAIT]),
    ],
)
def test_an_answer_that_asks_to_wait_is_waited_for(clock, status, seconds, slept):
    assert manners(clock).retry_after(asked(seconds, status))
    assert clock.slept == slept


@pytest.mark.parametrize(("status", "seconds"), [(200, "3"), (400, "3"), (409, "3"), (500, "3"), (503, None)])
def test_another_answer_is_final(clock, status, seconds):
    assert not manners(clock).retry_after(asked(seconds, status))
    assert clock.slept == []


def test_a_contract_may_name_further_statuses_that_ask_to_wait(clock):
    assert manners(clock).retry_after(asked("2", 409), frozenset({409}))
    assert clock.slept == [2]


def test_a_wait_beyond_the_budget_ends_the_run_at_once(clock):
    kept = manners(clock, seconds=10)

    with pytest.raises(BudgetSpent):
        kept.retry_after(asked("60"))
    assert clock.slept == []
