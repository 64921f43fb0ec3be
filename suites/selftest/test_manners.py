"""Manners: a run keeps to its budget and its rate, and waits where it is asked to. The clock is a fake one."""

import threading

import httpx
import pytest

from bookproof import apis
from bookproof.errors import BudgetSpent, CannotJudge, Unreachable
from bookproof.exchange import Response
from bookproof.targets.manners import LONGEST_WAIT, Budget, Manners
from bookproof.targets.opening import Plan, open_session

TODAY = 1_767_225_600
"""1 January 2026, 00:00 GMT, in seconds since the epoch."""


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
    return Manners(Budget(**budget), clock=clock, sleep=clock.sleep, today=lambda: TODAY)


def asked(seconds, status=429, **headers):
    given = {} if seconds is None else {"Retry-After": seconds}
    return Response(status, tuple((given | headers).items()))


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
    assert kept.waited.rate == pytest.approx(0.3)


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
        (429, "Thu, 01 Jan 2026 00:00:05 GMT", [5]),
        (429, "Thursday, 01-Jan-26 00:00:05 GMT", [5]),
        (503, "Thu, 01 Jan 2026 00:00:05 GMT", [5]),
        (429, "Wed, 31 Dec 2025 23:59:59 GMT", []),
        (429, "Wed, 21 Oct 2031 07:28:00 GMT", [LONGEST_WAIT]),
        (429, "Wed, 99 Oct 2031 07:28:00 GMT", [1]),
        (429, "soon", [1]),
        (429, "", [1]),
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


def test_a_date_to_wait_for_is_one_of_the_servers_own_clock(clock):
    late = asked("Thu, 01 Jan 2026 10:00:07 GMT", Date="Thu, 01 Jan 2026 10:00:00 GMT")

    assert manners(clock).retry_after(late)
    assert clock.slept == [7]


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


def test_waiting_is_accounted_for_by_its_cause(clock):
    kept = manners(clock, rate=10)
    kept.before()
    kept.retry_after(asked("3"))
    kept.retry_after(asked("2"))
    kept.before()
    kept.before()

    assert (kept.waited.answers, kept.waited.throttled) == (2, 5)
    assert kept.waited.rate == pytest.approx(0.1)


def test_threads_that_send_at_once_keep_the_rate_together():
    slept = []
    kept = Manners(Budget(rate=10), clock=lambda: 1_000.0, sleep=slept.append)
    threads = [threading.Thread(target=kept.before) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(slept) == pytest.approx([0.1, 0.2, 0.3, 0.4])


# -- a session that is asked to wait, or not answered ------------------------------------------------------


@pytest.fixture
def at(clock):
    """Gives a session whose requests a function answers, on the fake clock."""
    opened = []

    def open_at(answer, api="highlevel", **budget):
        session = open_session(apis.load(api), Plan(kind="live", url="http://127.0.0.1:9"))
        session.target.transport.close()
        session.target.transport = httpx.MockTransport(answer)
        session.sender.manners = Manners(Budget(**budget), waited=session.tally.waited, clock=clock, sleep=clock.sleep)
        opened.append(session)
        return session

    yield open_at
    for session in opened:
        session.close()


class Line:
    """Gives its answers one after the other, the last one for ever; an exception is raised."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answered(**answer)


def answered(status_code, headers=None):
    """An answer with an empty object, as a stream that is read once."""
    return httpx.Response(status_code, headers={"Content-Type": "application/json"} | (headers or {}), stream=BODY)


BODY = httpx.ByteStream(b"{}")
BUSY = {"status_code": 429, "headers": {"Retry-After": "2"}}
TAKEN = {"status_code": 201}


def plainest(session):
    return next(iter(session.samples.samples().values())).draft


def test_a_request_that_is_turned_away_is_sent_again(at, clock):
    line = Line(BUSY, BUSY, TAKEN)
    session = at(line)

    assert session.send(plainest(session)).status == 201
    assert (len(line.requests), clock.slept, session.tally.requests) == (3, [2, 2], 1)


def test_nexudus_turns_away_with_409(at, clock):
    line = Line({"status_code": 409, "headers": {"Retry-After": "30"}}, {"status_code": 200})
    session = at(line, "nexudus")

    assert session.send(plainest(session)).status == 200
    assert clock.slept == [30]


def test_a_conflict_that_asks_for_no_patience_is_an_answer(at, clock):
    line = Line({"status_code": 409})
    session = at(line, "nexudus")

    assert session.send(plainest(session)).status == 409
    assert len(line.requests) == 1


def test_a_target_that_throttles_for_ever_is_given_up(at):
    session = at(Line(BUSY))
    session.send(plainest(session))
    session.send(plainest(session))

    with pytest.raises(CannotJudge, match="goes on throttling the run"):
        session.send(plainest(session))


@pytest.mark.parametrize(
    "error", [httpx.ReadTimeout("slow"), httpx.ReadError("reset"), httpx.RemoteProtocolError("gone")]
)
def test_a_creation_that_was_not_answered_is_not_sent_again(at, error):
    line = Line(TAKEN, error, TAKEN)
    session = at(line)
    session.send(plainest(session))
    session.send(plainest(session))

    assert len(line.requests) == 2


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_creation_that_a_server_failed_at_is_not_sent_again(at, status):
    line = Line({"status_code": status, "headers": {"Retry-After": "1"}}, TAKEN)
    session = at(line)

    assert session.send(plainest(session)).status == status
    assert len(line.requests) == 1


def test_an_answer_may_take_what_is_left_of_the_budget(at, clock):
    line = Line(TAKEN)
    session = at(line, seconds=10)
    session.send(plainest(session))
    clock.now += 7
    session.send(plainest(session))

    assert [request.extensions["timeout"]["read"] for request in line.requests] == [10, 3]


def test_a_budget_that_ends_while_an_answer_is_awaited_blames_nobody(at, clock):
    def answer(request):
        clock.now += 6
        if clock.now > 1_010:
            raise httpx.ReadTimeout("slow")
        return answered(**TAKEN)

    session = at(answer, seconds=10)
    session.send(plainest(session))
    before = dict(session.tally.findings)

    with pytest.raises(BudgetSpent):
        session.send(plainest(session))
    assert session.tally.findings == before


def test_a_target_that_falls_silent_is_given_up(at):
    session = at(Line(TAKEN, httpx.ReadTimeout("slow")))
    for _ in range(5):
        session.send(plainest(session))

    with pytest.raises(Unreachable, match="has stopped answering"):
        session.send(plainest(session))


def test_a_run_names_itself(at):
    line = Line(TAKEN)
    session = at(line)
    session.send(plainest(session))

    assert line.requests[0].headers["User-Agent"].startswith("bookproof/")
    assert b'"name":"bookproof-' in line.requests[0].content.replace(b": ", b":")
