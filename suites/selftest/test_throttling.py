"""Targets that throttle, over loopback: waited for, accounted for in every report, and no fault. On a fake clock."""

import json
from functools import partial

import jsonschema_rs
import pytest

from bookproof import apis, resources
from bookproof.reports.folder import write_reports
from bookproof.running import run_suite
from bookproof.targets.asgi import Throttled, served
from bookproof.targets.manners import Budget, Manners
from bookproof.targets.opening import Plan


class Clock:
    """Seconds that pass only where somebody sleeps."""

    now = 1_000.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class Counted:
    """An application that counts what it is asked."""

    def __init__(self, app):
        self.app = app
        self.requests = 0

    async def __call__(self, scope, receive, send):
        self.requests += 1
        await self.app(scope, receive, send)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("bookproof.targets.session.Manners", partial(Manners, clock=clock, sleep=clock.sleep))
    return clock


def judged(name, app, *, select="", **plan):
    """The verdict on an application that is served over loopback and declares every fixture."""
    api = apis.load(name)
    with served(app) as url:
        chosen = Plan(
            kind="live",
            url=url,
            authorization=f"Bearer {api.reference_token}",
            fixtures=api.reference_fixtures,
            **plan,
        )
        return run_suite(api, chosen, properties=False, select=select, keep=False).verdict


@pytest.mark.network
def test_a_target_that_serves_twenty_requests_a_second_conforms_and_the_run_says_how_long_it_waited(clock, tmp_path):
    app = Throttled(apis.load("highlevel").reference().app, 20, clock=clock)
    verdict = judged("highlevel", app)
    folder = write_reports(verdict, tmp_path)
    said = f"waited {verdict.waited.throttled:.1f} s for {verdict.waited.answers} answers that asked to"
    document = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))
    schema = json.loads((resources.home() / "contracts" / "schemas" / "verdict.schema.json").read_text())

    assert verdict.conclusion == "conforms"
    assert verdict.waited.answers >= (verdict.requests - 1) // 20
    assert said in (folder / "verdict.md").read_text(encoding="utf-8")
    assert said in (folder / "index.html").read_text(encoding="utf-8")
    assert document["waited"] == {"rate": 0.0, "throttled": verdict.waited.throttled, "answers": verdict.waited.answers}
    jsonschema_rs.validate(schema, document)


def test_a_budget_of_requests_is_kept_at_the_target_and_what_was_judged_stands(clock):
    app = Counted(apis.load("highlevel").reference().app)
    verdict = judged("highlevel", app, select="test_response", budget=Budget(requests=20))

    assert app.requests == 20
    assert (verdict.conclusion, verdict.reason) == ("inconclusive", "The budget of 20 requests is spent.")
    assert verdict.counts["passed"] > 10


def test_a_rate_is_waited_for_and_accounted_for(clock):
    verdict = judged(
        "highlevel", apis.load("highlevel").reference().app, select="test_resource_type", budget=Budget(rate=2)
    )

    assert verdict.waited.rate == pytest.approx((verdict.requests - 1) / 2, abs=1)
    assert verdict.waited.answers == 0


def test_so_many_writes_a_minute_as_nexudus_has_it_are_no_fault(clock):
    reference = apis.load("nexudus").reference(throttle=5, clock=clock)
    verdict = judged("nexudus", reference.app, select="test_required_fields or test_answer")

    assert verdict.counts["failed"] == 0
    assert verdict.unowned == ()
    assert verdict.waited.answers > 0


def test_the_status_that_throttles_is_the_vendors_own():
    assert apis.load("nexudus").throttling == {409}
    assert apis.load("highlevel").throttling == set()
